//! Signing out, by either token.

use authara_core::audience::Audience;
use authara_core::secret::RefreshToken;
use authara_core::session::refresh::Refusal;
use authara_core::session::{EndReason, RotationPolicy};
use authara_flows::access::{self, AccessError};
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::testing::{Bend, app};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, Standing};
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, log_in, present, refusal, rotating, session, sign_up};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s055_h136_either_token_alone_ends_the_session_and_its_access() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let other = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let presented = [
            (&person, Presented { refresh: Some(person.refresh_token.clone()), session: None }),
            (&other, Presented { refresh: None, session: Some(other.session) }),
        ];
        for (whose, presented) in presented {
            assert_is!(logout::end_presented(&app, presented).await, Ok(()), "{name}");
            let ended = session(&app, whose.session).await.ended.expect(name);
            assert_eq!(ended.reason, EndReason::Logout, "{name}");
            assert_eq!(test.store.revocations().standing(whose.session), Standing::Ended, "{name}");
            let checked = access::check(&app, &whose.access_token, Audience::App).await;
            assert_is!(checked, Err(AccessError::Ended), "{name}");
            let answer = present(&app, &whose.refresh_token).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s055_tokens_of_two_sessions_end_both() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let other = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let presented = Presented { refresh: Some(person.refresh_token), session: Some(other.session) };
        assert_is!(logout::end_presented(&app, presented).await, Ok(()), "{name}");
        for id in [person.session, other.session] {
            assert!(session(&app, id).await.ended.is_some(), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s055_a_spent_or_lapsed_refresh_token_still_names_its_session() {
    for days in [0, 15] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(RotationPolicy::Always));
            let person = sign_up(&app, EMAIL).await;
            let second = present(&app, &person.refresh_token).await.expect(name);
            app.clock.advance(TimeDelta::days(days));
            let presented = Presented { refresh: Some(person.refresh_token), session: None };
            assert_is!(logout::end_presented(&app, presented).await, Ok(()), "{name}");
            let answer = present(&app, &second.refresh_token).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}: after {days} days");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s055_h137_signing_out_twice_with_nothing_or_with_unknown_tokens_is_signing_out() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let own = Presented { refresh: Some(person.refresh_token), session: Some(person.session) };
        let unknown = Presented {
            refresh: Some(RefreshToken::random(&mut app.rng.clone())),
            session: Some(app.rng.id(app.clock.now())),
        };
        for presented in [own.clone(), own, unknown, Presented::default()] {
            assert_is!(logout::end_presented(&app, presented).await, Ok(()), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h138_signing_out_leaves_the_other_sessions_of_the_user_alone() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let other = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let presented = Presented { refresh: None, session: Some(person.session) };
        assert_is!(logout::end_presented(&app, presented).await, Ok(()), "{name}");
        assert_is!(present(&app, &other.refresh_token).await, Ok(_), "{name}");
        let checked = access::check(&app, &other.access_token, Audience::App).await;
        assert_is!(checked, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_logout_that_was_not_committed_is_trouble_and_marks_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let presented = Presented { refresh: None, session: Some(person.session) };
        assert_is!(logout::end_presented(&app, presented).await, Err(_), "{name}");
        assert_eq!(test.store.revocations().standing(person.session), Standing::Live, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}
