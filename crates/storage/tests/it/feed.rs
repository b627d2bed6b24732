//! The change feed: what one process ends, every process knows of.

use std::time::Duration;

use authara_core::id::SessionId;
use authara_storage::testing::{TestStore, stores};
use authara_storage::{Faults, Standing, Store, StoreOptions, sessions};
use diesel::connection::SimpleConnection as _;

use crate::crowd::holds_within;
use crate::raw;
use crate::rows::{add_sessions, ending};

const SOON: Duration = Duration::from_secs(1);
/// Longer than the feed may be silent.
const SILENCE: Duration = Duration::from_millis(2_400);

async fn end(store: &Store, session: SessionId) {
    let ended = store.write(move |tx| sessions::end(tx, session, &ending(10))).await;
    assert!(ended.expect("the session is ended"), "it was live");
}

/// Another process on the same database.
async fn beside(test: &TestStore) -> Store {
    let opened = Store::open(test.database.options.clone(), Faults::none()).await;
    opened.expect("the database opens a second time")
}

fn is_ended(store: &Store, session: SessionId) -> bool {
    store.revocations().standing(session) == Standing::Ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_process_that_ends_a_session_knows_at_once() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        end(&test.store, ids[0]).await;
        assert!(is_ended(&test.store, ids[0]), "{name}");
        assert_eq!(test.store.revocations().standing(ids[1]), Standing::Live, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_process_knows_within_a_second() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 5).await;
        let beside = beside(&test).await;
        for session in ids {
            assert_eq!(beside.revocations().standing(session), Standing::Live, "{name}");
            end(&test.store, session).await;
            assert!(holds_within(SOON, || is_ended(&beside, session)).await, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_another_process_ends_is_known_here() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        let beside = beside(&test).await;
        end(&beside, ids[0]).await;
        assert!(holds_within(SOON, || is_ended(&test.store, ids[0])).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_starts_knows_what_ended_before() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        end(&test.store, ids[0]).await;
        let beside = beside(&test).await;
        assert!(is_ended(&beside, ids[0]), "{name}");
        assert_eq!(beside.revocations().standing(ids[1]), Standing::Live, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_feed_that_is_silent_for_two_seconds_makes_unsure_and_comes_back() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 3).await;
        end(&test.store, ids[0]).await;
        let beside = beside(&test).await;
        test.faults.set_outage(true);
        let revocations = test.store.revocations();
        assert_eq!(revocations.standing(ids[1]), Standing::Live, "{name}: not for long");
        tokio::time::sleep(SILENCE).await;
        assert_eq!(revocations.standing(ids[1]), Standing::Unsure, "{name}");
        assert_eq!(revocations.standing(ids[0]), Standing::Ended, "{name}: that much is sure");
        end(&beside, ids[2]).await;
        test.faults.set_outage(false);
        let is_back = || revocations.standing(ids[1]) == Standing::Live;
        assert!(holds_within(SOON, is_back).await, "{name}");
        assert!(is_ended(&test.store, ids[2]), "{name}: what happened meanwhile");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres_a_row_that_becomes_visible_after_a_later_one_is_not_missed() {
    for test in stores().await {
        let StoreOptions::Postgres(options) = &test.database.options else { continue };
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        let beside = beside(&test).await;
        let mut slow = raw::postgres(options);
        let told = format!(
            "BEGIN; INSERT INTO changes (kind, subject, until)
             VALUES ('session_ended', '{}', now() + interval '10 minutes')",
            ids[0]
        );
        slow.batch_execute(&told).expect("the row is written");
        end(&test.store, ids[1]).await;
        assert!(holds_within(SOON, || is_ended(&beside, ids[1])).await, "the later row");
        assert!(!is_ended(&beside, ids[0]), "not committed yet");
        slow.batch_execute("COMMIT").expect("the row is committed");
        assert!(holds_within(SOON, || is_ended(&beside, ids[0])).await, "the earlier row");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kinds_of_a_newer_version_are_passed_over() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        let (subject, until) = match test.database.options {
            StoreOptions::Sqlite(_) => ("zeroblob(16)", "4000000000000000"),
            StoreOptions::Postgres(_) => ("'00000000-0000-0000-0000-000000000000'", "now()"),
        };
        let row = format!("INSERT INTO changes (kind, subject, until) VALUES ('comet_seen', {subject}, {until})");
        raw::execute(&test.database, &row);
        let beside = beside(&test).await;
        end(&test.store, ids[0]).await;
        assert!(holds_within(SOON, || is_ended(&beside, ids[0])).await, "{name}");
    }
}
