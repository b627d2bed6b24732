//! Who belongs where, with which role.

use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use authara_core::role::OrganizationRole;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, organizations, schema};

pub(crate) fn read_role(role: &str) -> Result<OrganizationRole, StoreError> {
    OrganizationRole::parse(role).ok_or_else(|| StoreError::corrupt("memberships", "unknown role"))
}

/// Makes somebody a member, and says whether it did: `false` when they are one already.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    user: UserId,
    role: OrganizationRole,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use schema::memberships as t;
    let row = (
        t::organization_id.eq(Key(organization.0)),
        t::user_id.eq(Key(user.0)),
        t::role.eq(role.as_str()),
        t::created_at.eq(At(now)),
        t::updated_at.eq(At(now)),
    );
    let made =
        on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(made == 1)
}

/// The role of a user in an organization; `None` when they are no member.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for a role nobody writes.
pub fn find_role(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<OrganizationRole>, StoreError> {
    use schema::memberships as t;
    let query = t::table.find((Key(organization.0), Key(user.0))).select(t::role);
    let role: Option<String> = on_backend!(tx, |conn| query.first(conn).optional())?;
    role.as_deref().map(read_role).transpose()
}

/// Where somebody belongs and with which role, the one they joined first in front.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for values nobody writes.
pub fn list_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<(Organization, OrganizationRole)>, StoreError> {
    use schema::{memberships as t, organizations as o};
    let query = t::table
        .inner_join(o::table)
        .filter(t::user_id.eq(Key(user.0)))
        .order((t::created_at.asc(), t::organization_id.asc()));
    let rows: Vec<(organizations::Row, String)> =
        on_backend!(tx, |conn| query.select((organizations::Row::as_select(), t::role)).load(conn))?;
    rows.into_iter().map(|(row, role)| Ok((Organization::try_from(row)?, read_role(&role)?))).collect()
}

/// Has the organization a member beside this user?
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn has_other(tx: &mut Tx<'_>, organization: OrganizationId, user: UserId) -> Result<bool, StoreError> {
    use schema::memberships as t;
    let others = t::table.filter(t::organization_id.eq(Key(organization.0))).filter(t::user_id.ne(Key(user.0)));
    let found: Option<Key> = on_backend!(tx, |conn| others.select(t::user_id).first(conn).optional())?;
    Ok(found.is_some())
}

/// Has the organization an owner beside this user? Of two owners who leave at the same time because
/// of each other, one is a [`StoreError::Conflict`] at the latest as it commits.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn has_other_owner(tx: &mut Tx<'_>, organization: OrganizationId, user: UserId) -> Result<bool, StoreError> {
    use schema::memberships as t;
    let others = t::table
        .filter(t::organization_id.eq(Key(organization.0)))
        .filter(t::user_id.ne(Key(user.0)))
        .filter(t::role.eq(OrganizationRole::Owner.as_str()));
    let found: Option<Key> = on_backend!(tx, |conn| others.select(t::user_id).first(conn).optional())?;
    Ok(found.is_some())
}

/// Where a new session starts: the personal organization that the user made, if they are a member
/// of it, else the one they joined first (ties by id).
///
/// # Errors
///
/// As [`find_role`].
pub fn find_default(tx: &mut Tx<'_>, user: UserId) -> Result<Option<(OrganizationId, OrganizationRole)>, StoreError> {
    use schema::{memberships as t, organizations as o};
    let mine = t::table.inner_join(o::table).filter(t::user_id.eq(Key(user.0))).select((t::organization_id, t::role));
    let personal = mine.filter(o::kind.eq(OrganizationKind::Personal.as_str())).filter(o::created_by.eq(Key(user.0)));
    let mut found: Option<(Key, String)> = on_backend!(tx, |conn| personal.first(conn).optional())?;
    if found.is_none() {
        let oldest = mine.order((t::created_at.asc(), t::organization_id.asc()));
        found = on_backend!(tx, |conn| oldest.first(conn).optional())?;
    }
    found.map(|(id, role)| Ok((OrganizationId(id.0), read_role(&role)?))).transpose()
}

/// Ends a membership, and says whether there was one.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn delete(tx: &mut Tx<'_>, organization: OrganizationId, user: UserId) -> Result<bool, StoreError> {
    use schema::memberships as t;
    let row = t::table.find((Key(organization.0), Key(user.0)));
    Ok(on_backend!(tx, |conn| diesel::delete(row).execute(conn))? == 1)
}

/// Changes the role of a member, and says whether they are one.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn set_role(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    user: UserId,
    role: OrganizationRole,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use schema::memberships as t;
    let row = t::table.find((Key(organization.0), Key(user.0)));
    let set = (t::role.eq(role.as_str()), t::updated_at.eq(At(now)));
    Ok(on_backend!(tx, |conn| diesel::update(row).set(set).execute(conn))? == 1)
}
