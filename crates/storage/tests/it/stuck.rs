//! A transaction that hangs in the middle, and who waits for what it holds (S-170).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use authara_storage::testing::stores;
use authara_storage::{StoreError, StoreOptions, users};

use crate::crowd::holds_within;
use crate::rows::{add_user, at, id};

/// Well beyond the limits of the store: 5 s for a transaction that does nothing, 2 s for a lock.
const BEARABLE: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s170_a_stuck_transaction_is_ended_and_keeps_neither_its_work_nor_its_locks() {
    for test in stores().await {
        // SQLite has one writer, the store's own: what others hold is another test's matter.
        let StoreOptions::Postgres(_) = &test.database.options else { continue };
        add_user(&test.store, 1).await;
        let [holds, is_over] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let stuck = tokio::spawn({
            let (store, holds, is_over) = (test.store.clone(), holds.clone(), is_over.clone());
            async move {
                let written = store.write(move |tx| {
                    let is_advanced = users::advance_credentials(tx, id(1), 1, at(1))?;
                    holds.store(true, Ordering::SeqCst);
                    // It ends by itself, but later than anybody may have to wait.
                    let began = Instant::now();
                    while !is_over.load(Ordering::SeqCst) && began.elapsed() < BEARABLE * 2 {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    users::find(tx, id(1))?;
                    Ok(is_advanced)
                });
                written.await
            }
        });
        assert!(holds_within(BEARABLE, || holds.load(Ordering::SeqCst)).await, "the row was never locked");

        let began = Instant::now();
        let advanced = loop {
            let written = test.store.write(|tx| users::advance_credentials(tx, id(1), 1, at(2))).await;
            match written {
                Err(StoreError::Unavailable(_)) if began.elapsed() < BEARABLE => {}
                other => break other,
            }
        };
        is_over.store(true, Ordering::SeqCst);
        assert_is!(advanced, Ok(true), "after {:?}", began.elapsed());
        assert_is!(stuck.await.expect("no panic"), Err(StoreError::Unavailable(_)), "it was ended");
        let found = test.store.read_one(|tx| users::find(tx, id(1))).await;
        assert_eq!(found.expect("it is read").expect("it is kept").credential_version, 2);
    }
}
