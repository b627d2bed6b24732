//! Much work at the same instant, and waiting for what happens elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

/// Starts this many pieces of work together, each knowing its number, and gives what each found.
pub(crate) async fn at_once<F>(count: usize, mut work: impl FnMut(usize) -> F) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let gate = Arc::new(Barrier::new(count));
    let mut running = Vec::with_capacity(count);
    for number in 0..count {
        let (gate, work) = (gate.clone(), work(number));
        running.push(tokio::spawn(async move {
            gate.wait().await;
            work.await
        }));
    }
    let mut found = Vec::with_capacity(count);
    for task in running {
        found.push(task.await.expect("nobody in the crowd panics"));
    }
    found
}

/// Waits until this holds, and says whether it did in time.
pub(crate) async fn holds_within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
