//! Moving the journal's pages into the database file, beside the writer instead of on its thread.
//!
//! SQLite would do it inside every thousandth page's commit, and everybody in that group would wait for
//! the disk. Here a thread of its own does it while commits go on; only when the journal has grown
//! long does it hold the writer up for a moment, so that the journal starts again from its
//! beginning.

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

/// Tells the thread that something was committed. It ends when this is dropped.
pub(super) struct Signal(SyncSender<()>);

impl Signal {
    /// Something was committed.
    pub(super) fn committed(&self) {
        match self.0.try_send(()) {
            // Full: it knows already. Gone: SQLite's own checkpoint at the last close is left.
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }
}

/// Starts the thread, with a connection of its own.
pub(super) fn start(conn: SqliteConnection) -> Result<Signal, OpenError> {
    let (signal, commits) = sync_channel(1);
    std::thread::Builder::new()
        .name("sqlite-checkpoint".to_owned())
        .spawn(move || serve(conn, &commits))
        .map_err(|error| OpenError::Connect(error.to_string()))?;
    Ok(Signal(signal))
}

fn serve(mut conn: SqliteConnection, commits: &Receiver<()>) {
    while commits.recv().is_ok() {
        if let Err(error) = checkpoint(&mut conn) {
            // The next one tries again; until then the journal only grows.
            tracing::warn!(%error, "a checkpoint failed");
        }
        std::thread::sleep(PAUSE);
    }
}

fn checkpoint(conn: &mut SqliteConnection) -> QueryResult<()> {
    let outcome: Outcome = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(conn)?;
    if outcome.log >= LONG {
        // Nearly everything is moved by now, so the writer waits for the rest only.
        diesel::sql_query("PRAGMA wal_checkpoint(RESTART)").execute(conn)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::super::{SqliteOptions, connect};
    use super::*;

    #[test]
    fn the_journal_stays_short_while_somebody_keeps_writing() {
        const MEBIBYTES: u32 = 200;
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { path: folder.path().join("authara.db"), readers: 1 };
        let (mut writer, mut side) = (connect(&options).unwrap(), connect(&options).unwrap());
        writer.batch_execute("PRAGMA wal_autocheckpoint = 0; CREATE TABLE filler (content BLOB)").unwrap();
        let writing = std::thread::spawn(move || {
            for _ in 0..MEBIBYTES {
                writer.batch_execute("INSERT INTO filler VALUES (zeroblob(1048576))").unwrap();
            }
            writer
        });
        while !writing.is_finished() {
            checkpoint(&mut side).unwrap();
        }
        let _writer = writing.join().unwrap();
        let length = std::fs::metadata(folder.path().join("authara.db-wal")).unwrap().len();
        assert!(length < u64::from(MEBIBYTES) / 2 * 1_048_576, "{length} bytes");
        assert_eq!(rows(&mut side), i64::from(MEBIBYTES));
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
