//! Ending sessions by the operator's word: everybody's, or those of one account.
//!
//! Runs beside the servers, in small batches that leave the writer to them in between. Each batch
//! tells the change feed, so that every server refuses the access tokens too. Nobody is kept from
//! signing in again, also not meanwhile.

use std::time::Duration;

use authara_core::email::EmailAddress;
use authara_core::id::SessionId;
use authara_core::session::{EndReason, SessionPolicy};
use authara_storage::sessions::{self, Ending};
use authara_storage::{Store, StoreError, users};

use crate::Clock;
use crate::error::Trouble;

/// Sessions of one batch.
pub const BATCH: i64 = 200;

/// Runs of one batch. A busy server beside this may have the writer for longer than one waits.
const MAX_ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Ends every session that is live, and says how many this call ended. A session that is begun
/// meanwhile may be among them.
///
/// # Errors
///
/// [`Trouble`]; what ended before stays ended, and a second call goes on.
pub async fn of_everybody(store: &Store, clock: &Clock, policy: &SessionPolicy) -> Result<usize, Trouble> {
    let mut after: Option<SessionId> = None;
    let mut count = 0;
    loop {
        let now = clock.now();
        let ids = store.read_one(move |tx| sessions::list_live_ids(tx, now, after, BATCH)).await?;
        let Some(last) = ids.last().copied() else { return Ok(count) };
        // Ids ascend with time. A batch that is not full was the last, or those who sign in again at
        // once would keep this running.
        let is_last = !is_full(ids.len());
        count += end(store, clock, policy, &ids).await?;
        if is_last {
            return Ok(count);
        }
        after = Some(last);
    }
}

/// Ends every live session of the account with this address, and says how many this call ended;
/// `None` when there is no such account.
///
/// # Errors
///
/// As [`of_everybody`].
pub async fn of_account(
    store: &Store,
    clock: &Clock,
    policy: &SessionPolicy,
    email: &EmailAddress,
) -> Result<Option<usize>, Trouble> {
    let email = email.clone();
    let Some(user) = store.read_one(move |tx| users::find_by_email(tx, email.as_str())).await? else {
        return Ok(None);
    };
    let mut count = 0;
    loop {
        let now = clock.now();
        let live = store.read_one(move |tx| sessions::list_live(tx, user.id, now, BATCH)).await?;
        let ids: Vec<SessionId> = live.iter().map(|session| session.id).collect();
        let is_last = !is_full(ids.len());
        count += end(store, clock, policy, &ids).await?;
        if is_last {
            return Ok(Some(count));
        }
    }
}

fn is_full(count: usize) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= BATCH)
}

/// Ends one batch, waiting for its turn more than once if it has to.
async fn end(store: &Store, clock: &Clock, policy: &SessionPolicy, ids: &[SessionId]) -> Result<usize, StoreError> {
    let mut attempt = 1;
    loop {
        let (batch, now) = (ids.to_vec(), clock.now());
        // Read anew each time: the mark must outlive every token that was made before the commit.
        let ending = Ending { at: now, reason: EndReason::EndedByOperator, remember_until: policy.mark_until(now) };
        match store.write(move |tx| sessions::end_all(tx, &batch, &ending)).await {
            Err(StoreError::Unavailable(_) | StoreError::Conflict(_)) if attempt < MAX_ATTEMPTS => {
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}
