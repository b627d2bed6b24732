//! Where one server lives while it is measured: a folder, and a database of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use authara_storage::{PostgresOptions, SqliteOptions, StoreOptions, store};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use tempfile::TempDir;

use crate::options::Database;

/// Names a PostgreSQL server, as a superuser sees it, on which databases may be made.
const POSTGRES_URL: &str = "AUTHARA_TEST_POSTGRES_URL";

/// The schema that the server uses unless told otherwise.
pub(crate) const SCHEMA: &str = "authara";

/// A folder, and a database that is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    postgres: Option<PostgresDatabase>,
}

/// A migrated database on the PostgreSQL server, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

impl Place {
    /// A new folder, and on PostgreSQL a new, migrated database.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn new(database: Database) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        // The server takes a folder that is there as it is.
        std::fs::create_dir(folder.path().join("data")).map_err(|error| format!("no data folder: {error}"))?;
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(PostgresDatabase::create()?),
        };
        Ok(Self { folder, postgres })
    }

    /// The server's working directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of the database, where the server looks for it by default.
    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.folder().join("data").join("authara.db")
    }

    /// The database on PostgreSQL, if it is there.
    pub(crate) fn postgres(&self) -> Option<&PostgresDatabase> {
        self.postgres.as_ref()
    }

    /// How to open the database without the server.
    pub(crate) fn store_options(&self) -> StoreOptions {
        match &self.postgres {
            None => StoreOptions::Sqlite(SqliteOptions { path: self.sqlite_file(), readers: 1 }),
            Some(database) => database.store_options(),
        }
    }
}

impl PostgresDatabase {
    /// Makes the database and its tables.
    ///
    /// # Errors
    ///
    /// A sentence, also when no server is named.
    pub(crate) fn create() -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let missing = format!("{POSTGRES_URL} is not set; run `cargo xtask bench`, or use --database sqlite");
        let server = std::env::var(POSTGRES_URL).map_err(|_| missing)?;
        let (base, _) = server.rsplit_once('/').ok_or_else(|| format!("{POSTGRES_URL} names no database"))?;
        let name = format!("authara_bench_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let url = format!("{base}/{name}");
        execute(&server, &format!("CREATE DATABASE {name}"))?;
        let database = Self { server, name, url };
        store::migrate(&database.store_options()).map_err(|error| error.to_string())?;
        Ok(database)
    }

    /// Its URL, without the schema.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn store_options(&self) -> StoreOptions {
        StoreOptions::Postgres(PostgresOptions {
            url: self.url.clone(),
            schema: Some(SCHEMA.to_owned()),
            max_connections: 2,
            min_idle: 0,
            max_lifetime: None,
            idle_timeout: Some(Duration::from_secs(60)),
            max_writers: 2,
        })
    }
}

fn execute(url: &str, statement: &str) -> Result<(), String> {
    let mut conn = PgConnection::establish(url).map_err(|error| format!("PostgreSQL does not answer: {error}"))?;
    conn.batch_execute(statement).map_err(|error| format!("{statement}: {error}"))
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // The server under test has ended; its connections may outlive it by a moment.
        if let Err(error) = execute(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            eprintln!("warning: the database {} is left behind: {error}", self.name);
        }
    }
}
