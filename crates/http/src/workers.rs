//! Background jobs.

use std::fmt::{Debug, Display};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use authara_flows::{App, clean_up};
use futures_util::FutureExt as _;
use tracing::{debug, error, warn};

/// When a job runs.
#[derive(Clone, Copy, Debug)]
struct Schedule {
    /// Before the first run. It comes soon: a process that is restarted often does its work as well.
    first: Duration,
    /// Between the end of a run, however it ended, and the next.
    interval: Duration,
}

const CLEAN_UP: Schedule = Schedule { first: Duration::from_secs(30), interval: Duration::from_secs(5 * 60) };

/// Starts forgetting what is over, for as long as the app is in use.
pub fn start_clean_up(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(repeat("clean-up", CLEAN_UP, app, |app| async move { clean_up::run(&app).await }));
}

/// Runs a job again and again until what it works on is gone. A worker never dies silently: a run
/// that fails or panics is logged, and the next one comes in any case (S-177).
async fn repeat<S, F, T, E>(name: &str, schedule: Schedule, subject: Weak<S>, job: impl Fn(Arc<S>) -> F)
where
    F: Future<Output = Result<T, E>>,
    T: Debug,
    E: Display,
{
    let mut pause = schedule.first;
    loop {
        tokio::time::sleep(pause).await;
        pause = schedule.interval;
        let Some(subject) = subject.upgrade() else { return };
        match AssertUnwindSafe(async { job(subject).await }).catch_unwind().await {
            Ok(Ok(done)) => debug!(job = name, ?done, "a background job ran"),
            Ok(Err(trouble)) => warn!(job = name, error = %trouble, "a background job failed"),
            Err(_) => error!(job = name, "a background job panicked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const AT_ONCE: Schedule = Schedule { first: Duration::ZERO, interval: Duration::from_millis(1) };

    #[actix_web::test]
    async fn s177_a_job_that_fails_or_panics_runs_again_and_ends_with_what_it_works_on() {
        let runs = Arc::new(AtomicUsize::new(0));
        let worker = tokio::spawn(repeat("test", AT_ONCE, Arc::downgrade(&runs), |runs| async move {
            match runs.fetch_add(1, Ordering::SeqCst) {
                0 => panic!("a defect"),
                1 => Err("an outage"),
                run => Ok(run),
            }
        }));
        while runs.load(Ordering::SeqCst) < 4 {
            tokio::task::yield_now().await;
        }
        drop(runs);
        worker.await.unwrap();
    }
}
