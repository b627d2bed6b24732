//! Accounts.

use authara_core::id::UserId;
use authara_core::user::User;
use authara_core::username;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::changes::{self, Change};
use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

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
