//! Setting, adding and changing a password (http-api 7.13 and annex D.3).

use authara_core::audience::Audience;
use authara_core::event::{Event, Notice};
use authara_core::limit::Rule;
use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::by_hand::{self, claims, user_of};
use crate::cookie_effects::{assert_cleared, assert_set, assert_untouched};
use crate::limits::retry_after_seconds;
use crate::wire::{Answer, Ask};
use crate::world::{PASSWORD, Plan, World, worlds, worlds_with};

const NEW: &str = "nine green bicycles";

/// `PUT users/password`: no current password is asked for.
async fn set(browser: &mut Browser, password: &str) -> Answer {
    browser.put_json("/users/password", &json!({ "password": password })).await
}

/// `POST account/password`: the first password of the account.
async fn add(browser: &mut Browser, password: &str) -> Answer {
    browser.mutate(Ask::api("POST", "/account/password").json(&json!({ "password": password }))).await
}

/// `PUT account/password`.
async fn change(browser: &mut Browser, current: &str, new: &str) -> Answer {
    let body = json!({"current_password": current, "new_password": new});
    browser.put_json("/account/password", &body).await
}

/// The status of a login from a browser without cookies.
async fn login_status(world: &World, email: &str, password: &str) -> u16 {
    world.browser().log_in(email, password).await.status
}

/// Method, path and body of the three operations; the current password is the usual one.
fn operations(new: &str) -> [(&'static str, &'static str, Value); 3] {
    [
        ("PUT", "/users/password", json!({ "password": new })),
        ("POST", "/account/password", json!({ "password": new })),
        ("PUT", "/account/password", json!({"current_password": PASSWORD, "new_password": new})),
    ]
}

