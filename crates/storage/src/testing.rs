//! Databases for tests: a SQLite file and a PostgreSQL database for each test.
//!
//! PostgreSQL is found through `AUTHARA_TEST_POSTGRES_URL`, which `cargo xtask test` sets. Without
//! it tests run on SQLite alone, unless `AUTHARA_TEST_REQUIRE_POSTGRES` forbids that.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use tempfile::TempDir;

use crate::{Faults, PostgresOptions, SqliteOptions, Store, StoreOptions, store};

/// A database of its own, gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// How to open it.
    pub options: StoreOptions,
    guard: Guard,
}

#[derive(Debug)]
enum Guard {
    Folder(TempDir),
    Database { server: String, name: String },
}

/// An open store on a database of its own.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// Orders faults in it.
    pub faults: Faults,
    /// The database, for opening it a second time.
    pub database: TestDatabase,
}

/// One empty, migrated database of each kind that is at hand.
///
/// # Panics
///
/// When one cannot be made, or PostgreSQL is required and missing.
pub fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![sqlite()];
    match std::env::var("AUTHARA_TEST_POSTGRES_URL") {
        Ok(server) => databases.push(postgres(&server)),
        Err(_) => assert!(
            std::env::var_os("AUTHARA_TEST_REQUIRE_POSTGRES").is_none(),
            "PostgreSQL is required: run the tests with `cargo xtask test`"
        ),
    }
    databases
}

/// One open store of each kind that is at hand.
///
/// # Panics
///
/// As [`databases`].
pub async fn stores() -> Vec<TestStore> {
    let mut stores = Vec::new();
    for database in databases() {
        let faults = Faults::none();
        let store = Store::open(database.options.clone(), faults.clone()).await.expect("a fresh database opens");
        stores.push(TestStore { store, faults, database });
    }
    stores
}

fn sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = SqliteOptions { path: folder.path().join("authara.db"), readers: 4 };
    TestDatabase { options: StoreOptions::Sqlite(options), guard: Guard::Folder(folder) }
}

fn postgres(server: &str) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("authara_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::establish(server).expect("the test server answers");
    conn.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database is made");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    let options = StoreOptions::Postgres(PostgresOptions {
        url: format!("{base}/{name}"),
        schema: Some("authara".to_owned()),
        max_connections: 8,
        min_idle: 0,
        max_lifetime: None,
        idle_timeout: Some(Duration::from_secs(60)),
        max_writers: 6,
    });
    store::migrate(&options).expect("a fresh database migrates");
    TestDatabase { options, guard: Guard::Database { server: server.to_owned(), name } }
}

impl TestDatabase {
    /// `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        match self.guard {
            Guard::Folder(_) => "sqlite",
            Guard::Database { .. } => "postgres",
        }
    }

    /// The folder of a SQLite database.
    pub fn folder(&self) -> Option<&std::path::Path> {
        match &self.guard {
            Guard::Folder(folder) => Some(folder.path()),
            Guard::Database { .. } => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Guard::Database { server, name } = &self.guard
            && let Ok(mut conn) = PgConnection::establish(server)
        {
            // The store's connections may outlive the test by a moment.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
