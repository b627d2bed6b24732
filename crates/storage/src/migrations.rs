//! Schema versions: embedded, run explicitly, and checked at start (S-163).

use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::OpenError;
use crate::store::{PostgresOptions, quoted};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Only one migrator at a time, on a lock number that means nothing else.
const LOCK: &str = "SELECT pg_advisory_lock(4702111234474983745)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(4702111234474983745)";

/// Brings a SQLite database to this version, in one transaction that keeps other migrators out.
pub(crate) fn run_sqlite(conn: &mut SqliteConnection) -> Result<usize, OpenError> {
    // Most starts have nothing to do; do not take the write lock for that.
    if is_current_sqlite(conn).unwrap_or(false) {
        return Ok(0);
    }
    conn.immediate_transaction(|conn| {
        let embedded = versions::<Sqlite>(&SQLITE)?;
        let applied = conn.applied_migrations().map_err(failed)?;
        refuse_newer(&applied, &embedded)?;
        conn.run_pending_migrations(SQLITE).map(|run| run.len()).map_err(failed)
    })
}

fn is_current_sqlite(conn: &mut SqliteConnection) -> Result<bool, OpenError> {
    let query = "SELECT name FROM sqlite_schema WHERE name = '__diesel_schema_migrations'";
    let tables = diesel::sql_query(query).execute(conn);
    // `execute` counts no rows of a SELECT on SQLite; it only tells that the database is readable.
    tables.map_err(|error| OpenError::Connect(error.to_string()))?;
    let embedded = versions::<Sqlite>(&SQLITE)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    refuse_newer(&applied, &embedded)?;
    Ok(applied.len() == embedded.len())
}

/// Brings a PostgreSQL database to this version.
pub(crate) fn run_postgres(conn: &mut PgConnection, options: &PostgresOptions) -> Result<usize, OpenError> {
    refuse_go_authara(conn)?;
    // Waiting for another migrator may take longer than a statement may.
    conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0").map_err(|error| failed(error.into()))?;
    conn.batch_execute(LOCK).map_err(|error| failed(error.into()))?;
    let outcome = run_postgres_locked(conn, options);
    conn.batch_execute(UNLOCK).map_err(|error| failed(error.into()))?;
    outcome
}

fn run_postgres_locked(conn: &mut PgConnection, options: &PostgresOptions) -> Result<usize, OpenError> {
    if let Some(schema) = &options.schema {
        let create = format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema));
        conn.batch_execute(&create).map_err(|error| failed(error.into()))?;
    }
    let embedded = versions::<Pg>(&POSTGRES)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    refuse_newer(&applied, &embedded)?;
    conn.transaction(|conn| conn.run_pending_migrations(POSTGRES).map(|run| run.len()).map_err(failed))
}

/// Changes nothing: on PostgreSQL migrating is the operator's step.
pub(crate) fn check_postgres(conn: &mut PgConnection, options: &PostgresOptions) -> Result<(), OpenError> {
    refuse_go_authara(conn)?;
    let embedded = versions::<Pg>(&POSTGRES)?;
    let table = match &options.schema {
        Some(schema) => format!("{}.__diesel_schema_migrations", quoted(schema)),
        None => "__diesel_schema_migrations".to_owned(),
    };
    if !has_table(conn, &table)? {
        return Err(OpenError::NeedsMigration { pending: embedded.len() });
    }
    let applied = conn.applied_migrations().map_err(failed)?;
    refuse_newer(&applied, &embedded)?;
    match embedded.len() - applied.len() {
        0 => Ok(()),
        pending => Err(OpenError::NeedsMigration { pending }),
    }
}

fn refuse_go_authara(conn: &mut PgConnection) -> Result<(), OpenError> {
    if has_table(conn, "public.authara_schema_version")? { Err(OpenError::GoAuthara) } else { Ok(()) }
}

fn has_table(conn: &mut PgConnection, name: &str) -> Result<bool, OpenError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        found: bool,
    }
    let query =
        diesel::sql_query("SELECT to_regclass($1) IS NOT NULL AS found").bind::<diesel::sql_types::Text, _>(name);
    let row: Found = query.get_result(conn).map_err(|error| OpenError::Connect(error.to_string()))?;
    Ok(row.found)
}

fn versions<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<Vec<MigrationVersion<'static>>, OpenError> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
    Ok(migrations.iter().map(|migration| migration.name().version().as_owned()).collect())
}

fn refuse_newer(applied: &[MigrationVersion<'_>], embedded: &[MigrationVersion<'_>]) -> Result<(), OpenError> {
    match applied.iter().find(|version| !embedded.contains(version)) {
        Some(version) => Err(OpenError::TooNew { version: version.to_string() }),
        None => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> OpenError {
    OpenError::Migrate(error.to_string())
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Migrate(error.to_string())
    }
}
