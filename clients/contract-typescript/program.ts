/**
 * A program that uses every operation of the contract. It is compiled, never run: the question is
 * whether the types that a generator makes of contract/openapi.yaml are any good.
 *
 * A new operation is a compile error here until it has a line of its own.
 */

import { call, type Output } from "./call.js";
import type { components, operations } from "./generated/contract.js";

/** One use of each operation, which yields what the contract promises. */
type Program = { [Id in keyof operations]: () => Promise<Output<operations[Id]>> };

const password = "seven quiet rivers";

const program: Program = {
    getHealth: () => call("get", "/auth/health", {}),
    getReadiness: () => call("get", "/auth/ready", {}),
    getVersion: () => call("get", "/auth/version", {}),
    getOpenAPIDocument: () => call("get", "/auth/api/v1/openapi.json", {}),
    getCsrfToken: () => call("get", "/auth/api/v1/csrf", {}),
    loginWithPassword: () =>
        call("post", "/auth/api/v1/login", {
            query: { audience: "admin" },
            body: { identifier: "robin@example.com", password },
        }),
    signupDirect: () =>
        call("post", "/auth/api/v1/signup/direct", {
            body: { email: "robin@example.com", password, invitation_code: "code" },
        }),
    logout: () => call("post", "/auth/api/v1/sessions/logout", {}),
    refreshSession: () => call("post", "/auth/api/v1/sessions/refresh", { query: { audience: "app" } }),
    refreshTokens: async () => {
        const { refresh_token } = await call("post", "/auth/api/v1/tokens/refresh", {
            body: { refresh_token: "token", audience: "app" },
        });
        return call("post", "/auth/api/v1/tokens/refresh", { body: { refresh_token, audience: "admin" } });
    },
    getCurrentUser: async () => {
        const user = await call("get", "/auth/api/v1/user", {});
        const role: "owner" | "admin" | "member" = user.organization.role;
        user.roles.includes("authara:admin");
        return { ...user, organization: { ...user.organization, role } };
    },
    verifyRequest: () => call("get", "/auth/api/v1/verify", {}),
    setCurrentUserPassword: () => call("put", "/auth/api/v1/users/password", { body: { password } }),
    getAccount: () => call("get", "/auth/api/v1/account", {}),
    createAccountPassword: () => call("post", "/auth/api/v1/account/password", { body: { password } }),
    changeAccountPassword: () =>
        call("put", "/auth/api/v1/account/password", {
            body: { current_password: password, new_password: "nine louder mountains" },
        }),
    listAccountSessions: () => call("get", "/auth/api/v1/account/sessions", {}),
    deleteOtherAccountSessions: () => call("delete", "/auth/api/v1/account/sessions/others", {}),
    deleteAccountSession: async () => {
        const { sessions } = await call("get", "/auth/api/v1/account/sessions", {});
        const sessionID = sessions.find((session) => !session.current)?.id ?? "";
        return call("delete", "/auth/api/v1/account/sessions/{sessionID}", { path: { sessionID } });
    },
};

/** Every error is one envelope, whose codes are a closed list. */
const explain = ({ error }: components["schemas"]["ErrorResponse"]): string =>
    error.code === "rate_limited" ? "wait" : error.message;

// What must not compile, so that the lines above mean something.

const { getAccount: _, ...withoutOne } = program;
// @ts-expect-error an operation is not used
const incomplete: Program = withoutOne;
// @ts-expect-error the contract has no such method for the path
const noMethod = () => call("delete", "/auth/api/v1/user", {});
// @ts-expect-error the contract has no such path
const noPath = () => call("get", "/auth/api/v1/users", {});
// @ts-expect-error the body is missing
const noBody = () => call("post", "/auth/api/v1/signup/direct", {});
// @ts-expect-error the id is missing
const noId = () => call("delete", "/auth/api/v1/account/sessions/{sessionID}", {});
// @ts-expect-error there is no such audience
const noAudience = () => call("post", "/auth/api/v1/sessions/refresh", { query: { audience: "web" } });

export { explain, incomplete, noAudience, noBody, noId, noMethod, noPath, program };
