//! `POST signup/direct` (http-api 7.9).

use authara_core::event::Event;
use authara_core::organization::{OrganizationKind, OrganizationMode};
use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::browser::{ACCESS, REFRESH};
use crate::cookie_effects::{assert_set, assert_untouched};
use crate::wire::Answer;
use crate::world::{PASSWORD, World, worlds, worlds_with};

/// What somebody without cookies is told.
async fn attempt(world: &World, body: &Value) -> Answer {
    world.browser().post_json("/signup/direct", body).await
}

/// How many accounts were made so far.
fn accounts_made(world: &World) -> usize {
    world.app.store.recorded().iter().filter(|event| matches!(event, Event::UserCreated { .. })).count()
}

#[actix_web::test]
async fn h155_k19_signing_up_hands_over_a_session_and_the_password_works_later() {
    for world in worlds().await {
        let mut browser = world.browser();
        let answer = browser.sign_up("Dana@Example.org", PASSWORD).await;
        assert_eq!(answer.status, 201, "{}", world.name);
        assert_set(&answer, world.name);
        assert_eq!(answer.set_cookies().len(), 3, "{}", world.name);
        let body = answer.json();
        assert_eq!(body.as_object().unwrap().len(), 3, "{}: {body}", world.name);
        assert_eq!(body["access_token"], browser.cookie(ACCESS), "{}", world.name);
        assert_eq!(body["refresh_token"], browser.cookie(REFRESH), "{}", world.name);
        let user = &body["user"];
        assert_eq!(user.as_object().unwrap().len(), 5, "{}: {user}", world.name);
        assert_eq!((&user["email"], &user["disabled"]), (&json!("dana@example.org"), &json!(false)), "{}", world.name);
        assert!(user["created_at"].as_str().unwrap().ends_with('Z'), "{}: {user}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(world.browser().log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h159_h160_s126_an_address_is_registered_once_in_whatever_spelling() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for email in ["dana@example.org", "DANA@example.ORG", " dana@example.org ", "ｄａｎａ@example.org"] {
            let answer = attempt(&world, &json!({"email": email, "password": "nine green bicycles"})).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {email}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(accounts_made(&world), 1, "{}", world.name);
        assert_eq!(world.browser().log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s126_twenty_parallel_sign_ups_of_one_address_make_one_account_and_no_5xx() {
    let spellings =
        ["dana@example.org", "DANA@EXAMPLE.ORG", "Dana@Example.Org", "ｄａｎａ@example.org", "dana@ｅxample.org"];
    for world in worlds().await {
        let mut browsers = Vec::new();
        for number in 0..20 {
            let mut browser = world.browser();
            browser.fetch_csrf().await;
            browsers.push((browser, spellings[number % spellings.len()]));
        }
        let answers = join_all(
            browsers.into_iter().map(|(mut browser, email)| async move { browser.sign_up(email, PASSWORD).await }),
        )
        .await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 400).count();
        assert_eq!((made, refused), (1, 19), "{}: {answers:?}", world.name);
        assert_eq!(accounts_made(&world), 1, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h161_s003_a_password_has_8_to_128_code_points() {
    for world in worlds().await {
        for (number, (password, status)) in [
            ("k7-vw3z".to_owned(), 400),
            ("k7-vw3zq".to_owned(), 201),
            ("üüäö".to_owned(), 400),
            ("üüäöüäöß".to_owned(), 201),
            ("🦊🐢🦊🐢🦊🐢🦊".to_owned(), 400),
            ("🦊🐢🦊🐢🦊🐢🦊🦊".to_owned(), 201),
            ("ab ".repeat(42) + "xy", 201),
            ("ab ".repeat(42) + "xyz", 400),
            ("🦊🐢".repeat(64), 201),
            ("🦊".repeat(129), 400),
            ("x".repeat(50_000), 400),
        ]
        .into_iter()
        .enumerate()
        {
            let before = world.app.hasher.count();
            let email = format!("person{number}@example.org");
            let answer = attempt(&world, &json!({"email": email, "password": password})).await;
            assert_eq!(answer.status, status, "{} {number}: {}", world.name, answer.text());
            if status == 400 {
                assert_eq!(answer.code(), "invalid_request", "{} {number}", world.name);
                assert_eq!(world.app.hasher.count(), before, "{} {number}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s006_well_known_passwords_and_own_names_are_refused_without_being_repeated() {
    for world in worlds().await {
        for password in ["password123", "PassWord123", "dana.fern", "dana.ferndana.fern", "dana.fern@example.org"] {
            let answer = attempt(&world, &json!({"email": "dana.fern@example.org", "password": password})).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {password}", world.name);
            assert!(!answer.text().contains(password), "{}: {}", world.name, answer.text());
        }
        let phrase = json!({"email": "dana.fern@example.org", "password": "abendrotwolkenschiff"});
        assert_eq!(attempt(&world, &phrase).await.status, 201, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h162_s125_what_is_no_bare_address_is_400() {
    for world in worlds().await {
        let domain =
            |last: usize| format!("{}.{}.{}.{}", "b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(last));
        let (longest, too_long) = (format!("a@{}", domain(60)), format!("a@{}", domain(61)));
        assert_eq!((longest.len(), too_long.len()), (254, 255));
        for email in [
            too_long.as_str(),
            "",
            "dana",
            "@example.org",
            "dana@",
            "da na@example.org",
            "Dana <dana@example.org>",
            "dana@example.org (x)",
            "\"dana\"@example.org",
            "dana@[127.0.0.1]",
            "dana@@example.org",
            "dana@example.org\r\nbcc: x@example.org",
        ] {
            let answer = attempt(&world, &json!({"email": email, "password": PASSWORD})).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {email:?}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(accounts_made(&world), 0, "{}", world.name);
        let answer = attempt(&world, &json!({"email": longest, "password": PASSWORD})).await;
        assert_eq!(answer.status, 201, "{}: {}", world.name, answer.text());
        world.stop().await;
    }
}

#[actix_web::test]
async fn h163_h164_a_blank_invitation_code_counts_as_absent_and_no_other_can_be_used() {
    for world in worlds().await {
        for code in [json!("no-such-code"), json!(" x "), json!(null), json!(7)] {
            let body = json!({"email": "dana@example.org", "password": PASSWORD, "invitation_code": code});
            let answer = attempt(&world, &body).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {code}", world.name);
            assert_untouched(&answer, world.name);
        }
        assert_eq!(accounts_made(&world), 0, "{}", world.name);
        for (email, code) in [("dana@example.org", ""), ("erik@example.org", "   "), ("fee@example.org", "\t")] {
            let body = json!({"email": email, "password": PASSWORD, "invitation_code": code});
            assert_eq!(attempt(&world, &body).await.status, 201, "{} {code:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h034_signing_up_for_the_admin_area_is_400_and_makes_nothing() {
    for world in worlds().await {
        let mut browser = world.browser();
        let body = json!({"email": "dana@example.org", "password": PASSWORD});
        let answer = browser.post_json("/signup/direct?audience=admin", &body).await;
        assert_eq!(answer.verdict(), "400/invalid_request", "{}", world.name);
        assert_untouched(&answer, world.name);
        assert_eq!(accounts_made(&world), 0, "{}", world.name);
        assert_eq!(browser.post_json("/signup/direct?audience=app", &body).await.status, 201, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h170_h171_the_initial_organization_follows_the_mode_and_its_owner_is_told_of() {
    for (mode, expected) in [
        (OrganizationMode::Personal, OrganizationKind::Personal),
        (OrganizationMode::Single, OrganizationKind::Team),
        (OrganizationMode::Multi, OrganizationKind::Personal),
    ] {
        for world in worlds_with(|plan| plan.bend.policies.organization_mode = mode).await {
            let mut browser = world.signed_up("dana@example.org").await;
            let events = world.app.store.recorded();
            let names: Vec<&str> = events.iter().map(Event::name).collect();
            let all = ["organization.created", "organization.membership.created", "user.created"];
            for name in all {
                assert_eq!(names.iter().filter(|other| **other == name).count(), 1, "{} {name}", world.name);
            }
            let made = events.iter().find_map(|event| match event {
                Event::OrganizationCreated { kind, name, .. } => Some((*kind, name.clone())),
                _ => None,
            });
            let user = browser.get("/user").await.json();
            let name = user["username"].as_str().unwrap().to_owned();
            assert_eq!(made, Some((expected, name.clone())), "{} {mode:?}", world.name);
            assert_eq!(user["organization"]["name"], name, "{} {mode:?}", world.name);
            assert_eq!(user["organization"]["role"], "owner", "{} {mode:?}", world.name);
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn h172_h173_h174_h175_the_user_name_is_the_local_part_and_five_digits() {
    for world in worlds().await {
        for (email, start) in [
            ("a.b+c@example.org", "a-b-c"),
            ("__x__@example.org", "x"),
            ("+@example.org", "user"),
            ("dana--q@example.org", "dana-q"),
            ("User_Name-123@example.org", "user_name-123"),
            ("abcdefghijklmnopqrstuvw--yz@example.org", "abcdefghijklmnopqrstuvw"),
        ] {
            let answer = attempt(&world, &json!({"email": email, "password": PASSWORD})).await;
            assert_eq!(answer.status, 201, "{} {email}: {}", world.name, answer.text());
            let body = answer.json();
            let (name, number) = body["user"]["username"].as_str().unwrap().rsplit_once('-').unwrap();
            assert_eq!(name, start, "{} {email}", world.name);
            assert!((10_000..=99_999).contains(&number.parse::<u32>().unwrap()), "{} {number}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s049_signing_up_ends_the_session_that_the_browser_had() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut old = browser.clone();
        assert_eq!(browser.sign_up("erik@example.org", PASSWORD).await.status, 201, "{}", world.name);
        assert_eq!((old.user_status().await, old.refresh().await.status), (401, 401), "{}", world.name);
        assert_eq!(browser.get("/user").await.json()["email"], "erik@example.org", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s168_a_sign_up_that_meets_trouble_makes_nothing_and_can_be_repeated() {
    for world in worlds().await {
        let mut browser = world.browser();
        for point in [FaultPoint::Read, FaultPoint::Write, FaultPoint::Commit] {
            world.faults.order(point, FaultKind::Unavailable, 0);
            let answer = browser.sign_up("dana@example.org", PASSWORD).await;
            assert_eq!(answer.verdict(), "503/service_unavailable", "{} {point:?}", world.name);
            assert!(answer.header("retry-after").is_some(), "{} {point:?}", world.name);
            assert!(answer.set_cookie(ACCESS).is_none(), "{} {point:?}", world.name);
        }
        assert_eq!(accounts_made(&world), 0, "{}", world.name);
        assert_eq!(browser.sign_up("dana@example.org", PASSWORD).await.status, 201, "{}", world.name);
        world.stop().await;
    }
}
