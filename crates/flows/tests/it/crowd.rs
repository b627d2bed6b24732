//! Many requests at the same instant.

use std::sync::Arc;

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

/// Starts two different pieces of work together, and gives what both found.
pub(crate) async fn race<A, B>(first: A, second: B) -> (A::Output, B::Output)
where
    A: Future + Send + 'static,
    A::Output: Send + 'static,
    B: Future + Send + 'static,
    B::Output: Send + 'static,
{
    let gate = Arc::new(Barrier::new(2));
    let same_gate = gate.clone();
    let first = tokio::spawn(async move {
        gate.wait().await;
        first.await
    });
    let second = tokio::spawn(async move {
        same_gate.wait().await;
        second.await
    });
    (first.await.expect("the first does not panic"), second.await.expect("the second does not panic"))
}
