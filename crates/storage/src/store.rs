//! The store: four doors to one of two databases.

mod feed;
mod postgres;
mod sqlite;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "testing")]
use authara_core::event::{Event, Notice};
use authara_core::id::{OrganizationId, UserId};

use crate::memory::Memory;
use crate::revocations::Revocations;
use crate::tx::Effects;
use crate::views::{self, View};
use crate::{Faults, OpenError, StoreError, Tx, migrations};
pub(crate) use postgres::quoted;

/// How long a unit of work waits for a connection or its turn.
pub(crate) const WAIT: Duration = Duration::from_secs(2);

/// Where the facts are, and how to get at them.
#[derive(Clone, Debug)]
pub enum StoreOptions {
    /// One file.
    Sqlite(SqliteOptions),
    /// A server.
    Postgres(PostgresOptions),
}

/// A SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The file; made, readable by its owner only, if it is not there.
    pub path: PathBuf,
    /// Connections for reading; at least 1.
    pub readers: u32,
}

/// A PostgreSQL server.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database?..`; every part percent-encoded.
    pub url: String,
    /// The schema that holds the tables; `None` leaves the choice to the server.
    pub schema: Option<String>,
    /// Most connections; at least 1.
    pub max_connections: u32,
    /// Connections kept open while idle.
    pub min_idle: u32,
    /// Age at which a connection is replaced.
    pub max_lifetime: Option<Duration>,
    /// Idleness after which a connection is closed.
    pub idle_timeout: Option<Duration>,
    /// Most connections that write at a time. A few for each core are fastest; more only conflict.
    pub max_writers: u32,
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("url", &"[redacted]")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// A handle on the store. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    backend: Backend,
    memory: Memory,
    faults: Faults,
    told: Told,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// What committed transactions recorded. Discarded until webhooks and mail exist, but for tests.
#[derive(Clone, Default)]
pub(crate) struct Told {
    #[cfg(feature = "testing")]
    kept: Arc<std::sync::Mutex<(Vec<Event>, Vec<Notice>)>>,
}

impl Told {
    #[cfg(feature = "testing")]
    fn keep(&self, effects: &Effects) {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.0.extend(effects.events.iter().cloned());
        kept.1.extend(effects.notices.iter().cloned());
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "keeps something in tests")]
    fn keep(&self, _: &Effects) {}
}

/// Runs what follows a commit, on the thread that committed.
pub(crate) fn run_effects(effects: Effects, told: &Told) {
    told.keep(&effects);
    for event in &effects.events {
        tracing::debug!(event = event.name(), "recorded");
    }
    for effect in effects.after_commit {
        effect();
    }
}

/// Runs pending migrations and gives how many there were.
///
/// # Errors
///
/// [`OpenError`] says why not; nothing was changed then.
pub fn migrate(options: &StoreOptions) -> Result<usize, OpenError> {
    match options {
        StoreOptions::Sqlite(options) => migrations::run_sqlite(&mut sqlite::connect(options)?),
        StoreOptions::Postgres(options) => migrations::run_postgres(&mut postgres::connect(options)?, options),
    }
}

/// Copies a SQLite database into a new file, consistently and while it is in use.
///
/// # Errors
///
/// A sentence: the target exists, is not writable, or the database cannot be read.
pub fn back_up(options: &SqliteOptions, target: &std::path::Path) -> Result<(), String> {
    sqlite::back_up(options, target)
}

impl Store {
    /// Opens the store and starts reading the change feed. SQLite is migrated; PostgreSQL must
    /// have exactly this version's schema. Call it within a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says in one sentence what the operator can do.
    pub async fn open(options: StoreOptions, faults: Faults) -> Result<Self, OpenError> {
        let memory = Memory::new(match &options {
            StoreOptions::Sqlite(_) => views::LIFE_ON_ONE_MACHINE,
            StoreOptions::Postgres(_) => views::LIFE,
        });
        let told = Told::default();
        let backend = {
            let (memory, told, faults) = (memory.clone(), told.clone(), faults.clone());
            let opened = tokio::task::spawn_blocking(move || match options {
                StoreOptions::Sqlite(options) => {
                    migrations::run_sqlite(&mut sqlite::connect(&options)?)?;
                    sqlite::Sqlite::open(&options, memory, faults, told).map(Backend::Sqlite)
                }
                StoreOptions::Postgres(options) => {
                    migrations::check_postgres(&mut postgres::connect(&options)?, &options)?;
                    Ok(Backend::Postgres(postgres::Postgres::open(&options)))
                }
            });
            opened.await.map_err(|error| OpenError::Connect(error.to_string()))??
        };
        let store = Self(Arc::new(Inner { backend, memory, faults, told }));
        feed::start(&store).await.map_err(|error| OpenError::Connect(error.to_string()))?;
        Ok(store)
    }

