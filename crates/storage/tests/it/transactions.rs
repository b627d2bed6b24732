//! The three doors: what is kept, what is undone, what follows, and who waits for whom.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use authara_core::event::{Event, Notice};
use authara_storage::testing::{TestStore, stores};
use authara_storage::{Store, StoreError, users};

use crate::crowd::{at_once, holds_within};
use crate::rows::{add_user, at, id, user};

fn on_purpose() -> StoreError {
    StoreError::Query("on purpose".to_owned())
}

async fn is_kept(store: &Store, number: u128) -> bool {
    let found = store.read_one(move |tx| users::find(tx, id(number))).await;
    found.expect("the account is read").is_some()
}

/// What came of many tasks that read a number and write the next one.
struct Counted {
    kept: u32,
    conflicts: u32,
    effects: u32,
    version: i64,
}

/// Counts one account's credential version up from eight tasks at a time.
async fn count_up(test: &TestStore) -> Counted {
    add_user(&test.store, 1).await;
    let effects = Arc::new(AtomicU32::new(0));
    let answers = at_once(8, |_| {
        let (store, effects) = (test.store.clone(), effects.clone());
        async move {
            let mut answers = Vec::new();
            for _ in 0..25 {
                let effects = effects.clone();
                let written = store.write(move |tx| {
                    let user = users::find(tx, id(1))?.expect("the account is there");
                    let effects = effects.clone();
                    tx.after_commit(move || {
                        effects.fetch_add(1, Ordering::SeqCst);
                    });
                    users::advance_credentials(tx, user.id, user.credential_version, at(1))
                });
                answers.push(written.await);
            }
            answers
        }
    });
    let (mut kept, mut conflicts) = (0, 0);
    for answer in answers.await.into_iter().flatten() {
        match answer {
            Ok(is_advanced) => {
                assert!(is_advanced, "a transaction sees what it read until it writes");
                kept += 1;
            }
            Err(StoreError::Conflict(_)) => conflicts += 1,
            Err(other) => unreachable!("{other}"),
        }
    }
    let found = test.store.read_one(|tx| users::find(tx, id(1))).await;
    let version = found.expect("it is read").expect("it is kept").credential_version;
    Counted { kept, conflicts, effects: effects.load(Ordering::SeqCst), version }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ok_commits_and_err_rolls_back() {
    for test in stores().await {
        let name = test.store.name();
        add_user(&test.store, 1).await;
        let lost: Result<(), StoreError> = test
            .store
            .write(|tx| {
                users::insert(tx, &user(2))?;
                Err(on_purpose())
            })
            .await;
        assert_is!(lost, Err(StoreError::Query(_)), "{name}");
        assert!(is_kept(&test.store, 1).await, "{name}");
        assert!(!is_kept(&test.store, 2).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failed_statement_takes_the_whole_transaction_with_it_and_nobody_elses() {
    for test in stores().await {
        let name = test.store.name();
        add_user(&test.store, 1).await;
        let failed = test
            .store
            .write(|tx| {
                users::insert(tx, &user(2))?;
                // No such organization: the reference is refused.
                let stray = crate::rows::session(1, &user(1), id(404));
                authara_storage::sessions::insert(tx, &stray)
            })
            .await;
        assert_is!(failed, Err(StoreError::Query(_)), "{name}");
        assert!(!is_kept(&test.store, 2).await, "{name}");
        add_user(&test.store, 3).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_cannot_write() {
    for test in stores().await {
        let name = test.store.name();
        let written = test.store.read(|tx| users::insert(tx, &user(1))).await;
        assert_is!(written, Err(StoreError::Query(_)), "{name}");
        assert!(!is_kept(&test.store, 1).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_sees_one_snapshot() {
    for test in stores().await {
        let name = test.store.name();
        let (looked, written) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let reading = {
            let (store, looked, written) = (test.store.clone(), looked.clone(), written.clone());
            tokio::spawn(async move {
                let read = store.read(move |tx| {
                    let before = users::find(tx, id(1))?.is_some();
                    looked.wait();
                    written.wait();
                    Ok((before, users::find(tx, id(1))?.is_some()))
                });
                read.await
            })
        };
        let waited = tokio::task::spawn_blocking(move || looked.wait());
        waited.await.expect(name);
        add_user(&test.store, 1).await;
        let waited = tokio::task::spawn_blocking(move || written.wait());
        waited.await.expect(name);
        let seen = reading.await.expect(name).expect(name);
        assert_eq!(seen, (false, false), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_follows_a_commit_follows_it_once_and_in_order() {
    for test in stores().await {
        let name = test.store.name();
        let steps = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = steps.clone();
        let written = test.store.write(move |tx| {
            for step in 1..=3 {
                let seen = seen.clone();
                tx.after_commit(move || seen.lock().expect("not poisoned").push(step));
            }
            users::insert(tx, &user(1))
        });
        written.await.expect(name);
        assert_eq!(*steps.lock().expect(name), [1, 2, 3], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_follows_a_rollback() {
    for test in stores().await {
        let name = test.store.name();
        let count = Arc::new(AtomicU32::new(0));
        let seen = count.clone();
        let lost: Result<(), StoreError> = test
            .store
            .write(move |tx| {
                let seen = seen.clone();
                tx.after_commit(move || {
                    seen.fetch_add(1, Ordering::SeqCst);
                });
                tx.record(Event::UserCreated { user: id(1) });
                tx.notify(Notice::PasswordChanged { user: id(1), email: String::new() });
                Err(on_purpose())
            })
            .await;
        assert_is!(lost, Err(_), "{name}");
        add_user(&test.store, 1).await;
        assert_eq!(count.load(Ordering::SeqCst), 0, "{name}");
        assert!(test.store.recorded().is_empty(), "{name}");
        assert!(test.store.notices().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_and_notices_are_told_once_the_transaction_is_committed() {
    for test in stores().await {
        let name = test.store.name();
        let event = Event::UserCreated { user: id(1) };
        let notice = Notice::PasswordChanged { user: id(1), email: "dana@example.org".to_owned() };
        let (recorded, notified) = (event.clone(), notice.clone());
        let told = test.store.write(move |tx| {
            tx.record(recorded.clone());
            tx.notify(notified.clone());
            Ok(())
        });
        told.await.expect(name);
        assert_eq!(test.store.recorded(), [event], "{name}");
        assert_eq!(test.store.notices(), [notice], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_follows_a_commit_happens_although_nobody_waits_for_it_any_more() {
    for test in stores().await {
        let name = test.store.name();
        let count = Arc::new(AtomicU32::new(0));
        let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let writing = {
            let (store, count) = (test.store.clone(), count.clone());
            let (inside, go_on) = (inside.clone(), go_on.clone());
            tokio::spawn(async move {
                let written = store.write(move |tx| {
                    let made = users::insert(tx, &user(1))?;
                    let count = count.clone();
                    tx.after_commit(move || {
                        count.fetch_add(1, Ordering::SeqCst);
                    });
                    inside.wait();
                    go_on.wait();
                    Ok(made)
                });
                written.await
            })
        };
        let waited = tokio::task::spawn_blocking(move || inside.wait());
        waited.await.expect(name);
        writing.abort();
        assert!(writing.await.is_err_and(|error| error.is_cancelled()), "{name}");
        assert_eq!(count.load(Ordering::SeqCst), 0, "{name}: not committed yet");
        let waited = tokio::task::spawn_blocking(move || go_on.wait());
        waited.await.expect(name);
        let limit = Duration::from_secs(5);
        let followed = holds_within(limit, || count.load(Ordering::SeqCst) > 0).await;
        assert!(followed, "{name}");
        assert!(is_kept(&test.store, 1).await, "{name}");
        assert_eq!(count.load(Ordering::SeqCst), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s171_no_update_is_lost_between_reading_and_writing() {
    for test in stores().await {
        let name = test.store.name();
        let counted = count_up(&test).await;
        assert_eq!(counted.version, 1 + i64::from(counted.kept), "{name}");
        assert!(counted.kept >= 25, "{name}: {} kept", counted.kept);
        // One writer at a time has nobody to conflict with.
        assert!(name == "postgres" || counted.conflicts == 0, "{name}: {}", counted.conflicts);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_follows_a_commit_follows_it_once_however_often_the_closure_ran() {
    for test in stores().await {
        let counted = count_up(&test).await;
        assert_eq!(counted.effects, counted.kept, "{}", test.store.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_writes_at_once_all_are_kept_but_the_one_that_fails() {
    for test in stores().await {
        let name = test.store.name();
        let answers = at_once(200, |number| {
            let store = test.store.clone();
            async move {
                let number = u128::try_from(number).expect("a small number");
                let written = store.write(move |tx| {
                    let made = users::insert(tx, &user(number))?;
                    if number == 100 { Err(on_purpose()) } else { Ok(made) }
                });
                written.await
            }
        });
        for (number, answer) in answers.await.into_iter().enumerate() {
            if number == 100 {
                assert_is!(answer, Err(StoreError::Query(_)), "{name}");
            } else {
                assert_is!(answer, Ok(true), "{name}: write {number}");
            }
        }
        for number in 0..200 {
            assert_eq!(is_kept(&test.store, number).await, number != 100, "{name}: {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s154_a_write_that_panics_fails_alone() {
    for test in stores().await {
        let name = test.store.name();
        let answers = at_once(20, |number| {
            let store = test.store.clone();
            async move {
                let number = u128::try_from(number).expect("a small number");
                let written = store.write(move |tx| {
                    let made = users::insert(tx, &user(number))?;
                    assert!(number != 10, "on purpose");
                    Ok(made)
                });
                written.await
            }
        });
        for (number, answer) in answers.await.into_iter().enumerate() {
            if number == 10 {
                assert_is!(answer, Err(StoreError::Query(_)), "{name}");
            } else {
                assert_is!(answer, Ok(true), "{name}: write {number}");
            }
        }
        assert!(!is_kept(&test.store, 10).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s154_panics_use_up_neither_connections_nor_turns() {
    for test in stores().await {
        let name = test.store.name();
        for _ in 0..12 {
            let written = test.store.write(|tx| {
                let made = users::insert(tx, &user(1))?;
                assert!(!made, "on purpose");
                Ok(made)
            });
            assert_is!(written.await, Err(StoreError::Query(_)), "{name}");
            let read = test.store.read(|tx| {
                let found = users::find(tx, id(1))?;
                assert!(found.is_some(), "on purpose");
                Ok(found)
            });
            assert_is!(read.await, Err(StoreError::Query(_)), "{name}");
        }
        add_user(&test.store, 1).await;
        assert!(is_kept(&test.store, 1).await, "{name}");
    }
}
