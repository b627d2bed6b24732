//! Forgetting what is over, in small batches that leave the writer to others in between.

use authara_storage::clean_up;
use chrono::TimeDelta;

use crate::App;
use crate::error::Trouble;

/// Rows of one batch.
pub const BATCH: i64 = 500;
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
    let mut deleted = Deleted::default();
    loop {
        let count = app.store.write(move |tx| clean_up::delete_lapsed_sessions(tx, now, BATCH)).await?;
        deleted.sessions_and_tokens += count;
        if count == 0 {
            break;
        }
    }
    loop {
        let count = app.store.write(move |tx| clean_up::delete_old_changes(tx, surely_past, BATCH)).await?;
        deleted.changes += count;
        if count == 0 {
            break;
        }
    }
    let before = now - TimeDelta::days(KNOWN_ADDRESS_DAYS);
    loop {
        let count = app.store.write(move |tx| clean_up::delete_old_addresses(tx, before, BATCH)).await?;
        deleted.addresses += count;
        if count == 0 {
            break;
        }
    }
    Ok(deleted)
}
