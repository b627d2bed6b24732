/** Between the JSON of the server and the byte buffers of WebAuthn. */

/** What the server answers when a passkey ceremony begins. */
export interface PasskeyOptions {
    challenge_id: string;
    // The JSON form of WebAuthn Level 3, section 5.1.8 and 5.1.9: buffers are base64url texts.
    options: { publicKey: any };
}

/** What this browser can do with passkeys; `conditional` includes `modal`. */
export type PasskeySupport = "none" | "modal" | "conditional";

/** Finds out what this browser can do. */
export async function passkeySupport(): Promise<PasskeySupport> {
    const api = globalThis.PublicKeyCredential;
    return api ? ((await api.isConditionalMediationAvailable?.()) ? "conditional" : "modal") : "none";
}

const decode = (text: string) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const encode = (bytes: ArrayBuffer) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=/g, "");

/** Replaces the texts that stand for buffers. The server names no credentials at sign-in: passkeys are discoverable. */
export function decodeOptions({ options: { publicKey } }: PasskeyOptions): any {
    const decodeId = (entry: any) => ({ ...entry, id: decode(entry.id) });
    return {
        ...publicKey,
        challenge: decode(publicKey.challenge),
        ...(publicKey.user && { user: decodeId(publicKey.user) }),
        ...(publicKey.excludeCredentials && { excludeCredentials: publicKey.excludeCredentials.map(decodeId) }),
    };
}

/** The JSON form of what the authenticator said. */
export function encodeCredential(credential: any): object {
    const { id, rawId, type, authenticatorAttachment, response } = credential;
    const encoded: Record<string, unknown> = { transports: response.getTransports?.() };
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (response[name]) encoded[name] = encode(response[name]);
    }
    return { id, rawId: encode(rawId), type, authenticatorAttachment, response: encoded };
}
