//! A million people, and a million lapsed rows: made by the database itself, past the server,
//! while no server runs.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _};

use crate::place::{Place, SCHEMA};

/// People in the crowd; each has three sessions with a refresh token.
pub(crate) const CROWD: u64 = 1_000_000;

/// Lapsed sessions; each has a refresh token, which makes a million rows.
pub(crate) const LAPSED: u64 = 500_000;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Adds the crowd.
///
/// # Errors
///
/// A sentence.
pub(crate) fn add_crowd(place: &Place) -> Result<(), String> {
    fill(place, include_str!("../sql/crowd_sqlite.sql"), include_str!("../sql/crowd_postgres.sql"))
}

/// Adds sessions of the first thousand members that lapsed yesterday.
///
/// # Errors
///
/// A sentence.
pub(crate) fn add_lapsed(place: &Place) -> Result<(), String> {
    fill(place, include_str!("../sql/lapsed_sqlite.sql"), include_str!("../sql/lapsed_postgres.sql"))
}

/// How many lapsed sessions there are. May be asked while a server runs.
///
/// # Errors
///
/// A sentence.
pub(crate) fn count_lapsed(place: &Place) -> Result<u64, String> {
    let on_sqlite = "SELECT count(*) AS count FROM sessions WHERE expires_at <= unixepoch() * 1000000";
    let on_postgres = "SELECT count(*) AS count FROM sessions WHERE expires_at <= now()";
    let found: Result<Count, _> = match place.postgres() {
        None => {
            let mut conn = sqlite(place)?;
            run(&mut conn, "PRAGMA busy_timeout = 5000")?;
            diesel::sql_query(on_sqlite).get_result(&mut conn)
        }
        Some(database) => diesel::sql_query(on_postgres).get_result(&mut postgres(database.url())?),
    };
    let count = found.map_err(|error| format!("cannot count lapsed sessions: {error}"))?.count;
    u64::try_from(count).map_err(|error| error.to_string())
}

fn fill(place: &Place, on_sqlite: &str, on_postgres: &str) -> Result<(), String> {
    match place.postgres() {
        None => {
            let mut conn = sqlite(place)?;
            // No journal and no flush: should the machine fail now, nothing of worth is lost.
            run(&mut conn, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")?;
            run(&mut conn, on_sqlite)?;
            run(&mut conn, "PRAGMA journal_mode = WAL")
        }
        Some(database) => {
            let mut conn = postgres(database.url())?;
            // References are right by construction; checking them one by one takes most of the time.
            run(&mut conn, "SET session_replication_role = replica; SET synchronous_commit = off")?;
            run(&mut conn, on_postgres)?;
            // What the database would do by itself within minutes is done before anything is measured.
            run(&mut conn, "VACUUM (ANALYZE)")?;
            run(&mut conn, "CHECKPOINT")
        }
    }
}

fn sqlite(place: &Place) -> Result<SqliteConnection, String> {
    let path = place.sqlite_file();
    SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| format!("{}: {error}", path.display()))
}

/// Opens a connection that sees the server's tables.
///
/// # Errors
///
/// A sentence.
pub(crate) fn postgres(url: &str) -> Result<PgConnection, String> {
    let mut conn = PgConnection::establish(url).map_err(|error| format!("PostgreSQL does not answer: {error}"))?;
    run(&mut conn, &format!("SET search_path = {SCHEMA}; SET client_min_messages = warning"))?;
    Ok(conn)
}

/// Runs statements that give nothing back.
///
/// # Errors
///
/// A sentence.
pub(crate) fn run(conn: &mut impl SimpleConnection, statements: &str) -> Result<(), String> {
    let first = statements.lines().find(|line| !line.starts_with("--")).unwrap_or_default();
    conn.batch_execute(statements).map_err(|error| format!("{first}: {error}"))
}

#[cfg(test)]
mod tests {
    use authara_storage::store;

    use super::*;
    use crate::options::Database;
    use crate::people;

    /// The statements with a crowd that a test can wait for.
    fn small(sql: &str) -> String {
        assert!(sql.contains("1000000)") || sql.contains("500000)"), "the size is not where it was");
        sql.replace("< 1000000)", "< 20)").replace("< 500000)", "< 2000)")
    }

    fn count(conn: &mut SqliteConnection, from: &str) -> i64 {
        let query = format!("SELECT count(*) AS count FROM {from}");
        let row: Count = diesel::sql_query(query).get_result(conn).unwrap();
        row.count
    }

    #[test]
    fn crowd_and_lapsed_rows_hang_together() {
        let place = Place::new(Database::Sqlite).unwrap();
        store::migrate(&place.store_options()).unwrap();
        people::settle(&place.store_options()).unwrap();
        let mut conn = sqlite(&place).unwrap();
        run(&mut conn, &small(include_str!("../sql/crowd_sqlite.sql"))).unwrap();
        run(&mut conn, &small(include_str!("../sql/lapsed_sqlite.sql"))).unwrap();
        assert_eq!(count(&mut conn, "users"), 1020);
        assert_eq!(count(&mut conn, "sessions"), 1000 + 20 * 3 + 2000);
        assert_eq!(count(&mut conn, "refresh_tokens"), 1000 + 20 * 3 + 2000);
        assert_eq!(count(&mut conn, "pragma_foreign_key_check"), 0);
        assert_eq!(count_lapsed(&place).unwrap(), 2000);
    }
}
