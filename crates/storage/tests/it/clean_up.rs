//! Forgetting what is over, in bounded batches (S-161).

use authara_storage::refresh_tokens::Rotation;
use authara_storage::testing::stores;
use authara_storage::{Store, clean_up, known_addresses, refresh_tokens, sessions};
use chrono::TimeDelta;

use crate::rows::{add_sessions, add_user, at, ending, hash, id};

const DAYS: i64 = 24 * 60 * 60;

async fn add_tokens(store: &Store, session: u128, numbers: std::ops::Range<usize>) {
    let written = store.write(move |tx| {
        for number in numbers.clone() {
            let created = at(0);
            refresh_tokens::insert(tx, &hash(number), id(session), created, created + TimeDelta::days(14))?;
        }
        Ok(())
    });
    written.await.expect("tokens are kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_lapsed_sessions_go_tokens_first_and_never_more_than_a_batch_at_a_time() {
    for test in stores().await {
        let name = test.store.name();
        add_sessions(&test.store, 1, 3).await;
        add_tokens(&test.store, 1000, 0..25).await;
        add_tokens(&test.store, 1002, 25..29).await;
        let mut deleted = Vec::new();
        loop {
            let count =
                test.store.write(|tx| clean_up::delete_lapsed_sessions(tx, at(60 * DAYS), 10)).await.expect(name);
            assert!(count <= 10, "{name}: {count} at once");
            if count == 0 {
                break;
            }
            deleted.push(count);
        }
        assert_eq!(deleted.iter().sum::<usize>(), 29 + 3, "{name}: {deleted:?}");
        let left = test.store.read_one(|tx| sessions::find(tx, id(1000))).await;
        assert_is!(left, Ok(None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s053_tokens_of_a_session_that_has_not_reached_its_end_are_kept_whatever_their_state() {
    for test in stores().await {
        let name = test.store.name();
        add_sessions(&test.store, 1, 1).await;
        add_tokens(&test.store, 1000, 0..4).await;
        let done = test.store.write(|tx| {
            let (spent, successor) = (hash(1), hash(100));
            let rotation = Rotation {
                hash: &spent,
                successor: &successor,
                session: id(1000),
                now: at(10),
                successor_expires_at: at(14 * DAYS),
                note_use: false,
            };
            assert!(refresh_tokens::rotate(tx, &rotation)?);
            sessions::end(tx, id(1000), &ending(20))
        });
        assert_is!(done.await, Ok(true), "{name}");
        let deleted = test.store.write(|tx| clean_up::delete_lapsed_sessions(tx, at(60 * DAYS - 1), 10)).await;
        assert_is!(deleted, Ok(0), "{name}");
        let kept = test.store.read_one(|tx| refresh_tokens::count_all(tx, id(1000))).await;
        assert_is!(kept, Ok(5), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_the_feed_forgets_in_batches_what_nobody_needs_to_know_any_more() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 5).await;
        let ended = test.store.write(move |tx| sessions::end_all(tx, &ids, &ending(0))).await;
        assert_is!(ended, Ok(5), "{name}");
        for (seconds, expected) in [(599, 0), (600, 2), (600, 2), (600, 1), (600, 0)] {
            let deleted = test.store.write(move |tx| clean_up::delete_old_changes(tx, at(seconds), 2)).await;
            assert_eq!(deleted.expect(name), expected, "{name}: after {seconds} s");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_known_addresses_are_forgotten_in_batches_once_they_are_old() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        let noted = test.store.write(move |tx| {
            for number in 0..5 {
                known_addresses::note(tx, user, &format!("192.0.2.{number}"), at(number))?;
            }
            Ok(())
        });
        noted.await.expect(name);
        for (before, expected) in [(0, 0), (4, 3), (4, 1), (4, 0)] {
            let deleted = test.store.write(move |tx| clean_up::delete_old_addresses(tx, at(before), 3)).await;
            assert_eq!(deleted.expect(name), expected, "{name}: before {before} s");
        }
        let kept = test.store.read_one(move |tx| known_addresses::is_known(tx, user, "192.0.2.4")).await;
        assert_is!(kept, Ok(true), "{name}");
    }
}
