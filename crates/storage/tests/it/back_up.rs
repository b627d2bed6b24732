//! Files: who may read them, and copies made while they are in use (S-157, S-162).

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use authara_storage::store::back_up;
use authara_storage::testing::stores;
use authara_storage::{Faults, SqliteOptions, Store, StoreOptions, users};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::raw;
use crate::rows::{add_sessions, add_user, id, user};

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

fn mode_of(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("the file is there");
    metadata.permissions().mode() & 0o777
}

/// Which accounts of each pair are there.
async fn pairs_in(store: &Store, pairs: u128) -> Vec<(bool, bool)> {
    let read = store.read(move |tx| {
        let mut seen = Vec::new();
        for pair in 0..pairs {
            let one = users::find(tx, id(2 * pair))?.is_some();
            seen.push((one, users::find(tx, id(2 * pair + 1))?.is_some()));
        }
        Ok(seen)
    });
    read.await.expect("the copy is read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s157_the_database_and_its_journal_are_readable_by_their_owner_only() {
    for test in stores().await {
        let Some(folder) = test.database.folder() else { continue };
        add_user(&test.store, 1).await;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the folder is read") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode_of(&path), 0o600, "{}", path.display());
            names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
        names.sort();
        assert_eq!(names, ["authara.db", "authara.db-shm", "authara.db-wal"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s157_readers_do_not_wait_for_the_writer() {
    for test in stores().await {
        let StoreOptions::Sqlite(options) = &test.database.options else { continue };
        let modes: Vec<Mode> = sql_query("PRAGMA journal_mode").load(&mut raw::sqlite(options)).expect("a mode");
        assert_eq!(modes[0].journal_mode, "wal");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_a_copy_made_under_load_holds_whole_transactions() {
    for test in stores().await {
        let StoreOptions::Sqlite(options) = test.database.options.clone() else { continue };
        let folder = test.database.folder().expect("a folder").to_owned();
        add_sessions(&test.store, 1_000_000, 5).await;
        let is_over = Arc::new(AtomicBool::new(false));
        let writing = {
            let (store, is_over) = (test.store.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut pairs = 0_u128;
                while !is_over.load(Ordering::SeqCst) {
                    let written = store.write(move |tx| {
                        users::insert(tx, &user(2 * pairs))?;
                        users::insert(tx, &user(2 * pairs + 1))
                    });
                    assert!(written.await.expect("the pair is written"), "the pair is new");
                    pairs += 1;
                }
                pairs
            })
        };
        let mut copies = Vec::new();
        for number in 0..3 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let copy = folder.join(format!("copy {number}.db"));
            let (from, to) = (options.clone(), copy.clone());
            let made = tokio::task::spawn_blocking(move || back_up(&from, &to)).await;
            assert_eq!(made.expect("no panic"), Ok(()));
            copies.push(copy);
        }
        is_over.store(true, Ordering::SeqCst);
        let pairs = writing.await.expect("the writer ends well");
        for path in copies {
            assert_eq!(mode_of(&path), 0o600, "{}", path.display());
            let copy = SqliteOptions { path, readers: 1 };
            let findings: Vec<Finding> =
                sql_query("PRAGMA integrity_check").load(&mut raw::sqlite(&copy)).expect("the copy is checked");
            assert_eq!(findings[0].integrity_check, "ok");
            let opened = Store::open(StoreOptions::Sqlite(copy), Faults::none()).await;
            let opened = opened.expect("the copy opens");
            let seen = pairs_in(&opened, pairs).await;
            assert_eq!(seen.first(), Some(&(true, true)), "what was there before the copy");
            assert!(seen.iter().all(|(one, other)| one == other), "a transaction in two halves");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_a_copy_never_replaces_a_file() {
    for test in stores().await {
        let StoreOptions::Sqlite(options) = &test.database.options else { continue };
        let target = test.database.folder().expect("a folder").join("precious");
        std::fs::write(&target, "precious").expect("a file is written");
        assert!(back_up(options, &target).is_err());
        assert_eq!(std::fs::read_to_string(&target).expect("it is read"), "precious");
        assert!(back_up(options, &options.path).is_err(), "nor the database itself");
        add_user(&test.store, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_copying_a_database_that_is_not_there_makes_no_file() {
    for test in stores().await {
        let Some(folder) = test.database.folder() else { continue };
        let absent = SqliteOptions { path: folder.join("absent.db"), readers: 1 };
        let target = folder.join("copy.db");
        assert!(back_up(&absent, &target).is_err());
        assert!(!absent.path.exists() && !target.exists());
    }
}
