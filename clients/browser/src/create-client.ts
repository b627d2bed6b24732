/** Puts a client together: its state is in here, the rules are in the other modules. */

import type { AudienceOption, Client, ClientOptions, LogoutResult, Renewal, UserState } from "./client.js";
import { findCSRFToken } from "./csrf-cookie.js";
import { AutharaError } from "./error.js";
import { hearTabs, tellTabs, type SignInState } from "./notices.js";
import { audienceOf, createOperations } from "./operations.js";
import { returnTarget } from "./return-target.js";
import { takeTurn } from "./turns.js";
import type { Audience } from "./wire.js";

const HEADER = "X-CSRF-Token";
/** How long a call of ours may take. Others wait for a refresh, in other tabs as well. */
const TIMEOUT_MILLISECONDS = 10_000;

/** Success, and not the page with which a gateway answers everything it does not know. */
const isAccepted = (response: Response) =>
    response.ok && !response.headers.get("Content-Type")?.startsWith("text/html");

/** Makes a client. Nothing is sent and nothing looked up before one of its functions is called. */
export function createClient(options: ClientOptions = {}): Client {
    const { prefix = "/auth", origins = [], onSignedOut } = options;
    const name = "authara:" + prefix;
    const turns = new Map<string, Promise<Renewal | undefined>>();
    /** How often this page has renewed the session, by audience. */
    const renewals: Partial<Record<Audience, number>> = {};
    const listeners = new Set<(state: SignInState) => void>();
    let tabs: ReturnType<typeof hearTabs> | undefined;
    /** What is known of the session; `asking` while the page finds out for the first time. */
    let known: SignInState | "asking" | undefined;
    let csrf: Promise<string | null> | undefined;

    const home = () => options.origin ?? globalThis.location?.origin;
    const fetch = (request: Request) => (options.fetch ?? globalThis.fetch)(request);
    const getCSRFToken = () => findCSRFToken(globalThis.document?.cookie ?? "");

    const hear = (state: SignInState) => {
        // To learn of a session is no change, unless nobody was signed in before.
        const isNews = known !== state && known !== "asking" && (known || state === "signed-out");
        known = state;
        if (isNews) for (const listener of listeners) queueMicrotask(() => listener(state));
    };
    const tell = (state: SignInState) => {
        if (known !== state) {
            hear(state);
            tellTabs(name, state, tabs?._channel);
        }
    };
    const onChange = (listener: (state: SignInState) => void) => {
        // A function of its own, so that the same listener may come twice.
        const entry = (state: SignInState) => listener(state);
        tabs ??= hearTabs(name, hear);
        listeners.add(entry);
        return () => {
            if (listeners.delete(entry) && !listeners.size) {
                tabs?._close();
                tabs = undefined;
            }
        };
    };

    const request = (operation: string, body?: object) => {
        const [method = "", path] = operation.split(" ");
        const signal = AbortSignal.timeout?.(TIMEOUT_MILLISECONDS);
        return new Request(new URL(`${prefix}/api/v1/${path}`, home()), {
            method,
            ...(signal && { signal }),
            ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
        });
    };
    // Shared: without a usable cookie each answer would set another value, and only the last one counts.
    const fetchCSRFToken = () =>
        (csrf ??= (async () => (await (await fetch(request("GET csrf"))).json()).csrf_token as string)()
            .catch(() => null)
            .finally(() => (csrf = undefined)));

    /** Sends a request to a server that may have the CSRF value; `once` when it cannot be repeated. */
    const send = async (original: Request, once?: boolean): Promise<Response> => {
        const copy = (token?: string | null) => {
            const copied = once ? original : original.clone();
            if (token) copied.headers.set(HEADER, token);
            return fetch(copied);
        };
        if (/^(GET|HEAD|OPTIONS)$/.test(original.method) || original.headers.has(HEADER)) return copy();
        const cookie = getCSRFToken();
        const response = await copy(cookie ?? (await fetchCSRFToken()));
        if (response.status !== 403 || !cookie || once) return response;
        // The server keeps a usable value, so the same one again means that it was not the reason.
        const fresh = await fetchCSRFToken();
        return fresh && fresh !== cookie ? copy(fresh) : response;
    };

    const renew = async (audience: Audience): Promise<Renewal> => {
        try {
            const response = await send(request("POST sessions/refresh?audience=" + audience));
            const { status } = response;
            if (isAccepted(response)) {
                renewals[audience] = (renewals[audience] ?? 0) + 1;
                tell("signed-in");
                return { state: "renewed" };
            }
            if (status !== 401) return { state: "unavailable", status };
            // Elsewhere it may only mean that the user has no business there.
            if (audience === "app") tell("signed-out");
            return { state: "signed-out" };
        } catch {
            return { state: "unavailable", status: 0 };
        }
    };
    const takeRenewal = (audience: Audience, patient: boolean) =>
        takeTurn(turns, `${name}:${audience}`, () => renew(audience), patient);
    const renewSession = async (option?: AudienceOption) => {
        let renewal;
        // An impatient turn of this page may be under way, and end without telling anything.
        while (!(renewal = await takeRenewal(audienceOf(option), true)));
        return renewal;
    };

    /** Sends, and on 401 renews and sends again. Says how the renewal ended, if there was one. */
    const exchange = async (original: Request, audience: Audience, once?: boolean) => {
        let before = renewals[audience];
        let response = await send(original, once);
        let renewal: Renewal | undefined;
        // Twice only if what somebody else did in the meantime has not helped.
        for (let patient = 0; response.status === 401 && !once && !renewal && patient < 2; patient++) {
            if (before === renewals[audience]) {
                renewal = await (patient ? renewSession(audience) : takeRenewal(audience, false));
            }
            if (renewal && renewal.state !== "renewed") break;
            before = renewals[audience];
            response = await send(original);
        }
        return { _response: response, _renewal: renewal };
    };

    const authFetch: Client["authFetch"] = async (input, init, option) => {
        const given =
            input instanceof Request ? input.clone() : options.origin ? new URL(input, options.origin) : input;
        const original = new Request(given, init);
        const { origin } = new URL(original.url);
        const isHome = origin === home();
        const isListed = origins.includes(origin);
        // Through a second request, because what is given may be anything that has these members.
        const mine = isHome ? original : new Request(original, { credentials: isListed ? "include" : "omit" });
        if (!isHome && !isListed) return fetch(mine);
        // A stream can be read once, and a copy of it would hold everything in memory.
        const once = init?.body instanceof ReadableStream;
        return (await exchange(mine, audienceOf(option), once))._response;
    };

    const loadUser = async (option?: AudienceOption): Promise<UserState> => {
        let status = 0;
        known ??= "asking";
        try {
            const { _response, _renewal } = await exchange(request("GET user"), audienceOf(option));
            status = _response.status;
            if (status === 401) return _renewal?.state === "unavailable" ? _renewal : { state: "signed-out" };
            const user = _response.ok && (await _response.json());
            if (user?.id) {
                tell("signed-in");
                return { state: "signed-in", user };
            }
        } catch {
            // No answer, or something else than Authara gave it.
        } finally {
            if (known === "asking") known = undefined;
        }
        return { state: "unavailable", status };
    };

    const page = (path: string) => (returnTo?: string) => {
        const target = returnTarget(returnTo, home());
        return `${prefix}/${path}` + (target ? "?return_to=" + encodeURIComponent(target) : "");
    };

    if (onSignedOut) onChange((state) => state === "signed-out" && onSignedOut());

    return {
        getCSRFToken,
        async logout({ redirectTo } = {}) {
            let result: LogoutResult = { ok: false, reason: "request_failed" };
            try {
                if (!(getCSRFToken() ?? (await fetchCSRFToken()))) return { ok: false, reason: "missing_csrf" };
                const response = await send(request("POST sessions/logout"));
                if (isAccepted(response)) {
                    result = { ok: true };
                    tell("signed-out");
                    // An address of script would run in this page.
                    if (redirectTo && new URL(redirectTo, location.href).protocol.startsWith("http")) {
                        location.assign(redirectTo);
                    }
                } else if (response.status === 401 || response.status === 403) {
                    result = { ok: false, reason: "unauthorized" };
                }
            } catch {
                // No answer, or an address that is none.
            }
            return result;
        },
        refreshSession: async (option) => (await renewSession(option)).state === "renewed",
        renewSession,
        authFetch,
        async getCurrentUser(option) {
            const state = await loadUser(option);
            if (state.state === "unavailable") throw new AutharaError(state.status, state.state);
            return state.state === "signed-in" ? state.user : null;
        },
        loadUser,
        onChange,
        loginURL: page("login"),
        signupURL: page("signup"),
        accountURL: page("account"),
        ...createOperations({ _request: request, _send: send, _exchange: exchange, _tell: tell }),
    };
}
