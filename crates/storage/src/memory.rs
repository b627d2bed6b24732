//! What this process keeps in memory of the database, and how it learns of changes: as its own
//! transactions commit, and through the change feed of everybody else's.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::changes::Change;
use crate::revocations::Revocations;
use crate::views::Views;

/// A handle; cloning gives another one on the same memory.
#[derive(Clone)]
pub(crate) struct Memory {
    pub(crate) revocations: Revocations,
    pub(crate) views: Views,
}

impl Memory {
    pub(crate) fn new(life_of_views: Duration) -> Self {
        Self { revocations: Revocations::new(), views: Views::new(life_of_views) }
    }

    /// Takes in one change. Marks of ended sessions matter until `until`.
    pub(crate) fn learn(&self, change: Change, until: DateTime<Utc>) {
        match change {
            Change::SessionEnded(session) => self.revocations.mark(session, until),
            Change::User(user) => self.views.forget_user(user),
            Change::Organization(organization) => self.views.forget_organization(organization),
        }
    }
}
