import { beforeEach, expect, test, vi } from "vitest";
import { passkeySupport } from "../src/index.js";
import { openBrowser, Server, USER } from "./server.js";

const CHALLENGE_ID = "1f2e3d4c-5b6a-4789-90ab-cdef01234567";
const bytes = (...values: number[]) => new Uint8Array(values);

let server: Server;
let credentials: { get: ReturnType<typeof vi.fn>; create: ReturnType<typeof vi.fn> };
beforeEach(() => {
    server = new Server();
    openBrowser();
    credentials = { get: vi.fn(), create: vi.fn() };
    Object.assign(navigator, { credentials });
    const user = { id: "_-8", name: "robin@example.com", displayName: "robin" };
    server.intercept = (_, path) => {
        const ceremony = (publicKey: object) => Response.json({ challenge_id: CHALLENGE_ID, options: { publicKey } });
        if (path.endsWith("authenticate/options")) return ceremony({ challenge: "AQID-_8", rpId: "app.example" });
        if (path.endsWith("register/options")) {
            const known = { type: "public-key", id: "AAE" };
            return ceremony({ challenge: "AQID", user, excludeCredentials: [known] });
        }
        if (path.includes("authenticate/finish")) return Response.json({ user: USER });
        return path.endsWith("register/finish") ? new Response(null, { status: 204 }) : undefined;
    };
});

test("b09_signing_in_decodes_the_options_and_encodes_the_result", async () => {
    credentials.get.mockResolvedValue({
        id: "-_8",
        rawId: bytes(251, 255).buffer,
        type: "public-key",
        authenticatorAttachment: "platform",
        response: {
            clientDataJSON: bytes(1).buffer,
            authenticatorData: bytes(1, 2).buffer,
            signature: bytes(1, 2, 3).buffer,
            userHandle: null,
        },
    });
    expect(await server.page().loginWithPasskey({ audience: "admin" })).toEqual(USER);
    expect(credentials.get).toHaveBeenCalledWith({
        publicKey: { challenge: bytes(1, 2, 3, 251, 255), rpId: "app.example" },
    });
    expect(server.log.at(-1)).toBe("POST /auth/api/v1/passkeys/authenticate/finish?audience=admin");
    expect(await server.requests.at(-1)!.json()).toEqual({
        challenge_id: CHALLENGE_ID,
        credential: {
            id: "-_8",
            rawId: "-_8",
            type: "public-key",
            authenticatorAttachment: "platform",
            response: { clientDataJSON: "AQ", authenticatorData: "AQI", signature: "AQID" },
        },
    });
});

test("b09_registering_decodes_the_options_and_encodes_the_result", async () => {
    credentials.create.mockResolvedValue({
        id: "AAE",
        rawId: bytes(0, 1).buffer,
        type: "public-key",
        response: {
            clientDataJSON: bytes(1).buffer,
            attestationObject: bytes(2).buffer,
            getTransports: () => ["internal"],
        },
    });
    await server.page().registerPasskey({ name: "Blue key" });
    const { publicKey } = credentials.create.mock.calls[0]![0];
    expect(publicKey.challenge).toEqual(bytes(1, 2, 3));
    expect(publicKey.user).toEqual({ id: bytes(255, 239), name: "robin@example.com", displayName: "robin" });
    expect(publicKey.excludeCredentials).toEqual([{ type: "public-key", id: bytes(0, 1) }]);
    expect(await server.requests.at(-1)!.json()).toEqual({
        challenge_id: CHALLENGE_ID,
        name: "Blue key",
        credential: {
            id: "AAE",
            rawId: "AAE",
            type: "public-key",
            response: { clientDataJSON: "AQ", attestationObject: "Ag", transports: ["internal"] },
        },
    });
});

test("b09_conditional_sign_in_can_be_given_up", async () => {
    const controller = new AbortController();
    credentials.get.mockImplementation(
        ({ signal }: { signal: AbortSignal }) =>
            new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const login = server.page().loginWithPasskey({ conditional: true, signal: controller.signal });
    await vi.waitUntil(() => credentials.get.mock.calls.length);
    expect(credentials.get.mock.calls[0]![0].mediation).toBe("conditional");
    controller.abort();
    await expect(login).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(server.count("POST /auth/api/v1/passkeys/authenticate/finish")).toBe(0);
});

test("b09_what_the_browser_can_do_is_found_out", async () => {
    expect(await passkeySupport()).toBe("none");
    vi.stubGlobal("PublicKeyCredential", class {});
    expect(await passkeySupport()).toBe("modal");
    vi.stubGlobal("PublicKeyCredential", { isConditionalMediationAvailable: () => Promise.resolve(true) });
    expect(await passkeySupport()).toBe("conditional");
    vi.stubGlobal("PublicKeyCredential", undefined);
});
