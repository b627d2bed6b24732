//! Signing up: what is made, what is refused, and that nothing is made by halves.

use std::sync::Arc;

use authara_core::event::Event;
use authara_core::id::UserId;
use authara_core::organization::{OrganizationKind, OrganizationMode};
use authara_core::password::PasswordError;
use authara_core::role::OrganizationRole;
use authara_core::token::OrganizationRoleClaim;
use authara_core::user::User;
use authara_flows::Policies;
use authara_flows::error::{SignupError, Trouble};
use authara_flows::signup::{self, Signup};
use authara_flows::testing::{Bend, app};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, memberships, organizations, users};
use uuid::Uuid;

use crate::crowd::at_once;
use crate::people::{EMAIL, PASSWORD, account_of, claims, log_in, present, sign_up, signup_of};

/// Spellings of one address, which differ in case, width, white space and invisible characters.
fn spellings(local: &str) -> Vec<String> {
    let capital = local.to_uppercase();
    let wide: String = local.chars().map(widened).collect();
    vec![
        format!("{local}@example.org"),
        format!("{capital}@example.org"),
        format!("{capital}@EXAMPLE.ORG"),
        format!("{local}@Example.Org"),
        format!("  {local}@example.org"),
        format!("{local}@example.org\t"),
        format!("{wide}@example.org"),
        format!("{local}＠example.org"),
        format!("{local}@example。org"),
        format!("{local}@exam\u{ad}ple.org"),
    ]
}

