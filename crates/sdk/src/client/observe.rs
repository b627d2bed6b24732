//! What a call leaves for whoever runs the application: one span, and counts.
//!
//! A span names the operation and how it ended. Tokens, cookies, values against CSRF, addresses and
//! bodies have no way into it: none of them is handed to this module.

use super::counters::{Counted, Tally};
use super::exchange::Received;
use super::operation::Operation;
use crate::error::Error;

/// Runs a call in the span `authara.call`.
#[cfg(feature = "tracing")]
pub(super) async fn in_span(
    operation: &Operation,
    call: impl Future<Output = Result<Received, Error>>,
) -> Result<Received, Error> {
    use tracing::Instrument as _;
    use tracing::field::Empty;

    let span = tracing::info_span!(
        "authara.call",
        operation = operation.id,
        outcome = Empty,
        status = Empty,
        request_id = Empty,
        duration_ms = Empty
    );
    let started = std::time::Instant::now();
    let outcome = call.instrument(span.clone()).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", milliseconds);
    let (word, status, request_id) = match &outcome {
        Ok(received) => ("ok", Some(received.status()), received.request_id()),
        Err(error) => (error.outcome(), error.status(), error.request_id()),
    };
    span.record("outcome", word);
    if let Some(status) = status {
        span.record("status", status);
    }
    if let Some(request_id) = request_id {
        span.record("request_id", request_id);
    }
    outcome
}

/// Runs a call; without the feature `tracing` it leaves nothing.
#[cfg(not(feature = "tracing"))]
pub(super) async fn in_span(
    _operation: &Operation,
    call: impl Future<Output = Result<Received, Error>>,
) -> Result<Received, Error> {
    call.await
}

/// Counts how a call ended.
pub(super) fn count(tally: &Tally, operation: &Operation, outcome: Result<(), &Error>) {
    match outcome {
        Ok(()) if operation.renews() => tally.count(Counted::Refreshed),
        Err(error) if error.is_unavailable() => tally.count(Counted::Unavailable),
        Err(error) if operation.renews() && error.is_unauthorized() => tally.count(Counted::SignedOut),
        Ok(()) | Err(_) => {}
    }
}
