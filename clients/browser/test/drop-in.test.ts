/** What applications written for the earlier helper rely on; `npm run check` holds the types. */

import { beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import * as helper from "../src/index.js";
import { CSRF, openBrowser, Server, USER } from "./server.js";

interface EarlierUser {
    id: string;
    email: string;
    username: string;
    disabled: boolean;
    created_at: string;
}

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
    vi.stubGlobal("fetch", server.fetch);
});

test("t73_b01_the_types_are_those_that_applications_know", () => {
    expectTypeOf(helper.getCSRFToken).toEqualTypeOf<() => string | null>();
    expectTypeOf(helper.logout).returns.resolves.toEqualTypeOf<
        { ok: true } | { ok: false; reason: "missing_csrf" | "request_failed" | "unauthorized" }
    >();
    expectTypeOf(helper.logout).toBeCallableWith({ redirectTo: "/" });
    expectTypeOf(helper.refreshSession).toBeCallableWith("admin");
    expectTypeOf(helper.refreshSession).returns.resolves.toEqualTypeOf<boolean>();
    expectTypeOf(helper.authFetch).toBeCallableWith("/x", {}, { audience: "admin" });
    expectTypeOf(helper.authFetch).returns.resolves.toEqualTypeOf<Response>();
    expectTypeOf(helper.getCurrentUser).toBeCallableWith();
    expectTypeOf(helper.getCurrentUser).returns.resolves.toExtend<EarlierUser | null>();
});

test("t73_b01_the_plain_functions_work_without_any_set_up", async () => {
    // Called without an object, as imported names are.
    const { getCSRFToken, logout, refreshSession, authFetch, getCurrentUser } = helper;
    expect(getCSRFToken()).toBe(CSRF);
    expect(await refreshSession()).toBe(true);
    expect(await refreshSession("admin")).toBe(true);
    expect((await authFetch(new URL("https://app.example/api/data"))).status).toBe(200);
    expect(await getCurrentUser()).toEqual(USER);
    expect(await logout({ redirectTo: "/" })).toEqual({ ok: true });
    expect(location.assign).toHaveBeenCalledWith("/");
    expect(await refreshSession()).toBe(false);
});

test("t73_b07_the_plain_functions_are_one_client", () => {
    const client = helper.createClient();
    for (const name of Object.keys(client)) expect(helper).toHaveProperty(name, expect.any(Function));
});
