//! Schema versions: run explicitly, checked at start, and never half done (S-163).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use authara_storage::store::migrate;
use authara_storage::testing::{TestDatabase, databases, stores};
use authara_storage::{Faults, OpenError, Store, StoreOptions};

use crate::raw;

/// How many migrations there are: each folder is one.
fn count() -> usize {
    folders("sqlite").len()
}

fn root(database: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database)
}

fn folders(database: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root(database)).expect("a folder of migrations");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name")).collect()
}

/// Empties a database, so that nothing was ever migrated there.
fn unmigrated(database: &TestDatabase) {
    if matches!(database.options, StoreOptions::Postgres(_)) {
        raw::execute(database, "DROP SCHEMA authara CASCADE");
    }
}

async fn open(database: &TestDatabase) -> Result<Store, OpenError> {
    Store::open(database.options.clone(), Faults::none()).await
}

#[test]
fn both_databases_have_migrations_of_the_same_names() {
    let names = folders("sqlite");
    assert!(!names.is_empty());
    assert_eq!(names, folders("postgres"));
    for database in ["sqlite", "postgres"] {
        for name in &names {
            for file in ["up.sql", "down.sql"] {
                let text = std::fs::read_to_string(root(database).join(name).join(file));
                let text = text.unwrap_or_else(|error| panic!("{database}/{name}/{file}: {error}"));
                assert!(!text.trim().is_empty(), "{database}/{name}/{file}");
            }
        }
    }
}

#[test]
fn s163_migrating_twice_is_migrating_once() {
    for database in databases() {
        let name = database.name();
        unmigrated(&database);
        assert_eq!(migrate(&database.options).expect(name), count(), "{name}");
        assert_eq!(migrate(&database.options).expect(name), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s163_migrators_at_the_same_time_do_not_corrupt() {
    for _ in 0..3 {
        for database in databases() {
            let name = database.name();
            unmigrated(&database);
            let outcomes: Vec<_> = std::thread::scope(|scope| {
                let migrators: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&database.options))).collect();
                migrators.into_iter().map(|one| one.join().expect("no migrator panics")).collect()
            });
            let run: usize = outcomes.iter().flatten().sum();
            assert_eq!(run, count(), "{name}: each migration ran once: {outcomes:?}");
            // On SQLite somebody may be told that the file is busy; then nothing was done by them.
            let told_busy = outcomes.iter().filter(|outcome| outcome.is_err());
            assert!(name == "sqlite" || told_busy.count() == 0, "{name}: {outcomes:?}");
            assert_eq!(migrate(&database.options).expect(name), 0, "{name}");
            let store = open(&database).await.expect(name);
            store.ping().await.expect(name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s163_a_schema_of_a_newer_version_is_refused_and_left_alone() {
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')";
    for test in stores().await {
        let name = test.store.name();
        raw::execute(&test.database, newer);
        for refused in [open(&test.database).await.err(), migrate(&test.database.options).err()] {
            let Some(OpenError::TooNew { version }) = &refused else {
                panic!("{name}: {refused:?}");
            };
            assert_eq!(version, "20991231000000", "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s163_postgres_is_not_opened_before_the_operator_migrated_it() {
    for database in databases() {
        if database.name() != "postgres" {
            continue;
        }
        unmigrated(&database);
        for _ in 0..2 {
            let Err(OpenError::NeedsMigration { pending }) = open(&database).await else {
                panic!("opened, or refused for another reason");
            };
            assert_eq!(pending, count());
        }
        assert_eq!(migrate(&database.options).expect("it migrates"), count());
        assert_is!(open(&database).await, Ok(_), "after migrating");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_is_migrated_when_it_is_opened() {
    for database in databases() {
        if database.name() != "sqlite" {
            continue;
        }
        let store = open(&database).await.expect("an empty folder is enough");
        store.ping().await.expect("it answers");
        assert_eq!(migrate(&database.options).expect("it migrates"), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_of_the_go_authara_is_refused_and_left_alone() {
    for database in databases() {
        if database.name() != "postgres" {
            continue;
        }
        unmigrated(&database);
        raw::execute(&database, "CREATE TABLE public.authara_schema_version (version integer)");
        assert_is!(open(&database).await, Err(OpenError::GoAuthara), "open");
        assert_is!(migrate(&database.options), Err(OpenError::GoAuthara), "migrate");
        // Would fail if the refused migration had made it.
        raw::execute(&database, "CREATE SCHEMA authara");
    }
}
