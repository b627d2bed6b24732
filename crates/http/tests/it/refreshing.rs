//! `POST sessions/refresh`, `POST tokens/refresh` and `POST sessions/logout` (http-api 7.7).

use authara_core::audience::Audience;
use authara_core::limit::Rule;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::session::RotationPolicy;
use authara_storage::faults::FaultKind;
use authara_storage::{FaultPoint, memberships};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::by_hand::{self, claims, token_row};
use crate::cookie_effects::{assert_cleared, assert_set, assert_untouched};
use crate::limits::retry_after_seconds;
use crate::wire::{Answer, Ask};
use crate::world::{PASSWORD, Plan, World, worlds, worlds_with};

/// A refresh token as it could be, which nobody was given.
const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Every refresh yields a successor.
fn always(plan: &mut Plan) {
    plan.bend.policies.session.rotation = RotationPolicy::Always;
}

/// `POST tokens/refresh` from somebody without cookies.
async fn exchange(world: &World, token: &str) -> Answer {
    world.send(Ask::api("POST", "/tokens/refresh").json(&json!({ "refresh_token": token }))).await
}

#[actix_web::test]
async fn h111_k06_k07_k08_a_refresh_sets_two_cookies_and_says_nothing_else() {
    for policy in [RotationPolicy::Always, RotationPolicy::Never] {
        for world in worlds_with(|plan| plan.bend.policies.session.rotation = policy).await {
            let mut browser = world.signed_up("dana@example.org").await;
            let before = browser.clone();
            world.clock.advance(TimeDelta::seconds(1));
            let answer = browser.refresh().await;
            assert_eq!((answer.status, answer.body.len()), (200, 0), "{}", world.name);
            assert_eq!(answer.header("content-type"), None, "{}", world.name);
            assert_eq!(answer.header("content-length"), Some("0"), "{}", world.name);
            assert_set(&answer, world.name);
            assert_eq!(answer.set_cookies().len(), 2, "{}: {:?}", world.name, answer.set_cookies());
            assert_ne!(browser.cookie(ACCESS), before.cookie(ACCESS), "{}", world.name);
            let is_kept = browser.cookie(REFRESH) == before.cookie(REFRESH);
            assert_eq!(is_kept, policy == RotationPolicy::Never, "{}", world.name);
            // The bare token is usable as it is.
            let cookie = format!("{ACCESS}={}", browser.cookie(ACCESS));
            let answer = world.send(Ask::api("GET", "/user").header("cookie", &cookie)).await;
            assert_eq!(answer.status, 200, "{}", world.name);
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn h111_a_refresh_needs_no_access_token() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::days(3));
        assert_eq!(browser.user_status().await, 401, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        browser.forget(ACCESS);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s192_k33_a_refresh_replaces_a_csrf_value_that_is_not_bound_to_its_session() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::minutes(11));
        let mut stranger = world.browser();
        stranger.fetch_csrf().await;
        browser.set(CSRF, stranger.cookie(CSRF));
        let answer = browser.refresh().await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 3), "{}", world.name);
        assert_ne!(browser.cookie(CSRF), stranger.cookie(CSRF), "{}", world.name);
        assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h113_without_a_refresh_cookie_there_is_nothing_to_take_away() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        browser.forget(REFRESH);
        let answer = browser.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_untouched(&answer, world.name);
        browser.set(REFRESH, "");
        let answer = browser.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_untouched(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h114_s048_a_cookie_that_is_no_token_is_refused_and_taken_away() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let good = browser.cookie(REFRESH).to_owned();
        let shortened = &good[..42];
        let padded = format!("{good}=");
        for token in [UNKNOWN, "x", shortened, padded.as_str()] {
            let mut other = browser.clone();
            other.set(REFRESH, token);
            let answer = other.refresh().await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {token}", world.name);
            assert_cleared(&answer, world.name);
        }
        let mut browser = browser;
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h115_k05_an_unknown_audience_is_400_and_spends_nothing() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = token_row(&world, browser.cookie(REFRESH)).await;
        for audience in ["foo", "App", "", "app&audience=app"] {
            let answer = browser.post(&format!("/sessions/refresh?audience={audience}")).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {audience}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(token_row(&world, browser.cookie(REFRESH)).await, before, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h116_s063_k05_the_admin_area_is_refused_and_costs_neither_cookies_nor_session() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = token_row(&world, browser.cookie(REFRESH)).await;
        let answer = browser.post("/sessions/refresh?audience=admin").await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(token_row(&world, browser.cookie(REFRESH)).await, before, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h117_s063_whoever_has_a_platform_role_now_is_given_an_admin_token() {
    for world in worlds().await {
        for (email, role) in [
            ("dana@example.org", PlatformRole::Admin),
            ("erik@example.org", PlatformRole::Auditor),
            ("fee@example.org", PlatformRole::Monitor),
        ] {
            let mut browser = world.signed_up(email).await;
            by_hand::grant(&world, email, role).await;
            assert_eq!(browser.post("/sessions/refresh?audience=admin").await.status, 200, "{}", world.name);
            let token = claims(&world, browser.cookie(ACCESS), Audience::Admin);
            assert_eq!(token.roles, [role.claim()], "{}", world.name);
            by_hand::withdraw(&world, email, role).await;
            let answer = browser.post("/sessions/refresh?audience=admin").await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
            assert_untouched(&answer, world.name);
            assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h118_a_session_of_the_admin_area_can_be_refreshed_for_the_app() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        by_hand::grant(&world, "dana@example.org", PlatformRole::Admin).await;
        let credentials = json!({"email": "dana@example.org", "password": PASSWORD});
        assert_eq!(browser.post_json("/login?audience=admin", &credentials).await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 401, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h119_k25_s085_the_token_refresh_takes_the_body_alone() {
    for world in worlds_with(always).await {
        let dana = world.signed_up("dana@example.org").await;
        let mut erik = world.signed_up("erik@example.org").await;
        let body = json!({ "refresh_token": dana.cookie(REFRESH) });
        // No CSRF value, and the cookies of somebody else.
        let answer = erik.send(Ask::api("POST", "/tokens/refresh").json(&body)).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        assert_untouched(&answer, world.name);
        let tokens = answer.json();
        assert_eq!(tokens.as_object().unwrap().len(), 2, "{}", world.name);
        let owner = claims(&world, dana.cookie(ACCESS), Audience::App).user;
        assert_eq!(
            claims(&world, tokens["access_token"].as_str().unwrap(), Audience::App).user,
            owner,
            "{}",
            world.name
        );
        assert_ne!(tokens["refresh_token"], dana.cookie(REFRESH), "{}", world.name);
        assert_eq!(exchange(&world, tokens["refresh_token"].as_str().unwrap()).await.status, 200, "{}", world.name);
        // Cookies do not stand in for the body.
        let answer = erik.send(Ask::api("POST", "/tokens/refresh").json(&json!({}))).await;
        assert_eq!(answer.verdict(), "400/invalid_request", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h120_the_token_in_a_body_is_trimmed_a_blank_one_is_400_and_an_unknown_one_401() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let blanks = format!(" \t{}\n", browser.cookie(REFRESH));
        assert_eq!(exchange(&world, &blanks).await.status, 200, "{}", world.name);
        for blank in ["", "  ", "\t\n"] {
            assert_eq!(exchange(&world, blank).await.verdict(), "400/invalid_request", "{}", world.name);
        }
        for unknown in [UNKNOWN, "x", "ä"] {
            let answer = exchange(&world, unknown).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {unknown}", world.name);
            assert_untouched(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h121_h122_the_audience_of_a_token_refresh_is_a_member_of_its_body() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        by_hand::grant(&world, "dana@example.org", PlatformRole::Monitor).await;
        let token = browser.cookie(REFRESH);
        for audience in [json!(null), json!(""), json!("foo"), json!("App"), json!(["app"])] {
            let body = json!({"refresh_token": token, "audience": audience});
            let answer = world.send(Ask::api("POST", "/tokens/refresh").json(&body)).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {audience}", world.name);
        }
        for (query, body, audience) in [
            ("?audience=admin", json!({"refresh_token": token}), Audience::App),
            ("?audience=foo", json!({"refresh_token": token, "audience": "app"}), Audience::App),
            ("", json!({"refresh_token": token, "audience": "admin"}), Audience::Admin),
        ] {
            let answer = world.send(Ask::api("POST", &format!("/tokens/refresh{query}")).json(&body)).await;
            assert_eq!(answer.status, 200, "{} {query}", world.name);
            claims(&world, answer.json()["access_token"].as_str().unwrap(), audience);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h123_h124_h125_the_rotation_policy_decides_which_token_comes_back() {
    let five = RotationPolicy::After(TimeDelta::minutes(5));
    for (policy, minutes, is_new) in [
        (RotationPolicy::Never, 0, false),
        (RotationPolicy::Never, 10_000, false),
        (RotationPolicy::Always, 0, true),
        (five, 4, false),
        (five, 5, true),
        (five, 6, true),
    ] {
        for world in worlds_with(|plan| plan.bend.policies.session.rotation = policy).await {
            let browser = world.signed_up("dana@example.org").await;
            world.clock.advance(TimeDelta::minutes(minutes));
            let answer = exchange(&world, browser.cookie(REFRESH)).await;
            assert_eq!(answer.status, 200, "{} {policy:?} {minutes}", world.name);
            let came_back = answer.json()["refresh_token"] == browser.cookie(REFRESH);
            assert_eq!(!came_back, is_new, "{} {policy:?} {minutes}", world.name);
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn h078_h126_s054_s066_no_cookie_lives_longer_than_what_is_in_it() {
    let day = 24 * 60 * 60;
    for (policy, left) in [(RotationPolicy::Never, 4 * day), (RotationPolicy::Always, 5 * day)] {
        let bend = |plan: &mut Plan| {
            plan.bend.policies.session.rotation = policy;
            plan.bend.policies.session.session_ttl = TimeDelta::days(15);
        };
        for world in worlds_with(bend).await {
            let mut browser = world.signed_up("dana@example.org").await;
            world.clock.advance(TimeDelta::days(10));
            let answer = browser.refresh().await;
            let life = |name: &str| answer.set_cookie(name).unwrap().attribute("max-age").map(str::to_owned);
            assert_eq!(life(REFRESH), Some(left.to_string()), "{} {policy:?}", world.name);
            assert_eq!(life(ACCESS), Some("600".to_owned()), "{} {policy:?}", world.name);
            // And the server does not rely on the cookie going away.
            world.clock.advance(TimeDelta::seconds(left));
            let answer = browser.refresh().await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{} {policy:?}", world.name);
            assert_cleared(&answer, world.name);
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn h127_h128_s052_a_replay_ends_the_session_for_the_thief_and_for_the_owner() {
    for world in worlds_with(always).await {
        let mut owner = world.signed_up("dana@example.org").await;
        let mut thief = owner.clone();
        assert_eq!(owner.refresh().await.status, 200, "{}", world.name);
        world.clock.advance(TimeDelta::seconds(11));
        let answer = thief.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        assert_eq!(owner.user_status().await, 401, "{}", world.name);
        let answer = owner.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k43_s051_two_tabs_that_refresh_together_both_stay_signed_in() {
    for world in worlds_with(always).await {
        let mut first = world.signed_up("dana@example.org").await;
        let mut second = first.clone();
        let (a, b) = (first.refresh().await, second.refresh().await);
        assert_eq!((a.status, b.status), (200, 200), "{}", world.name);
        assert_eq!(first.cookie(REFRESH), second.cookie(REFRESH), "{}", world.name);
        // A lost answer is repaired by asking again.
        world.clock.advance(TimeDelta::minutes(1));
        let mut lost = first.clone();
        assert_eq!(lost.refresh().await.status, 200, "{}", world.name);
        assert_eq!(first.refresh().await.status, 200, "{}", world.name);
        assert_eq!(first.cookie(REFRESH), lost.cookie(REFRESH), "{}", world.name);
        for browser in [&mut first, &mut lost] {
            assert_eq!(browser.user_status().await, 200, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h130_s050_twenty_parallel_refreshes_agree_and_none_is_5xx() {
    for world in worlds_with(always).await {
        let browser = world.signed_up("dana@example.org").await;
        let tabs = join_all((0..20).map(|_| {
            let mut tab = browser.clone();
            async move {
                let status = tab.refresh().await.status;
                (status, tab)
            }
        }))
        .await;
        let successor = tabs[0].1.cookie(REFRESH).to_owned();
        assert_ne!(successor, browser.cookie(REFRESH), "{}", world.name);
        for (status, mut tab) in tabs {
            assert_eq!(status, 200, "{}", world.name);
            assert_eq!(tab.cookie(REFRESH), successor, "{}", world.name);
            assert_eq!(tab.user_status().await, 200, "{}", world.name);
        }
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(exchange(&world, &successor).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h132_s054_a_lapsed_token_is_refused_at_its_end_and_taken_away() {
    for world in worlds_with(|plan| plan.bend.policies.session.rotation = RotationPolicy::Never).await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.clock.advance(TimeDelta::seconds(1));
        let answer = browser.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h132_s056_a_session_that_was_ended_is_not_refreshed_by_either_operation() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut copy = browser.clone();
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        assert_eq!(exchange(&world, copy.cookie(REFRESH)).await.verdict(), "401/unauthorized", "{}", world.name);
        let answer = copy.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h112_a_disabled_account_is_refused_and_its_cookies_are_taken_away() {
    for world in worlds().await {
        let user = by_hand::account(&world, "dana@example.org", Some(PASSWORD), true).await;
        let mut browser = by_hand::signed_in(&world, &user).await;
        assert_eq!(exchange(&world, browser.cookie(REFRESH)).await.verdict(), "401/unauthorized", "{}", world.name);
        let answer = browser.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_cleared(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s068_of_two_different_refresh_cookies_neither_is_taken_nor_taken_away() {
    for world in worlds_with(always).await {
        let browser = world.signed_up("dana@example.org").await;
        let (token, csrf) = (browser.cookie(REFRESH), browser.cookie(CSRF));
        let with = |cookies: String| {
            let cookies = format!("{cookies}; {CSRF}={csrf}");
            Ask::api("POST", "/sessions/refresh").header("cookie", &cookies).header("x-csrf-token", csrf)
        };
        for cookies in
            [format!("{REFRESH}={token}; {REFRESH}={UNKNOWN}"), format!("{REFRESH}={UNKNOWN}; {REFRESH}={token}")]
        {
            let answer = world.send(with(cookies)).await;
            assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(token_row(&world, token).await.spent_at, None, "{}", world.name);
        let same_twice = format!("{REFRESH}={token}; {REFRESH}={token}");
        assert_eq!(world.send(with(same_twice)).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k42_h066_k05_without_proof_a_refresh_is_403_and_spends_nothing() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = token_row(&world, browser.cookie(REFRESH)).await;
        let csrf = browser.cookie(CSRF).to_owned();
        for ask in [
            Ask::api("POST", "/sessions/refresh"),
            Ask::api("POST", "/sessions/refresh").header("x-csrf-token", "wrong"),
            Ask::api("POST", &format!("/sessions/refresh?csrf_token={csrf}")),
            Ask::api("POST", "/sessions/refresh").form(&[("csrf_token", csrf.as_str())]),
            Ask::api("POST", "/sessions/refresh")
                .header("x-csrf-token", &csrf)
                .header("origin", "https://evil.example"),
        ] {
            let answer = browser.send(ask).await;
            assert_eq!(answer.verdict(), "403/forbidden", "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(token_row(&world, browser.cookie(REFRESH)).await, before, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s023_s070_unknown_tokens_are_limited_and_a_good_one_never_is() {
    let bend = |plan: &mut Plan| {
        always(plan);
        plan.bend.rules.refresh_address = Rule { limit: 3, window: TimeDelta::minutes(10) };
    };
    for world in worlds_with(bend).await {
        let mut browser = world.signed_up("dana@example.org").await;
        for _ in 0..3 {
            assert_eq!(exchange(&world, UNKNOWN).await.verdict(), "401/unauthorized", "{}", world.name);
        }
        let answer = exchange(&world, "another").await;
        assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
        assert!((1..=600).contains(&retry_after_seconds(&answer)), "{}", world.name);
        let mut guesser = browser.clone();
        guesser.set(REFRESH, UNKNOWN);
        let answer = guesser.refresh().await;
        assert_eq!(answer.verdict(), "429/rate_limited", "{}", world.name);
        assert_untouched(&answer, world.name);
        for _ in 0..10 {
            assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        }
        assert_eq!(exchange(&world, browser.cookie(REFRESH)).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_s164_h131_trouble_is_503_with_the_cookies_in_place_and_can_be_repeated() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = browser.clone();
        world.faults.set_outage(true);
        let (by_cookie, by_body) = (browser.refresh().await, exchange(&world, before.cookie(REFRESH)).await);
        world.faults.set_outage(false);
        world.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let lost = browser.refresh().await;
        for answer in [by_cookie, by_body, lost] {
            assert_eq!(answer.verdict(), "503/service_unavailable", "{}", world.name);
            assert!(retry_after_seconds(&answer) >= 1, "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(token_row(&world, before.cookie(REFRESH)).await.spent_at, None, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h134_without_the_membership_a_refresh_is_refused_and_the_cookies_stay() {
    for world in worlds_with(always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let token = claims(&world, browser.cookie(ACCESS), Audience::App);
        let (organization, user, now) = (token.organization, token.user, world.clock.now());
        let removed = world.app.store.write(move |tx| memberships::delete(tx, organization, user)).await;
        assert!(removed.unwrap(), "{}", world.name);
        let answer = browser.refresh().await;
        assert_eq!(answer.verdict(), "401/unauthorized", "{}", world.name);
        assert_untouched(&answer, world.name);
        let role = OrganizationRole::Member;
        let back = world.app.store.write(move |tx| memberships::insert(tx, organization, user, role, now)).await;
        assert!(back.unwrap(), "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h135_s084_a_refresh_brings_the_roles_of_now() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let token = claims(&world, browser.cookie(ACCESS), Audience::App);
        let (organization, user, now) = (token.organization, token.user, world.clock.now());
        let role = OrganizationRole::Admin;
        let set = world.app.store.write(move |tx| memberships::set_role(tx, organization, user, role, now)).await;
        assert!(set.unwrap(), "{}", world.name);
        by_hand::grant(&world, "dana@example.org", PlatformRole::Auditor).await;
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        let seen = browser.get("/user").await.json();
        assert_eq!(seen["organization"]["role"], "admin", "{}", world.name);
        assert_eq!(seen["roles"], json!(["authara:auditor"]), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h136_k21_s088_logging_out_ends_the_session_and_takes_the_cookies_away() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut copy = browser.clone();
        let answer = browser.post("/sessions/logout").await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{}", world.name);
        assert_eq!(answer.header("content-type"), None, "{}", world.name);
        assert_cleared(&answer, world.name);
        assert!(!browser.cookie(CSRF).is_empty(), "{}", world.name);
        assert_ne!(browser.cookie(CSRF), copy.cookie(CSRF), "{}", world.name);
        assert_eq!((copy.user_status().await, copy.refresh().await.status), (401, 401), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h137_s055_k21_signing_out_with_nothing_to_sign_out_of_is_204() {
    for world in worlds().await {
        let mut stranger = world.browser();
        let mut junk = world.browser();
        junk.set(ACCESS, "x");
        junk.set(REFRESH, UNKNOWN);
        let mut gone = world.signed_up("dana@example.org").await;
        let mut again = gone.clone();
        assert_eq!(gone.post("/sessions/logout").await.status, 204, "{}", world.name);
        for browser in [&mut stranger, &mut junk, &mut gone, &mut again] {
            let answer = browser.post("/sessions/logout").await;
            assert_eq!(answer.status, 204, "{}", world.name);
            assert_cleared(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k44_s055_either_cookie_alone_signs_out() {
    type Bend = fn(&mut Browser);
    let bends: [(&str, Bend); 5] = [
        ("access alone", |browser| browser.forget(REFRESH)),
        ("refresh alone", |browser| browser.forget(ACCESS)),
        ("access beside a malformed refresh", |browser| browser.set(REFRESH, "x")),
        ("access beside an unknown refresh", |browser| browser.set(REFRESH, UNKNOWN)),
        ("refresh beside a malformed access", |browser| browser.set(ACCESS, "x")),
    ];
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for (what, bend) in bends {
            let mut browser = world.browser();
            assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{} {what}", world.name);
            let mut copy = browser.clone();
            bend(&mut browser);
            let answer = browser.post("/sessions/logout").await;
            assert_eq!(answer.status, 204, "{} {what}", world.name);
            assert_cleared(&answer, what);
            assert_eq!((copy.user_status().await, copy.refresh().await.status), (401, 401), "{} {what}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s055_an_expired_access_token_does_not_keep_anybody_from_signing_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut copy = browser.clone();
        world.clock.advance(TimeDelta::days(1));
        let answer = browser.post("/sessions/logout").await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_cleared(&answer, world.name);
        assert_eq!(copy.refresh().await.status, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_a_logout_that_may_not_have_happened_is_503_and_keeps_the_cookies() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.faults.set_outage(true);
        let answer = browser.post("/sessions/logout").await;
        world.faults.set_outage(false);
        assert_eq!(answer.verdict(), "503/service_unavailable", "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h138_signing_out_leaves_the_other_sessions_of_the_user_alone() {
    for world in worlds().await {
        let mut phone = world.signed_up("dana@example.org").await;
        let mut laptop = world.browser();
        assert_eq!(laptop.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        assert_eq!(laptop.post("/sessions/logout").await.status, 204, "{}", world.name);
        assert_eq!((phone.user_status().await, phone.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h139_session_and_token_carry_the_organization_that_signing_up_made() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let first = claims(&world, browser.cookie(ACCESS), Audience::App).organization;
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        let refreshed = claims(&world, browser.cookie(ACCESS), Audience::App).organization;
        let mut other = world.browser();
        assert_eq!(other.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        let logged_in = claims(&world, other.cookie(ACCESS), Audience::App).organization;
        assert_eq!((refreshed, logged_in), (first, first), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k34_no_operation_redirects_whatever_it_is_asked() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let query = "?return_to=%2Fprivate";
        for (path, headers) in [
            ("/sessions/refresh", &[][..]),
            ("/sessions/refresh", &[("hx-request", "true")][..]),
            ("/sessions/refresh", &[("accept", "text/html"), ("sec-fetch-mode", "navigate")][..]),
            ("/sessions/logout", &[("hx-request", "true"), ("accept", "text/html")][..]),
            ("/sessions/refresh", &[("accept", "text/html")][..]),
            ("/sessions/refresh/", &[][..]),
        ] {
            let mut ask = Ask::api("POST", &format!("{path}{query}"));
            for (name, value) in headers {
                ask = ask.header(name, value);
            }
            let answer = browser.mutate(ask).await;
            assert!(!(300..400).contains(&answer.status), "{} {path}: {}", world.name, answer.status);
            assert_eq!(answer.header("location"), None, "{} {path}", world.name);
            assert_eq!(answer.header("hx-redirect"), None, "{} {path}", world.name);
        }
        world.stop().await;
    }
}
