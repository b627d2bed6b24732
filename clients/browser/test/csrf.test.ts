import { beforeEach, expect, test } from "vitest";
import { findCSRFToken } from "../src/csrf-cookie.js";
import { CSRF, openBrowser, refusal, Server } from "./server.js";

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
});

test.each([
    ["", null],
    ["theme=dark", null],
    ["authara_csrf=", null],
    ["authara_csrf=; theme=dark", null],
    ["authara_csrf", null],
    ["authara_csrf=abc", "abc"],
    ["a=1; authara_csrf=abc; b=2", "abc"],
    ["a=1;authara_csrf=abc", "abc"],
    ["xauthara_csrf=no", null],
    ["x=authara_csrf=no", null],
    ["authara_csrf=a=b==", "a=b=="],
    ["authara_csrf=a%20b", "a b"],
    ["authara_csrf=100%", "100%"],
    ["authara_csrf=%E0%A4%A", "%E0%A4%A"],
    ["authara_csrf=first; authara_csrf=second", "first"],
    ["__Host-authara_csrf=abc", "abc"],
])("b04_the_value_in_%j_is_%j", (cookies, value) => {
    expect(findCSRFToken(cookies)).toBe(value);
});

test("b04_a_mutation_carries_the_value_and_a_read_does_not", async () => {
    const { authFetch } = server.page();
    await authFetch("/notes");
    await authFetch("/notes", { method: "POST", body: "text" });
    expect(server.requests.map((request) => request.headers.get("X-CSRF-Token"))).toEqual([null, CSRF]);
});

test("b04_without_a_cookie_the_value_is_fetched_once_for_all_who_need_it", async () => {
    openBrowser({ cookie: "theme=dark" });
    const { authFetch } = server.page();
    const answers = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => authFetch(`/notes/${n}`, { method: "PUT", body: "text" })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(server.count("GET /auth/api/v1/csrf")).toBe(1);
});

test("b04_after_403_the_value_is_fetched_and_the_mutation_sent_once_more", async () => {
    server.csrf = "csrf-2";
    const answer = await server.page().authFetch("/notes", { method: "POST", body: "text" });
    expect(answer.status).toBe(200);
    expect(await server.requests.at(-1)!.text()).toBe("text");
    expect(server.log).toEqual(["POST /notes", "GET /auth/api/v1/csrf", "POST /notes"]);
});

test("b04_a_403_that_has_nothing_to_do_with_the_value_is_not_repeated", async () => {
    server.intercept = (_, path) => (path === "/notes" ? refusal(403, "forbidden") : undefined);
    const answer = await server.page().authFetch("/notes", { method: "DELETE" });
    expect(answer.status).toBe(403);
    expect(server.count("DELETE /notes")).toBe(1);
});

test("b04_a_value_that_the_caller_has_set_is_left_alone", async () => {
    const headers = { "X-CSRF-Token": "mine" };
    const answer = await server.page().authFetch("/notes", { method: "POST", headers });
    expect(answer.status).toBe(403);
    expect(server.log).toEqual(["POST /notes"]);
    expect(server.requests[0]!.headers.get("X-CSRF-Token")).toBe("mine");
});

test("b04_logging_out_without_a_cookie_fetches_the_value", async () => {
    openBrowser({ cookie: "" });
    expect(await server.page().logout()).toEqual({ ok: true });
});

test("b04_logging_out_misses_the_value_only_when_it_cannot_be_fetched_either", async () => {
    openBrowser({ cookie: "" });
    server.intercept = () => new TypeError("connection refused");
    expect(await server.page().logout()).toEqual({ ok: false, reason: "missing_csrf" });
    expect(server.count("POST")).toBe(0);
});
