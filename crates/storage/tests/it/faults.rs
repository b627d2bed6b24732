//! Faults on order: where they strike, and that nothing of the struck work is kept.

use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, Store, StoreError, users};

use crate::crowd::at_once;
use crate::rows::{add_user, id, user};

async fn insert(store: &Store, number: u128) -> Result<bool, StoreError> {
    store.write(move |tx| users::insert(tx, &user(number))).await
}

async fn is_kept(store: &Store, number: u128) -> Result<bool, StoreError> {
    Ok(store.read_one(move |tx| users::find(tx, id(number))).await?.is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_nth_write_fails_and_no_other() {
    for test in stores().await {
        let name = test.store.name();
        test.faults.order(FaultPoint::Write, FaultKind::Unavailable, 2);
        assert_is!(insert(&test.store, 1).await, Ok(true), "{name}");
        assert_is!(insert(&test.store, 2).await, Ok(true), "{name}");
        assert_is!(insert(&test.store, 3).await, Err(StoreError::Unavailable(_)), "{name}");
        assert_is!(is_kept(&test.store, 3).await, Ok(false), "{name}");
        assert_is!(insert(&test.store, 3).await, Ok(true), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_nth_read_fails_through_either_door() {
    for test in stores().await {
        let name = test.store.name();
        test.faults.order(FaultPoint::Read, FaultKind::Query, 1);
        test.faults.order(FaultPoint::Read, FaultKind::Unavailable, 1);
        assert_is!(is_kept(&test.store, 1).await, Ok(_), "{name}");
        assert_is!(is_kept(&test.store, 1).await, Err(StoreError::Query(_)), "{name}");
        let read = test.store.read(|tx| users::find(tx, id(1))).await;
        assert_is!(read, Err(StoreError::Unavailable(_)), "{name}");
        assert_is!(is_kept(&test.store, 1).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_fails_keeps_nothing_and_the_next_one_does() {
    for test in stores().await {
        let name = test.store.name();
        add_user(&test.store, 1).await;
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        assert_is!(insert(&test.store, 2).await, Err(StoreError::Unavailable(_)), "{name}");
        assert_is!(is_kept(&test.store, 2).await, Ok(false), "{name}");
        assert_is!(insert(&test.store, 2).await, Ok(true), "{name}");
        assert_is!(is_kept(&test.store, 1).await, Ok(true), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_a_commit_fails_answers_and_rows_agree_for_everybody() {
    for test in stores().await {
        let name = test.store.name();
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let answers = at_once(50, |number| {
            let store = test.store.clone();
            async move { insert(&store, u128::try_from(number).expect("a small number")).await }
        });
        let mut lost = 0;
        for (number, answer) in (0..).zip(answers.await) {
            match answer {
                Ok(is_made) => assert!(is_made, "{name}: write {number}"),
                refused => {
                    assert_is!(refused, Err(StoreError::Unavailable(_)), "{name}");
                    lost += 1;
                    assert_is!(is_kept(&test.store, number).await, Ok(false), "{name}: {number}");
                    continue;
                }
            }
            assert_is!(is_kept(&test.store, number).await, Ok(true), "{name}: {number}");
        }
        assert!(lost > 0, "{name}: the fault struck");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s168_in_an_outage_everything_is_unavailable_until_it_ends() {
    for test in stores().await {
        let name = test.store.name();
        test.faults.set_outage(true);
        for _ in 0..3 {
            assert_is!(insert(&test.store, 1).await, Err(StoreError::Unavailable(_)), "{name}");
            assert_is!(is_kept(&test.store, 1).await, Err(StoreError::Unavailable(_)), "{name}");
            assert_is!(test.store.ping().await, Err(StoreError::Unavailable(_)), "{name}");
        }
        test.faults.set_outage(false);
        assert_is!(test.store.ping().await, Ok(()), "{name}");
        assert_is!(insert(&test.store, 1).await, Ok(true), "{name}");
    }
}
