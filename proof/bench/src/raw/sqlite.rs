//! Raw commits on SQLite: one connection, journal and flush as the server has them, and a row as
//! wide as that of a refresh token.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::figures::float;

diesel::table! {
    commits (id) {
        id -> BigInt,
        hash -> Binary,
        session -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

const SET_UP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS commits (id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL, session BLOB NOT NULL,
        created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT";

/// Rows a second, with so many in each transaction.
///
/// # Errors
///
/// A sentence.
pub(crate) fn rate(file: &Path, group: u32, measured: Duration) -> Result<f64, String> {
    let failed = |error: diesel::result::Error| format!("raw commits on SQLite: {error}");
    let mut conn = SqliteConnection::establish(&file.to_string_lossy()).map_err(|error| error.to_string())?;
    conn.batch_execute(SET_UP).map_err(failed)?;
    let (begin, mut count) = (Instant::now(), 0_u64);
    while begin.elapsed() < measured {
        conn.batch_execute("BEGIN IMMEDIATE").map_err(failed)?;
        for _ in 0..group {
            insert(&mut conn, count).map_err(failed)?;
            count += 1;
        }
        conn.batch_execute("COMMIT").map_err(failed)?;
    }
    Ok(float(count) / begin.elapsed().as_secs_f64())
}

fn insert(conn: &mut SqliteConnection, number: u64) -> QueryResult<usize> {
    let hash = [number.to_le_bytes(); 4].concat();
    let session = [number.to_be_bytes(); 2].concat();
    let row = (
        commits::hash.eq(hash),
        commits::session.eq(session),
        commits::created_at.eq(1_790_000_000_000_000_i64),
        commits::expires_at.eq(1_791_000_000_000_000_i64),
    );
    diesel::insert_into(commits::table).values(row).execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_was_committed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("raw.db");
        assert!(rate(&file, 8, Duration::from_millis(20)).unwrap() > 0.0);
        let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        let rows: i64 = commits::table.count().get_result(&mut conn).unwrap();
        assert!(rows > 0 && rows % 8 == 0, "{rows}");
    }
}
