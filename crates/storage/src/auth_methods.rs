//! Ways in: for now, passwords.

use authara_core::id::{AuthMethodId, UserId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

/// The provider of a way in that is a password.
pub const PASSWORD: &str = "password";

/// A way in, as it is shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `password`.
    pub provider: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// The stored hash of the account's password; `None` when it has none.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for a password method without hash.
pub fn find_password_hash(tx: &mut Tx<'_>, user: UserId) -> Result<Option<String>, StoreError> {
    use schema::auth_methods as t;
    let query = t::table.filter(t::user_id.eq(Key(user.0))).filter(t::provider.eq(PASSWORD)).select(t::password_hash);
    let row: Option<Option<String>> = on_backend!(tx, |conn| query.first(conn).optional())?;
    match row {
        Some(None) => Err(StoreError::corrupt("auth_methods", "password method without hash")),
        Some(hash) => Ok(hash),
        None => Ok(None),
    }
}

/// Gives the account its first password, and says whether it did: `false` when it has one already.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn insert_password(
    tx: &mut Tx<'_>,
    id: AuthMethodId,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use schema::auth_methods as t;
    let row = (
        t::id.eq(Key(id.0)),
        t::user_id.eq(Key(user.0)),
        t::provider.eq(PASSWORD),
        t::password_hash.eq(hash),
        t::created_at.eq(At(now)),
        t::updated_at.eq(At(now)),
    );
    let made =
        on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(made == 1)
}

/// Stores the account's password, whether or not it had one. The caller has made sure, by the
/// account's credential version, that nobody else changed it meanwhile.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn put_password(
    tx: &mut Tx<'_>,
    id: AuthMethodId,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use schema::auth_methods as t;
    let row = (
        t::id.eq(Key(id.0)),
        t::user_id.eq(Key(user.0)),
        t::provider.eq(PASSWORD),
        t::password_hash.eq(hash),
        t::created_at.eq(At(now)),
        t::updated_at.eq(At(now)),
    );
    let set = (t::password_hash.eq(hash), t::updated_at.eq(At(now)));
    on_backend!(tx, |conn| diesel::insert_into(t::table)
        .values(row)
        .on_conflict((t::user_id, t::provider))
        .do_update()
        .set(set)
        .execute(conn))?;
    Ok(())
}

/// Puts `new` in the place of `old`, and says whether `old` was still there. With the old hash as
/// the condition, an upgrade at login cannot overwrite a password changed meanwhile (S-009).
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn replace_password(
    tx: &mut Tx<'_>,
    user: UserId,
    old: &str,
    new: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use schema::auth_methods as t;
    let row =
        t::table.filter(t::user_id.eq(Key(user.0))).filter(t::provider.eq(PASSWORD)).filter(t::password_hash.eq(old));
    let set = (t::password_hash.eq(new), t::updated_at.eq(At(now)));
    Ok(on_backend!(tx, |conn| diesel::update(row).set(set).execute(conn))? == 1)
}

/// All ways into an account, oldest first.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn list_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Listed>, StoreError> {
    use schema::auth_methods as t;
    let query = t::table
        .filter(t::user_id.eq(Key(user.0)))
        .select((t::provider, t::created_at))
        .order((t::created_at.asc(), t::id.asc()));
    let rows: Vec<(String, At)> = on_backend!(tx, |conn| query.load(conn))?;
    Ok(rows.into_iter().map(|(provider, at)| Listed { provider, created_at: at.0 }).collect())
}
