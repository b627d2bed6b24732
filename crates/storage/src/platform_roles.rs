//! Who has which platform role.

use authara_core::id::UserId;
use authara_core::role::PlatformRole;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

pub(crate) fn read(name: &str) -> Result<PlatformRole, StoreError> {
    PlatformRole::from_name(name).ok_or_else(|| StoreError::corrupt("platform_roles", "unknown role"))
}

/// The roles of a user now, in claim order.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for a name nobody writes.
pub fn list_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<PlatformRole>, StoreError> {
    use schema::platform_roles as t;
    let query = t::table.filter(t::user_id.eq(Key(user.0))).select(t::role).order(t::role.asc());
    let names: Vec<String> = on_backend!(tx, |conn| query.load(conn))?;
    names.iter().map(|name| read(name)).collect()
}

/// Is there an administrator beside this user whose account is not disabled? Of two who leave at the
/// same time because of each other, one is a [`StoreError::Conflict`] at the latest as it commits.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn has_other_active_admin(tx: &mut Tx<'_>, user: UserId) -> Result<bool, StoreError> {
    use schema::{platform_roles as t, users as u};
    let others = t::table
        .inner_join(u::table.on(u::id.eq(t::user_id)))
        .filter(t::role.eq(PlatformRole::Admin.name()))
        .filter(t::user_id.ne(Key(user.0)))
        .filter(u::disabled_at.is_null());
    let found: Option<Key> = on_backend!(tx, |conn| others.select(t::user_id).first(conn).optional())?;
    Ok(found.is_some())
}

/// Gives a user a role. Giving it twice is harmless.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn grant(tx: &mut Tx<'_>, user: UserId, role: PlatformRole, now: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::platform_roles as t;
    let row = (t::user_id.eq(Key(user.0)), t::role.eq(role.name()), t::created_at.eq(At(now)));
    on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(())
}

/// Takes a role from a user, and says whether they had it.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn withdraw(tx: &mut Tx<'_>, user: UserId, role: PlatformRole) -> Result<bool, StoreError> {
    use schema::platform_roles as t;
    let row = t::table.filter(t::user_id.eq(Key(user.0))).filter(t::role.eq(role.name()));
    Ok(on_backend!(tx, |conn| diesel::delete(row).execute(conn))? == 1)
}
