//! Facts of the whole installation: the organization mode, chosen once.

use authara_core::organization::OrganizationMode;
use diesel::prelude::*;

use crate::{StoreError, Tx, schema};

/// Remembers `mode` if none is remembered yet, and gives the one in force. A second mode never
/// replaces the first: memberships were made under it.
///
/// # Errors
///
/// [`StoreError`] of the statements; [`StoreError::Corrupt`] for a mode nobody writes.
pub fn lock_mode(tx: &mut Tx<'_>, mode: OrganizationMode) -> Result<OrganizationMode, StoreError> {
    use schema::installation as t;
    let row = (t::id.eq(1_i64), t::organization_mode.eq(mode.as_str()));
    on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    let stored: String = on_backend!(tx, |conn| t::table.select(t::organization_mode).first(conn))?;
    OrganizationMode::parse(&stored).ok_or_else(|| StoreError::corrupt("installation", "unknown organization mode"))
}
