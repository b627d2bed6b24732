//! The threads that hash, and the memory they may use.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use argon2::Block;
use tokio::sync::oneshot;

use super::{HashError, HashOptions};

/// A thread without work gives its memory back after this long.
const IDLE: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

struct Task {
    memory_kib: u32,
    job: Job,
}

/// Memory beyond what each thread has for a hash of the configured cost.
#[derive(Debug)]
struct Extra {
    kib_left: Mutex<u32>,
    freed: Condvar,
    all_kib: u32,
    per_thread_kib: u32,
}

pub(super) struct Pool {
    queue: SyncSender<Task>,
}

impl Pool {
    /// As many threads as there are cores, but no more than the budget has room for.
    pub(super) fn start(options: &HashOptions) -> io::Result<Self> {
        let per_thread_kib = options.cost.memory_kib.max(1);
        let budget_kib = options.budget_mib.saturating_mul(1024);
        let cores = std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX));
        let threads = (budget_kib / per_thread_kib).min(cores).max(1);
        let all_kib = budget_kib.saturating_sub(threads.saturating_mul(per_thread_kib));
        let extra = Arc::new(Extra { kib_left: Mutex::new(all_kib), freed: Condvar::new(), all_kib, per_thread_kib });
        let (queue, tasks) = sync_channel(options.queue);
        let tasks = Arc::new(Mutex::new(tasks));
        for number in 0..threads {
            let (tasks, extra) = (tasks.clone(), extra.clone());
            std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || serve(&tasks, &extra))?;
        }
        Ok(Self { queue })
    }

    /// Runs a job that hashes with this much memory, when its turn comes.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        memory_kib: u32,
        job: impl FnOnce(&mut Vec<Block>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let (reply, outcome) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Whoever asked may have hung up while the job waited: then nobody needs the hash.
            if !reply.is_closed() {
                let _ = reply.send(job(memory));
            }
        });
        self.queue.try_send(Task { memory_kib, job }).map_err(|error| match error {
            TrySendError::Full(_) => HashError::Busy,
            TrySendError::Disconnected(_) => HashError::Failed("the hashing threads have stopped".to_owned()),
        })?;
        outcome.await.unwrap_or_else(|_| Err(HashError::Failed("a hashing thread panicked".to_owned())))
    }
}

fn serve(tasks: &Mutex<Receiver<Task>>, extra: &Extra) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(IDLE);
        match next {
            Ok(task) => {
                let taken = extra.take(task.memory_kib);
                let run = std::panic::AssertUnwindSafe(|| (task.job)(&mut memory));
                if std::panic::catch_unwind(run).is_err() {
                    tracing::error!("a hashing job panicked");
                }
                if taken > 0 {
                    memory = Vec::new();
                    extra.give_back(taken);
                }
            }
            Err(RecvTimeoutError::Timeout) => memory = Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Extra {
    /// Waits until a hash that needs more than a thread has for itself fits. One that never fits
    /// takes everything, so that at most one of that size is in progress.
    fn take(&self, memory_kib: u32) -> u32 {
        let wanted = memory_kib.saturating_sub(self.per_thread_kib).min(self.all_kib);
        if wanted == 0 {
            return 0;
        }
        let mut left = self.kib_left.lock().unwrap_or_else(PoisonError::into_inner);
        while *left < wanted {
            left = self.freed.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
        *left -= wanted;
        wanted
    }

    fn give_back(&self, taken: u32) {
        *self.kib_left.lock().unwrap_or_else(PoisonError::into_inner) += taken;
        self.freed.notify_all();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}
