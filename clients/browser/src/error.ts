/** Why a typed call failed. */

/** An answer other than success, or none at all. */
export class AutharaError extends Error {
    override readonly name = "AutharaError";

    constructor(
        /** The HTTP status; 0 when no answer came. */
        readonly status: number,
        /**
         * `error.code` of the answer. `unavailable` when no answer came or the session could not be
         * renewed just now, `unexpected_answer` when something other than Authara seems to have answered.
         */
        readonly code: string,
        message: string = code,
        /** Seconds to wait before the next attempt, when the answer says so. */
        readonly retryAfter?: number,
    ) {
        super(message);
    }
}

/** Reads the error envelope, or makes the best of an answer that is none. */
export async function readError(response: Response): Promise<AutharaError> {
    const { code, message } = (await response.json().catch(() => null))?.error ?? {};
    const wait = Number(response.headers.get("Retry-After")) || undefined;
    return new AutharaError(response.status, code || "unexpected_answer", message, wait);
}