    /// Reads from one snapshot.
    ///
    /// # Errors
    ///
    /// The closure's error, or [`StoreError::Unavailable`] when no connection becomes free in 2 s.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.faults.strike(crate::FaultPoint::Read)?;
        self.run_read(work, true).await
    }

    /// Runs a single query, for which no transaction is opened.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub async fn read_one<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.faults.strike(crate::FaultPoint::Read)?;
        self.run_read(work, false).await
    }

    async fn run_read<T, F>(&self, work: F, snapshot: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let memory = self.0.memory.clone();
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.read(work, snapshot, memory).await,
            Backend::Postgres(postgres) => postgres.read(work, snapshot, memory).await,
        }
    }

    /// Runs a transaction that both databases isolate fully. `Ok` commits, `Err` rolls back. The
    /// closure may run more than once; only its last run counts.
    ///
    /// When the caller goes away, the work still finishes, and so does what follows the commit.
    ///
    /// # Errors
    ///
    /// The closure's error; [`StoreError::Conflict`] when retries are used up;
    /// [`StoreError::Unavailable`] when the work did not get its turn in 2 s, or was not committed.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.faults.strike(crate::FaultPoint::Write)?;
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.write(work).await,
            Backend::Postgres(postgres) => {
                postgres.write(work, true, self.0.memory.clone(), self.0.faults.clone(), self.0.told.clone()).await
            }
        }
    }

    /// Runs a write that one statement decides and does: what may happen once is claimed by its
    /// conditions, and what it does when they fail is nothing. On PostgreSQL no transaction is
    /// opened around it, so that what the closure read before may have changed since; on SQLite
    /// it is a write like any other.
    ///
    /// # Errors
    ///
    /// As [`Store::write`].
    pub async fn write_one<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.faults.strike(crate::FaultPoint::Write)?;
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.write(work).await,
            Backend::Postgres(postgres) => {
                postgres.write(work, false, self.0.memory.clone(), self.0.faults.clone(), self.0.told.clone()).await
            }
        }
    }

    /// An account and an organization as they are now, from memory where that is known to be true:
    /// nothing that this process commits is ever missed, and what others commit is seen once the
    /// change feed told of it, on PostgreSQL after one second at the latest.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub async fn view(&self, user: UserId, organization: OrganizationId) -> Result<Option<Arc<View>>, StoreError> {
        let Memory { revocations, views } = &self.0.memory;
        // Without the feed nobody tells of changes made elsewhere.
        if revocations.is_fed()
            && let Some(view) = views.get(user, organization)
        {
            return Ok(Some(view));
        }
        let ticket = views.ticket(user, organization);
        let found = self.read_one(move |tx| views::find(tx, user, organization)).await?;
        Ok(found.map(|view| views.keep(ticket, view)))
    }

    /// The sessions that ended lately.
    pub fn revocations(&self) -> &Revocations {
        &self.0.memory.revocations
    }

    /// Does the database answer?
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        use diesel::RunQueryDsl as _;
        self.read_one(|tx| {
            on_backend!(tx, |conn| diesel::sql_query("SELECT 1").execute(conn))?;
            Ok(())
        })
        .await
    }

    /// `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        match self.0.backend {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(_) => "postgres",
        }
    }

    /// Everything that committed transactions recorded so far.
    #[cfg(feature = "testing")]
    pub fn recorded(&self) -> Vec<Event> {
        self.0.told.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.clone()
    }

    /// Every notice that committed transactions asked for so far.
    #[cfg(feature = "testing")]
    pub fn notices(&self) -> Vec<Notice> {
        self.0.told.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).1.clone()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.name()).finish()
    }
}

/// What is left of the time that a piece of work may wait for all its turns together.
fn left(began: Instant) -> Duration {
    // The pool takes no wait of nothing; by then a connection is there or not.
    WAIT.saturating_sub(began.elapsed()).max(Duration::from_millis(1))
}

/// Waits for a permit, but not for long.
async fn wait_for(
    slots: &Arc<tokio::sync::Semaphore>,
    began: Instant,
) -> Result<tokio::sync::OwnedSemaphorePermit, StoreError> {
    match tokio::time::timeout(left(began), slots.clone().acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(closed)) => Err(StoreError::Unavailable(closed.to_string())),
        Err(_) => Err(StoreError::Unavailable("no connection became free in time".to_owned())),
    }
}

/// One hop to a thread that may block.
async fn on_blocking_thread<T, F>(work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(StoreError::Query(format!("the work panicked or was stopped: {error}"))),
    }
}
