//! Refresh tokens, by the hash of their text. A session's tokens form a line: each spent one has
//! one successor, and only the last is live.

use authara_core::id::SessionId;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::SecretHash;
use authara_core::session::Session;
use authara_core::user::User;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, memberships, platform_roles, schema, sessions, users};

mod rotation;

pub use rotation::{Rotation, rotate};

/// A token row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The session it belongs to.
    pub session: SessionId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged for its successor.
    pub spent_at: Option<DateTime<Utc>>,
    /// When it was first presented.
    pub first_used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::refresh_tokens)]
struct Row {
    session_id: Key,
    created_at: At,
    expires_at: At,
    spent_at: Option<At>,
    first_used_at: Option<At>,
}

impl From<Row> for Token {
    fn from(row: Row) -> Self {
        Self {
            session: SessionId(row.session_id.0),
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            spent_at: row.spent_at.map(|at| at.0),
            first_used_at: row.first_used_at.map(|at| at.0),
        }
    }
}

/// Keeps a token of a session.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Conflict`] when the hash is kept already.
pub fn insert(
    tx: &mut Tx<'_>,
    hash: &SecretHash,
    session: SessionId,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use schema::refresh_tokens as t;
    let row = (
        t::hash.eq(hash.0.as_slice()),
        t::session_id.eq(Key(session.0)),
        t::created_at.eq(At(created_at)),
        t::expires_at.eq(At(expires_at)),
    );
    on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).execute(conn))?;
    Ok(())
}

/// The token with this hash, living or not.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn find(tx: &mut Tx<'_>, hash: &SecretHash) -> Result<Option<Token>, StoreError> {
    use schema::refresh_tokens as t;
    let row: Option<Row> =
        on_backend!(tx, |conn| t::table.find(hash.0.as_slice()).select(Row::as_select()).first(conn).optional())?;
    Ok(row.map(Token::from))
}

/// A token with everything that decides about it.
#[derive(Clone, Debug)]
pub struct Owned {
    /// The token.
    pub token: Token,
    /// Its session.
    pub session: Session,
    /// Its owner.
    pub user: User,
    /// The owner's role in the session's organization; `None` when they are no member.
    pub role: Option<OrganizationRole>,
    /// The owner's platform roles, in claim order.
    pub platform_roles: Vec<PlatformRole>,
}

/// One row for each platform role, or one without any.
type OwnedRow = (Row, sessions::Row, users::Row, Option<String>, Option<String>);

/// The token with this hash and what belongs to it, in one statement.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for values nobody writes.
pub fn find_with_owner(tx: &mut Tx<'_>, hash: &SecretHash) -> Result<Option<Owned>, StoreError> {
    use schema::{memberships as m, platform_roles as p, refresh_tokens as t, sessions as s, users as u};
    let is_member = m::organization_id.eq(s::organization_id).and(m::user_id.eq(s::user_id));
    // No `exists(..)` here: diesel would have the statement parsed anew each time.
    let query = t::table
        .inner_join(s::table.inner_join(u::table))
        .left_join(m::table.on(is_member))
        .left_join(p::table.on(p::user_id.eq(s::user_id)))
        .filter(t::hash.eq(hash.0.as_slice()))
        .order(p::role.asc());
    let mut rows: Vec<OwnedRow> = on_backend!(tx, |conn| query
        .select((
            Row::as_select(),
            sessions::Row::as_select(),
            users::Row::as_select(),
            m::role.nullable(),
            p::role.nullable()
        ))
        .load(conn))?;
    let names = rows.iter().filter_map(|(.., name)| name.as_deref());
    let platform_roles = names.map(platform_roles::read).collect::<Result<_, _>>()?;
    let Some((token, session, user, role, _)) = rows.pop() else { return Ok(None) };
    Ok(Some(Owned {
        token: token.into(),
        session: Session::try_from(session)?,
        user: user.into(),
        role: role.as_deref().map(memberships::read_role).transpose()?,
        platform_roles,
    }))
}

/// Notes the first presentation of a token; later ones change nothing.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn note_first_use(tx: &mut Tx<'_>, hash: &SecretHash, now: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::refresh_tokens as t;
    let unused = t::table.find(hash.0.as_slice()).filter(t::first_used_at.is_null());
    on_backend!(tx, |conn| diesel::update(unused).set(t::first_used_at.eq(At(now))).execute(conn))?;
    Ok(())
}

/// How many tokens of a session could still be spent. For tests and checks.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn count_live(tx: &mut Tx<'_>, session: SessionId, now: DateTime<Utc>) -> Result<i64, StoreError> {
    use schema::refresh_tokens as t;
    let live = t::table
        .filter(t::session_id.eq(Key(session.0)))
        .filter(t::spent_at.is_null())
        .filter(t::expires_at.gt(At(now)));
    Ok(on_backend!(tx, |conn| live.count().get_result(conn))?)
}

/// How many tokens of a session are kept, spent ones too. For tests and checks.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn count_all(tx: &mut Tx<'_>, session: SessionId) -> Result<i64, StoreError> {
    use schema::refresh_tokens as t;
    let all = t::table.filter(t::session_id.eq(Key(session.0)));
    Ok(on_backend!(tx, |conn| all.count().get_result(conn))?)
}
