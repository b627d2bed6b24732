/**
 * The operations that `call` knows: method and path below `/auth/api/v1/`, what is sent, and what
 * comes back. Types only; not one byte of this reaches the page.
 */

import type {
    Account,
    AccountSessionDetails,
    AuthUser,
    Capabilities,
    ChallengeAnswer,
    ChallengeReference,
    CurrentUser,
    OrganizationMember,
    OrganizationSummary,
    PasswordReset,
} from "./wire.js";

/** Operations whose path is fixed. */
export interface Operations {
    "POST challenges/resend": { body: ChallengeReference; answer: void };
    "POST password-reset/challenges": { body: PasswordReset; answer: ChallengeReference };
    "POST password-reset/challenges/verify": { body: ChallengeAnswer; answer: void };
    "GET user": { answer: CurrentUser };
    "PUT users/password": { body: { password: string }; answer: void };
    "GET account": { answer: Account };
    "POST account/password": { body: { password: string }; answer: void };
    "PUT account/password": { body: { current_password: string; new_password: string }; answer: void };
    "GET account/sessions": { answer: { sessions: AccountSessionDetails[] } };
    "DELETE account/sessions/others": { answer: void };
    "GET capabilities": { answer: Capabilities };
    "GET organizations": { answer: { organizations: OrganizationSummary[] } };
    "GET organizations/current": { answer: OrganizationSummary };
    "GET organizations/current/members": { answer: { members: OrganizationMember[] } };
    "POST invitations/accept": { body: { token: string }; answer: unknown };
    "POST invitations/login": { body: { token: string; password: string }; answer: { user: AuthUser } };
}

/** What is sent and what comes back; anything goes for an operation that is not in the table. */
export type OperationOf<Name extends string> = Name extends keyof Operations
    ? Operations[Name]
    : Name extends `DELETE account/sessions/${string}`
      ? { answer: void }
      : Name extends `POST organizations/${string}/switch`
        ? { answer: unknown }
        : { body?: object; answer: unknown };

/** The arguments after the name: a body where the operation has one. */
export type BodyOf<Name extends string> =
    OperationOf<Name> extends { body: infer Body }
        ? [body: Body]
        : OperationOf<Name> extends { body?: infer Body }
          ? "body" extends keyof OperationOf<Name>
              ? [body?: Body]
              : []
          : [];

/** What the operation answers with. */
export type AnswerOf<Name extends string> = OperationOf<Name>["answer"];
