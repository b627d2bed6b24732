/**
 * Holds the types of the browser helper against the contract: what the server sends fits what
 * the helper says it gives, and what the helper takes fits what the server takes.
 */

import type * as helper from "../browser/src/wire.js";
import type { Operations } from "../browser/src/wire-operations.js";
import type { components, paths } from "./generated/contract.js";

type Schemas = components["schemas"];
/** True if every `From` is a `To`. */
type Fits<From, To> = [From] extends [To] ? true : false;

/** What comes from the server. */
const answers: [
    Fits<Schemas["AuthUser"], helper.AuthUser>,
    Fits<Schemas["CurrentUser"], helper.CurrentUser>,
    Fits<Schemas["Account"], helper.Account>,
    Fits<Schemas["AccountSessions"], Operations["GET account/sessions"]["answer"]>,
    Fits<helper.Audience, components["parameters"]["Audience"] & string>,
] = [true, true, true, true, true];

/** What goes there. */
const bodies: [
    Fits<helper.Credentials, Schemas["PasswordLoginRequest"]>,
    Fits<helper.SignupDetails, Schemas["SignupRequest"]>,
    Fits<Operations["PUT users/password"]["body"], Schemas["SetPasswordRequest"]>,
    Fits<Operations["POST account/password"]["body"], Schemas["CreatePasswordRequest"]>,
    Fits<Operations["PUT account/password"]["body"], Schemas["ChangePasswordRequest"]>,
] = [true, true, true, true, true];

/** The contract's operations below `/auth/api/v1/` under the names that the helper has for them. */
type Named<Path> = Path extends `/auth/api/v1/${infer Rest}`
    ? Rest extends `${string}{${string}`
        ? never
        : Rest
    : never;
type ContractNames = {
    [Path in keyof paths & string]: {
        [M in "get" | "put" | "post" | "patch" | "delete"]: paths[Path][M] extends object
            ? `${Uppercase<M>} ${Named<Path>}`
            : never;
    }["get" | "put" | "post" | "patch" | "delete"];
}[keyof paths & string];

/** Operations that `call` need not know: they have functions of their own, or are for gateways and native apps. */
type Elsewhere =
    | "GET openapi.json"
    | "GET csrf"
    | "GET verify"
    | "POST login"
    | "POST signup/direct"
    | "POST sessions/logout"
    | "POST sessions/refresh"
    | "POST tokens/refresh";

/** A new operation is a compile error here until `wire-operations.ts` has it. */
const known: Fits<Exclude<ContractNames, Elsewhere>, keyof Operations> = true;

export { answers, bodies, known };
