//! Exchanging refresh tokens: what each earns, and what is read anew every time.

use authara_core::audience::Audience;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::RefreshToken;
use authara_core::session::refresh::Refusal;
use authara_core::session::{RotationPolicy, SessionPolicy};
use authara_core::token::OrganizationRoleClaim;
use authara_flows::App;
use authara_flows::error::{RefreshError, Trouble};
use authara_flows::issue::Presented;
use authara_flows::refresh::{self, Refreshed, Use};
use authara_flows::testing::{Bend, app};
use authara_flows::{current_user, logout};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, memberships, platform_roles};
use chrono::TimeDelta;

use crate::people::{
    EMAIL, address, all_tokens, claims, grant, live_tokens, made_by_hand, present, refusal, rotating, session, sign_up,
    signed_in_by_hand, token_row, with_sessions,
};

async fn present_for(app: &App, token: &RefreshToken, audience: Audience) -> Result<Refreshed, RefreshError> {
    refresh::exchange(app, token.expose(), audience, address(1), Use::Rotating).await
}

async fn only_look(app: &App, token: &RefreshToken) -> Result<Refreshed, RefreshError> {
    refresh::exchange(app, token.expose(), Audience::App, address(1), Use::ReadOnly).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s048_only_the_exact_text_of_a_refresh_token_is_taken() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let text = person.refresh_token.expose();
        let mut variants = vec![
            String::new(),
            text[..42].to_owned(),
            format!("{text}A"),
            format!("{text}="),
            format!(" {text}"),
            text.to_ascii_uppercase(),
        ];
        for position in 0..text.len() {
            let other = if text.as_bytes()[position] == b'A' { 'B' } else { 'A' };
            variants.push(format!("{}{other}{}", &text[..position], &text[position + 1..]));
        }
        for (number, variant) in variants.iter().enumerate() {
            let answer = refresh::exchange(&app, variant, Audience::App, address(1), Use::Rotating).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Unknown), "{name}: variant {number}");
        }
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h123_without_rotation_the_same_token_comes_back_any_number_of_times() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Never));
        let person = sign_up(&app, EMAIL).await;
        for day in 1..=10 {
            app.clock.advance(TimeDelta::days(1));
            let refreshed = present(&app, &person.refresh_token).await.expect(name);
            assert_eq!(refreshed.refresh_token, person.refresh_token, "{name}: day {day}");
        }
        assert_eq!(all_tokens(&app, person.session).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h124_under_always_every_refresh_yields_a_new_token() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let mut line = vec![person.refresh_token];
        for number in 1..=10 {
            let refreshed = present(&app, &line[number - 1]).await.expect(name);
            assert!(!line.contains(&refreshed.refresh_token), "{name}: refresh {number}");
            assert_eq!(refreshed.session, person.session, "{name}");
            line.push(refreshed.refresh_token);
        }
        assert_eq!(live_tokens(&app, person.session).await, 1, "{name}");
        assert_eq!(all_tokens(&app, person.session).await, 11, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h125_rotation_after_five_minutes_replaces_a_token_from_that_age_on() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::After(TimeDelta::minutes(5))));
        for (minutes, is_replaced) in [(4, false), (5, true), (6, true)] {
            let person = sign_up(&app, &format!("dana{minutes}@example.org")).await;
            app.clock.advance(TimeDelta::minutes(minutes));
            let refreshed = present(&app, &person.refresh_token).await.expect(name);
            assert_eq!(refreshed.refresh_token != person.refresh_token, is_replaced, "{name}: {minutes} minutes");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h126_a_successor_is_never_valid_past_the_end_of_its_session() {
    let policy = SessionPolicy {
        rotation: RotationPolicy::Always,
        session_ttl: TimeDelta::days(20),
        ..SessionPolicy::default()
    };
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, with_sessions(policy));
        let person = sign_up(&app, EMAIL).await;
        let end = session(&app, person.session).await.expires_at;
        app.clock.advance(TimeDelta::days(10));
        let refreshed = present(&app, &person.refresh_token).await.expect(name);
        let row = token_row(&app, &refreshed.refresh_token).await.expect(name);
        assert_eq!(row.expires_at, end, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s054_h132_the_idle_limit_holds_at_use_without_any_clean_up() {
    let policy =
        SessionPolicy { rotation: RotationPolicy::Never, refresh_ttl: TimeDelta::hours(1), ..SessionPolicy::default() };
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, with_sessions(policy));
        let person = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        app.clock.advance(TimeDelta::microseconds(1));
        let late = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&late), Ok(Refusal::Expired), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s054_h132_no_refresh_extends_the_absolute_limit() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let end = app.clock.now() + TimeDelta::days(60);
        let mut token = person.refresh_token;
        for day in [10, 20, 30, 40, 50] {
            app.clock.advance(TimeDelta::days(10));
            token = present(&app, &token).await.expect(name).refresh_token;
            assert_eq!(session(&app, person.session).await.expires_at, end, "{name}: day {day}");
        }
        app.clock.advance(TimeDelta::days(10) - TimeDelta::microseconds(1));
        token = present(&app, &token).await.expect(name).refresh_token;
        app.clock.advance(TimeDelta::microseconds(1));
        assert_eq!(refusal(&present(&app, &token).await), Ok(Refusal::Expired), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h132_a_token_of_an_ended_session_earns_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let answer = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h112_a_disabled_user_is_refused_and_the_session_is_over() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let user = made_by_hand(&app, EMAIL, None, true).await;
        let person = signed_in_by_hand(&app, &user).await;
        let answer = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&answer), Ok(Refusal::Disabled), "{name}");
        assert!(Refusal::Disabled.is_final(), "{name}");
        let claims = claims(&app, &person.access_token);
        assert_is!(current_user::find(&app, &claims).await, Err(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s063_an_admin_refresh_without_a_role_keeps_the_session_and_spends_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let before = token_row(&app, &person.refresh_token).await;
        let answer = present_for(&app, &person.refresh_token, Audience::Admin).await;
        assert_eq!(refusal(&answer), Ok(Refusal::Audience), "{name}");
        assert!(!Refusal::Audience.is_final(), "{name}: the cookies stay");
        assert_eq!(token_row(&app, &person.refresh_token).await, before, "{name}");
        assert_eq!(session(&app, person.session).await.ended, None, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s063_h117_the_admin_audience_needs_a_platform_role_at_the_moment_of_the_refresh() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Never));
        let person = sign_up(&app, EMAIL).await;
        for role in PlatformRole::ALL {
            grant(&app, person.user.id, role).await;
            let refreshed = present_for(&app, &person.refresh_token, Audience::Admin).await.expect(name);
            let verified = app.verifier.verify(&refreshed.access_token, "admin", app.clock.now()).expect(name);
            assert_eq!(verified.roles, [role.claim()], "{name}");
            let user = person.user.id;
            let withdrawn = test.store.write(move |tx| platform_roles::withdraw(tx, user, role)).await;
            assert_is!(withdrawn, Ok(true), "{name}");
            let answer = present_for(&app, &person.refresh_token, Audience::Admin).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Audience), "{name}: {role:?}");
        }
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h134_without_the_membership_a_refresh_is_refused_and_spends_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let organization = claims(&app, &person.access_token).organization;
        let (user, now) = (person.user.id, app.clock.now());
        let gone = test.store.write(move |tx| memberships::delete(tx, organization, user)).await;
        assert_is!(gone, Ok(true), "{name}");
        let answer = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&answer), Ok(Refusal::NotMember), "{name}");
        let back =
            test.store.write(move |tx| memberships::insert(tx, organization, user, OrganizationRole::Admin, now));
        assert_is!(back.await, Ok(true), "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h135_s084_a_refresh_picks_up_a_changed_membership_role_and_changed_platform_roles() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = claims(&app, &person.access_token);
        assert_eq!(before.organization_role, OrganizationRoleClaim::Known(OrganizationRole::Owner), "{name}");
        assert!(before.roles.is_empty(), "{name}");
        let (organization, user, now) = (before.organization, person.user.id, app.clock.now());
        let changed =
            test.store.write(move |tx| memberships::set_role(tx, organization, user, OrganizationRole::Member, now));
        assert_is!(changed.await, Ok(true), "{name}");
        grant(&app, user, PlatformRole::Monitor).await;
        grant(&app, user, PlatformRole::Auditor).await;
        let refreshed = present(&app, &person.refresh_token).await.expect(name);
        let after = claims(&app, &refreshed.access_token);
        assert_eq!(after.organization_role, OrganizationRoleClaim::Known(OrganizationRole::Member), "{name}");
        assert_eq!(after.roles, ["authara:auditor", "authara:monitor"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h131_a_refused_refresh_leaves_no_new_row() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        assert_eq!(all_tokens(&app, person.session).await, 2, "{name}");
        let admin = present_for(&app, &second.refresh_token, Audience::Admin).await;
        assert_eq!(refusal(&admin), Ok(Refusal::Audience), "{name}");
        app.clock.advance(TimeDelta::days(14));
        let expired = present(&app, &second.refresh_token).await;
        assert_eq!(refusal(&expired), Ok(Refusal::Expired), "{name}");
        let replayed = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replayed), Ok(Refusal::Replayed), "{name}");
        let ended = present(&app, &second.refresh_token).await;
        assert_eq!(refusal(&ended), Ok(Refusal::Ended), "{name}");
        assert_eq!(all_tokens(&app, person.session).await, 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s164_a_refresh_that_was_not_committed_can_be_repeated() {
    for point in [FaultPoint::Write, FaultPoint::Commit] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(RotationPolicy::Always));
            let person = sign_up(&app, EMAIL).await;
            let before = token_row(&app, &person.refresh_token).await;
            test.faults.order(point, FaultKind::Unavailable, 0);
            let failed = present(&app, &person.refresh_token).await;
            assert_is!(failed, Err(RefreshError::Trouble(Trouble::Store(_))), "{name}: {point:?}");
            assert_eq!(token_row(&app, &person.refresh_token).await, before, "{name}: {point:?}");
            assert_eq!(all_tokens(&app, person.session).await, 1, "{name}: {point:?}");
            assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}: {point:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s065_a_page_asked_for_with_get_writes_nothing_and_never_rotates() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::hours(1));
        let row = token_row(&app, &person.refresh_token).await;
        let kept = session(&app, person.session).await;
        let looked = only_look(&app, &person.refresh_token).await.expect(name);
        assert_eq!(looked.refresh_token, person.refresh_token, "{name}");
        assert_eq!(claims(&app, &looked.access_token).session, person.session, "{name}");
        assert_eq!(token_row(&app, &person.refresh_token).await, row, "{name}");
        assert_eq!(session(&app, person.session).await, kept, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s065_a_page_asked_for_with_a_token_just_spent_gets_its_successor_and_leaves_it_unused() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        let looked = only_look(&app, &person.refresh_token).await.expect(name);
        assert_eq!(looked.refresh_token, second.refresh_token, "{name}");
        let row = token_row(&app, &second.refresh_token).await.expect(name);
        assert_eq!((row.first_used_at, row.spent_at), (None, None), "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}: still a repeat");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_use_of_a_session_is_noted_at_most_once_a_minute() {
    for rotation in [RotationPolicy::Never, RotationPolicy::Always] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(rotation));
            let person = sign_up(&app, EMAIL).await;
            let start = app.clock.now();
            let mut token = person.refresh_token;
            for (seconds, noted_seconds) in [(30, 0), (59, 0), (60, 60), (119, 60), (120, 120)] {
                let wanted = start + TimeDelta::seconds(seconds);
                app.clock.advance(wanted - app.clock.now());
                token = present(&app, &token).await.expect(name).refresh_token;
                assert_eq!(
                    session(&app, person.session).await.last_used_at,
                    start + TimeDelta::seconds(noted_seconds),
                    "{name}: {rotation:?} after {seconds} s"
                );
            }
        }
    }
}
