//! Connections beside the store's: for reading catalogues and for writing what no code writes.

use authara_storage::testing::TestDatabase;
use authara_storage::{PostgresOptions, SqliteOptions, StoreOptions};
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

/// A connection without any of the store's pragmas but patience.
pub(crate) fn sqlite(options: &SqliteOptions) -> SqliteConnection {
    let path = options.path.to_str().expect("a path in UTF-8");
    let mut conn = SqliteConnection::establish(path).expect("the file opens");
    conn.batch_execute("PRAGMA busy_timeout = 5000").expect("patience");
    conn
}

/// A connection that looks into the store's schema.
pub(crate) fn postgres(options: &PostgresOptions) -> PgConnection {
    let mut conn = PgConnection::establish(&options.url).expect("the server answers");
    let schema = options.schema.as_deref().expect("tests name a schema");
    conn.batch_execute(&format!("SET search_path = {schema}")).expect("the search path is set");
    conn
}

/// Runs statements on either database.
pub(crate) fn execute(database: &TestDatabase, sql: &str) {
    let done = match &database.options {
        StoreOptions::Sqlite(options) => sqlite(options).batch_execute(sql),
        StoreOptions::Postgres(options) => postgres(options).batch_execute(sql),
    };
    done.expect("the statement runs");
}
