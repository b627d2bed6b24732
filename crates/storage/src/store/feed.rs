//! Reading the change feed: at start as a whole, then what is new, four times a second.
//!
//! On PostgreSQL a row can become visible after one with a higher number. A transaction lasts at
//! most some seconds, so each read starts again from the highest number that was visible that long
//! ago, by this process's own monotonic clock; clocks of other machines do not matter. SQLite has one
//! writer at a time, so there what was seen is settled at once.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::{Backend, Inner, Store};
use crate::changes;
use crate::{FaultPoint, StoreError};

const INTERVAL: Duration = Duration::from_millis(250);
/// Longer than any transaction on PostgreSQL: statement and idle limits are 5 s.
const OVERLAP: Duration = Duration::from_secs(15);

/// Reads between two that start from the beginning, for a transaction that lasted longer than any
/// should: about a minute.
const WHOLE_EVERY: u32 = 240;

/// Rows at a time: ending the sessions of a whole installation writes one for each.
const PAGE: i64 = 5_000;

/// Which numbers have been visible since when.
struct Progress {
    /// How long a lower number may still become visible.
    overlap: Duration,
    reads: u32,
    /// Every row up to this number has surely been seen.
    settled: i64,
    /// Highest numbers seen at later times, oldest first.
    seen: VecDeque<(Instant, i64)>,
}

impl Progress {
    fn new(overlap: Duration) -> Self {
        Self { overlap, reads: 0, settled: 0, seen: VecDeque::new() }
    }

    fn saw(&mut self, at: Instant, highest: i64) {
        self.seen.push_back((at, highest));
        while let Some((then, highest)) = self.seen.front().copied() {
            if at.duration_since(then) < self.overlap {
                break;
            }
            self.settled = highest;
            self.seen.pop_front();
        }
    }
}

/// Reads the feed once, then keeps reading it for as long as the store is in use.
pub(super) async fn start(store: &Store) -> Result<(), StoreError> {
    let mut progress = Progress::new(match store.0.backend {
        Backend::Sqlite(_) => Duration::ZERO,
        Backend::Postgres(_) => OVERLAP,
    });
    read(store, &mut progress).await?;
    let weak = Arc::downgrade(&store.0);
    tokio::spawn(follow(weak, progress));
    Ok(())
}

async fn follow(store: Weak<Inner>, mut progress: Progress) {
    let mut was_well = true;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let Some(inner) = store.upgrade() else { return };
        match read(&Store(inner), &mut progress).await {
            Ok(()) => {
                if !was_well {
                    tracing::info!("change feed readable again");
                }
                was_well = true;
            }
            Err(error) => {
                // Once per outage: the next lines would say the same four times a second.
                if was_well {
                    tracing::warn!(%error, "change feed not readable; access checks ask the database");
                }
                was_well = false;
            }
        }
    }
}

async fn read(store: &Store, progress: &mut Progress) -> Result<(), StoreError> {
    if store.0.faults.is_out() {
        return store.0.faults.strike(FaultPoint::Read);
    }
    let read_at = Instant::now();
    progress.reads = progress.reads.wrapping_add(1);
    let is_whole = !progress.overlap.is_zero() && progress.reads.is_multiple_of(WHOLE_EVERY);
    let mut after = if is_whole { 0 } else { progress.settled };
    let mut highest = progress.settled;
    let memory = &store.0.memory;
    loop {
        let told = store.run_read(move |tx| changes::list_after(tx, after, PAGE), false).await?;
        let is_last = told.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        for row in told {
            (after, highest) = (row.seq, row.seq);
            if let Some(change) = row.change {
                memory.learn(change, row.until);
            }
        }
        if is_last {
            break;
        }
    }
    memory.revocations.fed(read_at);
    progress.saw(read_at, highest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_settled_only_once_no_transaction_can_still_hold_a_lower_one() {
        let start = Instant::now();
        let mut progress = Progress::new(OVERLAP);
        progress.saw(start, 10);
        progress.saw(start + Duration::from_secs(5), 20);
        assert_eq!(progress.settled, 0);
        progress.saw(start + Duration::from_secs(16), 30);
        assert_eq!(progress.settled, 10);
        progress.saw(start + Duration::from_secs(21), 30);
        assert_eq!(progress.settled, 20);
        let mut at_once = Progress::new(Duration::ZERO);
        at_once.saw(start, 10);
        assert_eq!(at_once.settled, 10);
    }
}
