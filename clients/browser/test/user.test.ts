import { beforeEach, expect, test } from "vitest";
import { AutharaError } from "../src/index.js";
import { html, openBrowser, refusal, Server, USER } from "./server.js";

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
});

test("b01_the_user_has_roles_and_an_organization", async () => {
    const user = await server.page().getCurrentUser();
    expect(user?.roles).toEqual(["authara:admin"]);
    expect(user?.organization.role).toBe("owner");
});

test("b06_a_signed_in_user_is_loaded_even_when_the_access_token_has_expired", async () => {
    server.access = false;
    const { getCurrentUser, loadUser } = server.page();
    expect(await getCurrentUser()).toEqual(USER);
    expect(await loadUser()).toEqual({ state: "signed-in", user: USER });
    expect(server.refreshes).toBe(1);
});

test("b06_nobody_is_signed_in_only_when_the_server_says_so", async () => {
    server.access = server.session = false;
    const { getCurrentUser, loadUser } = server.page();
    expect(await getCurrentUser()).toBeNull();
    expect(await loadUser()).toEqual({ state: "signed-out" });
});

test.each([
    ["the_server_is_broken", () => refusal(500, "internal_error"), 500],
    ["the_server_is_away", () => html(502), 502],
    ["a_gateway_answers_with_its_own_page", () => html(200), 200],
    ["the_answer_is_no_user", () => Response.json(null), 200],
    ["the_connection_breaks", () => new TypeError("network"), 0],
])("b06_it_is_unknown_who_is_there_when_%s", async (_, answer, status) => {
    server.intercept = answer;
    const { getCurrentUser, loadUser } = server.page();
    expect(await loadUser()).toEqual({ state: "unavailable", status });
    const error = await getCurrentUser().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(AutharaError);
    expect(error).toMatchObject({ status, code: "unavailable" });
});

test("b06_a_refresh_that_fails_for_other_reasons_signs_nobody_out", async () => {
    server.access = false;
    server.intercept = (_, path) => (path.includes("refresh") ? refusal(503, "service_unavailable") : undefined);
    const { getCurrentUser, loadUser } = server.page();
    expect(await loadUser()).toEqual({ state: "unavailable", status: 503 });
    await expect(getCurrentUser()).rejects.toMatchObject({ status: 503 });
});
