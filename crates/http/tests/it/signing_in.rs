//! `POST login` (http-api 7.8).

use authara_core::audience::Audience;
use authara_core::role::PlatformRole;
use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;
use serde_json::{Value, json};

use crate::browser::{ACCESS, CSRF, REFRESH};
use crate::by_hand::{self, claims};
use crate::cookie_effects::{assert_set, assert_untouched};
use crate::wire::{API, Answer, Ask, raw};
use crate::world::{PASSWORD, World, worlds};

/// An answer without what differs between any two: its id and its date.
pub fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| name != "x-request-id" && name != "date");
    headers.sort_unstable();
    (answer.status, headers, answer.text())
}

/// What somebody without cookies is told.
async fn attempt(world: &World, path: &str, body: &Value) -> Answer {
    world.browser().post_json(path, body).await
}

#[actix_web::test]
async fn h143_k19_the_right_password_hands_over_a_session_in_body_and_cookies() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let mut browser = world.browser();
        let answer = browser.log_in("dana@example.org", PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        assert_set(&answer, world.name);
        let body = answer.json();
        assert_eq!(body.as_object().unwrap().len(), 3, "{}: {body}", world.name);
        assert_eq!(body["access_token"], browser.cookie(ACCESS), "{}", world.name);
        assert_eq!(body["refresh_token"], browser.cookie(REFRESH), "{}", world.name);
        let user = body["user"].as_object().unwrap();
        let mut names: Vec<&String> = user.keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["created_at", "disabled", "email", "id", "username"], "{}", world.name);
        assert_eq!(user["email"], "dana@example.org", "{}", world.name);
        assert_eq!(user["disabled"], false, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h144_h149_s015_every_refusal_is_the_same_to_the_byte() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        by_hand::account(&world, "without@example.org", None, false).await;
        by_hand::account(&world, "disabled@example.org", Some(PASSWORD), true).await;
        let mut answers = Vec::new();
        for email in ["dana@example.org", "without@example.org", "disabled@example.org", "nobody@example.org"] {
            let answer = attempt(&world, "/login", &json!({"email": email, "password": "not this one"})).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {email}", world.name);
            assert_untouched(&answer, email);
            answers.push((email, comparable(&answer)));
        }
        for (email, answer) in &answers {
            assert_eq!(answer, &answers[0].1, "{} {email}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s016_every_refusal_costs_exactly_one_password_check() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        by_hand::account(&world, "without@example.org", None, false).await;
        by_hand::account(&world, "disabled@example.org", Some(PASSWORD), true).await;
        for email in ["dana@example.org", "without@example.org", "disabled@example.org", "nobody@example.org"] {
            let before = world.app.hasher.count();
            attempt(&world, "/login", &json!({"email": email, "password": "not this one"})).await;
            assert_eq!(world.app.hasher.count() - before, 1, "{} {email}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h149_a_disabled_account_is_told_so_only_after_the_right_password() {
    for world in worlds().await {
        by_hand::account(&world, "dana@example.org", Some(PASSWORD), true).await;
        for (password, verdict) in [(PASSWORD, "403/forbidden"), ("not this one", "401/unauthorized")] {
            let answer = attempt(&world, "/login", &json!({"email": "dana@example.org", "password": password})).await;
            assert_eq!(answer.verdict(), verdict, "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h145_s004_an_empty_or_endless_password_is_400_and_never_hashed() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let before = world.app.hasher.count();
        for password in [String::new(), "x".repeat(1025), "ü".repeat(513)] {
            let answer = attempt(&world, "/login", &json!({"email": "dana@example.org", "password": password})).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(world.app.hasher.count(), before, "{}", world.name);
        let longest = json!({"email": "dana@example.org", "password": "x".repeat(1024)});
        assert_eq!(attempt(&world, "/login", &longest).await.verdict(), "401/unauthorized", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h146_s125_every_spelling_of_the_address_is_the_same_account() {
    for world in worlds().await {
        world.signed_up("Dana@Example.org").await;
        for email in ["dana@example.org", "DANA@EXAMPLE.ORG", "dAnA@eXaMpLe.OrG", "ｄａｎａ@example.org"] {
            let answer = attempt(&world, "/login", &json!({"email": email, "password": PASSWORD})).await;
            assert_eq!(answer.status, 200, "{} {email}", world.name);
            assert_eq!(answer.json()["user"]["email"], "dana@example.org", "{} {email}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn exactly_one_of_email_and_identifier_says_who() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let by_identifier = json!({"identifier": "dana@example.org", "password": PASSWORD});
        assert_eq!(attempt(&world, "/login", &by_identifier).await.status, 200, "{}", world.name);
        for body in [
            json!({"email": "dana@example.org", "identifier": "dana@example.org", "password": PASSWORD}),
            json!({"email": "dana@example.org", "identifier": null, "password": PASSWORD}),
            json!({"email": null, "password": PASSWORD}),
            json!({"password": PASSWORD}),
            json!({"identifier": "dana@example.org"}),
            json!({"identifier": 5, "password": PASSWORD}),
            json!({"identifier": "not an address", "password": PASSWORD}),
        ] {
            let answer = attempt(&world, "/login", &body).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {body}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h150_k30_the_admin_area_is_refused_only_after_the_right_password() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for (password, verdict) in [(PASSWORD, "403/forbidden"), ("not this one", "401/unauthorized")] {
            let body = json!({"email": "dana@example.org", "password": password});
            let answer = attempt(&world, "/login?audience=admin", &body).await;
            assert_eq!(answer.verdict(), verdict, "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h117_h142_every_platform_role_opens_the_admin_area_at_login() {
    for world in worlds().await {
        for (email, role) in [
            ("dana@example.org", PlatformRole::Admin),
            ("erik@example.org", PlatformRole::Auditor),
            ("fee@example.org", PlatformRole::Monitor),
        ] {
            world.signed_up(email).await;
            by_hand::grant(&world, email, role).await;
            let mut browser = world.browser();
            let body = json!({"email": email, "password": PASSWORD});
            assert_eq!(browser.post_json("/login?audience=admin", &body).await.status, 200, "{}", world.name);
            let token = claims(&world, browser.cookie(ACCESS), Audience::Admin);
            assert_eq!(token.roles, [role.claim()], "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s049_a_refused_login_to_the_admin_area_ends_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for password in [PASSWORD, "not this one"] {
            let body = json!({"email": "dana@example.org", "password": password});
            let answer = browser.post_json("/login?audience=admin", &body).await;
            assert!([401, 403].contains(&answer.status), "{}", world.name);
            assert_untouched(&answer, world.name);
            assert_eq!(browser.user_status().await, 200, "{}", world.name);
        }
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s049_s088_a_login_makes_everything_new_and_ends_what_the_browser_had_before() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut old = browser.clone();
        let answer = browser.log_in("dana@example.org", PASSWORD).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 3), "{}", world.name);
        for name in [ACCESS, REFRESH, CSRF] {
            assert_ne!(browser.cookie(name), old.cookie(name), "{} {name}", world.name);
        }
        let session = |token: &str| claims(&world, token, Audience::App).session;
        assert_ne!(session(browser.cookie(ACCESS)), session(old.cookie(ACCESS)), "{}", world.name);
        assert_eq!((old.user_status().await, old.refresh().await.status), (401, 401), "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s049_either_planted_cookie_alone_ends_its_session_at_login() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for planted in [ACCESS, REFRESH] {
            let mut attacker = world.browser();
            let signed_up = attacker.sign_up(&format!("{planted}@example.org"), PASSWORD).await;
            assert_eq!(signed_up.status, 201, "{}", world.name);
            let mut browser = world.browser();
            browser.set(planted, attacker.cookie(planted));
            assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
            assert_eq!(browser.get("/user").await.json()["email"], "dana@example.org", "{}", world.name);
            let seen = (attacker.user_status().await, attacker.refresh().await.status);
            assert_eq!(seen, (401, 401), "{} {planted}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h076_s049_a_login_that_fails_leaves_cookies_and_session_alone() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (email, password) in [("dana@example.org", "not this one"), ("nobody@example.org", PASSWORD)] {
            let answer = browser.log_in(email, password).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h154_s062_no_user_agent_keeps_anybody_from_logging_in() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let long = "a".repeat(10_240);
        let foxes = "🦊".repeat(300);
        for agent in [b"".as_slice(), long.as_bytes(), foxes.as_bytes(), b"Mozilla \xff\xfe \xc3(", b"tab\there"] {
            let mut browser = world.browser();
            browser.fetch_csrf().await;
            let csrf = browser.cookie(CSRF).to_owned();
            let body = json!({"email": "dana@example.org", "password": PASSWORD}).to_string();
            let head = format!(
                "POST {API}/login HTTP/1.1\r\nhost: app.example.org\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\ncookie: {CSRF}={csrf}\r\n\
                 x-csrf-token: {csrf}\r\nuser-agent: ",
                body.len()
            );
            let answer = raw(world.address, &[head.as_bytes(), agent, b"\r\n\r\n", body.as_bytes()].concat()).await;
            let shown = String::from_utf8_lossy(agent).chars().take(20).collect::<String>();
            assert_eq!(answer.status, 200, "{} {shown}: {}", world.name, answer.text());
            let cookie = format!("{ACCESS}={}", answer.set_cookie(ACCESS).unwrap().value);
            let listed = world.send(Ask::api("GET", "/account/sessions").header("cookie", &cookie)).await.json();
            let stored = listed["sessions"][0]["user_agent"].as_str().unwrap();
            assert!(stored.chars().count() <= 255, "{} {shown}", world.name);
            assert!(!stored.chars().any(char::is_control), "{} {shown}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s002_s005_the_password_counts_as_received_and_in_its_normal_form() {
    for world in worlds().await {
        let exact = "  pa ss  Word ";
        let composed = "Gar\u{e7}on mal \u{e9}lev\u{e9}";
        let decomposed = "Garc\u{327}on mal e\u{301}leve\u{301}";
        for (email, chosen) in [("dana@example.org", exact), ("erik@example.org", decomposed)] {
            assert_eq!(world.browser().sign_up(email, chosen).await.status, 201, "{}", world.name);
        }
        for (email, password, status) in [
            ("dana@example.org", exact, 200),
            ("dana@example.org", "pa ss  Word", 401),
            ("dana@example.org", "  pa ss  word ", 401),
            ("erik@example.org", decomposed, 200),
            ("erik@example.org", composed, 200),
        ] {
            let answer = attempt(&world, "/login", &json!({"email": email, "password": password})).await;
            assert_eq!(answer.status, status, "{} {password:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_s168_trouble_at_login_is_never_a_wrong_password() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (point, kind, verdict) in [
            (FaultPoint::Read, FaultKind::Unavailable, "503/service_unavailable"),
            (FaultPoint::Write, FaultKind::Unavailable, "503/service_unavailable"),
            (FaultPoint::Commit, FaultKind::Unavailable, "503/service_unavailable"),
            (FaultPoint::Write, FaultKind::Query, "500/internal_error"),
        ] {
            world.faults.order(point, kind, 0);
            let answer = browser.log_in("dana@example.org", PASSWORD).await;
            assert_eq!(answer.verdict(), verdict, "{} {point:?} {kind:?}", world.name);
            assert_eq!(answer.header("retry-after").is_some(), answer.status == 503, "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}
