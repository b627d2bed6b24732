import { beforeEach, expect, test, vi } from "vitest";
import { html, openBrowser, refusal, Server } from "./server.js";

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
});

const onRefresh = (answer: () => Response | Error) => {
    server.intercept = (_, path) => (path.includes("sessions/refresh") ? answer() : undefined);
};

test("b02_refresh_and_logout_use_the_api_endpoints", async () => {
    const { refreshSession, logout } = server.page();
    expect(await refreshSession()).toBe(true);
    expect(await refreshSession("admin")).toBe(true);
    expect(await refreshSession({ audience: "admin" })).toBe(true);
    expect(await logout()).toEqual({ ok: true });
    expect(server.log).toEqual([
        "POST /auth/api/v1/sessions/refresh?audience=app",
        "POST /auth/api/v1/sessions/refresh?audience=admin",
        "POST /auth/api/v1/sessions/refresh?audience=admin",
        "POST /auth/api/v1/sessions/logout",
    ]);
});

test.each([
    ["renewed", () => new Response(null, { status: 200 }), { state: "renewed" }],
    ["renewed_without_a_body", () => new Response(null, { status: 204 }), { state: "renewed" }],
    ["ended", () => refusal(401, "unauthorized"), { state: "signed-out" }],
    ["refused_for_csrf", () => refusal(403, "forbidden"), { state: "unavailable", status: 403 }],
    ["limited", () => refusal(429, "rate_limited"), { state: "unavailable", status: 429 }],
    ["broken", () => refusal(500, "internal_error"), { state: "unavailable", status: 500 }],
    ["away", () => html(502), { state: "unavailable", status: 502 }],
    ["answered_with_somebody_elses_page", () => html(200), { state: "unavailable", status: 200 }],
    ["cut_off", () => new TypeError("network"), { state: "unavailable", status: 0 }],
] as const)("b02_b06_a_refresh_that_is_%s_is_reported_as_that", async (_, answer, expected) => {
    onRefresh(answer);
    const { refreshSession, renewSession } = server.page();
    expect(await renewSession()).toEqual(expected);
    expect(await refreshSession()).toBe(expected.state === "renewed");
});

test.each([
    ["ok", () => undefined, { ok: true }],
    ["unauthorized", () => refusal(403, "forbidden"), { ok: false, reason: "unauthorized" }],
    ["unauthorized", () => refusal(401, "unauthorized"), { ok: false, reason: "unauthorized" }],
    ["request_failed", () => refusal(503, "service_unavailable"), { ok: false, reason: "request_failed" }],
    ["request_failed", () => html(200), { ok: false, reason: "request_failed" }],
    ["request_failed", () => new TypeError("network"), { ok: false, reason: "request_failed" }],
])("b02_a_logout_that_ends_%s_says_so", async (_, answer, expected) => {
    const { assign } = openBrowser();
    server.intercept = (_, path) => (path.includes("sessions/logout") ? answer() : undefined);
    expect(await server.page().logout({ redirectTo: "/bye" })).toEqual(expected);
    expect(assign).toHaveBeenCalledTimes(expected.ok ? 1 : 0);
});

test("b02_logging_out_never_moves_the_page_to_an_address_of_script", async () => {
    const { assign } = openBrowser();
    expect(await server.page().logout({ redirectTo: " java\nscript:alert(1)" })).toEqual({ ok: true });
    expect(assign).not.toHaveBeenCalled();
});

test("t71_b03_ten_parallel_requests_after_expiry_make_one_refresh", async () => {
    server.access = false;
    const { authFetch } = server.page();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => authFetch(`/notes/${n}`)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    expect(server.refreshes).toBe(1);
});

test("b03_a_request_that_comes_back_late_uses_the_refresh_that_happened_meanwhile", async () => {
    server.access = false;
    server.intercept = async (_, path) => {
        if (path !== "/slow" || server.access) return undefined;
        await vi.waitUntil(() => server.access);
        return refusal(401, "unauthorized");
    };
    const { authFetch } = server.page();
    const answers = await Promise.all([authFetch("/slow"), authFetch("/quick")]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(server.refreshes).toBe(1);
});

test("t71_b03_two_pages_with_web_locks_make_one_refresh", async () => {
    server.access = false;
    const pages = [server.page(), server.page(), server.page()];
    const answers = await Promise.all(pages.flatMap((page) => [page.authFetch("/a"), page.authFetch("/b")]));
    expect(answers.map((answer) => answer.status)).toEqual(Array(6).fill(200));
    expect(server.refreshes).toBe(1);
});

test("b03_two_pages_never_refresh_at_the_same_moment", async () => {
    let running = 0;
    let most = 0;
    server.intercept = async (_, path) => {
        if (!path.includes("refresh")) return undefined;
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        return undefined;
    };
    const [one, two] = [server.page(), server.page()];
    expect(await Promise.all([one.refreshSession(), two.refreshSession(), one.refreshSession()])).toEqual([
        true,
        true,
        true,
    ]);
    expect(most).toBe(1);
    expect(server.refreshes).toBe(2);
});

test("b03_who_waited_for_a_tab_in_vain_refreshes_after_all", async () => {
    server.access = false;
    let first = true;
    onRefresh(() => {
        if (first) {
            first = false;
            return refusal(503, "service_unavailable");
        }
        server.access = true;
        return new Response(null, { status: 200 });
    });
    const [one, two] = [server.page(), server.page()];
    const answers = await Promise.all([one.authFetch("/a"), two.authFetch("/b")]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401]);
    expect(server.refreshes).toBe(2);
});

test("b03_a_dead_session_is_asked_for_once_by_all_callers_of_a_page", async () => {
    server.access = server.session = false;
    const { authFetch } = server.page();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => authFetch(`/notes/${n}`)));
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401]);
    expect(server.refreshes).toBe(1);
});

test("b03_audiences_are_refreshed_side_by_side", async () => {
    server.access = false;
    const { authFetch } = server.page();
    await Promise.all([
        authFetch("/a"),
        authFetch("/admin/b", {}, { audience: "admin" }),
        authFetch("/admin/c", {}, "admin"),
    ]);
    expect(server.count("POST /auth/api/v1/sessions/refresh?audience=app")).toBe(1);
    expect(server.count("POST /auth/api/v1/sessions/refresh?audience=admin")).toBe(1);
});

test("b03_without_web_locks_a_page_still_makes_one_refresh", async () => {
    openBrowser({ locks: false });
    server.access = false;
    const { authFetch } = server.page();
    await Promise.all([1, 2, 3].map((n) => authFetch(`/notes/${n}`)));
    expect(server.refreshes).toBe(1);
});

test("b03_locks_that_are_refused_count_as_none", async () => {
    vi.stubGlobal("navigator", { locks: { request: () => Promise.reject(new DOMException("no", "SecurityError")) } });
    expect(await server.page().refreshSession()).toBe(true);
    expect(server.refreshes).toBe(1);
});
