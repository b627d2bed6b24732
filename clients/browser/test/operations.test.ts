import { beforeEach, expect, test } from "vitest";
import { AutharaError } from "../src/index.js";
import { html, openBrowser, refusal, Server, USER } from "./server.js";

const SESSION = { user: USER, access_token: "a.b.c", refresh_token: "r" };
const DETAILS = { email: "robin@example.com", password: "seven quiet rivers" };
const CHALLENGE = { challenge_id: "1f2e3d4c-5b6a-4789-90ab-cdef01234567" };

let server: Server;
beforeEach(() => {
    server = new Server();
    openBrowser();
});

/** Answers each path as told, and everything else as usual. */
const answer = (answers: Record<string, () => Response | Error>) => {
    server.intercept = (_, path) => answers[path.replace("/auth/api/v1/", "")]?.();
};
const lastBody = () => server.requests.at(-1)!.json();

test("b08_signing_in_gives_the_user_and_no_token", async () => {
    answer({
        "login?audience=app": () => Response.json(SESSION),
        "login?audience=admin": () => Response.json(SESSION),
    });
    const { login } = server.page();
    expect(await login(DETAILS)).toEqual(USER);
    expect(await lastBody()).toEqual(DETAILS);
    expect(await login({ identifier: "robin", password: "seven quiet rivers" }, "admin")).toEqual(USER);
    expect(server.requests.at(-1)!.headers.get("Content-Type")).toBe("application/json");
});

test("b08_wrong_credentials_are_an_error_and_no_reason_to_refresh", async () => {
    answer({ "login?audience=app": () => refusal(401, "unauthorized") });
    const error = await server
        .page()
        .login(DETAILS)
        .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(AutharaError);
    expect(error).toMatchObject({
        name: "AutharaError",
        status: 401,
        code: "unauthorized",
        message: "about unauthorized",
    });
    expect(server.refreshes).toBe(0);
});

test("b08_an_account_is_made_at_once_where_that_is_possible", async () => {
    answer({ "signup/direct?audience=app": () => Response.json(SESSION, { status: 201 }) });
    expect(await server.page().signup(DETAILS)).toEqual({ state: "signed-in", user: USER });
});

test("b08_404_at_sign_up_means_that_addresses_are_proven_first", async () => {
    answer({
        "signup/direct?audience=app": () => refusal(404, "not_found"),
        "signup/challenges": () => Response.json(CHALLENGE, { status: 202 }),
        "signup/challenges/verify?audience=app": () => Response.json(SESSION, { status: 201 }),
    });
    const { signup, verifySignup } = server.page();
    expect(await signup(DETAILS)).toEqual({ state: "challenge", ...CHALLENGE });
    expect(await lastBody()).toEqual(DETAILS);
    expect(await verifySignup({ ...CHALLENGE, code: "493027" })).toEqual(USER);
});

test("b08_other_refusals_of_a_sign_up_start_no_challenge", async () => {
    answer({ "signup/direct?audience=app": () => refusal(400, "invalid_request") });
    await expect(server.page().signup(DETAILS)).rejects.toMatchObject({ status: 400 });
    expect(server.log).toHaveLength(1);
});

test("b08_challenges_resets_and_organizations_are_calls_by_name", async () => {
    answer({
        "password-reset/challenges": () => Response.json(CHALLENGE, { status: 202 }),
        "password-reset/challenges/verify": () => new Response(null, { status: 204 }),
        "challenges/resend": () => new Response(null, { status: 204 }),
        organizations: () => Response.json({ organizations: [USER.organization] }),
        "organizations/o1/switch": () => Response.json({}),
    });
    const { call } = server.page();
    const reset = { email: "robin@example.com", new_password: "nine louder mountains" };
    const { challenge_id } = await call("POST password-reset/challenges", reset);
    expect(await call("POST challenges/resend", { challenge_id })).toBeUndefined();
    expect(await call("POST password-reset/challenges/verify", { challenge_id, code: "000001" })).toBeUndefined();
    expect((await call("GET organizations")).organizations[0]?.name).toBe("Paper Boats");
    await call(`POST organizations/${"o1"}/switch`);
    expect(server.log.at(-1)).toBe("POST /auth/api/v1/organizations/o1/switch");
});

test("b08_calls_renew_the_session", async () => {
    server.access = false;
    expect(await server.page().call("GET user")).toEqual(USER);
    expect(server.refreshes).toBe(1);
});

test("b08_an_outage_during_the_renewal_is_no_401", async () => {
    server.access = false;
    answer({ "sessions/refresh?audience=app": () => refusal(503, "service_unavailable") });
    await expect(server.page().call("GET user")).rejects.toMatchObject({ status: 503, code: "unavailable" });
});

test.each([
    [
        "a_plain_refusal",
        () => refusal(409, "already_there"),
        { status: 409, code: "already_there", retryAfter: undefined },
    ],
    ["a_wait", () => refusal(429, "rate_limited", { "Retry-After": "7" }), { status: 429, retryAfter: 7 }],
    [
        "a_wait_until_a_date",
        () => refusal(503, "x", { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }),
        { retryAfter: undefined },
    ],
    ["a_gateways_page", () => html(502), { status: 502, code: "unexpected_answer" }],
    ["json_of_somebody_else", () => Response.json(["no"], { status: 500 }), { status: 500, code: "unexpected_answer" }],
    ["a_page_in_place_of_success", () => html(200), { status: 200, code: "unexpected_answer" }],
    ["a_broken_connection", () => new TypeError("network"), { status: 0, code: "unavailable" }],
])("b08_%s_is_told_as_what_it_is", async (_, given, expected) => {
    answer({ capabilities: given });
    await expect(server.page().call("GET capabilities")).rejects.toMatchObject(expected);
});
