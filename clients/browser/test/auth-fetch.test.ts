import { beforeEach, expect, test } from "vitest";
import { CSRF, openBrowser, ORIGIN, refusal, Server } from "./server.js";

let server: Server;
beforeEach(() => {
    server = new Server();
    server.access = false;
    openBrowser();
});

test("b05_a_request_is_repeated_once_with_its_body", async () => {
    const bodies: string[] = [];
    server.intercept = async (request, path) => {
        if (path === "/notes") bodies.push(await request.clone().text());
        return undefined;
    };
    const body = JSON.stringify({ text: "hello" });
    const headers = { "Content-Type": "application/json", "X-App": "1" };
    const answer = await server.page().authFetch("/notes", { method: "POST", body, headers });
    expect(answer.status).toBe(200);
    expect(bodies).toEqual([body, body]);
    expect(server.requests.at(-1)!.headers.get("X-App")).toBe("1");
});

test("b05_a_request_that_stays_401_is_not_sent_a_third_time", async () => {
    server.intercept = (_, path) => (path === "/notes" ? refusal(401, "unauthorized") : undefined);
    expect((await server.page().authFetch("/notes")).status).toBe(401);
    expect(server.count("GET /notes")).toBe(2);
    expect(server.refreshes).toBe(1);
});

test("b05_the_original_401_comes_back_when_the_session_is_over", async () => {
    server.session = false;
    const answer = await server.page().authFetch("/notes");
    expect(answer.status).toBe(401);
    expect((await answer.json()).error.code).toBe("unauthorized");
    expect(server.count("GET /notes")).toBe(1);
});

test("b05_a_stream_is_sent_once", async () => {
    const body = new Blob(["chunk"]).stream();
    // `duplex` is asked for by the standard, and missing in the types.
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    expect((await server.page().authFetch("/notes", init)).status).toBe(401);
    expect(server.log).toEqual(["POST /notes"]);
    expect(server.requests[0]!.headers.get("X-CSRF-Token")).toBe(CSRF);
});

test("b05_a_request_object_stays_usable", async () => {
    const request = new Request(`${ORIGIN}/notes`, { method: "PUT", body: "text" });
    expect((await server.page().authFetch(request)).status).toBe(200);
    expect(request.bodyUsed).toBe(false);
    expect(await server.requests.at(-1)!.text()).toBe("text");
});

test("b05_a_request_whose_body_was_read_fails_as_fetch_would", async () => {
    const request = new Request(`${ORIGIN}/notes`, { method: "PUT", body: "text" });
    await request.text();
    await expect(server.page().authFetch(request)).rejects.toThrow(TypeError);
    expect(server.log).toEqual([]);
});

test("b05_foreign_origins_get_no_credentials_no_value_and_no_refresh", async () => {
    server.intercept = (_, path) => (path === "/data" ? refusal(401, "unauthorized") : undefined);
    const answer = await server
        .page()
        .authFetch("https://other.example/data", { method: "POST", credentials: "include" });
    expect(answer.status).toBe(401);
    expect(server.log).toEqual(["POST /data"]);
    expect(server.requests[0]!.credentials).toBe("omit");
    expect(server.requests[0]!.headers.has("X-CSRF-Token")).toBe(false);
});

test("b05_listed_origins_are_treated_like_the_own_one", async () => {
    const { authFetch } = server.page({ origins: ["https://api.example"] });
    const answer = await authFetch("https://api.example/data", { method: "POST" });
    expect(answer.status).toBe(200);
    expect(server.refreshes).toBe(1);
    const sent = server.requests.filter((request) => request.url === "https://api.example/data");
    expect(sent.map((request) => request.credentials)).toEqual(["include", "include"]);
    expect(sent.map((request) => request.headers.get("X-CSRF-Token"))).toEqual([CSRF, CSRF]);
});

test("b05_a_caller_who_gives_up_is_heard", async () => {
    const controller = new AbortController();
    server.intercept = (_, path) => {
        if (path.includes("refresh")) controller.abort();
        return undefined;
    };
    const answer = server.page().authFetch("/notes", { signal: controller.signal });
    await expect(answer).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(server.count("GET /notes")).toBeLessThan(3);
});

test("b05_network_errors_of_the_request_itself_are_thrown", async () => {
    server.intercept = () => new TypeError("connection refused");
    await expect(server.page().authFetch("/notes")).rejects.toThrow("connection refused");
});
