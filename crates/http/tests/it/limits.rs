//! How often somebody may try (http-api 7.17, security 3).

use authara_core::client_address::{ForwardedHeader, TrustedProxies};
use authara_core::limit::Rule;
use authara_flows::limits::Rules;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::browser::{Browser, REFRESH};
use crate::cookie_effects::assert_untouched;
use crate::signing_in::comparable;
use crate::wire::{Answer, Ask};
use crate::world::{PASSWORD, Plan, World, worlds_with};

const WRONG: &str = "not this one";

/// The seconds to wait that a refusal names.
pub fn retry_after_seconds(answer: &Answer) -> i64 {
    answer.header("retry-after").expect("a time to wait").parse().unwrap()
}

fn rule(limit: u32, window: TimeDelta) -> Rule {
    Rule { limit, window }
}

/// The limits of login as they are unless an operator changes them.
fn usual(plan: &mut Plan) {
    let Rules { login_address, login_account, .. } = Rules::default();
    plan.bend.rules.login_address = login_address;
    plan.bend.rules.login_account = login_account;
}

/// Everything here comes through a proxy on this machine that can be believed.
fn behind_a_proxy(plan: &mut Plan) {
    let networks = vec!["127.0.0.0/8".parse().unwrap()];
    plan.settings.proxies = TrustedProxies::new(networks, ForwardedHeader::XForwardedFor);
}

/// A browser that has its CSRF value already.
async fn ready(world: &World) -> Browser {
    let mut browser = world.browser();
    browser.fetch_csrf().await;
    browser
}

/// A login from a browser without session, with these headers.
async fn attempt(world: &World, headers: &[(&str, &str)], email: &str, password: &str) -> Answer {
    let mut ask = Ask::api("POST", "/login").json(&json!({"email": email, "password": password}));
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    ready(world).await.mutate(ask).await
}

/// A login of somebody whom the proxy saw at this address.
async fn attempt_from(world: &World, address: &str, email: &str, password: &str) -> Answer {
    attempt(world, &[("x-forwarded-for", address)], email, password).await
}

