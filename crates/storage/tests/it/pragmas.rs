//! How SQLite is asked to behave on the connections of the store (S-157).

use std::time::Duration;

use authara_storage::testing::stores;
use authara_storage::{StoreOptions, refresh_tokens};
use diesel::connection::SimpleConnection as _;

use crate::raw;
use crate::rows::{add_user, at, hash, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s157_what_refers_to_nothing_is_not_kept() {
    for test in stores().await {
        let name = test.store.name();
        let written = test.store.write(|tx| refresh_tokens::insert(tx, &hash(1), id(404), at(0), at(10)));
        assert_is!(written.await, Err(_), "{name}");
        let found = test.store.read_one(|tx| refresh_tokens::find(tx, &hash(1))).await;
        assert_is!(found, Ok(None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s157_a_write_waits_for_a_lock_that_is_held_for_a_moment() {
    for test in stores().await {
        let StoreOptions::Sqlite(options) = &test.database.options else { continue };
        let mut other = raw::sqlite(options);
        other.batch_execute("BEGIN IMMEDIATE").expect("the lock is free");
        let held = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(500));
            other.batch_execute("COMMIT").expect("the lock is given back");
        });
        add_user(&test.store, 1).await;
        held.await.expect("no panic");
    }
}
