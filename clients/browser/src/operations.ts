/** The typed calls of the JSON API. Each throws `AutharaError` unless the answer is a success. */

import type { AudienceOption, Client, Renewal } from "./client.js";
import { AutharaError, readError } from "./error.js";
import type { SignInState } from "./notices.js";
import { decodeOptions, encodeCredential, type PasskeyOptions } from "./passkey.js";
import type { Audience, AuthUser } from "./wire.js";

/** The audience meant by an option. */
export const audienceOf = (option?: AudienceOption): Audience =>
    (typeof option === "string" ? option : option?.audience) ?? "app";

/** What the calls need of the client that they belong to. */
export interface Wires {
    /** Makes the request of an operation, named by method and path below `/auth/api/v1/`. */
    _request(operation: string, body?: object): Request;
    /** Sends it with the CSRF value. */
    _send(request: Request): Promise<Response>;
    /** The same, and on 401 renews the session and sends again. */
    _exchange(request: Request, audience: Audience): Promise<{ _response: Response; _renewal: Renewal | undefined }>;
    /** Makes a change of the sign-in state known. */
    _tell(state: SignInState): void;
}

type Operation = "call" | "login" | "signup" | "verifySignup" | "loginWithPasskey" | "registerPasskey";

/** Builds the calls. */
export function createOperations({ _request, _send, _exchange, _tell }: Wires): Pick<Client, Operation> {
    /** One call; without `isUser` a 401 is about what was sent, not about the session. */
    const ask = async (operation: string, body?: object, isUser?: boolean): Promise<any> => {
        let response: Response;
        let renewal: Renewal | undefined;
        try {
            const request = _request(operation, body);
            if (isUser) ({ _response: response, _renewal: renewal } = await _exchange(request, "app"));
            else response = await _send(request);
        } catch {
            throw new AutharaError(0, "unavailable");
        }
        if (response.status === 401 && renewal?.state === "unavailable") {
            throw new AutharaError(renewal.status, renewal.state);
        }
        if (!response.ok) throw await readError(response);
        const text = await response.text();
        try {
            return text ? JSON.parse(text) : undefined;
        } catch {
            throw new AutharaError(response.status, "unexpected_answer");
        }
    };
    const call = (operation: string, body?: object) => ask(operation, body, true);
    const post = (path: string, body?: object) => ask("POST " + path, body);
    /** The tokens in the answer are those in the cookies; a page has no use for them. */
    const signIn = async (path: string, body: object, option?: AudienceOption): Promise<AuthUser> => {
        const { user } = await post(`${path}?audience=${audienceOf(option)}`, body);
        _tell("signed-in");
        return user;
    };

    return {
        call: call as Client["call"],
        login: (credentials, option) => signIn("login", credentials, option),
        async signup(details) {
            try {
                return { state: "signed-in", user: await signIn("signup/direct", details) };
            } catch (error) {
                // This server proves addresses first.
                if ((error as AutharaError).status !== 404) throw error;
                return { state: "challenge", ...(await post("signup/challenges", details)) };
            }
        },
        verifySignup: (answer) => signIn("signup/challenges/verify", answer),
        async loginWithPasskey({ audience, conditional, signal } = {}) {
            const options: PasskeyOptions = await post("passkeys/authenticate/options");
            const credential = await navigator.credentials.get({
                publicKey: decodeOptions(options),
                ...(conditional && { mediation: "conditional" }),
                ...(signal && { signal }),
            });
            const { challenge_id } = options;
            const body = { challenge_id, credential: encodeCredential(credential) };
            return signIn("passkeys/authenticate/finish", body, audience);
        },
        async registerPasskey({ name, signal } = {}) {
            const options: PasskeyOptions = await call("POST passkeys/register/options");
            const credential = await navigator.credentials.create({
                publicKey: decodeOptions(options),
                ...(signal && { signal }),
            });
            const { challenge_id } = options;
            const body = { challenge_id, credential: encodeCredential(credential), name };
            await call("POST passkeys/register/finish", body);
        },
    };
}
