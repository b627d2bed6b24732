//! Organizations.

use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::changes::{self, Change};
use crate::sessions::{self, Ending};
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

/// Deletes the organization with its memberships, and says whether it was there. The sessions that
/// work in it end, whosever they are, and every process is told before they are gone.
///
/// # Errors
///
/// [`StoreError`] of the statements.
pub fn delete(tx: &mut Tx<'_>, id: OrganizationId, ending: &Ending) -> Result<bool, StoreError> {
    use schema::organizations as t;
    sessions::delete_in_organization(tx, id, ending)?;
    let gone = on_backend!(tx, |conn| diesel::delete(t::table.find(Key(id.0))).execute(conn))?;
    changes::tell(tx, &[Change::Organization(id)], ending.remember_until)?;
    Ok(gone == 1)
}

/// Leaves what this user made without a creator, and tells every process.
pub(crate) fn forget_creator(tx: &mut Tx<'_>, creator: UserId, until: DateTime<Utc>) -> Result<(), StoreError> {
    use schema::organizations as t;
    let made = t::table.filter(t::created_by.eq(Key(creator.0)));
    let set = t::created_by.eq(None::<Key>);
    let left: Vec<Key> = on_backend!(tx, |conn| diesel::update(made).set(set).returning(t::id).load(conn))?;
    let changed: Vec<Change> = left.iter().map(|key| Change::Organization(OrganizationId(key.0))).collect();
    changes::tell(tx, &changed, until)
}
