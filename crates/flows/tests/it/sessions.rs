//! Sessions of one person: begun by signing in, replaced, counted, listed, ended from elsewhere.

use std::sync::Arc;

use authara_core::id::SessionId;
use authara_core::session::refresh::Refusal;
use authara_core::session::{EndReason, SessionPolicy};
use authara_flows::error::{AccountError, LoginError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::login::{self, Login};
use authara_flows::sessions;
use authara_flows::signup::{self, Signup};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, logout};
use authara_storage::testing::stores;
use authara_storage::{Standing, StoreError};
use chrono::TimeDelta;

use crate::crowd::at_once;
use crate::people::{
    EMAIL, PASSWORD, claims, live_sessions, log_in, login_of, present, refusal, session, sign_up, signup_of,
    with_sessions,
};

fn at_most(sessions_per_user: u32) -> Bend {
    with_sessions(SessionPolicy { sessions_per_user, ..SessionPolicy::default() })
}

async fn log_in_presenting(app: &App, presented: Presented) -> Result<SignedIn, LoginError> {
    login::with_password(app, Login { presented, ..login_of(EMAIL, PASSWORD) }).await
}

async fn end_reason(app: &App, id: SessionId) -> Option<EndReason> {
    session(app, id).await.ended.map(|ended| ended.reason)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s049_a_login_ends_the_session_presented_with_it_by_either_token() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let first = sign_up(&app, EMAIL).await;
        let by_refresh = Presented { refresh: Some(first.refresh_token.clone()), session: None };
        let second = log_in_presenting(&app, by_refresh).await.expect(name);
        let by_access = Presented { refresh: None, session: Some(second.session) };
        let third = log_in_presenting(&app, by_access).await.expect(name);
        for old in [&first, &second] {
            assert_eq!(end_reason(&app, old.session).await, Some(EndReason::Replaced), "{name}");
            assert_eq!(test.store.revocations().standing(old.session), Standing::Ended, "{name}");
            let answer = present(&app, &old.refresh_token).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}");
        }
        assert_eq!(live_sessions(&app, third.user.id).await, [third.session], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s049_a_login_ends_the_presented_session_also_when_it_is_somebody_elses() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        let planted = sign_up(&app, "eve@example.org").await;
        let presented = Presented { refresh: Some(planted.refresh_token), session: None };
        let person = log_in_presenting(&app, presented).await.expect(name);
        assert_ne!(person.session, planted.session, "{name}");
        assert_eq!(end_reason(&app, planted.session).await, Some(EndReason::Replaced), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s049_a_login_that_fails_ends_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: Some(person.refresh_token.clone()), session: Some(person.session) };
        let wrong = Login { presented, ..login_of(EMAIL, "not the password") };
        let refused = login::with_password(&app, wrong).await;
        assert_is!(refused, Err(LoginError::BadCredentials), "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s049_a_sign_up_ends_the_session_presented_with_it() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        let other = Signup { presented, ..signup_of("eve@example.org", PASSWORD) };
        assert_is!(signup::direct(&app, other).await, Ok(_), "{name}");
        assert_eq!(end_reason(&app, person.session).await, Some(EndReason::Replaced), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s061_beyond_the_limit_the_oldest_session_ends() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, at_most(3));
        let mut people = vec![sign_up(&app, EMAIL).await];
        for _ in 0..4 {
            app.clock.advance(TimeDelta::seconds(1));
            people.push(log_in(&app, EMAIL, PASSWORD).await.expect(name));
        }
        for (number, person) in people.iter().enumerate() {
            let ended = (number < 2).then_some(EndReason::TooMany);
            assert_eq!(end_reason(&app, person.session).await, ended, "{name}: session {number}");
        }
        let marked = test.store.revocations().standing(people[0].session);
        assert_eq!(marked, Standing::Ended, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s061_parallel_logins_do_not_exceed_the_limit() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, at_most(3)));
        let user = sign_up(&app, EMAIL).await.user.id;
        let answers = at_once(20, |_| {
            let app = app.clone();
            async move { log_in(&app, EMAIL, PASSWORD).await }
        });
        let mut count = 0;
        for answer in answers.await {
            match answer {
                Ok(_) => count += 1,
                // So many for one account at one instant may use up their retries: later, not never.
                refused => {
                    assert_is!(refused, Err(LoginError::Trouble(Trouble::Store(StoreError::Conflict(_)))), "{name}");
                }
            }
        }
        assert!(count >= 3, "{name}: {count} logins");
        assert_eq!(live_sessions(&app, user).await.len(), 3, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s061_sessions_that_are_over_do_not_count() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, at_most(2));
        let first = sign_up(&app, EMAIL).await;
        for _ in 0..3 {
            app.clock.advance(TimeDelta::seconds(1));
            let person = log_in(&app, EMAIL, PASSWORD).await.expect(name);
            let presented = Presented { refresh: None, session: Some(person.session) };
            logout::end_presented(&app, presented).await.expect(name);
        }
        assert_eq!(end_reason(&app, first.session).await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s049_s061_at_the_limit_a_login_that_replaces_a_session_ends_no_other() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, at_most(2));
        let oldest = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::seconds(1));
        let replaced = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        app.clock.advance(TimeDelta::seconds(1));
        let presented = Presented { refresh: None, session: Some(replaced.session) };
        log_in_presenting(&app, presented).await.expect(name);
        assert_eq!(end_reason(&app, oldest.session).await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s061_s178_a_login_after_the_clock_was_set_back_is_not_the_one_that_ends() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, at_most(2));
        sign_up(&app, EMAIL).await;
        log_in(&app, EMAIL, PASSWORD).await.expect(name);
        app.clock.advance(TimeDelta::minutes(-5));
        let person = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        assert_eq!(end_reason(&app, person.session).await, None, "{name}");
        assert_eq!(live_sessions(&app, person.user.id).await.len(), 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s060_somebody_elses_session_answers_like_an_unknown_one() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        let eves = claims(&app, &eve.access_token);
        let unknown: SessionId = app.rng.id(app.clock.now());
        for id in [dana.session, unknown] {
            let answer = sessions::end_one(&app, &eves, id).await;
            assert_is!(answer, Err(AccountError::NotFound), "{name}");
        }
        assert_is!(present(&app, &dana.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s060_an_own_session_can_be_ended_once_and_its_access_is_over_at_once() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let here = sign_up(&app, EMAIL).await;
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let claims = claims(&app, &here.access_token);
        assert_is!(sessions::end_one(&app, &claims, there.session).await, Ok(()), "{name}");
        assert_eq!(test.store.revocations().standing(there.session), Standing::Ended, "{name}");
        assert_eq!(end_reason(&app, there.session).await, Some(EndReason::EndedByOwner), "{name}");
        let again = sessions::end_one(&app, &claims, there.session).await;
        assert_is!(again, Err(AccountError::NotFound), "{name}");
        assert_is!(present(&app, &here.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s058_a_session_that_ended_itself_can_do_no_more() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let here = sign_up(&app, EMAIL).await;
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let claims = claims(&app, &here.access_token);
        assert_is!(sessions::end_one(&app, &claims, here.session).await, Ok(()), "{name}");
        let ending = sessions::end_one(&app, &claims, there.session).await;
        assert_is!(ending, Err(AccountError::SignedOut), "{name}");
        let others = sessions::end_others(&app, &claims).await;
        assert_is!(others, Err(AccountError::SignedOut), "{name}");
        assert_is!(sessions::list(&app, &claims).await, Err(AccountError::SignedOut), "{name}");
        assert_is!(present(&app, &there.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_all_others_keeps_the_callers_session_and_everybody_elses() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let eve = sign_up(&app, "eve@example.org").await;
        let here = sign_up(&app, EMAIL).await;
        for _ in 0..3 {
            log_in(&app, EMAIL, PASSWORD).await.expect(name);
        }
        let claims = claims(&app, &here.access_token);
        assert_is!(sessions::end_others(&app, &claims).await, Ok(()), "{name}");
        assert_eq!(live_sessions(&app, here.user.id).await, [here.session], "{name}");
        assert_eq!(live_sessions(&app, eve.user.id).await, [eve.session], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_shows_live_sessions_with_the_callers_own_in_front() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, "eve@example.org").await;
        let here = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &here.access_token);
        let mut later = Vec::new();
        for _ in 0..3 {
            app.clock.advance(TimeDelta::seconds(1));
            later.push(log_in(&app, EMAIL, PASSWORD).await.expect(name).session);
        }
        let gone = later.remove(0);
        sessions::end_one(&app, &claims, gone).await.expect(name);
        let listed = sessions::list(&app, &claims).await.expect(name);
        let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
        assert_eq!(ids, [here.session, later[1], later[0]], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s182_a_list_holds_at_most_a_hundred_sessions_and_always_the_callers_own() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, at_most(1000));
        let here = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &here.access_token);
        app.clock.advance(TimeDelta::seconds(1));
        for _ in 0..120 {
            log_in(&app, EMAIL, PASSWORD).await.expect(name);
        }
        let listed = sessions::list(&app, &claims).await.expect(name);
        assert_eq!(listed.len(), 100, "{name}");
        assert_eq!(listed[0].id, here.session, "{name}");
    }
}
