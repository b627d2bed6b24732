//! Sessions: made, used, listed, ended.

use authara_core::id::{OrganizationId, SessionId, UserId};
use authara_core::session::{AuthMethod, EndReason, Ended, Session};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::changes::{self, Change};
use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::sessions)]
pub(crate) struct Row {
    id: Key,
    user_id: Key,
    organization_id: Key,
    created_at: At,
    expires_at: At,
    authenticated_at: At,
    auth_method: String,
    last_used_at: At,
    revoked_at: Option<At>,
    revoked_reason: Option<String>,
    user_agent: String,
    address: Option<String>,
}

impl TryFrom<Row> for Session {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("sessions", what);
        let ended = match (row.revoked_at, row.revoked_reason) {
            (Some(at), Some(reason)) => {
                Some(Ended { at: at.0, reason: EndReason::parse(&reason).ok_or_else(|| corrupt("unknown reason"))? })
            }
            (None, None) => None,
            _ => return Err(corrupt("revoked without reason, or the reverse")),
        };
        Ok(Self {
            id: SessionId(row.id.0),
            user: UserId(row.user_id.0),
            organization: OrganizationId(row.organization_id.0),
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            authenticated_at: row.authenticated_at.0,
            method: AuthMethod::parse(&row.auth_method).ok_or_else(|| corrupt("unknown method"))?,
            last_used_at: row.last_used_at.0,
            ended,
            user_agent: row.user_agent,
            address: row.address,
        })
    }
}

/// Makes a session.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn insert(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreError> {
    use schema::sessions as t;
    // Column by column: a derived insert leaves absent values out, is another statement for each
    // pattern of them, and is parsed anew each time.
    let row = (
        t::id.eq(Key(session.id.0)),
        t::user_id.eq(Key(session.user.0)),
        t::organization_id.eq(Key(session.organization.0)),
        t::created_at.eq(At(session.created_at)),
        t::expires_at.eq(At(session.expires_at)),
        t::authenticated_at.eq(At(session.authenticated_at)),
        t::auth_method.eq(session.method.as_str()),
        t::last_used_at.eq(At(session.last_used_at)),
        t::revoked_at.eq(session.ended.map(|ended| At(ended.at))),
        t::revoked_reason.eq(session.ended.map(|ended| ended.reason.as_str())),
        t::user_agent.eq(session.user_agent.as_str()),
        t::address.eq(session.address.as_deref()),
    );
    on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).execute(conn))?;
    Ok(())
}

/// The session with this id, living or not.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for values nobody writes.
pub fn find(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, StoreError> {
    use schema::sessions as t;
    let row: Option<Row> =
        on_backend!(tx, |conn| t::table.find(Key(id.0)).select(Row::as_select()).first(conn).optional())?;
    row.map(Session::try_from).transpose()
}

/// Live sessions of a user, the most recently used first, at most `limit`.
///
/// # Errors
///
/// As [`find`].
pub fn list_live(tx: &mut Tx<'_>, user: UserId, now: DateTime<Utc>, limit: i64) -> Result<Vec<Session>, StoreError> {
    use schema::sessions as t;
    let query = t::table
        .filter(t::user_id.eq(Key(user.0)))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.gt(At(now)))
        .order((t::last_used_at.desc(), t::id.desc()))
        .limit(limit);
    let rows: Vec<Row> = on_backend!(tx, |conn| query.select(Row::as_select()).load(conn))?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Notes that the session was used.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn note_use(tx: &mut Tx<'_>, id: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::sessions as t;
    let row = t::table.find(Key(id.0));
    on_backend!(tx, |conn| diesel::update(row).set(t::last_used_at.eq(At(now))).execute(conn))?;
    Ok(())
}

/// Notes that the owner proved just now who they are, and says whether the session was still live.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn set_authenticated_at(tx: &mut Tx<'_>, id: SessionId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    use schema::sessions as t;
    let live = t::table.find(Key(id.0)).filter(t::revoked_at.is_null()).filter(t::expires_at.gt(At(now)));
    let noted = on_backend!(tx, |conn| diesel::update(live).set(t::authenticated_at.eq(At(now))).execute(conn))?;
    Ok(noted == 1)
}

/// When and why a session ends, and how long access tokens that name it may still be about.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// Now.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: EndReason,
    /// Until when every process must remember it ([`authara_core::session::SessionPolicy::mark_until`]).
    pub remember_until: DateTime<Utc>,
}

/// Ends a session, and says whether this call did it: `false` when it is unknown or had ended.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn end(tx: &mut Tx<'_>, id: SessionId, ending: &Ending) -> Result<bool, StoreError> {
    Ok(end_all(tx, &[id], ending)? == 1)
}

