//! Forgetting what is over, in small batches that leave the writer to others in between.

use std::time::Instant;

use authara_storage::{StoreError, Tx, clean_up};
use chrono::TimeDelta;

use crate::App;
use crate::error::Trouble;

/// Rows of one batch. Whoever writes meanwhile waits for one at most, and each touches pages of
/// its own: a few milliseconds among millions of rows.
pub const BATCH: i64 = 100;
/// After each batch the database belongs to others for this many times as long as it took.
const REST: u32 = 2;
/// An address from which nobody signed in for this long is forgotten.
const KNOWN_ADDRESS_DAYS: i64 = 180;

/// How far a clock may be off and be put right again.
const CLOCK_MARGIN: TimeDelta = TimeDelta::minutes(10);

/// How much one run deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Lapsed sessions and their refresh tokens.
    pub sessions_and_tokens: usize,
    /// Rows of the change feed.
    pub changes: usize,
    /// Known addresses.
    pub addresses: usize,
}

/// Deletes everything that is over by now.
///
/// # Errors
///
/// [`Trouble`]; what was deleted before stays deleted.
pub async fn run(app: &App) -> Result<Deleted, Trouble> {
    let now = app.clock.now();
    // A clock that jumped ahead and is put right must not have revived what was ended.
    let surely_past = now - CLOCK_MARGIN;
    app.store.revocations().forget(surely_past);
    let before = now - TimeDelta::days(KNOWN_ADDRESS_DAYS);
    Ok(Deleted {
        sessions_and_tokens: in_batches(app, move |tx| clean_up::delete_lapsed_sessions(tx, now, BATCH)).await?,
        changes: in_batches(app, move |tx| clean_up::delete_old_changes(tx, surely_past, BATCH)).await?,
        addresses: in_batches(app, move |tx| clean_up::delete_old_addresses(tx, before, BATCH)).await?,
    })
}

/// Deletes until nothing is left, and says how many rows went. Waiting for its turn counts as time
/// that a batch took, so the busier the database is, the longer the rests are.
async fn in_batches<F>(app: &App, batch: F) -> Result<usize, Trouble>
where
    F: Fn(&mut Tx<'_>) -> Result<usize, StoreError> + Copy + Send + 'static,
{
    let mut deleted = 0;
    loop {
        let began = Instant::now();
        let count = app.store.write(batch).await?;
        if count == 0 {
            return Ok(deleted);
        }
        deleted += count;
        tokio::time::sleep(began.elapsed() * REST).await;
    }
}
