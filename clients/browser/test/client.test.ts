import { beforeEach, expect, test, vi } from "vitest";
import { createClient } from "../src/index.js";
import { CSRF, openBrowser, Server, USER } from "./server.js";

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
});

test("b07_another_prefix_leads_to_other_addresses", async () => {
    server.intercept = () => Response.json(USER);
    const { getCurrentUser, loginURL } = server.page({ prefix: "/id" });
    await getCurrentUser();
    expect(server.log).toEqual(["GET /id/api/v1/user"]);
    expect(loginURL("/x")).toBe("/id/login?return_to=%2Fx");
});

test("b07_without_options_the_page_is_asked", async () => {
    vi.stubGlobal("fetch", server.fetch);
    expect(await createClient().refreshSession()).toBe(true);
    expect(server.requests[0]!.url).toBe("https://app.example/auth/api/v1/sessions/refresh?audience=app");
    expect(server.requests[0]!.headers.get("X-CSRF-Token")).toBe(CSRF);
});

test("b07_no_page_is_needed", async () => {
    for (const name of ["document", "location", "navigator"]) vi.stubGlobal(name, undefined);
    // There is no jar that a script could read; the value comes from the answer.
    server.intercept = (_, path) => (path.endsWith("/csrf") ? Response.json({ csrf_token: CSRF }) : undefined);
    const page = server.page();
    expect(page.getCSRFToken()).toBeNull();
    expect(await page.getCurrentUser()).toEqual(USER);
    expect((await page.authFetch("/notes", { method: "POST" })).status).toBe(200);
    expect(page.loginURL()).toBe("/auth/login");
    expect(await page.logout({ redirectTo: "/" })).toEqual({ ok: true });
});

test("b07_neither_page_nor_origin_is_an_outage_and_not_a_crash", async () => {
    vi.stubGlobal("location", undefined);
    const page = createClient({ fetch: server.fetch });
    expect(await page.renewSession()).toEqual({ state: "unavailable", status: 0 });
    expect(await page.loadUser()).toEqual({ state: "unavailable", status: 0 });
    await expect(page.call("GET user")).rejects.toMatchObject({ status: 0, code: "unavailable" });
});

test("b07_a_hanging_server_does_not_hang_the_page", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => AbortSignal.abort());
    expect(await server.page().renewSession()).toEqual({ state: "unavailable", status: 0 });
    expect(timeout).toHaveBeenCalledWith(10_000);
    timeout.mockRestore();
});
