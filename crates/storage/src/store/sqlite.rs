//! SQLite: readers on WAL connections, one writer thread that commits in groups, and one that moves
//! what was committed from the journal to the file.

mod checkpoint;
mod writer;

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection as _, RunQueryDsl as _};
use tokio::sync::Semaphore;

use super::{SqliteOptions, Told, WAIT};
use crate::memory::Memory;
use crate::tx::Conn;
use crate::{Faults, OpenError, StoreError, Tx};

/// `busy_timeout` first: the others may meet a lock.
const PRAGMAS: &str = "PRAGMA busy_timeout = 2000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;";

pub(super) struct Sqlite {
    readers: Pool<ConnectionManager<SqliteConnection>>,
    /// As many as there are readers, so that waiting happens here and holds no thread.
    slots: Arc<Semaphore>,
    writer: writer::Writer,
}

/// Opens one connection, and makes the file if it is not there.
pub(super) fn connect(options: &SqliteOptions) -> Result<SqliteConnection, OpenError> {
    let failed = |what: String| OpenError::Connect(format!("{}: {what}", options.path.display()));
    create_private(&options.path).map_err(|error| failed(error.to_string()))?;
    let path = options.path.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(&file_uri(path)).map_err(|error| failed(error.to_string()))?;
    set_up(&mut conn).map_err(|error| failed(error.to_string()))?;
    Ok(conn)
}

/// Two processes that make the same new file both switch it to WAL, and for that switch SQLite does
/// not wait as `busy_timeout` says; so wait here.
fn set_up(conn: &mut SqliteConnection) -> diesel::QueryResult<()> {
    let mut outcome = conn.batch_execute(PRAGMAS);
    for _ in 0..40 {
        match &outcome {
            Err(error) if error.to_string().contains("database is locked") => {
                std::thread::sleep(Duration::from_millis(50));
                outcome = conn.batch_execute(PRAGMAS);
            }
            _ => break,
        }
    }
    outcome
}

/// The journal files get the mode of the database file, so this one decides (S-157).
fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

/// A plain path could be taken for a URI or for `:memory:`.
fn file_uri(path: &str) -> String {
    let encoded: String = path
        .bytes()
        .map(|c| {
            if c.is_ascii_alphanumeric() || b"/-_.~".contains(&c) {
                char::from(c).to_string()
            } else {
                format!("%{c:02X}")
            }
        })
        .collect();
    format!("file:{encoded}")
}

pub(super) fn back_up(options: &SqliteOptions, target: &Path) -> Result<(), String> {
    if !options.path.exists() {
        return Err(format!("there is no database at {}", options.path.display()));
    }
    if target.exists() {
        return Err(format!("{} exists already", target.display()));
    }
    let mut conn = connect(options).map_err(|error| error.to_string())?;
    // VACUUM INTO takes an empty file; made here first so that it is private from the start.
    create_private(target).map_err(|error| format!("cannot write {}: {error}", target.display()))?;
    let path = target.to_str().ok_or("the path is not UTF-8")?;
    let copied = diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(path).execute(&mut conn);
    copied.map(drop).map_err(|error| {
        let _ = std::fs::remove_file(target);
        format!("the copy failed: {error}")
    })
}

#[derive(Debug)]
struct Pragmas;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Pragmas {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        set_up(conn)
            .and_then(|()| conn.batch_execute("PRAGMA query_only = ON"))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Sqlite {
    pub(super) fn open(options: &SqliteOptions, memory: Memory, faults: Faults, told: Told) -> Result<Self, OpenError> {
        let path = options.path.to_str().ok_or_else(|| OpenError::Connect("the path is not UTF-8".to_owned()))?;
        let readers = Pool::builder()
            .max_size(options.readers.max(1))
            .min_idle(Some(1))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .connection_customizer(Box::new(Pragmas))
            .build(ConnectionManager::new(file_uri(path)))
            .map_err(|error| OpenError::Connect(error.to_string()))?;
        let slots = Arc::new(Semaphore::new(options.readers.max(1) as usize));
        let writer = writer::Writer::start(connect(options)?, connect(options)?, memory, faults, told)?;
        Ok(Self { readers, slots, writer })
    }

    pub(super) async fn read<T, F>(&self, mut work: F, snapshot: bool, memory: Memory) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let began = Instant::now();
        let slot = super::wait_for(&self.slots, began).await?;
        let readers = self.readers.clone();
        super::on_blocking_thread(move || {
            let _slot = slot;
            let mut conn =
                readers.get_timeout(super::left(began)).map_err(|error| StoreError::Unavailable(error.to_string()))?;
            let conn: &mut SqliteConnection = &mut conn;
            let mut once = |conn: &mut SqliteConnection| work(&mut Tx::new(Conn::Sqlite(conn), memory.clone()));
            // Deferred: a reader never waits for the writer.
            if snapshot { conn.transaction(once) } else { once(conn) }
        })
        .await
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.run(work).await
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::BigInt;

    use super::*;

    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = BigInt)]
        value: i64,
    }

    fn setting(conn: &mut SqliteConnection, query: &str) -> i64 {
        let row: Setting = diesel::sql_query(query).get_result(conn).unwrap();
        row.value
    }

    #[test]
    fn s157_the_pragmas_hold_on_the_writer_and_on_every_pooled_reader() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { path: folder.path().join("authara.db"), readers: 3 };
        let mut conns = vec![connect(&options).unwrap()];
        let mut pooled = SqliteConnection::establish(&file_uri(options.path.to_str().unwrap())).unwrap();
        Pragmas.on_acquire(&mut pooled).unwrap();
        conns.push(pooled);
        for conn in &mut conns {
            for (query, value) in [
                ("SELECT foreign_keys AS value FROM pragma_foreign_keys", 1),
                ("SELECT synchronous AS value FROM pragma_synchronous", 2),
                ("SELECT timeout AS value FROM pragma_busy_timeout", 2000),
            ] {
                assert_eq!(setting(conn, query), value, "{query}");
            }
        }
    }
}