#[actix_web::test]
async fn h235_nobody_changes_a_password_without_being_signed_in() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for (method, path, body) in operations(NEW) {
            let answer = world.browser().mutate(Ask::api(method, path).json(&body)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {method} {path}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h058_s085_a_signed_in_browser_changes_no_password_without_proof() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (method, path, body) in operations(NEW) {
            let answer = browser.send(Ask::api(method, path).json(&body)).await;
            assert_eq!(answer.verdict(), "403/forbidden", "{} {method} {path}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h236_s011_s013_a_new_password_ends_every_session_and_the_caller_goes_on_in_a_new_one() {
    for world in worlds().await {
        for (email, with_current) in [("dana@example.org", false), ("erik@example.org", true)] {
            let mut browser = world.signed_up(email).await;
            let mut other = world.browser();
            assert_eq!(other.log_in(email, PASSWORD).await.status, 200, "{}", world.name);
            let mut before = browser.clone();
            let answer =
                if with_current { change(&mut browser, PASSWORD, NEW).await } else { set(&mut browser, NEW).await };
            assert_eq!((answer.status, answer.body.len()), (204, 0), "{}: {}", world.name, answer.text());
            assert_set(&answer, world.name);
            assert_eq!(answer.set_cookies().len(), 3, "{}", world.name);
            for name in [ACCESS, REFRESH, CSRF] {
                assert_ne!(browser.cookie(name), before.cookie(name), "{} {name}", world.name);
            }
            for gone in [&mut other, &mut before] {
                assert_eq!(gone.user_status().await, 401, "{}", world.name);
                let answer = gone.refresh().await;
                assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
                assert_cleared(&answer, world.name);
            }
            assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
            assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{}", world.name);
            let statuses = (login_status(&world, email, PASSWORD).await, login_status(&world, email, NEW).await);
            assert_eq!(statuses, (401, 200), "{}", world.name);
            let user = user_of(&world, email).await.id;
            let updates = world.app.store.recorded().into_iter().filter(|event| *event == Event::UserUpdated { user });
            assert_eq!(updates.count(), 1, "{}", world.name);
            let told = Notice::PasswordChanged { user, email: email.to_owned() };
            assert_eq!(world.app.store.notices().iter().filter(|notice| **notice == told).count(), 1, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h234_a_password_is_set_for_the_tokens_user_and_for_nobody_else() {
    for world in worlds().await {
        let mut dana = world.signed_up("dana@example.org").await;
        let mut erik = world.signed_up("erik@example.org").await;
        assert_eq!(set(&mut dana, NEW).await.status, 204, "{}", world.name);
        assert_eq!((erik.user_status().await, erik.refresh().await.status), (200, 200), "{}", world.name);
        assert_eq!(login_status(&world, "erik@example.org", PASSWORD).await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h237_an_account_without_a_password_gets_its_first_one_by_either_way() {
    for world in worlds().await {
        for (email, is_add) in [("dana@example.org", true), ("erik@example.org", false)] {
            let user = by_hand::account(&world, email, None, false).await;
            let mut browser = by_hand::signed_in(&world, &user).await;
            let answer = change(&mut browser, PASSWORD, NEW).await;
            assert_eq!(answer.verdict(), "404/not_found", "{}", world.name);
            assert_untouched(&answer, world.name);
            let answer = if is_add { add(&mut browser, NEW).await } else { set(&mut browser, NEW).await };
            assert_eq!(answer.status, 204, "{}: {}", world.name, answer.text());
            assert_set(&answer, world.name);
            assert_eq!(browser.user_status().await, 200, "{}", world.name);
            assert_eq!(login_status(&world, email, NEW).await, 200, "{}", world.name);
            let answer = add(&mut browser, PASSWORD).await;
            assert_eq!(answer.verdict(), "409/password_already_exists", "{}", world.name);
            assert_untouched(&answer, world.name);
            assert_eq!(login_status(&world, email, NEW).await, 200, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h238_s003_s006_a_new_password_keeps_the_rules_on_every_way() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = world.app.hasher.count();
        for password in ["k7-vw3z", &"ü".repeat(129), "password123", "danadana", "dana@example.org", ""] {
            for (method, path, body) in operations(password) {
                let answer = browser.mutate(Ask::api(method, path).json(&body)).await;
                assert_eq!(answer.verdict(), "400/invalid_request", "{} {method} {path} {password}", world.name);
                assert!(password.is_empty() || !answer.text().contains(password), "{}", world.name);
                assert_untouched(&answer, world.name);
            }
        }
        assert_eq!(world.app.hasher.count(), before, "{}", world.name);
        for password in ["k7-vw3zq".to_owned(), "🦊".repeat(128), "  pa ss  Word ".to_owned()] {
            assert_eq!(set(&mut browser, &password).await.status, 204, "{} {password}", world.name);
            assert_eq!(login_status(&world, "dana@example.org", &password).await, 200, "{} {password}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s064_without_the_current_password_the_session_must_be_ten_minutes_young() {
    for world in worlds().await {
        let mut dana = world.signed_up("dana@example.org").await;
        let user = by_hand::account(&world, "erik@example.org", None, false).await;
        let mut erik = by_hand::signed_in(&world, &user).await;
        world.clock.advance(TimeDelta::minutes(10));
        for browser in [&mut dana, &mut erik] {
            // Renewing the session is no new proof of who somebody is.
            assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        }
        for answer in [set(&mut dana, NEW).await, set(&mut erik, NEW).await, add(&mut erik, NEW).await] {
            assert_eq!(answer.verdict(), "403/forbidden", "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 200, "{}", world.name);
        assert_eq!(login_status(&world, "erik@example.org", NEW).await, 401, "{}", world.name);
        // Signing in again is, and so is knowing the current password.
        assert_eq!(change(&mut dana, PASSWORD, NEW).await.status, 204, "{}", world.name);
        assert_eq!(set(&mut dana, PASSWORD).await.status, 204, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s064_setting_a_password_makes_the_session_no_fresher() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::seconds(599));
        assert_eq!(set(&mut browser, NEW).await.status, 204, "{}", world.name);
        world.clock.advance(TimeDelta::seconds(1));
        assert_eq!(set(&mut browser, PASSWORD).await.verdict(), "403/forbidden", "{}", world.name);
        assert_eq!(browser.log_in("dana@example.org", NEW).await.status, 200, "{}", world.name);
        assert_eq!(set(&mut browser, PASSWORD).await.status, 204, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_caller_with_a_bearer_token_gets_no_cookies_and_signs_in_again() {
    for world in worlds().await {
        for (number, (method, path, body)) in operations(NEW).into_iter().enumerate() {
            let email = format!("person{number}@example.org");
            let browser = if method == "POST" {
                let user = by_hand::account(&world, &email, None, false).await;
                by_hand::signed_in(&world, &user).await
            } else {
                world.signed_up(&email).await
            };
            let ask = Ask::api(method, path).header("authorization", &format!("Bearer {}", browser.cookie(ACCESS)));
            let answer = world.send(ask.clone().json(&body)).await;
            assert_eq!(answer.status, 204, "{} {method} {path}: {}", world.name, answer.text());
            assert_untouched(&answer, world.name);
            assert_eq!(world.send(ask.json(&body)).await.verdict(), "401/unauthorized", "{}", world.name);
            let mut old = browser.clone();
            assert_eq!((old.user_status().await, old.refresh().await.status), (401, 401), "{}", world.name);
            assert_eq!(login_status(&world, &email, NEW).await, 200, "{} {method} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s010_a_wrong_current_password_is_400_costs_one_check_and_changes_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for wrong in ["not this one", " correct horse battery", "Correct horse battery"] {
            let before = world.app.hasher.count();
            let answer = change(&mut browser, wrong, NEW).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {wrong}", world.name);
            assert_untouched(&answer, world.name);
            assert_eq!(world.app.hasher.count() - before, 1, "{} {wrong}", world.name);
        }
        let before = world.app.hasher.count();
        for unreadable in [String::new(), "x".repeat(1025)] {
            let answer = change(&mut browser, &unreadable, NEW).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{}", world.name);
        }
        assert_eq!(world.app.hasher.count(), before, "{}", world.name);
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 200, "{}", world.name);
        world.stop().await;
    }
}

/// Five password checks an hour for each account.
fn five_checks(plan: &mut Plan) {
    plan.bend.rules.login_account = Rule { limit: 5, window: TimeDelta::hours(1) };
}

#[actix_web::test]
async fn s010_s023_guesses_at_the_current_password_close_every_door_to_it() {
    for world in worlds_with(five_checks).await {
        let mut browser = world.signed_up("dana@example.org").await;
        for _ in 0..5 {
            assert_eq!(change(&mut browser, "not this one", NEW).await.status, 400, "{}", world.name);
        }
        let before = world.app.hasher.count();
        for current in ["not this one", PASSWORD] {
            let answer = change(&mut browser, current, NEW).await;
            assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
            assert!((1..=3600).contains(&retry_after_seconds(&answer)), "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 429, "{}", world.name);
        let page =
            world.browser().submit("/auth/login", &[("email", "dana@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 429, "{}", world.name);
        assert_eq!(world.app.hasher.count(), before, "{}", world.name);
        // Whoever is signed in stays so.
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s023_guesses_at_the_login_close_the_door_of_the_current_password() {
    for world in worlds_with(five_checks).await {
        let mut browser = world.signed_up("dana@example.org").await;
        for _ in 0..5 {
            assert_eq!(login_status(&world, "dana@example.org", "not this one").await, 401, "{}", world.name);
        }
        assert_eq!(change(&mut browser, PASSWORD, NEW).await.verdict(), "429/rate_limited", "{}", world.name);
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(change(&mut browser, PASSWORD, NEW).await.status, 204, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_right_current_password_gives_its_try_back() {
    for world in worlds_with(five_checks).await {
        let mut browser = world.signed_up("dana@example.org").await;
        for number in 0..8 {
            let (current, new) = if number % 2 == 0 { (PASSWORD, NEW) } else { (NEW, PASSWORD) };
            assert_eq!(change(&mut browser, current, new).await.status, 204, "{} {number}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn passwords_are_not_set_as_often_as_one_likes() {
    let bend = |plan: &mut Plan| plan.bend.rules.password_change = Rule { limit: 2, window: TimeDelta::hours(1) };
    for world in worlds_with(bend).await {
        let mut browser = world.signed_up("dana@example.org").await;
        assert_eq!(set(&mut browser, NEW).await.status, 204, "{}", world.name);
        assert_eq!(change(&mut browser, NEW, PASSWORD).await.status, 204, "{}", world.name);
        let before = browser.clone();
        for answer in [set(&mut browser, NEW).await, change(&mut browser, PASSWORD, NEW).await] {
            assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
            assert!((1..=3600).contains(&retry_after_seconds(&answer)), "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(browser.jar, before.jar, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(login_status(&world, "dana@example.org", PASSWORD).await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h239_a_change_that_was_not_stored_is_503_and_changes_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for point in [FaultPoint::Read, FaultPoint::Write, FaultPoint::Commit] {
            for (method, path, body) in operations(NEW).into_iter().filter(|(method, ..)| *method == "PUT") {
                world.faults.order(point, FaultKind::Unavailable, 0);
                let answer = browser.mutate(Ask::api(method, path).json(&body)).await;
                assert_eq!(answer.verdict(), "503/service_unavailable", "{} {point:?} {path}", world.name);
                assert!(retry_after_seconds(&answer) >= 1, "{}", world.name);
                assert_untouched(&answer, world.name);
            }
        }
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        let statuses = (
            login_status(&world, "dana@example.org", NEW).await,
            login_status(&world, "dana@example.org", PASSWORD).await,
        );
        assert_eq!(statuses, (401, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s059_a_login_in_the_second_of_the_change_gets_a_token_that_works() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = claims(&world, browser.cookie(ACCESS), Audience::App);
        assert_eq!(set(&mut browser, NEW).await.status, 204, "{}", world.name);
        let after = claims(&world, browser.cookie(ACCESS), Audience::App);
        assert_eq!(before.issued_at, after.issued_at, "{}", world.name);
        let mut other = world.browser();
        assert_eq!(other.log_in("dana@example.org", NEW).await.status, 200, "{}", world.name);
        assert_eq!((browser.user_status().await, other.user_status().await), (200, 200), "{}", world.name);
        world.stop().await;
    }
}
