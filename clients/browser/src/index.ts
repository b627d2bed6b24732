/**
 * Authara in the browser: who is signed in, one refresh for everybody who waits for it, and the
 * JSON API.
 *
 * The plain functions belong to one client for `/auth` on the page's own origin; `createClient`
 * makes others. Nothing in here keeps a token, writes to the console or makes code from text.
 */

import { createClient } from "./create-client.js";

export { createClient };
export { AutharaError } from "./error.js";
export { passkeySupport } from "./passkey.js";

export type {
    AudienceOption,
    Client,
    ClientOptions,
    LogoutResult,
    Renewal,
    SignupResult,
    UserState,
} from "./client.js";
export type { SignInState } from "./notices.js";
export type { PasskeySupport } from "./passkey.js";
export type * from "./wire.js";
export type { AnswerOf, BodyOf, OperationOf, Operations } from "./wire-operations.js";

export const {
    getCSRFToken,
    logout,
    refreshSession,
    renewSession,
    authFetch,
    getCurrentUser,
    loadUser,
    onChange,
    loginURL,
    signupURL,
    accountURL,
    call,
    login,
    signup,
    verifySignup,
    loginWithPasskey,
    registerPasskey,
} = /* @__PURE__ */ createClient();
