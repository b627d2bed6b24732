//! Organizations.

use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use diesel::prelude::*;

use crate::sql::{At, Key};
use crate::{StoreError, Tx, schema};

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::organizations)]
pub(crate) struct Row {
    id: Key,
    name: String,
    kind: String,
    created_by: Option<Key>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<Row> for Organization {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: OrganizationId(row.id.0),
            name: row.name,
            kind: OrganizationKind::parse(&row.kind)
                .ok_or_else(|| StoreError::corrupt("organizations", "unknown kind"))?,
            created_by: row.created_by.map(|key| UserId(key.0)),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Makes the organization, and says whether it did: `false` when it is a personal one and its
/// creator has one already.
///
/// # Errors
///
/// [`StoreError`] of the statement.
pub fn insert(tx: &mut Tx<'_>, organization: &Organization) -> Result<bool, StoreError> {
    use schema::organizations as t;
    let row = (
        t::id.eq(Key(organization.id.0)),
        t::name.eq(&organization.name),
        t::kind.eq(organization.kind.as_str()),
        t::created_by.eq(organization.created_by.map(|id| Key(id.0))),
        t::created_at.eq(At(organization.created_at)),
        t::updated_at.eq(At(organization.updated_at)),
    );
    let made =
        on_backend!(tx, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(made == 1)
}

/// The organization with this id.
///
/// # Errors
///
/// [`StoreError`] of the statement; [`StoreError::Corrupt`] for a kind nobody writes.
pub fn find(tx: &mut Tx<'_>, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    use schema::organizations as t;
    let row: Option<Row> =
        on_backend!(tx, |conn| t::table.find(Key(id.0)).select(Row::as_select()).first(conn).optional())?;
    row.map(Organization::try_from).transpose()
}

/// The personal organization that this user made.
///
/// # Errors
///
/// As [`find`].
pub fn find_personal_of(tx: &mut Tx<'_>, creator: UserId) -> Result<Option<Organization>, StoreError> {
    use schema::organizations as t;
    let query =
        t::table.filter(t::created_by.eq(Key(creator.0))).filter(t::kind.eq(OrganizationKind::Personal.as_str()));
    let row: Option<Row> = on_backend!(tx, |conn| query.select(Row::as_select()).first(conn).optional())?;
    row.map(Organization::try_from).transpose()
}