#[actix_web::test]
async fn h294_h296_s032_the_sixth_login_of_a_client_within_a_minute_is_429_until_the_minute_is_over() {
    for world in worlds_with(usual).await {
        world.signed_up("dana@example.org").await;
        for number in 0..5 {
            world.clock.advance(TimeDelta::seconds(1));
            let email = format!("nobody{number}@example.org");
            assert_eq!(attempt(&world, &[], &email, WRONG).await.verdict(), "401/unauthorized", "{}", world.name);
        }
        let answer = attempt(&world, &[], "dana@example.org", PASSWORD).await;
        assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
        assert_untouched(&answer, world.name);
        // The window began with the first try, four seconds ago.
        assert_eq!(retry_after_seconds(&answer), 56, "{}", world.name);
        world.clock.advance(TimeDelta::seconds(55));
        let answer = attempt(&world, &[], "dana@example.org", PASSWORD).await;
        assert_eq!((answer.status, retry_after_seconds(&answer)), (429, 1), "{}", world.name);
        world.clock.advance(TimeDelta::seconds(1));
        for _ in 0..5 {
            let answer = attempt(&world, &[], "dana@example.org", PASSWORD).await;
            assert_eq!(answer.status, 200, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s032_a_refusal_is_the_same_for_the_right_password_and_costs_no_check() {
    for world in worlds_with(usual).await {
        world.signed_up("dana@example.org").await;
        for _ in 0..5 {
            assert_eq!(attempt(&world, &[], "dana@example.org", WRONG).await.status, 401, "{}", world.name);
        }
        let before = world.app.hasher.count();
        let right = attempt(&world, &[], "dana@example.org", PASSWORD).await;
        let wrong = attempt(&world, &[], "dana@example.org", WRONG).await;
        let nobody = attempt(&world, &[], "nobody@example.org", WRONG).await;
        assert_eq!(right.verdict(), "429/rate_limited", "{}", world.name);
        assert_eq!(comparable(&right), comparable(&wrong), "{}", world.name);
        assert_eq!(comparable(&right), comparable(&nobody), "{}", world.name);
        assert_eq!(world.app.hasher.count(), before, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h295_s027_the_eleventh_try_for_an_account_is_429_from_anywhere_but_where_its_owner_was_before() {
    let bend = |plan: &mut Plan| {
        usual(plan);
        behind_a_proxy(plan);
    };
    for world in worlds_with(bend).await {
        let mut owner = ready(&world).await;
        let body = json!({"email": "dana@example.org", "password": PASSWORD});
        let home = ("x-forwarded-for", "203.0.113.7");
        let ask = Ask::api("POST", "/signup/direct").header(home.0, home.1).json(&body);
        assert_eq!(owner.mutate(ask).await.status, 201, "{}", world.name);
        for email in ["dana@example.org", "nobody@example.org"] {
            for number in 0..10 {
                let answer = attempt_from(&world, &format!("198.51.100.{number}"), email, WRONG).await;
                assert_eq!(answer.status, 401, "{} {email} {number}", world.name);
            }
            let answer = attempt_from(&world, "192.0.2.1", email, PASSWORD).await;
            assert_eq!(answer.verdict(), "429/rate_limited", "{} {email}", world.name);
            assert!((1..=3600).contains(&retry_after_seconds(&answer)), "{} {email}", world.name);
            world.clock.advance(TimeDelta::seconds(61));
        }
        let answer = attempt(&world, &[home], "dana@example.org", PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        assert_eq!(owner.refresh().await.status, 200, "{}", world.name);
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(attempt_from(&world, "192.0.2.1", "dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s024_of_sixty_parallel_guesses_five_reach_the_password() {
    for by_account in [false, true] {
        let bend = |plan: &mut Plan| {
            let five = rule(5, TimeDelta::hours(1));
            if by_account {
                plan.bend.rules.login_account = five;
            } else {
                plan.bend.rules.login_address = five;
            }
        };
        for world in worlds_with(bend).await {
            world.signed_up("dana@example.org").await;
            let mut browsers = Vec::new();
            for _ in 0..60 {
                browsers.push(ready(&world).await);
            }
            let before = world.app.hasher.count();
            let answers = join_all(
                browsers
                    .into_iter()
                    .map(|mut browser| async move { browser.log_in("dana@example.org", WRONG).await.verdict() }),
            )
            .await;
            let count = |verdict: &str| answers.iter().filter(|answer| *answer == verdict).count();
            let counts = (count("401/unauthorized"), count("429/rate_limited"));
            assert_eq!(counts, (5, 55), "{} {by_account}: {answers:?}", world.name);
            assert_eq!(world.app.hasher.count() - before, 5, "{} {by_account}", world.name);
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn s025_every_spelling_of_an_address_is_counted_as_one_account() {
    let bend = |plan: &mut Plan| plan.bend.rules.login_account = rule(5, TimeDelta::hours(1));
    for world in worlds_with(bend).await {
        world.signed_up("dana@example.org").await;
        for (known, spellings) in [
            (
                true,
                [
                    "dana@example.org",
                    "DANA@example.org",
                    " dana@example.org ",
                    "ｄａｎａ@example.org",
                    "dana@EXAMPLE.ORG",
                ],
            ),
            (
                false,
                ["ann@example.org", "ANN@example.org", " ann@example.org ", "ａｎｎ@example.org", "ann@EXAMPLE.ORG"],
            ),
        ] {
            for email in spellings {
                assert_eq!(attempt(&world, &[], email, WRONG).await.status, 401, "{} {known} {email}", world.name);
            }
            for email in spellings {
                assert_eq!(attempt(&world, &[], email, PASSWORD).await.status, 429, "{} {known} {email}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s026_an_ipv6_network_is_one_client_and_a_mapped_address_is_the_ipv4_one() {
    let bend = |plan: &mut Plan| {
        usual(plan);
        behind_a_proxy(plan);
    };
    for world in worlds_with(bend).await {
        let mut statuses = Vec::new();
        for number in 0..30 {
            let (address, email) =
                (format!("2001:db8:1:2:{number:x}::{number:x}"), format!("nobody{number}@example.org"));
            statuses.push(attempt_from(&world, &address, &email, WRONG).await.status);
        }
        let admitted = statuses.iter().filter(|status| **status == 401).count();
        let refused = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!((admitted, refused), (5, 25), "{}: {statuses:?}", world.name);
        let next_door = attempt_from(&world, "2001:db8:1:3::1", "fee@example.org", WRONG).await;
        assert_eq!(next_door.status, 401, "{}", world.name);
        for (number, address) in
            ["203.0.113.9", "::ffff:203.0.113.9", "::FFFF:CB00:7109", "203.0.113.9", "::ffff:203.0.113.9"]
                .into_iter()
                .enumerate()
        {
            let answer = attempt_from(&world, address, &format!("somebody{number}@example.org"), WRONG).await;
            assert_eq!(answer.status, 401, "{} {address}", world.name);
        }
        for address in ["203.0.113.9", "::ffff:203.0.113.9"] {
            let answer = attempt_from(&world, address, "gina@example.org", WRONG).await;
            assert_eq!(answer.status, 429, "{} {address}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s034_without_a_trusted_proxy_no_header_makes_another_client() {
    for world in worlds_with(usual).await {
        for number in 0..7 {
            let address = format!("198.51.100.{number}");
            let forwarded = format!("for={address}");
            let headers = [
                ("x-forwarded-for", address.as_str()),
                ("x-real-ip", address.as_str()),
                ("true-client-ip", address.as_str()),
                ("cf-connecting-ip", address.as_str()),
                ("forwarded", forwarded.as_str()),
            ];
            let answer = attempt(&world, &headers, &format!("nobody{number}@example.org"), WRONG).await;
            assert_eq!(answer.status, if number < 5 { 401 } else { 429 }, "{} {number}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s034_behind_a_trusted_proxy_only_its_own_word_counts() {
    let bend = |plan: &mut Plan| {
        usual(plan);
        behind_a_proxy(plan);
    };
    for world in worlds_with(bend).await {
        for number in 0..7 {
            let spoofed = format!("198.51.100.{number}");
            let chain = format!("{spoofed}, 203.0.113.9, 127.0.0.2");
            let headers = [
                ("x-forwarded-for", chain.as_str()),
                ("x-real-ip", spoofed.as_str()),
                ("true-client-ip", spoofed.as_str()),
            ];
            let answer = attempt(&world, &headers, &format!("nobody{number}@example.org"), WRONG).await;
            assert_eq!(answer.status, if number < 5 { 401 } else { 429 }, "{} {number}", world.name);
        }
        // What is no address is one client, not none.
        for number in 0..7 {
            let junk = format!("203.0.113.{number}, not an address {number}");
            let answer = attempt_from(&world, &junk, &format!("somebody{number}@example.org"), WRONG).await;
            assert_eq!(answer.status, if number < 5 { 401 } else { 429 }, "{} {number}", world.name);
        }
        assert_eq!(attempt_from(&world, "203.0.113.10", "fee@example.org", WRONG).await.status, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_right_password_gives_its_try_back_to_the_account() {
    let bend = |plan: &mut Plan| plan.bend.rules.login_account = rule(3, TimeDelta::hours(1));
    for world in worlds_with(bend).await {
        world.signed_up("dana@example.org").await;
        for number in 0..8 {
            let answer = attempt(&world, &[], "dana@example.org", PASSWORD).await;
            assert_eq!(answer.status, 200, "{} {number}", world.name);
        }
        for (password, status) in [(WRONG, 401), (WRONG, 401), (PASSWORD, 200), (WRONG, 401), (PASSWORD, 429)] {
            let answer = attempt(&world, &[], "dana@example.org", password).await;
            assert_eq!(answer.status, status, "{} {password}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_right_password_gives_nothing_back_to_the_address() {
    let bend = |plan: &mut Plan| plan.bend.rules.login_address = rule(5, TimeDelta::minutes(1));
    for world in worlds_with(bend).await {
        world.signed_up("dana@example.org").await;
        for number in 0..5 {
            let answer = attempt(&world, &[], "dana@example.org", PASSWORD).await;
            assert_eq!(answer.status, 200, "{} {number}", world.name);
        }
        assert_eq!(attempt(&world, &[], "dana@example.org", PASSWORD).await.status, 429, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn what_is_refused_before_the_password_is_looked_at_is_not_counted() {
    let bend = |plan: &mut Plan| plan.bend.rules.login_address = rule(2, TimeDelta::minutes(1));
    for world in worlds_with(bend).await {
        world.signed_up("dana@example.org").await;
        for _ in 0..5 {
            assert_eq!(attempt(&world, &[], "dana@example.org", "").await.status, 400, "{}", world.name);
            assert_eq!(attempt(&world, &[], "no address", WRONG).await.status, 400, "{}", world.name);
            let unproved = Ask::api("POST", "/login").json(&json!({"email": "dana@example.org", "password": WRONG}));
            assert_eq!(world.send(unproved).await.status, 403, "{}", world.name);
        }
        assert_eq!(attempt(&world, &[], "dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s023_page_and_api_are_two_doors_with_one_counter() {
    for world in worlds_with(usual).await {
        let mut owner = world.signed_up("dana@example.org").await;
        let wrong = [("email", "dana@example.org"), ("password", WRONG)];
        let right = [("email", "dana@example.org"), ("password", PASSWORD)];
        for number in 0..5 {
            let status = if number % 2 == 0 {
                world.browser().submit("/auth/login", &wrong).await.status
            } else {
                attempt(&world, &[], "dana@example.org", WRONG).await.status
            };
            assert_eq!(status, if number % 2 == 0 { 422 } else { 401 }, "{} {number}", world.name);
        }
        let page = world.browser().submit("/auth/login", &right).await;
        assert_eq!(page.status, 429, "{}", world.name);
        assert!((1..=60).contains(&retry_after_seconds(&page)), "{}", world.name);
        assert_eq!(attempt(&world, &[], "dana@example.org", PASSWORD).await.status, 429, "{}", world.name);
        let change = json!({"current_password": PASSWORD, "new_password": "nine green bicycles"});
        let answer = owner.put_json("/account/password", &change).await;
        assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
        // Blocked guesses block nothing else.
        assert_eq!((owner.user_status().await, owner.refresh().await.status), (200, 200), "{}", world.name);
        let body = json!({"refresh_token": owner.cookie(REFRESH)});
        assert_eq!(world.send(Ask::api("POST", "/tokens/refresh").json(&body)).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s019_sign_ups_are_limited_by_client() {
    let bend = |plan: &mut Plan| plan.bend.rules.signup_address = Rules::default().signup_address;
    for world in worlds_with(bend).await {
        // Mistakes are not counted.
        for password in ["short", "password123"] {
            assert_eq!(world.browser().sign_up("ann@example.org", password).await.status, 400, "{}", world.name);
        }
        for number in 0..3 {
            world.signed_up(&format!("person{number}@example.org")).await;
        }
        let answer = ready(&world).await.sign_up("one-more@example.org", PASSWORD).await;
        assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
        assert_eq!(retry_after_seconds(&answer), 3600, "{}", world.name);
        assert_untouched(&answer, world.name);
        let fields = [("email", "one-more@example.org"), ("password", PASSWORD)];
        let page = world.browser().submit("/auth/signup", &fields).await;
        assert_eq!((page.status, retry_after_seconds(&page)), (429, 3600), "{}", world.name);
        world.clock.advance(TimeDelta::hours(1));
        world.signed_up("one-more@example.org").await;
        world.stop().await;
    }
}

#[actix_web::test]
async fn s019_s025_sign_ups_are_limited_by_address_in_any_spelling() {
    let bend = |plan: &mut Plan| plan.bend.rules.signup_email = Rules::default().signup_email;
    for world in worlds_with(bend).await {
        world.signed_up("dana@example.org").await;
        for (email, status) in [("DANA@example.org", 400), ("dana@EXAMPLE.org", 400), ("ｄａｎａ@example.org", 429)]
        {
            assert_eq!(world.browser().sign_up(email, PASSWORD).await.status, status, "{} {email}", world.name);
        }
        world.signed_up("erik@example.org").await;
        world.stop().await;
    }
}