/// The full-width form of an ASCII letter or digit.
fn widened(c: char) -> char {
    char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s126_h160_parallel_sign_ups_of_one_address_in_many_spellings_make_one_account() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        for round in 1..=10 {
            let local = format!("dana{round}");
            let spellings = spellings(&local);
            let answers = at_once(20, |number| {
                let (app, email) = (app.clone(), spellings[number % spellings.len()].clone());
                async move { signup::direct(&app, signup_of(&email, PASSWORD)).await }
            });
            let mut made = Vec::new();
            for answer in answers.await {
                match answer {
                    Ok(person) => made.push(person.user.id),
                    refused => {
                        assert_is!(refused, Err(SignupError::EmailTaken), "{name}: round {round}");
                    }
                }
            }
            assert_eq!(made.len(), 1, "{name}: round {round}");
            let kept = account_of(&app, &format!("{local}@example.org")).await.expect(name);
            assert_eq!(kept.id, made[0], "{name}: round {round}");
            let told = test.store.recorded();
            let accounts = told.iter().filter(|event| matches!(event, Event::UserCreated { .. }));
            assert_eq!(accounts.count(), round, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h155_somebody_who_signed_up_is_signed_in_and_can_log_in_later() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, " Dana@Example.ORG ").await;
        assert_eq!(person.user.email, EMAIL, "{name}");
        assert_eq!(person.user.email_verified_at, None, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        assert_is!(log_in(&app, EMAIL, PASSWORD).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h159_h160_a_taken_address_makes_no_second_account_and_keeps_the_first_password() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let first = sign_up(&app, EMAIL).await;
        for email in spellings("dana") {
            let again = signup::direct(&app, signup_of(&email, "quite another one")).await;
            assert_is!(again, Err(SignupError::EmailTaken), "{name}: {email:?}");
        }
        assert_eq!(account_of(&app, EMAIL).await, Some(first.user), "{name}");
        assert_is!(log_in(&app, EMAIL, PASSWORD).await, Ok(_), "{name}");
        assert_is!(log_in(&app, EMAIL, "quite another one").await, Err(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s003_s006_h161_a_password_that_breaks_a_rule_is_refused_before_hashing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        for (password, expected) in [
            ("seven c".to_owned(), PasswordError::TooShort(8)),
            ("🔑".repeat(7), PasswordError::TooShort(8)),
            ("x".repeat(129), PasswordError::TooLong(128)),
            ("x".repeat(1 << 20), PasswordError::TooLong(128)),
            ("Password123".to_owned(), PasswordError::Common),
            ("danadana".to_owned(), PasswordError::Identity),
            (EMAIL.to_owned(), PasswordError::Identity),
        ] {
            let Err(SignupError::Password(refused)) = signup::direct(&app, signup_of(EMAIL, &password)).await else {
                panic!("{name}: not refused for {expected:?}");
            };
            assert_eq!(refused, expected, "{name}");
        }
        assert_eq!(app.hasher.count(), 0, "{name}");
        assert_eq!(account_of(&app, EMAIL).await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s003_h161_passwords_of_8_to_128_code_points_are_taken() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        for (number, password) in
            ["qzjxkvwp".to_owned(), "🔑".repeat(8), "ü".repeat(64), "🔑".repeat(128)].iter().enumerate()
        {
            let email = format!("dana{number}@example.org");
            let person = signup::direct(&app, signup_of(&email, password)).await;
            assert_is!(person, Ok(_), "{name}: password {number}");
            assert_is!(log_in(&app, &email, password).await, Ok(_), "{name}: password {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h162_what_is_no_address_makes_no_account() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let long = format!("dana@{}.org", "d".repeat(246));
        assert_eq!(long.len(), 255, "{name}");
        for email in [long.as_str(), "", "dana", "a@b@c.org", "Dana <dana@example.org>"] {
            let refused = signup::direct(&app, signup_of(email, PASSWORD)).await;
            assert_is!(refused, Err(SignupError::Email), "{name}: {email}");
        }
        assert!(test.store.recorded().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h163_a_blank_invitation_code_counts_as_absent_and_an_unknown_one_is_refused() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let with = |code: &str| Signup { invitation_code: Some(code.to_owned()), ..signup_of(EMAIL, PASSWORD) };
        let unknown = signup::direct(&app, with("no such code")).await;
        assert_is!(unknown, Err(SignupError::Invitation), "{name}");
        assert_eq!(account_of(&app, EMAIL).await, None, "{name}");
        assert_is!(signup::direct(&app, with("   ")).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h170_the_organization_mode_decides_what_a_sign_up_makes() {
    for (mode, kind) in [
        (OrganizationMode::Personal, OrganizationKind::Personal),
        (OrganizationMode::Single, OrganizationKind::Team),
        (OrganizationMode::Multi, OrganizationKind::Personal),
    ] {
        for test in stores().await {
            let name = test.store.name();
            let policies = Policies { organization_mode: mode, ..Policies::default() };
            let app = app(&test, Bend { policies, ..Bend::default() });
            let person = sign_up(&app, EMAIL).await;
            let claims = claims(&app, &person.access_token);
            assert_eq!(
                claims.organization_role,
                OrganizationRoleClaim::Known(OrganizationRole::Owner),
                "{name}: {mode:?}"
            );
            let (id, user) = (claims.organization, person.user.id);
            let kept = test
                .store
                .read(move |tx| {
                    let organization = organizations::find(tx, id)?;
                    Ok((organization, memberships::find_role(tx, id, user)?))
                })
                .await;
            let (organization, role) = kept.expect(name);
            let organization = organization.expect(name);
            assert_eq!(organization.kind, kind, "{name}: {mode:?}");
            assert_eq!(organization.name, person.user.username, "{name}: {mode:?}");
            assert_eq!(organization.created_by, Some(user), "{name}: {mode:?}");
            assert_eq!(role, Some(OrganizationRole::Owner), "{name}: {mode:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h171_a_sign_up_records_organization_membership_and_account_in_this_order() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let user = person.user.id;
        let organization = claims(&app, &person.access_token).organization;
        let expected = [
            Event::OrganizationCreated {
                organization,
                name: person.user.username.clone(),
                kind: OrganizationKind::Team,
                created_by: user,
            },
            Event::MembershipCreated { organization, user, role: OrganizationRole::Owner, is_initial: true },
            Event::UserCreated { user },
        ];
        assert_eq!(test.store.recorded(), expected, "{name}");
        assert!(test.store.notices().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h172_h175_the_user_name_is_made_of_the_local_part_and_a_number_of_five_digits() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let long = "a".repeat(40);
        for (local, base) in [
            ("dana", "dana"),
            ("Dana.Q+shop", "dana-q-shop"),
            ("__x__", "x"),
            ("+", "user"),
            (long.as_str(), &long[..24]),
        ] {
            let person = sign_up(&app, &format!("{local}@example.org")).await;
            let (made, number) = person.user.username.rsplit_once('-').expect(name);
            assert_eq!(made, base, "{name}: {local}");
            let number: u32 = number.parse().expect(name);
            assert!((10_000..=99_999).contains(&number), "{name}: {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h178_s127_a_user_name_that_is_taken_in_other_letter_case_is_made_anew() {
    // The first name that this randomness leads to.
    let mut first = String::new();
    for test in stores().await {
        first = sign_up(&app(&test, Bend::default()), EMAIL).await.user.username;
    }
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let taken = User {
            id: UserId(Uuid::from_u128(1)),
            email: "early@example.org".to_owned(),
            username: first.to_uppercase(),
            created_at: app.clock.now(),
            email_verified_at: None,
            credential_version: 1,
            disabled_at: None,
        };
        let made = test.store.write(move |tx| users::insert(tx, &taken)).await;
        assert_is!(made, Ok(true), "{name}");
        let person = sign_up(&app, EMAIL).await;
        assert_ne!(person.user.username, first, "{name}");
        assert!(person.user.username.starts_with("dana-"), "{name}");
        assert_eq!(account_of(&app, EMAIL).await, Some(person.user), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s165_a_sign_up_that_fails_leaves_nothing_and_its_repetition_succeeds() {
    for (point, kind) in [
        (FaultPoint::Read, FaultKind::Unavailable),
        (FaultPoint::Write, FaultKind::Unavailable),
        (FaultPoint::Write, FaultKind::Query),
        (FaultPoint::Commit, FaultKind::Unavailable),
    ] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, Bend::default());
            test.faults.order(point, kind, 0);
            let failed = signup::direct(&app, signup_of(EMAIL, PASSWORD)).await;
            assert_is!(failed, Err(SignupError::Trouble(Trouble::Store(_))), "{name}: {point:?}, {kind:?}");
            assert_eq!(account_of(&app, EMAIL).await, None, "{name}: {point:?}, {kind:?}");
            assert!(test.store.recorded().is_empty(), "{name}: {point:?}, {kind:?}");
            sign_up(&app, EMAIL).await;
            assert_eq!(test.store.recorded().len(), 3, "{name}: {point:?}, {kind:?}");
            assert_is!(log_in(&app, EMAIL, PASSWORD).await, Ok(_), "{name}: {point:?}, {kind:?}");
        }
    }
}
