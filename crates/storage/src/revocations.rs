//! The sessions that ended within the last access-token lifetime, in memory.
//!
//! An access token is checked against this set instead of the database. What this process ends is
//! marked as its transaction commits; what others end arrives through the change feed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use authara_core::id::SessionId;
use chrono::{DateTime, Utc};

/// A feed that was last read longer ago than this is no ground for a decision.
const MAX_FEED_AGE: Duration = Duration::from_secs(2);

/// What the set knows of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was ended.
    Ended,
    /// It was not.
    Live,
    /// The feed is stale: ask the database.
    Unsure,
}

/// The set. Cloning gives another handle on it.
#[derive(Clone, Debug)]
pub struct Revocations(Arc<RwLock<State>>);

#[derive(Debug)]
struct State {
    /// Until when each mark matters.
    marks: HashMap<SessionId, DateTime<Utc>>,
    fed_at: Option<Instant>,
}

impl Revocations {
    pub(crate) fn new() -> Self {
        Self(Arc::new(RwLock::new(State { marks: HashMap::new(), fed_at: None })))
    }

    /// Was this session ended?
    pub fn standing(&self, session: SessionId) -> Standing {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if state.marks.contains_key(&session) {
            Standing::Ended
        } else if state.is_fed() {
            Standing::Live
        } else {
            Standing::Unsure
        }
    }

    /// Forgets marks that no living token can name any more.
    pub fn forget(&self, now: DateTime<Utc>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.marks.retain(|_, until| *until > now);
    }

    /// How many marks there are.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).marks.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn mark(&self, session: SessionId, until: DateTime<Utc>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.marks.insert(session, until);
    }

    /// Everything was learned that the feed told when reading it began.
    pub(crate) fn fed(&self, read_at: Instant) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.fed_at = Some(read_at);
    }

    /// Was the feed read lately enough for a decision?
    pub(crate) fn is_fed(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_fed()
    }
}

impl State {
    fn is_fed(&self) -> bool {
        self.fed_at.is_some_and(|at| at.elapsed() <= MAX_FEED_AGE)
    }
}
