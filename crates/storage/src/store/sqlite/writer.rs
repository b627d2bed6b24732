//! The one thread that writes. It drains its queue, runs each closure in a savepoint, commits
//! once, then answers all: one flush to disk serves many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use diesel::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::super::{Told, WAIT, run_effects};
use super::checkpoint::Checkpoints;
use crate::memory::Memory;
use crate::tx::{Conn, Effects};
use crate::{FaultPoint, Faults, OpenError, StoreError, Tx};

const QUEUE: usize = 1024;
const GROUP: usize = 64;

pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

/// A unit of work whose result type the thread need not know.
trait Job: Send {
    /// Runs the closure, and says whether what it did is to be kept.
    fn run(&mut self, conn: &mut SqliteConnection, memory: &Memory) -> bool;
    /// Its part of the group was taken back together with everybody's.
    fn lose(&mut self, why: &str);
    /// Takes out what follows the commit.
    fn effects(&mut self) -> Effects;
    fn answer(self: Box<Self>);
    fn queued_at(&self) -> Instant;
}

struct Work<T, F> {
    run: F,
    outcome: Result<T, StoreError>,
    effects: Effects,
    reply: oneshot::Sender<Result<T, StoreError>>,
    queued_at: Instant,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, conn: &mut SqliteConnection, memory: &Memory) -> bool {
        let mut tx = Tx::new(Conn::Sqlite(conn), memory.clone());
        // A panicking closure must not take the thread, and everybody's writes, with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.run)(&mut tx)));
        self.outcome = outcome.unwrap_or_else(|_| Err(StoreError::Query("a write closure panicked".to_owned())));
        self.effects = tx.into_effects();
        self.outcome.is_ok()
    }

    fn lose(&mut self, why: &str) {
        self.outcome = Err(StoreError::Unavailable(why.to_owned()));
        self.effects = Effects::default();
    }

    fn effects(&mut self) -> Effects {
        if self.outcome.is_ok() { std::mem::take(&mut self.effects) } else { Effects::default() }
    }

    fn answer(self: Box<Self>) {
        // Nobody waits any more when the client hung up; the work is done all the same.
        let _ = self.reply.send(self.outcome);
    }

    fn queued_at(&self) -> Instant {
        self.queued_at
    }
}

/// Checkpoints are made elsewhere. Among millions of rows each write touches pages all over the
/// file: 16 MiB hold the inner ones, where SQLite's 2 MiB would read them again and again.
const SETTINGS: &str = "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384";

impl Writer {
    /// Starts the thread on `conn`. Its journal is emptied through `side`, another connection.
    pub(super) fn start(
        mut conn: SqliteConnection,
        side: SqliteConnection,
        memory: Memory,
        faults: Faults,
        told: Told,
    ) -> Result<Self, OpenError> {
        conn.batch_execute(SETTINGS).map_err(|error| OpenError::Connect(error.to_string()))?;
        let checkpoints = Checkpoints::start(side)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = Thread { conn, checkpoints, memory, faults, told };
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.serve(jobs))
            .map_err(|error| OpenError::Connect(error.to_string()))?;
        Ok(Self { queue })
    }

    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, outcome) = oneshot::channel();
        let not_run = Err(StoreError::Unavailable("the writer did not run this".to_owned()));
        let job = Work { run: work, outcome: not_run, effects: Effects::default(), reply, queued_at: Instant::now() };
        let sent = self.queue.send_timeout(Box::new(job), WAIT).await;
        sent.map_err(|_| StoreError::Unavailable("the queue of writes is full".to_owned()))?;
        outcome.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has stopped".to_owned())))
    }
}

struct Thread {
    conn: SqliteConnection,
    checkpoints: Checkpoints,
    memory: Memory,
    faults: Faults,
    told: Told,
}

impl Thread {
    fn serve(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = vec![first];
            if let Err(why) = self.conn.batch_execute("BEGIN IMMEDIATE") {
                // Somebody else holds the lock. Whoever queued up behind has waited as long.
                while let Ok(job) = jobs.try_recv() {
                    group.push(job);
                }
                lose_all(&mut group, &why.to_string());
            } else {
                self.run_group(&mut group, &mut jobs);
            }
            for mut job in group {
                run_effects(job.effects(), &self.told);
                job.answer();
            }
            self.checkpoints.committed(&mut self.conn);
        }
    }

    /// Runs what is queued, in one transaction, and ends the transaction.
    fn run_group(&mut self, group: &mut Vec<Box<dyn Job>>, jobs: &mut mpsc::Receiver<Box<dyn Job>>) {
        let mut next = 0;
        while let Some(job) = group.get_mut(next) {
            if job.queued_at().elapsed() > WAIT {
                job.lose("waited too long for its turn");
            } else if let Err(why) = run_in_savepoint(&mut self.conn, job.as_mut(), &self.memory) {
                // The whole transaction is gone, as after a full disk.
                let _ = self.conn.batch_execute("ROLLBACK");
                lose_all(group, &why);
                return;
            }
            next += 1;
            if next == group.len()
                && next < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
        }
        let committed = self.faults.strike(FaultPoint::Commit).and_then(|()| {
            self.conn.batch_execute("COMMIT").map_err(|error| StoreError::Unavailable(error.to_string()))
        });
        if let Err(why) = committed {
            let _ = self.conn.batch_execute("ROLLBACK");
            lose_all(group, &why.to_string());
        }
    }
}

/// Runs one job so that its failure takes back only its own work.
fn run_in_savepoint(conn: &mut SqliteConnection, job: &mut dyn Job, memory: &Memory) -> Result<(), String> {
    conn.batch_execute("SAVEPOINT job").map_err(|error| error.to_string())?;
    let end = if job.run(conn, memory) { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    conn.batch_execute(end).map_err(|error| error.to_string())
}

fn lose_all(group: &mut [Box<dyn Job>], why: &str) {
    tracing::warn!(why, jobs = group.len(), "writes were not committed");
    for job in group {
        job.lose(why);
    }
}
