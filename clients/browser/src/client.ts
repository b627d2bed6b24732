/** What a client offers. Every function works on its own, without `this`. */

import type { SignInState } from "./notices.js";
import type {
    Audience,
    AuthUser,
    ChallengeAnswer,
    ChallengeReference,
    Credentials,
    CurrentUser,
    SignupDetails,
} from "./wire.js";
import type { AnswerOf, BodyOf, Operations } from "./wire-operations.js";

/** How a client is set up. Every member may be left out on a page that shares its origin with Authara. */
export interface ClientOptions {
    /** Where Authara is mounted, without a slash at the end; `/auth` unless given. */
    prefix?: string;
    /** The origin of the server. The page's own unless given; needed where there is no page. */
    origin?: string;
    /** Further origins to which `authFetch` sends cookies and the CSRF value, and for which it refreshes. */
    origins?: readonly string[];
    /** Takes the place of the global `fetch`. */
    fetch?: (request: Request) => Promise<Response>;
    /** Called when the session has ended, in this tab or in another one. */
    onSignedOut?: () => void;
}

/** An audience, bare or as an option; `app` unless given. */
export type AudienceOption = Audience | { audience?: Audience };

/** How signing out ended. */
export type LogoutResult = { ok: true } | { ok: false; reason: "missing_csrf" | "request_failed" | "unauthorized" };

/** How a refresh ended. `unavailable` says nothing about the session; its status is 0 when no answer came. */
export type Renewal = { state: "renewed" } | { state: "signed-out" } | { state: "unavailable"; status: number };

/** Who is there. `unavailable` says nothing about the session; its status is 0 when no answer came. */
export type UserState =
    { state: "signed-in"; user: CurrentUser } | { state: "signed-out" } | { state: "unavailable"; status: number };

/** How signing up went on: at once, or with a code that was sent by mail. */
export type SignupResult = { state: "signed-in"; user: AuthUser } | ({ state: "challenge" } & ChallengeReference);

/**
 * The functions of one client.
 *
 * The second half, from `call` on, throws `AutharaError` whenever the answer is not a success. No
 * function writes to the console, keeps a token, or runs a timer in the background.
 */
export interface Client {
    /** The value of the CSRF cookie, or null without one. Sends nothing. */
    getCSRFToken(): string | null;
    /** Ends the session; on success moves the page to `redirectTo`, if given. Never throws. */
    logout(options?: { redirectTo?: string }): Promise<LogoutResult>;
    /** Renews the session cookies, and says whether the server did. Never throws. */
    refreshSession(audience?: AudienceOption): Promise<boolean>;
    /** The same, and tells an ended session from a server that is away. Never throws. */
    renewSession(audience?: AudienceOption): Promise<Renewal>;
    /**
     * `fetch` that adds the CSRF value to mutations, and on 401 renews the session and repeats the
     * request. Other origins than the page's own get neither cookies nor CSRF value, unless they
     * were listed. Fails as `fetch` fails; the last answer is returned whatever its status.
     */
    authFetch(input: RequestInfo | URL, init?: RequestInit, audience?: AudienceOption): Promise<Response>;
    /**
     * The signed-in user, or null when nobody is signed in. Throws `AutharaError` when the server cannot say.
     */
    getCurrentUser(audience?: AudienceOption): Promise<CurrentUser | null>;
    /** The same, never throws. */
    loadUser(audience?: AudienceOption): Promise<UserState>;
    /** Calls the listener after every change of the sign-in state, in whichever tab; returns the way to stop it. */
    onChange(listener: (state: SignInState) => void): () => void;
    /** Address of the sign-in page, from which one returns to `returnTo`; to the current page unless given. */
    loginURL(returnTo?: string): string;
    /** Address of the sign-up page, likewise. */
    signupURL(returnTo?: string): string;
    /** Address of the account page, likewise. */
    accountURL(returnTo?: string): string;

    /**
     * Any operation of the API by its method and path below `/auth/api/v1/`, such as
     * `call("GET account/sessions")`. Renews the session on 401 as `authFetch` does. Answers
     * without a body give undefined. Ids are put into the path as they are.
     */
    call<Name extends keyof Operations | (string & {})>(
        operation: Name,
        ...body: BodyOf<Name>
    ): Promise<AnswerOf<Name>>;
    /** Signs in with a password. */
    login(credentials: Credentials, audience?: AudienceOption): Promise<AuthUser>;
    /** Creates an account; where addresses are proven first, starts the challenge. */
    signup(details: SignupDetails): Promise<SignupResult>;
    /** Answers the challenge of a sign-up. */
    verifySignup(answer: ChallengeAnswer): Promise<AuthUser>;
    /** Signs in with a passkey; with `conditional`, from the browser's list of names. */
    loginWithPasskey(options?: { audience?: Audience; conditional?: boolean; signal?: AbortSignal }): Promise<AuthUser>;
    /** Makes a passkey for the signed-in user. */
    registerPasskey(options?: { name?: string; signal?: AbortSignal }): Promise<void>;
}
