//! Accounts in memory: never shown after a change that this process knows of, and soon not after
//! one that it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use authara_core::id::{OrganizationId, UserId};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, Faults, Store, StoreError, users};

use crate::crowd::at_once;
use crate::rows::{add_sessions, at, id};

/// Changes the account and tells of it, as flows do.
async fn advance(store: &Store, user: UserId, from: i64) -> Result<bool, StoreError> {
    store
        .write(move |tx| {
            let is_changed = users::advance_credentials(tx, user, from, at(5))?;
            users::tell_changed(tx, user, at(600))?;
            Ok(is_changed)
        })
        .await
}

async fn version(store: &Store, user: UserId, organization: OrganizationId) -> i64 {
    let view = store.view(user, organization).await.expect("the account is read");
    view.expect("the account is there").user.credential_version
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_read_once_and_again_after_each_change() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, _) = add_sessions(&test.store, 1, 1).await;
        let organization = id(1);
        assert_eq!(version(&test.store, dana.id, organization).await, 1, "{name}");
        // The next read from the database fails, so what answers now is the memory. On PostgreSQL that
        // holds for a second, and this machine may be busy.
        let read_at = Instant::now();
        test.faults.order(FaultPoint::Read, FaultKind::Query, 0);
        let again = test.store.view(dana.id, organization).await;
        assert!(again.is_ok() || read_at.elapsed() > Duration::from_secs(1), "{name}");
        // Takes the fault away if it has not struck.
        let _ = test.store.ping().await;
        for from in 1..=5 {
            assert_is!(advance(&test.store, dana.id, from).await, Ok(true), "{name}");
            assert_eq!(version(&test.store, dana.id, organization).await, from + 1, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_sees_an_account_as_it_was_before_a_change_that_was_acknowledged() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, _) = add_sessions(&test.store, 1, 1).await;
        let (user, organization) = (dana.id, id(1));
        let acknowledged = Arc::new(AtomicI64::new(1));
        let answers = at_once(8, |number| {
            let (store, acknowledged) = (test.store.clone(), acknowledged.clone());
            async move {
                if number == 0 {
                    for from in 1..=60 {
                        assert!(advance(&store, user, from).await.expect("the change is made"));
                        acknowledged.store(from + 1, Ordering::SeqCst);
                    }
                }
                let mut stale = 0;
                while acknowledged.load(Ordering::SeqCst) <= 60 {
                    let at_least = acknowledged.load(Ordering::SeqCst);
                    stale += u32::from(version(&store, user, organization).await < at_least);
                }
                stale
            }
        });
        assert_eq!(answers.await, vec![0; 8], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_another_process_changes_is_seen_soon() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, _) = add_sessions(&test.store, 1, 1).await;
        let organization = id(1);
        let beside = Store::open(test.database.options.clone(), Faults::none()).await.expect(name);
        assert_eq!(version(&beside, dana.id, organization).await, 1, "{name}");
        assert_is!(advance(&test.store, dana.id, 1).await, Ok(true), "{name}");
        let changed_at = Instant::now();
        while version(&beside, dana.id, organization).await == 1 {
            assert!(changed_at.elapsed() < Duration::from_secs(2), "{name}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_feed_the_database_is_asked() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, _) = add_sessions(&test.store, 1, 1).await;
        assert_eq!(version(&test.store, dana.id, id(1)).await, 1, "{name}");
        test.faults.set_outage(true);
        tokio::time::sleep(Duration::from_millis(2_400)).await;
        assert_is!(test.store.view(dana.id, id(1)).await, Err(StoreError::Unavailable(_)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn there_is_no_view_of_what_is_not_there() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, _) = add_sessions(&test.store, 1, 1).await;
        assert_is!(test.store.view(dana.id, id(404)).await, Ok(None), "{name}");
        assert_is!(test.store.view(id(404), id(1)).await, Ok(None), "{name}");
        assert_is!(test.store.view(dana.id, id(1)).await, Ok(Some(_)), "{name}");
    }
}
