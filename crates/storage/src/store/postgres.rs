//! PostgreSQL: a pool, reads on snapshots, writes SERIALIZABLE with bounded retries.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use tokio::sync::Semaphore;

use super::{PostgresOptions, Told, WAIT, run_effects};
use crate::memory::Memory;
use crate::tx::{Conn, Effects};
use crate::{FaultPoint, Faults, OpenError, StoreError, Tx};

/// Runs of one write. Conflicts pass quickly: each time somebody made progress.
const MAX_ATTEMPTS: u32 = 12;

/// A stuck statement or transaction ends by itself (S-170).
const LIMITS: &str = "SET statement_timeout = '5s';
    SET lock_timeout = '2s';
    SET idle_in_transaction_session_timeout = '5s';
    SET timezone = 'UTC';";

pub(super) struct Postgres {
    pool: Pool<ConnectionManager<PgConnection>>,
    /// As many as there are connections, so that waiting happens here and holds no thread.
    slots: Arc<Semaphore>,
    writers: Arc<Semaphore>,
}

/// Limits that only the client can keep: a server that a network swallowed never answers. What the
/// operator's URL says itself stands.
const CLIENT_LIMITS: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "2"),
    ("tcp_user_timeout", "4000"),
];

fn bounded(url: &str) -> String {
    let mut bounded = url.to_owned();
    let behind_credentials = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
    let mut separator = if behind_credentials.contains('?') { '&' } else { '?' };
    for (name, value) in CLIENT_LIMITS {
        if !behind_credentials.contains(&format!("{name}=")) {
            bounded.push(separator);
            bounded.push_str(name);
            bounded.push('=');
            bounded.push_str(value);
            separator = '&';
        }
    }
    bounded
}

/// Opens one connection, with the tables' schema in front of the search path.
pub(super) fn connect(options: &PostgresOptions) -> Result<PgConnection, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Connect(error.to_string().trim().to_owned());
    let mut conn = PgConnection::establish(&bounded(&options.url)).map_err(|error| failed(&error))?;
    set_up(&mut conn, options.schema.as_deref()).map_err(|error| failed(&error))?;
    Ok(conn)
}

fn set_up(conn: &mut PgConnection, schema: Option<&str>) -> diesel::QueryResult<()> {
    conn.batch_execute(LIMITS)?;
    match schema {
        Some(schema) => conn.batch_execute(&format!("SET search_path = {}", quoted(schema))),
        None => Ok(()),
    }
}

/// A name as an identifier, whatever it contains.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[derive(Debug)]
struct SetUp {
    schema: Option<String>,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for SetUp {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        set_up(conn, self.schema.as_deref()).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// What one attempt gave.
enum Attempt<T> {
    Done(Result<T, StoreError>),
    Again(StoreError),
}

impl Postgres {
    pub(super) fn open(options: &PostgresOptions) -> Self {
        let size = options.max_connections.max(1);
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(options.min_idle.min(size)))
            .max_lifetime(options.max_lifetime)
            .idle_timeout(options.idle_timeout)
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .connection_customizer(Box::new(SetUp { schema: options.schema.clone() }))
            .build_unchecked(ConnectionManager::new(bounded(&options.url)));
        Self {
            pool,
            slots: Arc::new(Semaphore::new(size as usize)),
            writers: Arc::new(Semaphore::new(options.max_writers.clamp(1, size) as usize)),
        }
    }

    pub(super) async fn read<T, F>(&self, mut work: F, snapshot: bool, memory: Memory) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let began = Instant::now();
        let slot = super::wait_for(&self.slots, began).await?;
        let pool = self.pool.clone();
        super::on_blocking_thread(move || {
            let _slot = slot;
            let used = Cell::new(false);
            let mut run = || {
                used.set(false);
                let mut conn =
                    pool.get_timeout(super::left(began)).map_err(|error| StoreError::Unavailable(error.to_string()))?;
                used.set(true);
                let mut once = |conn: &mut PgConnection| work(&mut Tx::new(Conn::Postgres(conn), memory.clone()));
                if snapshot {
                    conn.build_transaction().repeatable_read().read_only().run(once)
                } else {
                    once(&mut conn)
                }
            };
            loop {
                match run() {
                    // A connection that died while it lay idle is found out only by using it, and
                    // after a restart of the server all of them are. Reading again changes nothing.
                    // Whoever got no connection at all has waited already (S-168).
                    Err(StoreError::Unavailable(why))
                        if used.get() && !why.contains("canceling statement") && began.elapsed() < WAIT => {}
                    outcome => return outcome,
                }
            }
        })
        .await
    }

    pub(super) async fn write<T, F>(
        &self,
        mut work: F,
        in_transaction: bool,
        memory: Memory,
        faults: Faults,
        told: Told,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let began = Instant::now();
        let turn = super::wait_for(&self.writers, began).await?;
        let slot = super::wait_for(&self.slots, began).await?;
        let pool = self.pool.clone();
        super::on_blocking_thread(move || {
            let _permits = (turn, slot);
            for attempt in 1.. {
                match attempt_write(&pool, began, &mut work, in_transaction, &memory, &faults, &told) {
                    Attempt::Again(_) if attempt < MAX_ATTEMPTS => std::thread::sleep(pause(attempt)),
                    Attempt::Again(error) => return Err(error),
                    Attempt::Done(outcome) => return outcome,
                }
            }
            Err(StoreError::Conflict("no attempt was made".to_owned()))
        })
        .await
    }
}

fn attempt_write<T, F>(
    pool: &Pool<ConnectionManager<PgConnection>>,
    asked_at: Instant,
    work: &mut F,
    in_transaction: bool,
    memory: &Memory,
    faults: &Faults,
    told: &Told,
) -> Attempt<T>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
{
    let mut conn = match pool.get_timeout(super::left(asked_at)) {
        Ok(conn) => conn,
        Err(error) => return Attempt::Done(Err(StoreError::Unavailable(error.to_string()))),
    };
    let mut began = false;
    let mut run = |conn: &mut PgConnection| -> Result<(T, Effects), StoreError> {
        began = true;
        let mut tx = Tx::new(Conn::Postgres(conn), memory.clone());
        if !in_transaction {
            // The statement commits itself, so that this is the last moment before.
            faults.strike(FaultPoint::Commit)?;
        }
        let value = work(&mut tx)?;
        if in_transaction {
            faults.strike(FaultPoint::Commit)?;
        }
        Ok((value, tx.into_effects()))
    };
    let outcome = if in_transaction { conn.build_transaction().serializable().run(run) } else { run(&mut conn) };
    match outcome {
        Ok((value, effects)) => {
            run_effects(effects, told);
            Attempt::Done(Ok(value))
        }
        Err(error) if error.is_retryable() => Attempt::Again(error),
        // The connection was dead before anything began: another one may be alive.
        Err(error @ StoreError::Unavailable(_)) if !began => Attempt::Again(error),
        Err(error) => Attempt::Done(Err(error)),
    }
}

/// Grows with the attempts, and differs between those who collided.
fn pause(attempt: u32) -> Duration {
    let jitter = rand::random_range(0..1000);
    Duration::from_micros(u64::from(attempt) * 500 + jitter * u64::from(attempt))
}
