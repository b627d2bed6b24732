//! Forgetting what is over, a bounded batch at a time.
//!
//! Spent refresh tokens stay until the absolute end of their session, because a late replay must
//! still be recognised (S-053); limits are checked at use, never by this.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

/// Deletes up to `batch` refresh tokens of sessions whose absolute end has passed, or, when there
/// are none left, such sessions. Says how many rows went: less than `batch` of both means done.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn delete_lapsed_sessions(tx: &mut Tx<'_>, now: DateTime<Utc>, batch: i64) -> Result<usize, StoreError> {
    use schema::{refresh_tokens as t, sessions as s};
    let lapsed = s::table.filter(s::expires_at.le(At(now))).order(s::expires_at.asc()).limit(batch).select(s::id);
    let ids: Vec<Key> = on_backend!(tx, |conn| lapsed.load(conn))?;
    if ids.is_empty() {
        return Ok(0);
    }
    let tokens = t::table.filter(t::session_id.eq_any(ids.clone())).limit(batch).select(t::hash);
    let hashes: Vec<Vec<u8>> = on_backend!(tx, |conn| tokens.load(conn))?;
    if hashes.is_empty() {
        return Ok(on_backend!(tx, |conn| diesel::delete(s::table.filter(s::id.eq_any(ids))).execute(conn))?);
    }
    Ok(on_backend!(tx, |conn| diesel::delete(t::table.filter(t::hash.eq_any(hashes))).execute(conn))?)
}

/// Deletes up to `batch` rows of the change feed that nobody needs any more.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn delete_old_changes(tx: &mut Tx<'_>, now: DateTime<Utc>, batch: i64) -> Result<usize, StoreError> {
    use schema::changes as t;
    let old = t::table.filter(t::until.le(At(now))).order(t::until.asc()).limit(batch).select(t::seq);
    let seqs: Vec<i64> = on_backend!(tx, |conn| old.load(conn))?;
    Ok(on_backend!(tx, |conn| diesel::delete(t::table.filter(t::seq.eq_any(seqs))).execute(conn))?)
}

/// Deletes up to `batch` known addresses from which nobody signed in since `before`.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn delete_old_addresses(tx: &mut Tx<'_>, before: DateTime<Utc>, batch: i64) -> Result<usize, StoreError> {
    use schema::known_addresses as t;
    let old = t::table
        .filter(t::last_success_at.lt(At(before)))
        .order(t::last_success_at.asc())
        .limit(batch)
        .select((t::user_id, t::address_key));
    let keys: Vec<(Key, String)> = on_backend!(tx, |conn| old.load(conn))?;
    let count = keys.len();
    for (user, address) in keys {
        let row = t::table.find((user, address));
        on_backend!(tx, |conn| diesel::delete(row).execute(conn))?;
    }
    Ok(count)
}
