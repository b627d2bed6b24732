//! Accounts.

use authara_core::id::UserId;
use authara_core::user::User;
use authara_core::username;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::changes::{self, Change};
use crate::sessions::{self, Ending};
use crate::sql::{At, Key};
use crate::{StoreError, Tx, organizations, schema};

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::users)]
pub(crate) struct Row {
    id: Key,
    email: String,
    username: String,
    created_at: At,
    email_verified_at: Option<At>,
    credential_version: i64,
    disabled_at: Option<At>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id.0),
            email: row.email,
            username: row.username,
            created_at: row.created_at.0,
            email_verified_at: row.email_verified_at.map(|at| at.0),
            credential_version: row.credential_version,
            disabled_at: row.disabled_at.map(|at| at.0),
        }
    }
}

/// Makes the account, and says whether it did: `false` when its address or its name is taken,
/// also by a transaction that runs at the same time.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn insert(tx: &mut Tx<'_>, user: &User) -> Result<bool, StoreError> {
    use schema::users as t;
    let row = (
        t::id.eq(Key(user.id.0)),
        t::email.eq(&user.email),
        t::username.eq(&user.username),
        t::username_folded.eq(username::folded(&user.username)),
        t::created_at.eq(At(user.created_at)),
        t::updated_at.eq(At(user.created_at)),
        t::email_verified_at.eq(user.email_verified_at.map(At)),
        t::credential_version.eq(user.credential_version),
        t::disabled_at.eq(user.disabled_at.map(At)),
    );
    let made =
        on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(made == 1)
}

/// The account with this id.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn find(tx: &mut Tx<'_>, id: UserId) -> Result<Option<User>, StoreError> {
    use schema::users as t;
    let row: Option<Row> =
        on_backend!(tx, |conn| t::table.find(Key(id.0)).select(Row::as_select()).first(conn).optional())?;
    Ok(row.map(User::from))
}

/// The account with this address in normal form.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn find_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>, StoreError> {
    use schema::users as t;
    let row: Option<Row> =
        on_backend!(tx, |conn| t::table.filter(t::email.eq(email)).select(Row::as_select()).first(conn).optional())?;
    Ok(row.map(User::from))
}

/// Gives the account another name, and says whether it did: `false` when another account has the
/// name, in whatever letter case, or this one is gone.
///
/// The constraint decides between two that take one name at the same time: the later is a
/// [`StoreError::Conflict`], whose second run finds the name taken.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn rename(tx: &mut Tx<'_>, id: UserId, name: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    use schema::users as t;
    let folded = username::folded(name);
    let named_so = t::table.filter(t::username_folded.eq(folded.as_str())).select(t::id);
    // Asked first, because on PostgreSQL a statement that fails takes the transaction with it.
    let holder: Option<Key> = on_backend!(tx, |conn| named_so.first(conn).optional())?;
    if holder.is_some_and(|holder| holder.0 != id.0) {
        return Ok(false);
    }
    let row = t::table.find(Key(id.0));
    let set = (t::username.eq(name), t::username_folded.eq(folded.as_str()), t::updated_at.eq(At(now)));
    Ok(on_backend!(tx, |conn| diesel::update(row).set(set).execute(conn))? == 1)
}

/// Deletes the account and everything that is its own: sessions with their tokens, ways in, roles,
/// memberships, known addresses; and says whether it was there. Its organizations stay, without a
/// creator: whoever deletes an account has decided on them before.
///
/// Every session is ended before its row goes, so that every process refuses its access tokens as soon
/// as it hears of it, and the account is told of as changed.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn delete(tx: &mut Tx<'_>, id: UserId, ending: &Ending) -> Result<bool, StoreError> {
    use schema::users as t;
    sessions::delete_of_user(tx, id, ending)?;
    organizations::forget_creator(tx, id, ending.remember_until)?;
    // The rest goes with the row, as the schema says.
    let gone = on_backend!(tx, |conn| diesel::delete(t::table.find(Key(id.0))).execute(conn))?;
    tell_changed(tx, id, ending.remember_until)?;
    Ok(gone == 1)
}

/// Counts a change of credentials, if the version is still the one that the caller decided on, and
/// says whether it was. Of two concurrent changes one sees `true`.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn advance_credentials(tx: &mut Tx<'_>, id: UserId, from: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
    use schema::users as t;
    let current = t::table.find(Key(id.0)).filter(t::credential_version.eq(from)).filter(t::disabled_at.is_null());
    let set = (t::credential_version.eq(from + 1), t::updated_at.eq(At(now)));
    let changed = on_backend!(tx, |conn| diesel::update(current).set(set).execute(conn))?;
    Ok(changed == 1)
}

/// Tells every process that the account's data changed.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn tell_changed(tx: &mut Tx<'_>, id: UserId, until: DateTime<Utc>) -> Result<(), StoreError> {
    changes::tell(tx, &[Change::User(id)], until)
}
