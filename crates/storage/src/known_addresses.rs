//! From where an account was entered before (S-027).

use authara_core::id::UserId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

/// Notes a successful sign-in from an address.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn note(tx: &mut Tx<'_>, user: UserId, address_key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::known_addresses as t;
    let row = (t::user_id.eq(Key(user.0)), t::address_key.eq(address_key), t::last_success_at.eq(At(now)));
    on_backend!(tx, |conn| diesel::insert_into(t::table)
        .values(row)
        .on_conflict((t::user_id, t::address_key))
        .do_update()
        .set(t::last_success_at.eq(At(now)))
        .execute(conn))?;
    Ok(())
}

/// Did somebody sign in to the account from this address before?
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn is_known(tx: &mut Tx<'_>, user: UserId, address_key: &str) -> Result<bool, StoreError> {
    use schema::known_addresses as t;
    let query = t::table.find((Key(user.0), address_key)).select(t::user_id);
    let row: Option<Key> = on_backend!(tx, |conn| query.first(conn).optional())?;
    Ok(row.is_some())
}
