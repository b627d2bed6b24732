//! Access tokens as they are handed out, and whom they let in (http-api 7.6, security 7).

use std::time::Duration;

use authara_core::audience::Audience;
use authara_flows::mint::Grant;
use authara_flows::testing::Bend;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::browser::{ACCESS, CSRF};
use crate::by_hand::{claims, grant_behind, mint};
use crate::cookie_effects::assert_untouched;
use crate::wire::Ask;
use crate::world::{PASSWORD, worlds};

/// Method, path, body, and the status for somebody fresh who is signed in alone.
type Operation = (&'static str, &'static str, &'static str, u16);

/// Every operation for people who are signed in; the one that ends the session comes last.
const USER_OPERATIONS: [Operation; 8] = [
    ("GET", "/user", "", 200),
    ("GET", "/account", "", 200),
    ("GET", "/account/sessions", "", 200),
    ("DELETE", "/account/sessions/0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11", "", 404),
    ("DELETE", "/account/sessions/others", "", 204),
    ("POST", "/account/password", r#"{"password":"nine green bicycles"}"#, 409),
    ("PUT", "/account/password", r#"{"current_password":"wrong","new_password":"nine green bicycles"}"#, 400),
    ("PUT", "/users/password", r#"{"password":"nine green bicycles"}"#, 204),
];

fn ask(operation: Operation) -> Ask {
    let (method, path, body, _) = operation;
    let ask = Ask::api(method, path);
    if body.is_empty() { ask } else { ask.header("content-type", "application/json").body(body) }
}

fn bearing(ask: Ask, token: &str) -> Ask {
    ask.header("authorization", &format!("Bearer {token}"))
}

/// One of the first two parts of a compact token.
fn part(token: &str, index: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// A token under the test ring's key, whatever it says.
fn signed(header: &Value, payload: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(header), encode(payload));
    let tag = Bend::default().ring.active().mac().sign(&[text.as_bytes()]);
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[actix_web::test]
async fn h079_h080_a_fresh_token_says_what_the_contract_lists_and_nothing_else() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let token = browser.cookie(ACCESS).to_owned();
        assert_eq!(part(&token, 0), json!({"alg": "HS256", "kid": "test", "typ": "at+jwt"}), "{}", world.name);
        let payload = part(&token, 1);
        let mut names: Vec<&String> = payload.as_object().unwrap().keys().collect();
        names.sort_unstable();
        let listed = ["aud", "exp", "iat", "iss", "jti", "org_id", "org_role", "roles", "sid", "sub"];
        assert_eq!(names, listed, "{}", world.name);
        assert_eq!(payload["iss"], "authara", "{}", world.name);
        assert_eq!(payload["aud"], json!(["app"]), "{}", world.name);
        assert_eq!(payload["roles"], Value::Null, "{}", world.name);
        assert_eq!(payload["org_role"], "owner", "{}", world.name);
        let now = world.clock.now().timestamp();
        assert_eq!((&payload["iat"], &payload["exp"]), (&json!(now), &json!(now + 600)), "{}", world.name);
        let user = browser.get("/user").await.json();
        assert_eq!((&payload["sub"], &payload["org_id"]), (&user["id"], &user["organization"]["id"]), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn every_token_has_an_id_of_its_own() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let first = claims(&world, browser.cookie(ACCESS), Audience::App);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        let second = claims(&world, browser.cookie(ACCESS), Audience::App);
        assert_eq!(first.session, second.session, "{}", world.name);
        assert!(first.token_id.is_some() && first.token_id != second.token_id, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h082_a_token_is_over_at_the_very_second_it_names() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::seconds(599));
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.clock.advance(TimeDelta::seconds(1));
        let answer = browser.get("/user").await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_untouched(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h081_h090_h104_s076_a_token_for_the_admin_area_opens_no_operation_of_the_app() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let behind = grant_behind(&world, browser.cookie(ACCESS));
        let token = mint(&world, &Grant { audience: Audience::Admin, ..behind });
        browser.set(ACCESS, &token);
        for operation in USER_OPERATIONS {
            let answer = browser.mutate(ask(operation)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} cookie {operation:?}", world.name);
            assert_untouched(&answer, world.name);
            let answer = world.send(bearing(ask(operation), &token)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} bearer {operation:?}", world.name);
        }
        // The session is fine: a refresh brings the app back.
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h087_s083_the_published_type_is_still_taken_and_a_foreign_one_is_not() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let payload = part(browser.cookie(ACCESS), 1);
        for (kind, status) in [("at+jwt", 200), ("JWT", 200), ("csrf+jwt", 401)] {
            let token = signed(&json!({"alg": "HS256", "kid": "test", "typ": kind}), &payload);
            let answer = world.send(bearing(Ask::api("GET", "/user"), &token)).await;
            assert_eq!(answer.status, status, "{} {kind}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h085_h086_h094_h096_a_token_that_does_not_verify_is_401_and_never_500() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let good = browser.cookie(ACCESS).to_owned();
        let header = json!({"alg": "HS256", "kid": "test", "typ": "at+jwt"});
        let with = |name: &str, value: Value| {
            let mut payload = part(&good, 1);
            payload[name] = value;
            signed(&header, &payload)
        };
        let unsigned = signed(&json!({"alg": "none", "kid": "test"}), &part(&good, 1));
        let unknown_key = signed(&json!({"alg": "HS256", "kid": "../test"}), &part(&good, 1));
        for token in [
            with("org_role", json!("emperor")),
            with("roles", json!(["admin"])),
            with("roles", json!(["authara:emperor"])),
            with("aud", json!(["app", "admin"])),
            with("sub", json!("00000000-0000-0000-0000-000000000000")),
            with("iat", json!(9_000_000_000_i64)),
            unsigned,
            unknown_key,
            "x".to_owned(),
            "..".to_owned(),
            ".".repeat(6_000),
        ] {
            browser.set(ACCESS, &token);
            let answer = browser.get("/user").await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {token:.40}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h100_s058_an_unknown_session_is_refused_where_the_session_is_read() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let behind = grant_behind(&world, browser.cookie(ACCESS));
        let token = mint(&world, &Grant { session: world.app.rng.id(world.clock.now()), ..behind });
        for (method, path, body, _) in USER_OPERATIONS {
            let status = if path == "/user" { 200 } else { 401 };
            let answer = world.send(bearing(ask((method, path, body, status)), &token)).await;
            assert_eq!(answer.status, status, "{} {method} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h101_h102_s128_a_token_of_an_account_or_organization_that_is_gone_is_refused() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let behind = grant_behind(&world, browser.cookie(ACCESS));
        let now = world.clock.now();
        let nobody = mint(&world, &Grant { user: world.app.rng.id(now), ..behind.clone() });
        let nowhere = mint(&world, &Grant { organization: world.app.rng.id(now), ..behind });
        for token in [&nobody, &nowhere] {
            let answer = world.send(bearing(Ask::api("GET", "/user"), token)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        }
        // Somebody else's session does not become theirs.
        let answer = world.send(bearing(Ask::api("GET", "/account"), &nobody)).await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h103_a_bearer_token_opens_every_user_operation_without_cookies_and_without_csrf() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let token = browser.cookie(ACCESS);
        for operation in USER_OPERATIONS {
            let answer = world.send(bearing(ask(operation), token)).await;
            assert_eq!(answer.status, operation.3, "{} {operation:?}: {}", world.name, answer.text());
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h103_the_scheme_counts_in_any_case_and_other_schemes_are_ignored() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let token = browser.cookie(ACCESS).to_owned();
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            let ask = Ask::api("GET", "/user").header("authorization", &format!("{scheme} {token}"));
            assert_eq!(world.send(ask).await.status, 200, "{} {scheme}", world.name);
        }
        for other in ["Basic ZGFuYTpwdw==", "Digest x", "Bearerx y", "DPoP abc"] {
            let ask = Ask::api("GET", "/user").header("authorization", other);
            assert_eq!(world.send(ask.clone()).await.status, 401, "{} {other}", world.name);
            assert_eq!(browser.send(ask).await.status, 200, "{} {other} beside cookies", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h103_a_bad_bearer_token_never_falls_back_to_cookies() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let good = format!("Bearer {}", browser.cookie(ACCESS));
        let tampered = format!("{good}A");
        for bad in ["Bearer", "Bearer ", "Bearer x", "bearer a.b.c", tampered.as_str()] {
            for operation in USER_OPERATIONS {
                let answer = browser.mutate(ask(operation).header("authorization", bad)).await;
                assert_eq!(answer.verdict(), "401/unauthorized", "{} {bad:.20} {operation:?}", world.name);
                assert_untouched(&answer, world.name);
            }
        }
        let twice = Ask::api("GET", "/user").header("authorization", &good).header("authorization", &good);
        assert_eq!(browser.send(twice).await.verdict(), "401/unauthorized", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h103_beside_a_bearer_token_cookies_count_for_nothing() {
    for world in worlds().await {
        let mut dana = world.signed_up("dana@example.org").await;
        let erik = world.signed_up("erik@example.org").await;
        let token = erik.cookie(ACCESS).to_owned();
        let answer = dana.send(bearing(Ask::api("GET", "/user"), &token)).await;
        assert_eq!(answer.json()["email"], "erik@example.org", "{}", world.name);
        // Nor does proof against forgery, which is about cookies.
        let others = bearing(Ask::api("DELETE", "/account/sessions/others"), &token);
        assert_eq!(dana.send(others.clone()).await.status, 204, "{}", world.name);
        assert_eq!(dana.send(others.header("x-csrf-token", "wrong")).await.status, 204, "{}", world.name);
        assert_eq!(dana.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s055_logging_out_with_a_bearer_token_ends_its_session_and_no_other() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut app = world.browser();
        assert_eq!(app.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        let token = app.cookie(ACCESS).to_owned();
        // The browser's own cookies beside it are ignored, and so is the missing CSRF value.
        let answer = browser.send(bearing(Ask::api("POST", "/sessions/logout"), &token)).await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(app.user_status().await, 401, "{}", world.name);
        assert_eq!(app.refresh().await.status, 401, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        // Signing out twice is signing out, and a bad token is no way to the cookies' session.
        for token in [token.as_str(), "x"] {
            let answer = browser.send(bearing(Ask::api("POST", "/sessions/logout"), token)).await;
            assert_eq!(answer.status, 204, "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s055_a_bearer_token_that_has_lapsed_still_ends_its_session() {
    for world in worlds().await {
        let mut app = world.signed_up("dana@example.org").await;
        let token = app.cookie(ACCESS).to_owned();
        world.clock.advance(TimeDelta::minutes(11));
        let opened = world.send(bearing(Ask::api("GET", "/user"), &token)).await;
        assert_eq!(opened.status, 401, "{}", world.name);
        let answer = world.send(bearing(Ask::api("POST", "/sessions/logout"), &token)).await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_eq!(app.refresh().await.status, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s058_a_token_is_refused_from_the_moment_its_session_ends() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut thief = browser.clone();
        let token = browser.cookie(ACCESS).to_owned();
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        for operation in USER_OPERATIONS {
            let answer = thief.mutate(ask(operation)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} cookie {operation:?}", world.name);
            assert_untouched(&answer, world.name);
            let answer = world.send(bearing(ask(operation), &token)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} bearer {operation:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s059_a_new_session_in_the_second_of_the_revocation_is_good() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_s168_what_cannot_be_found_out_is_503_and_signs_nobody_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.faults.set_outage(true);
        // From then on the feed of ended sessions is too old to decide by.
        tokio::time::sleep(Duration::from_millis(2_600)).await;
        for operation in USER_OPERATIONS {
            let answer = browser.mutate(ask(operation)).await;
            assert_eq!(answer.verdict(), "503/service_unavailable", "{} {operation:?}", world.name);
            assert!(answer.header("retry-after").is_some(), "{} {operation:?}", world.name);
            assert_untouched(&answer, world.name);
        }
        let token = browser.cookie(ACCESS).to_owned();
        let answer = world.send(bearing(Ask::api("GET", "/user"), &token)).await;
        assert_eq!(answer.verdict(), "503/service_unavailable", "{}", world.name);
        // What does not even verify needs no database to be refused.
        let answer = world.send(bearing(Ask::api("GET", "/user"), "x")).await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        world.faults.set_outage(false);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert!(!browser.cookie(CSRF).is_empty(), "{}", world.name);
        world.stop().await;
    }
}
