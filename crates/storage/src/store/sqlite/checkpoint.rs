//! Moving the journal's pages into the database file, beside the writer instead of on its thread.
//!
//! SQLite would do it inside every thousandth page's commit, and everybody in that group would wait for
//! the disk. Here a thread of its own does it while commits go on. Only, while somebody always
//! writes, it never gets to the journal's end, and the journal never starts again from its beginning.
//! So when that has grown long, the writer moves the few pages that are left, between two groups.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::sqlite::SqliteConnection;

use crate::OpenError;

/// Between two checkpoints while somebody writes.
const PAUSE: Duration = Duration::from_millis(500);
/// Pages of 4 KiB in the journal from which on it is to start again: 32 MiB.
const LONG: i32 = 8192;

/// What SQLite says of a checkpoint.
#[derive(QueryableByName)]
struct Outcome {
    /// Pages in the journal; -1 when that is not known.
    #[diesel(sql_type = Integer)]
    log: i32,
}

/// The writer's end of it. The thread ends when this is dropped.
pub(super) struct Checkpoints {
    commits: SyncSender<()>,
    is_long: Arc<AtomicBool>,
}

impl Checkpoints {
    /// Starts the thread, with a connection of its own.
    pub(super) fn start(conn: SqliteConnection) -> Result<Self, OpenError> {
        let (commits, told) = sync_channel(1);
        let is_long = Arc::new(AtomicBool::new(false));
        let flag = is_long.clone();
        std::thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || serve(conn, &told, &flag))
            .map_err(|error| OpenError::Connect(error.to_string()))?;
        Ok(Self { commits, is_long })
    }

    /// Something was committed through `conn`, which has no transaction open now.
    pub(super) fn committed(&self, conn: &mut SqliteConnection) {
        if self.is_long.swap(false, Ordering::SeqCst) {
            note(move_pages(conn));
        }
        match self.commits.try_send(()) {
            // Full: it knows already. Gone: SQLite's own checkpoint at the last close is left.
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }
}

fn serve(mut conn: SqliteConnection, commits: &Receiver<()>, is_long: &AtomicBool) {
    while commits.recv().is_ok() {
        if note(move_pages(&mut conn)) >= LONG {
            is_long.store(true, Ordering::SeqCst);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Moves what can be moved without waiting for anybody, and gives the pages in the journal.
fn move_pages(conn: &mut SqliteConnection) -> QueryResult<i32> {
    let outcome: Outcome = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(conn)?;
    Ok(outcome.log)
}

/// A failure is mended by the next one; until then the journal only grows.
fn note(moved: QueryResult<i32>) -> i32 {
    moved.unwrap_or_else(|error| {
        tracing::warn!(%error, "a checkpoint failed");
        0
    })
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::super::{SqliteOptions, connect};
    use super::*;

    #[test]
    fn the_journal_stays_short_while_somebody_keeps_writing() {
        const ROWS: i64 = 4000;
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { path: folder.path().join("authara.db"), readers: 1 };
        let mut writer = connect(&options).unwrap();
        writer.batch_execute("PRAGMA wal_autocheckpoint = 0; CREATE TABLE filler (content BLOB)").unwrap();
        let checkpoints = Checkpoints::start(connect(&options).unwrap()).unwrap();
        // Slow enough for the thread to run several times: 160 MB in all.
        for _ in 0..ROWS {
            writer.batch_execute("INSERT INTO filler VALUES (zeroblob(40000))").unwrap();
            checkpoints.committed(&mut writer);
            std::thread::sleep(Duration::from_micros(500));
        }
        let length = std::fs::metadata(folder.path().join("authara.db-wal")).unwrap().len();
        assert!(length < 100_000_000, "{length} bytes");
        assert_eq!(rows(&mut connect(&options).unwrap()), ROWS);
    }

    fn rows(conn: &mut SqliteConnection) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        diesel::sql_query("SELECT count(*) AS rows FROM filler").get_result::<Count>(conn).unwrap().rows
    }
}
