//! `GET user`, `GET account`, and one's own sessions.

use authara_core::audience::Audience;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::browser::{ACCESS, Browser, CSRF};
use crate::by_hand::{self, claims, user_of};
use crate::cookie_effects::{assert_cleared, assert_untouched};
use crate::signing_in::comparable;
use crate::wire::Ask;
use crate::world::{PASSWORD, World, worlds, worlds_with};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

/// A browser that says this of itself and has just logged in.
async fn logged_in(world: &World, email: &str, agent: &str) -> Browser {
    let mut browser = world.browser();
    let body = json!({"email": email, "password": PASSWORD});
    let answer = browser.mutate(Ask::api("POST", "/login").header("user-agent", agent).json(&body)).await;
    assert_eq!(answer.status, 200, "{}", world.name);
    browser
}

/// The session that a browser's access token names.
fn session_of(world: &World, browser: &Browser) -> String {
    claims(world, browser.cookie(ACCESS), Audience::App).session.to_string()
}

/// The names of a JSON object's members, sorted.
fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// One member of each session in a list.
fn each<'l>(list: &'l Value, member: &str) -> Vec<&'l Value> {
    list["sessions"].as_array().unwrap().iter().map(|session| &session[member]).collect()
}

#[actix_web::test]
async fn h231_h232_k19_the_current_user_has_seven_members_and_the_tokens_organization() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let answer = browser.get("/user").await;
        assert_eq!(answer.header("content-type"), Some("application/json"), "{}", world.name);
        let user = answer.json();
        let listed = ["created_at", "disabled", "email", "id", "organization", "roles", "username"];
        assert_eq!(members(&user), listed, "{}", world.name);
        assert_eq!(user["roles"], json!([]), "{}", world.name);
        assert_eq!(user["disabled"], false, "{}", world.name);
        assert_eq!(members(&user["organization"]), ["id", "name", "role"], "{}", world.name);
        let token = claims(&world, browser.cookie(ACCESS), Audience::App);
        assert_eq!(user["id"], token.user.to_string(), "{}", world.name);
        assert_eq!(user["organization"]["id"], token.organization.to_string(), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h233_a_disabled_accounts_living_token_opens_nothing() {
    for world in worlds().await {
        let user = by_hand::account(&world, "dana@example.org", Some(PASSWORD), true).await;
        let mut browser = by_hand::signed_in(&world, &user).await;
        for path in ["/user", "/account", "/account/sessions"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {path}", world.name);
            assert_untouched(&answer, path);
        }
        let answer = browser.delete("/account/sessions/others").await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn an_account_is_its_user_its_sessions_and_its_ways_in() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::seconds(1));
        let mut browser = logged_in(&world, "dana@example.org", FIREFOX).await;
        let account = browser.get("/account").await.json();
        assert_eq!(members(&account), ["auth_methods", "passkeys", "sessions", "user"], "{}", world.name);
        let user_members = ["created_at", "disabled", "email", "id", "username"];
        assert_eq!(members(&account["user"]), user_members, "{}", world.name);
        assert_eq!(account["user"]["email"], "dana@example.org", "{}", world.name);
        assert_eq!(account["passkeys"], json!([]), "{}", world.name);
        assert_eq!(account["auth_methods"].as_array().unwrap().len(), 1, "{}", world.name);
        assert_eq!(members(&account["auth_methods"][0]), ["created_at", "provider"], "{}", world.name);
        assert_eq!(account["auth_methods"][0]["provider"], "password", "{}", world.name);
        assert_eq!(each(&account, "current"), [true, false], "{}", world.name);
        let own = &account["sessions"][0];
        assert_eq!(members(own), ["created_at", "current", "expires_at", "id", "user_agent"], "{}", world.name);
        assert_eq!(own["id"], session_of(&world, &browser), "{}", world.name);
        assert_eq!(own["user_agent"], FIREFOX, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn an_account_without_a_password_lists_no_way_in_that_it_has_not() {
    for world in worlds().await {
        let user = by_hand::account(&world, "dana@example.org", None, false).await;
        let mut browser = by_hand::signed_in(&world, &user).await;
        assert_eq!(browser.get("/account").await.json()["auth_methods"], json!([]), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn sessions_are_listed_own_first_then_the_most_recently_used() {
    for world in worlds().await {
        let mut script = world.signed_up("dana@example.org").await;
        let start = world.clock.now();
        world.clock.advance(TimeDelta::seconds(10));
        let mut laptop = logged_in(&world, "dana@example.org", FIREFOX).await;
        world.clock.advance(TimeDelta::seconds(10));
        let phone = logged_in(&world, "dana@example.org", SAFARI).await;
        world.signed_up("erik@example.org").await;

        let list = script.get("/account/sessions").await.json();
        assert_eq!(members(&list), ["sessions"], "{}", world.name);
        let listed = ["created_at", "current", "device", "expires_at", "id", "last_used_at", "user_agent"];
        assert_eq!(members(&list["sessions"][0]), listed, "{}", world.name);
        let ids = [&script, &phone, &laptop].map(|browser| json!(session_of(&world, browser)));
        assert_eq!(each(&list, "id"), ids.iter().collect::<Vec<_>>(), "{}", world.name);
        assert_eq!(each(&list, "current"), [true, false, false], "{}", world.name);
        let devices = ["Unknown device", "Safari on iPhone", "Firefox on Windows"];
        assert_eq!(each(&list, "device"), devices, "{}", world.name);
        assert_eq!(each(&list, "user_agent"), ["", SAFARI, FIREFOX], "{}", world.name);
        let instant = |seconds: i64| authara_core::time::rfc3339(start + TimeDelta::seconds(seconds));
        let made = [instant(0), instant(20), instant(10)].map(Value::from);
        assert_eq!(each(&list, "created_at"), made.iter().collect::<Vec<_>>(), "{}", world.name);
        assert_eq!(list["sessions"][0]["expires_at"], instant(60 * 24 * 60 * 60), "{}", world.name);

        // A use is noted at most once a minute, and brings a session forward.
        world.clock.advance(TimeDelta::minutes(2));
        assert_eq!(script.refresh().await.status, 200, "{}", world.name);
        let list = laptop.get("/account/sessions").await.json();
        let ids = [&laptop, &script, &phone].map(|browser| json!(session_of(&world, browser)));
        assert_eq!(each(&list, "id"), ids.iter().collect::<Vec<_>>(), "{}", world.name);
        assert_eq!(list["sessions"][1]["last_used_at"], instant(140), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s182_a_list_has_at_most_a_hundred_sessions_and_always_the_callers_own() {
    for world in worlds_with(|plan| plan.bend.policies.session.sessions_per_user = 1_000).await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::seconds(1));
        by_hand::more_sessions(&world, user_of(&world, "dana@example.org").await.id, 120).await;
        for path in ["/account", "/account/sessions"] {
            let list = browser.get(path).await.json();
            assert_eq!(each(&list, "id").len(), 100, "{} {path}", world.name);
            assert_eq!(list["sessions"][0]["id"], session_of(&world, &browser), "{} {path}", world.name);
            let current = each(&list, "current").into_iter().filter(|current| **current == true).count();
            assert_eq!(current, 1, "{} {path}", world.name);
        }
        assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{}", world.name);
        let list = browser.get("/account/sessions").await.json();
        assert_eq!(each(&list, "id").len(), 1, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s061_beyond_the_limit_the_oldest_session_ends() {
    for world in worlds_with(|plan| plan.bend.policies.session.sessions_per_user = 2).await {
        let mut oldest = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::seconds(1));
        let mut second = logged_in(&world, "dana@example.org", FIREFOX).await;
        world.clock.advance(TimeDelta::seconds(1));
        let mut third = logged_in(&world, "dana@example.org", SAFARI).await;
        let statuses = [oldest.user_status().await, second.user_status().await, third.user_status().await];
        assert_eq!(statuses, [401, 200, 200], "{}", world.name);
        assert_eq!(oldest.refresh().await.status, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s060_another_session_of_ones_own_can_be_ended_once() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut lost = logged_in(&world, "dana@example.org", SAFARI).await;
        let path = format!("/account/sessions/{}", session_of(&world, &lost).to_uppercase());
        let answer = browser.delete(&path).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(lost.user_status().await, 401, "{}", world.name);
        let answer = lost.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        assert_eq!(browser.delete(&path).await.verdict(), "404/not_found", "{}", world.name);
        let list = browser.get("/account/sessions").await.json();
        assert_eq!(each(&list, "id"), [&json!(session_of(&world, &browser))], "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn ending_the_session_in_use_signs_the_browser_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut copy = browser.clone();
        let path = format!("/account/sessions/{}", session_of(&world, &browser));
        let answer = browser.delete(&path).await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_cleared(&answer, world.name);
        assert_ne!(browser.cookie(CSRF), copy.cookie(CSRF), "{}", world.name);
        assert_eq!((copy.user_status().await, copy.refresh().await.status), (401, 401), "{}", world.name);
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        // With a bearer token there are no cookies to take away.
        let path = format!("/account/sessions/{}", session_of(&world, &browser));
        let bearer = format!("Bearer {}", browser.cookie(ACCESS));
        let answer = world.send(Ask::api("DELETE", &path).header("authorization", &bearer)).await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(browser.user_status().await, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s060_s022_somebody_elses_session_answers_like_one_that_nobody_has() {
    for world in worlds().await {
        let mut dana = world.signed_up("dana@example.org").await;
        let mut erik = world.signed_up("erik@example.org").await;
        let foreign = dana.delete(&format!("/account/sessions/{}", session_of(&world, &erik))).await;
        let unknown = dana.delete("/account/sessions/0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11").await;
        assert_eq!(foreign.verdict(), "404/not_found", "{}", world.name);
        assert_eq!(comparable(&foreign), comparable(&unknown), "{}", world.name);
        assert_untouched(&foreign, world.name);
        assert_eq!((erik.user_status().await, erik.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h038_h039_h041_what_is_no_id_is_400_after_everything_else() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for id in ["x", "current", "OTHERS", "0b9c3d62", "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c1g"] {
            let path = format!("/account/sessions/{id}");
            let stranger = world.browser().delete(&path).await;
            assert_eq!(stranger.verdict(), "401/unauthorized", "{} {id}", world.name);
            let unproved = browser.send(Ask::api("DELETE", &path)).await;
            assert_eq!(unproved.verdict(), "403/forbidden", "{} {id}", world.name);
            let answer = browser.delete(&path).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {id}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn ending_all_others_leaves_exactly_the_session_in_use() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut others = Vec::new();
        for agent in [FIREFOX, SAFARI, ""] {
            others.push(logged_in(&world, "dana@example.org", agent).await);
        }
        let mut erik = world.signed_up("erik@example.org").await;
        for _ in 0..2 {
            let answer = browser.delete("/account/sessions/others").await;
            assert_eq!((answer.status, answer.body.len()), (204, 0), "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        for other in &mut others {
            assert_eq!((other.user_status().await, other.refresh().await.status), (401, 401), "{}", world.name);
        }
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        assert_eq!((erik.user_status().await, erik.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h058_s085_no_session_is_ended_without_proof() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut other = logged_in(&world, "dana@example.org", FIREFOX).await;
        for path in ["/account/sessions/others".to_owned(), format!("/account/sessions/{}", session_of(&world, &other))]
        {
            let answer = browser.send(Ask::api("DELETE", &path)).await;
            assert_eq!(answer.verdict(), "403/forbidden", "{} {path}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(other.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}
