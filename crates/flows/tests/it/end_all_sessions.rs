//! The operator's word against sessions: everybody's, or those of one account (S-162).

use authara_core::email::EmailAddress;
use authara_core::id::SessionId;
use authara_core::session::refresh::Refusal;
use authara_core::session::{EndReason, Session};
use authara_flows::App;
use authara_flows::end_all_sessions::{self, BATCH};
use authara_flows::error::Trouble;
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::logout;
use authara_flows::testing::{Bend, app};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, Standing, sessions};
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, live_sessions, log_in, present, refusal, session, sign_up};

const OTHER: &str = "eve@example.org";

async fn end_everybodys(app: &App) -> Result<usize, Trouble> {
    end_all_sessions::of_everybody(&app.store, &app.clock, &app.policies.session).await
}

async fn end_those_of(app: &App, email: &str) -> Result<Option<usize>, Trouble> {
    let email = EmailAddress::parse(email).expect("an address");
    end_all_sessions::of_account(&app.store, &app.clock, &app.policies.session, &email).await
}

/// That many more sessions like this one, which nobody holds tokens of.
async fn more_like(app: &App, person: &SignedIn, count: usize) -> Vec<SessionId> {
    let like = session(app, person.session).await;
    let ids: Vec<SessionId> = (0..count).map(|_| app.rng.id(like.created_at)).collect();
    let rows: Vec<Session> = ids.iter().map(|id| Session { id: *id, ..like.clone() }).collect();
    let inserted = app.store.write(move |tx| {
        for row in &rows {
            sessions::insert(tx, row)?;
        }
        Ok(())
    });
    inserted.await.expect("sessions are made");
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_every_live_session_ends_batch_by_batch_and_is_marked_at_once() {
    let more = usize::try_from(BATCH).expect("a small number") * 2 + 7;
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, OTHER).await;
        let mut ended = more_like(&app, &dana, more).await;
        ended.extend([dana.session, eve.session]);
        assert_eq!(end_everybodys(&app).await.expect(name), ended.len(), "{name}");
        for id in ended {
            assert_eq!(test.store.revocations().standing(id), Standing::Ended, "{name}");
            let reason = session(&app, id).await.ended.map(|ended| ended.reason);
            assert_eq!(reason, Some(EndReason::EndedByOperator), "{name}");
        }
        for person in [&dana, &eve] {
            let answer = present(&app, &person.refresh_token).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}");
        }
        assert_eq!(end_everybodys(&app).await.expect(name), 0, "{name}: there was nothing left");
        let again = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        assert_is!(present(&app, &again.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_what_was_over_before_is_left_as_it_was_and_not_counted() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let lapsed = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::days(60));
        let left = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let presented = Presented { refresh: Some(left.refresh_token.clone()), session: None };
        logout::end_presented(&app, presented).await.expect(name);
        let live = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        assert_eq!(end_everybodys(&app).await.expect(name), 1, "{name}");
        let expected = [(lapsed, None), (left, Some(EndReason::Logout)), (live, Some(EndReason::EndedByOperator))];
        for (person, reason) in expected {
            assert_eq!(session(&app, person.session).await.ended.map(|ended| ended.reason), reason, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_the_sessions_of_one_account_end_and_nobody_elses() {
    let more = usize::try_from(BATCH).expect("a small number") + 1;
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, OTHER).await;
        more_like(&app, &dana, more).await;
        assert_is!(end_those_of(&app, "nobody@example.org").await, Ok(None), "{name}");
        assert_eq!(end_those_of(&app, "DANA@example.org").await.expect(name), Some(more + 1), "{name}");
        assert_eq!(end_those_of(&app, EMAIL).await.expect(name), Some(0), "{name}");
        assert!(live_sessions(&app, dana.user.id).await.is_empty(), "{name}");
        assert_eq!(test.store.revocations().standing(dana.session), Standing::Ended, "{name}");
        assert_is!(present(&app, &eve.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_a_batch_waits_for_its_turn_and_an_outage_is_told() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        for _ in 0..2 {
            test.faults.order(FaultPoint::Write, FaultKind::Unavailable, 0);
        }
        assert_eq!(end_everybodys(&app).await.expect(name), 1, "{name}");
        assert!(session(&app, dana.session).await.ended.is_some(), "{name}");
        test.faults.set_outage(true);
        assert_is!(end_everybodys(&app).await, Err(Trouble::Store(_)), "{name}");
    }
}
