//! The change feed: how processes beside this one, sub-commands included, learn what was ended or
//! changed. A row is written in the action's transaction and read by every process.

use authara_core::id::{OrganizationId, SessionId, UserId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session ended before its time.
    SessionEnded(SessionId),
    /// An account's data changed.
    User(UserId),
    /// An organization's data changed.
    Organization(OrganizationId),
}

impl Change {
    fn kind(self) -> &'static str {
        match self {
            Self::SessionEnded(_) => "session_ended",
            Self::User(_) => "user",
            Self::Organization(_) => "organization",
        }
    }

    fn subject(self) -> Uuid {
        match self {
            Self::SessionEnded(id) => id.0,
            Self::User(id) => id.0,
            Self::Organization(id) => id.0,
        }
    }

    /// `None` for a kind that a newer version wrote.
    fn read(kind: &str, subject: Uuid) -> Option<Self> {
        match kind {
            "session_ended" => Some(Self::SessionEnded(SessionId(subject))),
            "user" => Some(Self::User(UserId(subject))),
            "organization" => Some(Self::Organization(OrganizationId(subject))),
            _ => None,
        }
    }
}

/// Tells every process, this one the moment the transaction commits. The row matters until `until`.
pub(crate) fn tell(tx: &mut Tx<'_>, changed: &[Change], until: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::changes as t;
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = changed
        .iter()
        .map(|change| (t::kind.eq(change.kind()), t::subject.eq(Key(change.subject())), t::until.eq(At(until))))
        .collect();
    for chunk in rows.chunks(100) {
        for row in chunk {
            on_backend!(tx, |conn| diesel::insert_into(t::table).values(*row).execute(conn))?;
        }
    }
    let memory = tx.memory().clone();
    let changed = changed.to_vec();
    tx.after_commit(move || {
        for change in changed {
            memory.learn(change, until);
        }
    });
    Ok(())
}

/// One row of the feed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) seq: i64,
    pub(crate) change: Option<Change>,
    pub(crate) until: DateTime<Utc>,
}

/// Rows after `seq`, oldest first, at most `limit`.
pub(crate) fn list_after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Told>, StoreError> {
    use schema::changes as t;
    let rows: Vec<(i64, String, Key, At)> =
        on_backend!(tx, |conn| t::table.filter(t::seq.gt(seq)).order(t::seq.asc()).limit(limit).load(conn))?;
    Ok(rows
        .into_iter()
        .map(|(seq, kind, subject, until)| Told { seq, change: Change::read(&kind, subject.0), until: until.0 })
        .collect())
}
