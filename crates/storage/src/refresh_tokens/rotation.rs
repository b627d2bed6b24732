//! Exchanging a live token for its successor: the hottest write there is.
//!
//! On PostgreSQL it is one statement that commits itself (see [`crate::Store::write_one`]); SQLite
//! knows no data-modifying `WITH`, and three statements cost nothing there.

use authara_core::id::SessionId;
use authara_core::secret::SecretHash;
use chrono::{DateTime, Utc};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Binary;
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::sql::{At, Id, Instant, Key};
use crate::tx::Conn;
use crate::{StoreError, Tx, schema};

/// One exchange.
#[derive(Clone, Debug)]
pub struct Rotation<'a> {
    /// The presented token.
    pub hash: &'a SecretHash,
    /// What takes its place.
    pub successor: &'a SecretHash,
    /// The session of both.
    pub session: SessionId,
    /// Now: when one is spent and the other made.
    pub now: DateTime<Utc>,
    /// When the successor lapses.
    pub successor_expires_at: DateTime<Utc>,
    /// Is it time to note that the session is in use?
    pub note_use: bool,
}

/// Spends the live token and keeps its successor, and says whether this call did it: `false`, and
/// nothing changed, when the token is spent or has lapsed, or its session is over.
///
/// The conditions are part of the `UPDATE`, so of two concurrent calls one sees `true`.
///
/// # Errors
///
/// [`StoreError`] of the statements; [`StoreError::Conflict`] when the successor's hash is kept
/// already.
pub fn rotate(tx: &mut Tx<'_>, rotation: &Rotation<'_>) -> Result<bool, StoreError> {
    let kept = match tx.conn() {
        Conn::Sqlite(conn) => rotate_on_sqlite(conn, rotation)?,
        Conn::Postgres(conn) if rotation.note_use => Statement::<true>::new(rotation).execute(conn)?,
        Conn::Postgres(conn) => Statement::<false>::new(rotation).execute(conn)?,
    };
    Ok(kept == 1)
}

fn rotate_on_sqlite(conn: &mut SqliteConnection, rotation: &Rotation<'_>) -> QueryResult<usize> {
    use schema::{refresh_tokens as t, sessions as s};
    let (session, now) = (Key(rotation.session.0), At(rotation.now));
    if (Spend { hash: rotation.hash.0.as_slice(), session, now }).execute(conn)? == 0 {
        return Ok(0);
    }
    if rotation.note_use {
        diesel::update(s::table.find(session)).set(s::last_used_at.eq(now)).execute(conn)?;
    }
    let successor = (
        t::hash.eq(rotation.successor.0.as_slice()),
        t::session_id.eq(session),
        t::created_at.eq(now),
        t::expires_at.eq(At(rotation.successor_expires_at)),
    );
    diesel::insert_into(t::table).values(successor).execute(conn)
}

/// The first statement for SQLite. By hand, because diesel has a query with `exists(..)` parsed
/// anew each time, which takes longer than running it.
struct Spend<'a> {
    hash: &'a [u8],
    session: Key,
    now: At,
}

impl QueryId for Spend<'_> {
    type QueryId = Spend<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for Spend<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE refresh_tokens SET spent_at = ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(", first_used_at = COALESCE(first_used_at, ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(") WHERE hash = ");
        out.push_bind_param::<Binary, _>(&self.hash)?;
        out.push_sql(" AND session_id = ");
        out.push_bind_param::<Id, _>(&self.session)?;
        out.push_sql(" AND spent_at IS NULL AND expires_at > ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(" AND EXISTS (SELECT 1 FROM sessions WHERE id = ");
        out.push_bind_param::<Id, _>(&self.session)?;
        out.push_sql(" AND revoked_at IS NULL AND expires_at > ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(")");
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for Spend<'_> {}

/// The statement for PostgreSQL, which affects as many rows as it inserts: one or none.
///
/// A session that is being ended at the same moment may still get its successor: that is the
/// exchange having come first, and the ending holds for the successor too.
struct Statement<'a, const NOTE_USE: bool> {
    hash: &'a [u8],
    successor: &'a [u8],
    session: Key,
    now: At,
    expires_at: At,
}

impl<'a, const NOTE_USE: bool> Statement<'a, NOTE_USE> {
    fn new(rotation: &Rotation<'a>) -> Self {
        Self {
            hash: rotation.hash.0.as_slice(),
            successor: rotation.successor.0.as_slice(),
            session: Key(rotation.session.0),
            now: At(rotation.now),
            expires_at: At(rotation.successor_expires_at),
        }
    }
}

impl<const NOTE_USE: bool> QueryId for Statement<'_, NOTE_USE> {
    // The text is always the same, so the server keeps it prepared.
    type QueryId = Statement<'static, NOTE_USE>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const NOTE_USE: bool> QueryFragment<Pg> for Statement<'_, NOTE_USE> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH spent AS (UPDATE refresh_tokens SET spent_at = ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(", first_used_at = COALESCE(first_used_at, ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(") WHERE hash = ");
        out.push_bind_param::<Binary, _>(&self.hash)?;
        out.push_sql(" AND session_id = ");
        out.push_bind_param::<Id, _>(&self.session)?;
        out.push_sql(" AND spent_at IS NULL AND expires_at > ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(" AND EXISTS (SELECT 1 FROM sessions WHERE id = ");
        out.push_bind_param::<Id, _>(&self.session)?;
        out.push_sql(" AND revoked_at IS NULL AND expires_at > ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(") RETURNING session_id)");
        if NOTE_USE {
            out.push_sql(", noted AS (UPDATE sessions SET last_used_at = ");
            out.push_bind_param::<Instant, _>(&self.now)?;
            out.push_sql(" FROM spent WHERE sessions.id = spent.session_id)");
        }
        out.push_sql(" INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at) SELECT ");
        out.push_bind_param::<Binary, _>(&self.successor)?;
        out.push_sql(", session_id, ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<Instant, _>(&self.expires_at)?;
        out.push_sql(" FROM spent");
        Ok(())
    }
}

impl<const NOTE_USE: bool> RunQueryDsl<PgConnection> for Statement<'_, NOTE_USE> {}
