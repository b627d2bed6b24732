//! An open transaction on either database, and what is to follow its commit.

use std::fmt;

use authara_core::event::{Event, Notice};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use crate::memory::Memory;

/// Runs one query body on whichever database the transaction is on: the body is compiled once for
/// each, so `RETURNING`, `ON CONFLICT` and multi-row inserts stay available.
macro_rules! on_backend {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx.conn() {
            $crate::tx::Conn::Sqlite($conn) => $body,
            $crate::tx::Conn::Postgres($conn) => $body,
        }
    };
}

/// A borrowed connection.
pub(crate) enum Conn<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// An open transaction, or a single statement outside one ([`crate::Store::read_one`]).
pub struct Tx<'c> {
    conn: Conn<'c>,
    memory: Memory,
    effects: Effects,
}

/// What follows the commit, in the order in which it was asked for.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) after_commit: Vec<Box<dyn FnOnce() + Send>>,
    pub(crate) events: Vec<Event>,
    pub(crate) notices: Vec<Notice>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: Conn<'c>, memory: Memory) -> Self {
        Self { conn, memory, effects: Effects::default() }
    }

    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.conn {
            Conn::Sqlite(conn) => Conn::Sqlite(conn),
            Conn::Postgres(conn) => Conn::Postgres(conn),
        }
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }

    /// Has the store run this once the transaction is committed, whether or not anybody still
    /// waits for its outcome. Short and without I/O: it runs on the thread that committed.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.after_commit.push(Box::new(effect));
    }

    /// Tells that something happened. Told only if the transaction commits.
    pub fn record(&mut self, event: Event) {
        self.effects.events.push(event);
    }

    /// Asks for the owner of an account to be told. Asked only if the transaction commits.
    pub fn notify(&mut self, notice: Notice) {
        self.effects.notices.push(notice);
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
