import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Client, ClientOptions, SignInState } from "../src/index.js";
import { openBrowser, refusal, Server, settled, USER } from "./server.js";

let server: Server;
let stops: (() => void)[];
beforeEach(() => {
    server = new Server();
    stops = [];
    openBrowser();
});
afterEach(() => {
    for (const stop of stops) stop();
    vi.unstubAllGlobals();
});

/** A tab, and what it was told. */
function tab(options: ClientOptions = {}): { page: Client; heard: SignInState[] } {
    const page = server.page(options);
    const heard: SignInState[] = [];
    stops.push(page.onChange((state) => heard.push(state)));
    return { page, heard };
}

test("b11_logging_out_is_noticed_in_every_tab", async () => {
    const [one, two] = [tab(), tab()];
    await one.page.logout();
    await settled();
    expect([one.heard, two.heard]).toEqual([["signed-out"], ["signed-out"]]);
});

test("b11_a_tab_that_does_not_listen_still_tells_the_others", async () => {
    const { heard } = tab();
    await server.page().logout();
    await settled();
    expect(heard).toEqual(["signed-out"]);
});

test("b11_the_end_of_a_session_is_noticed_once", async () => {
    const [one, two] = [tab(), tab()];
    server.access = server.session = false;
    await Promise.all([one.page.authFetch("/a"), one.page.authFetch("/b"), two.page.authFetch("/c")]);
    await settled();
    expect([one.heard, two.heard]).toEqual([["signed-out"], ["signed-out"]]);
});

test("b11_signing_in_is_noticed_by_tabs_that_were_signed_out", async () => {
    const [one, two] = [tab(), tab()];
    server.access = server.session = false;
    await one.page.loadUser();
    await two.page.loadUser();
    server.access = server.session = true;
    server.intercept = (_, path) => (path.includes("/login") ? Response.json({ user: USER }) : undefined);
    await one.page.login({ email: USER.email, password: "seven quiet rivers" });
    await settled();
    expect([one.heard, two.heard]).toEqual([["signed-in"], ["signed-in"]]);
});

test("b11_to_find_out_who_is_there_is_no_change", async () => {
    const { page, heard } = tab();
    await page.loadUser();
    const stranger = tab();
    server.access = server.session = false;
    await server.page({ prefix: "/elsewhere" }).loadUser();
    await settled();
    expect([heard, stranger.heard]).toEqual([[], []]);
});

test("b11_a_stranger_who_loads_the_page_is_not_signed_out", async () => {
    const onSignedOut = vi.fn();
    server.access = server.session = false;
    const page = server.page({ onSignedOut });
    await page.getCurrentUser();
    await page.authFetch("/notes");
    await settled();
    expect(onSignedOut).not.toHaveBeenCalled();
});

test("b11_on_signed_out_is_called_for_this_tab_and_for_others", async () => {
    const calls: string[] = [];
    const one = server.page({ onSignedOut: () => calls.push("one") });
    server.page({ onSignedOut: () => calls.push("two") });
    await one.loadUser();
    await one.logout();
    await settled();
    expect(calls.sort()).toEqual(["one", "two"]);
});

test("b11_an_outage_is_no_session_loss", async () => {
    const { page, heard } = tab();
    server.access = false;
    server.intercept = (_, path) => (path.includes("refresh") ? refusal(503, "service_unavailable") : undefined);
    await page.authFetch("/notes");
    await settled();
    expect(heard).toEqual([]);
});

test("b11_an_audience_one_may_not_have_is_no_session_loss", async () => {
    const { page, heard } = tab();
    server.access = server.session = false;
    expect(await page.renewSession("admin")).toEqual({ state: "signed-out" });
    await settled();
    expect(heard).toEqual([]);
});

test("b11_who_stops_listening_hears_nothing_more", async () => {
    const { heard } = tab();
    stops.pop()!();
    await server.page().logout();
    await settled();
    expect(heard).toEqual([]);
});

test("b11_one_failing_listener_does_not_keep_others_from_hearing", async () => {
    const page = server.page();
    const problems: unknown[] = [];
    const onError = (problem: unknown) => problems.push(problem);
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", onError);
    const heard = vi.fn();
    stops.push(
        page.onChange(() => {
            throw new Error("mine");
        }),
        page.onChange(heard),
    );
    expect(await page.logout()).toEqual({ ok: true });
    await settled();
    process.removeAllListeners("uncaughtException");
    for (const listener of before) process.on("uncaughtException", listener);
    expect(heard).toHaveBeenCalledWith("signed-out");
    expect(problems).toHaveLength(1);
});

test("b11_without_broadcast_channel_a_storage_event_carries_the_notice_and_nothing_stays", async () => {
    const listeners = new Set<(event: object) => void>();
    const stored = new Map<string, string>();
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.stubGlobal("addEventListener", (_: string, listener: (event: object) => void) => listeners.add(listener));
    vi.stubGlobal("removeEventListener", (_: string, listener: (event: object) => void) => listeners.delete(listener));
    vi.stubGlobal("localStorage", {
        setItem(key: string, newValue: string) {
            stored.set(key, newValue);
            for (const listener of listeners) listener({ key, newValue });
        },
        removeItem(key: string) {
            stored.delete(key);
            for (const listener of listeners) listener({ key, newValue: null });
        },
    });
    const { heard } = tab();
    await server.page().logout();
    await settled();
    expect(heard).toEqual(["signed-out"]);
    expect(stored.size).toBe(0);
    stops.pop()!();
    expect(listeners.size).toBe(0);
});

test("b11_storage_that_is_forbidden_keeps_nobody_signed_in", async () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.stubGlobal("localStorage", undefined);
    expect(await server.page().logout()).toEqual({ ok: true });
});