/// Ends these sessions, and says how many had not ended before.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn end_all(tx: &mut Tx<'_>, ids: &[SessionId], ending: &Ending) -> Result<usize, StoreError> {
    use schema::sessions as t;
    let mut ended: Vec<Key> = Vec::new();
    for chunk in ids.chunks(500) {
        let keys: Vec<Key> = chunk.iter().map(|id| Key(id.0)).collect();
        let live = t::table.filter(t::id.eq_any(keys)).filter(t::revoked_at.is_null());
        let set = (t::revoked_at.eq(At(ending.at)), t::revoked_reason.eq(ending.reason.as_str()));
        let done: Vec<Key> = on_backend!(tx, |conn| diesel::update(live).set(set).returning(t::id).load(conn))?;
        ended.extend(done);
    }
    let changed: Vec<Change> = ended.iter().map(|key| Change::SessionEnded(SessionId(key.0))).collect();
    changes::tell(tx, &changed, ending.remember_until)?;
    Ok(ended.len())
}

/// Ends every session of a user but the one to keep, and says how many.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn end_of_user(
    tx: &mut Tx<'_>,
    user: UserId,
    keep: Option<SessionId>,
    ending: &Ending,
) -> Result<usize, StoreError> {
    use schema::sessions as t;
    let query = t::table.filter(t::user_id.eq(Key(user.0))).filter(t::revoked_at.is_null()).select(t::id);
    let keys: Vec<Key> = on_backend!(tx, |conn| query.load(conn))?;
    let ids: Vec<SessionId> = keys.iter().map(|key| SessionId(key.0)).filter(|id| Some(*id) != keep).collect();
    end_all(tx, &ids, ending)
}

/// Ends the sessions of a user and forgets them with their tokens, whether they had ended or not.
/// What stays are the marks.
///
/// Tokens first, then sessions: the order in which a rotation takes hold of them, so that the two
/// never wait for each other. One that came between is a conflict, and the second run sees what it
/// made.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub(crate) fn delete_of_user(tx: &mut Tx<'_>, user: UserId, ending: &Ending) -> Result<(), StoreError> {
    use schema::{refresh_tokens as r, sessions as t};
    let all = t::table.filter(t::user_id.eq(Key(user.0)));
    let tokens = r::table.filter(r::session_id.eq_any(all.select(t::id)));
    on_backend!(tx, |conn| diesel::delete(tokens).execute(conn))?;
    end_of_user(tx, user, None, ending)?;
    on_backend!(tx, |conn| diesel::delete(all).execute(conn))?;
    Ok(())
}

/// The same for the sessions that work in an organization, whosever they are.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub(crate) fn delete_in_organization(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    ending: &Ending,
) -> Result<(), StoreError> {
    use schema::{refresh_tokens as r, sessions as t};
    let all = t::table.filter(t::organization_id.eq(Key(organization.0)));
    let tokens = r::table.filter(r::session_id.eq_any(all.select(t::id)));
    on_backend!(tx, |conn| diesel::delete(tokens).execute(conn))?;
    let live = all.filter(t::revoked_at.is_null()).select(t::id);
    let keys: Vec<Key> = on_backend!(tx, |conn| live.load(conn))?;
    let ids: Vec<SessionId> = keys.iter().map(|key| SessionId(key.0)).collect();
    end_all(tx, &ids, ending)?;
    on_backend!(tx, |conn| diesel::delete(all).execute(conn))?;
    Ok(())
}

/// Ends the oldest live sessions of a user until `limit` are left, and says how many. `newest` has
/// just been made and stays, also when the clock was set back.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn end_beyond(
    tx: &mut Tx<'_>,
    user: UserId,
    newest: SessionId,
    limit: u32,
    ending: &Ending,
) -> Result<usize, StoreError> {
    use schema::sessions as t;
    let query = t::table
        .filter(t::user_id.eq(Key(user.0)))
        .filter(t::id.ne(Key(newest.0)))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.gt(At(ending.at)))
        .order((t::created_at.desc(), t::id.desc()))
        .select(t::id)
        // SQLite knows OFFSET only behind a LIMIT.
        .limit(i64::from(u32::MAX))
        .offset(i64::from(limit.saturating_sub(1)));
    let keys: Vec<Key> = on_backend!(tx, |conn| query.load(conn))?;
    let ids: Vec<SessionId> = keys.iter().map(|key| SessionId(key.0)).collect();
    end_all(tx, &ids, ending)
}

/// Ids of sessions that are neither ended nor lapsed, of whomever, in ascending order: those
/// greater than `after`, at most `limit`. For walking through all of them in batches.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn list_live_ids(
    tx: &mut Tx<'_>,
    now: DateTime<Utc>,
    after: Option<SessionId>,
    limit: i64,
) -> Result<Vec<SessionId>, StoreError> {
    use schema::sessions as t;
    // No session has the nil id, so everything is greater.
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let query = t::table
        .filter(t::id.gt(Key(after)))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.gt(At(now)))
        .order(t::id.asc())
        .select(t::id)
        .limit(limit);
    let keys: Vec<Key> = on_backend!(tx, |conn| query.load(conn))?;
    Ok(keys.iter().map(|key| SessionId(key.0)).collect())
}
