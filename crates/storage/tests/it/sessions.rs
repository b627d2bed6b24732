//! Sessions: kept, listed, ended.

use authara_core::id::SessionId;
use authara_core::session::{EndReason, Ended, Session};
use authara_storage::testing::stores;
use authara_storage::{Standing, Store, StoreError, sessions};
use chrono::TimeDelta;

use crate::crowd::at_once;
use crate::raw;
use crate::rows::{add_sessions, at, ending, id};

async fn find(store: &Store, session: SessionId) -> Option<Session> {
    let found = store.read_one(move |tx| sessions::find(tx, session)).await;
    found.expect("the session is read")
}

async fn live(store: &Store, owner: u128, limit: i64) -> Vec<SessionId> {
    let found = store.read_one(move |tx| sessions::list_live(tx, id(owner), at(100), limit)).await;
    found.expect("sessions are read").iter().map(|session| session.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_is_read_as_it_was_written() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        let kept = find(&test.store, ids[0]).await.expect(name);
        let row = Session {
            id: id(77),
            created_at: at(0) + TimeDelta::microseconds(1),
            last_used_at: at(5),
            ended: Some(Ended { at: at(6), reason: EndReason::TokenReused }),
            user_agent: "🦊".repeat(255),
            address: None,
            ..kept
        };
        let copy = row.clone();
        let written = test.store.write(move |tx| sessions::insert(tx, &copy)).await;
        written.expect(name);
        assert_eq!(find(&test.store, id(77)).await, Some(row), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s056_a_session_ends_once_and_keeps_the_first_reason() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        let session = ids[0];
        for (seconds, is_first) in [(10, true), (20, false)] {
            let ended = test.store.write(move |tx| sessions::end(tx, session, &ending(seconds))).await;
            assert_eq!(ended.expect(name), is_first, "{name}");
        }
        let ended = Ended { at: at(10), reason: EndReason::Logout };
        assert_eq!(find(&test.store, session).await.expect(name).ended, Some(ended), "{name}");
        let unknown = test.store.write(|tx| sessions::end(tx, id(404), &ending(0))).await;
        assert_is!(unknown, Ok(false), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_a_proof_is_noted_in_a_live_session_and_in_no_other() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 3).await;
        let (live, over, other) = (ids[0], ids[1], ids[2]);
        let ended = test.store.write(move |tx| sessions::end(tx, over, &ending(10))).await;
        assert_is!(ended, Ok(true), "{name}");
        let end = at(0) + TimeDelta::days(60);
        for (session, now, is_noted) in [
            (live, at(20), true),
            (over, at(20), false),
            (live, end, false),
            (live, end - TimeDelta::microseconds(1), true),
            (id(404), at(20), false),
        ] {
            let noted = test.store.write(move |tx| sessions::set_authenticated_at(tx, session, now)).await;
            assert_eq!(noted.expect(name), is_noted, "{name}: {session:?} at {now}");
        }
        for (session, expected) in [(live, end - TimeDelta::microseconds(1)), (over, at(0)), (other, at(0))] {
            let found = test.store.read_one(move |tx| sessions::find(tx, session)).await;
            assert_eq!(found.expect(name).expect(name).authenticated_at, expected, "{name}: {session:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s056_of_parallel_endings_exactly_one_ends_the_session() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 20).await;
        for session in ids {
            let answers = at_once(8, |_| {
                let store = test.store.clone();
                async move { store.write(move |tx| sessions::end(tx, session, &ending(10))).await }
            });
            let mut count = 0;
            for answer in answers.await {
                count += u32::from(answer.expect(name));
            }
            assert_eq!(count, 1, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_end_is_marked_with_its_commit_and_not_without() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        let (kept, lost) = (ids[0], ids[1]);
        let ended = test.store.write(move |tx| sessions::end(tx, kept, &ending(10))).await;
        assert_is!(ended, Ok(true), "{name}");
        assert_eq!(test.store.revocations().standing(kept), Standing::Ended, "{name}");
        let undone: Result<(), StoreError> = test
            .store
            .write(move |tx| {
                sessions::end(tx, lost, &ending(10))?;
                Err(StoreError::Query("on purpose".to_owned()))
            })
            .await;
        assert_is!(undone, Err(_), "{name}");
        assert_eq!(test.store.revocations().standing(lost), Standing::Live, "{name}");
        assert_eq!(test.store.revocations().len(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_a_users_sessions_spares_the_one_to_keep_and_those_of_others() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, own) = add_sessions(&test.store, 1, 4).await;
        let (_, others) = add_sessions(&test.store, 2, 2).await;
        let (user, keep) = (dana.id, own[1]);
        for (kept, expected) in [(Some(keep), 3), (Some(keep), 0), (None, 1)] {
            let ended = test.store.write(move |tx| sessions::end_of_user(tx, user, kept, &ending(10))).await;
            assert_eq!(ended.expect(name), expected, "{name}");
        }
        assert!(live(&test.store, 1, 100).await.is_empty(), "{name}");
        assert_eq!(live(&test.store, 2, 100).await.len(), others.len(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_sessions_than_one_statement_takes_end_together() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, own) = add_sessions(&test.store, 1, 1203).await;
        let user = dana.id;
        let ended = test.store.write(move |tx| sessions::end_of_user(tx, user, None, &ending(10))).await;
        assert_eq!(ended.expect(name), own.len(), "{name}");
        let revocations = test.store.revocations();
        assert!(own.iter().all(|one| revocations.standing(*one) == Standing::Ended), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s061_beyond_the_limit_the_oldest_live_sessions_end() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, ids) = add_sessions(&test.store, 1, 0).await;
        assert!(ids.is_empty(), "{name}");
        let owner = dana.clone();
        let written = test.store.write(move |tx| {
            for number in 0..6 {
                let row = crate::rows::session(100 + number, &owner, id(1));
                let seconds = i64::try_from(number).expect("a small number");
                sessions::insert(tx, &Session { created_at: at(seconds), ..row })?;
            }
            // The newest one is over, and does not count.
            sessions::end(tx, id(105), &ending(10))
        });
        assert_is!(written.await, Ok(true), "{name}");
        let user = dana.id;
        for expected in [2, 0] {
            let ended = test.store.write(move |tx| sessions::end_beyond(tx, user, id(104), 3, &ending(50))).await;
            assert_eq!(ended.expect(name), expected, "{name}");
        }
        let mut left = live(&test.store, 1, 100).await;
        left.sort_unstable();
        let wanted: Vec<SessionId> = [102, 103, 104].map(id).to_vec();
        assert_eq!(left, wanted, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s182_live_sessions_are_listed_by_their_last_use_and_up_to_a_limit() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 5).await;
        let kept = find(&test.store, ids[0]).await.expect(name);
        let noted = test.store.write(move |tx| {
            sessions::note_use(tx, id(1001), at(30))?;
            sessions::note_use(tx, id(1003), at(60))?;
            sessions::end(tx, id(1000), &ending(10))?;
            // Lapsed at the very instant of the look.
            sessions::insert(tx, &Session { id: id(77), expires_at: at(100), ..kept.clone() })
        });
        noted.await.expect(name);
        let wanted: Vec<SessionId> = [1003, 1001, 1004, 1002].map(id).to_vec();
        assert_eq!(live(&test.store, 1, 100).await, wanted, "{name}");
        assert_eq!(live(&test.store, 1, 2).await, wanted[..2], "{name}");
        let nobodys = test.store.read_one(move |tx| sessions::list_live(tx, id(9), at(0), 9)).await;
        assert!(nobodys.expect(name).is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_with_values_that_nobody_writes_is_corrupt_and_never_live() {
    for (column, value) in [("auth_method", "'telepathy'"), ("revoked_reason", "'whim'")] {
        for test in stores().await {
            let name = test.store.name();
            let (_, ids) = add_sessions(&test.store, 1, 1).await;
            let session = ids[0];
            let ended = test.store.write(move |tx| sessions::end(tx, session, &ending(10))).await;
            assert_is!(ended, Ok(true), "{name}");
            raw::execute(&test.database, &format!("UPDATE sessions SET {column} = {value}"));
            let found = test.store.read_one(move |tx| sessions::find(tx, session)).await;
            assert_is!(found, Err(StoreError::Corrupt { table: "sessions", .. }), "{name}: {column}");
        }
    }
}
