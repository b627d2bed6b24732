//! Accounts and organizations in memory, for the question that applications ask most.
//!
//! An entry is never shown after a change that this process committed or was told of. Each account
//! and each organization has an epoch, which such a change advances; an entry carries the epochs
//! from before it was read, and counts only while they are still the same. So a slow reader that
//! comes back with yesterday's row cannot bring it back to life.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::Organization;
use authara_core::user::User;
use diesel::prelude::*;
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::sql::Key;
use crate::{StoreError, Tx, organizations, schema, users};

/// How long an entry counts where others may write: what they do is heard of a moment later.
pub(crate) const LIFE: Duration = Duration::from_secs(1);
/// Where every writer but a rare sub-command is this process.
pub(crate) const LIFE_ON_ONE_MACHINE: Duration = Duration::from_secs(60);

/// Most entries; some 500 bytes each. What was not asked for lately makes room.
const ENTRIES: usize = 20_000;
/// Accounts that share an epoch only forget each other needlessly.
const EPOCHS: usize = 4096;

/// An account and an organization, as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The account.
    pub user: User,
    /// The organization; the account need not be a member.
    pub organization: Organization,
}

#[derive(Clone)]
pub(crate) struct Views(Arc<Inner>);

struct Inner {
    life: Duration,
    kept: Cache<(UserId, OrganizationId), Entry>,
    users: Epochs,
    organizations: Epochs,
}

#[derive(Clone)]
struct Entry {
    ticket: Ticket,
    view: Arc<View>,
}

/// Taken before reading what is then kept.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    read_at: Instant,
    user: u64,
    organization: u64,
}

struct Epochs(Box<[AtomicU64]>);

impl Epochs {
    fn new() -> Self {
        Self((0..EPOCHS).map(|_| AtomicU64::new(0)).collect())
    }

    fn of(&self, id: Uuid) -> Option<&AtomicU64> {
        // The last bytes of a UUIDv7 are random.
        let place = usize::from(u16::from_be_bytes([id.as_bytes()[14], id.as_bytes()[15]]));
        self.0.get(place % EPOCHS)
    }

    fn read(&self, id: Uuid) -> u64 {
        self.of(id).map_or(0, |epoch| epoch.load(Ordering::SeqCst))
    }

    fn advance(&self, id: Uuid) {
        if let Some(epoch) = self.of(id) {
            epoch.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Views {
    pub(crate) fn new(life: Duration) -> Self {
        let (users, organizations) = (Epochs::new(), Epochs::new());
        Self(Arc::new(Inner { life, kept: Cache::new(ENTRIES), users, organizations }))
    }

    pub(crate) fn get(&self, user: UserId, organization: OrganizationId) -> Option<Arc<View>> {
        let Entry { ticket, view } = self.0.kept.get(&(user, organization))?;
        let is_current = ticket.user == self.0.users.read(user.0)
            && ticket.organization == self.0.organizations.read(organization.0)
            && ticket.read_at.elapsed() < self.0.life;
        is_current.then_some(view)
    }

    /// To be taken before the database is read.
    pub(crate) fn ticket(&self, user: UserId, organization: OrganizationId) -> Ticket {
        let (users, organizations) = (&self.0.users, &self.0.organizations);
        Ticket { read_at: Instant::now(), user: users.read(user.0), organization: organizations.read(organization.0) }
    }

    pub(crate) fn keep(&self, ticket: Ticket, view: View) -> Arc<View> {
        let view = Arc::new(view);
        self.0.kept.insert((view.user.id, view.organization.id), Entry { ticket, view: view.clone() });
        view
    }

    pub(crate) fn forget_user(&self, user: UserId) {
        self.0.users.advance(user.0);
    }

    pub(crate) fn forget_organization(&self, organization: OrganizationId) {
        self.0.organizations.advance(organization.0);
    }
}

/// Both in one statement; `None` when either is gone.
pub(crate) fn find(tx: &mut Tx<'_>, user: UserId, organization: OrganizationId) -> Result<Option<View>, StoreError> {
    use schema::{organizations as o, users as u};
    let query = u::table.inner_join(o::table.on(o::id.eq(Key(organization.0)))).filter(u::id.eq(Key(user.0)));
    let found: Option<(users::Row, organizations::Row)> = on_backend!(tx, |conn| query
        .select((users::Row::as_select(), organizations::Row::as_select()))
        .first(conn)
        .optional())?;
    found
        .map(|(user, organization)| Ok(View { user: user.into(), organization: Organization::try_from(organization)? }))
        .transpose()
}

#[cfg(test)]
mod tests {
    use authara_core::organization::OrganizationKind;
    use chrono::DateTime;

    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(1));
    const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(2));

    fn view() -> View {
        let then = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        View {
            user: User {
                id: USER,
                email: "dana@example.org".to_owned(),
                username: "dana".to_owned(),
                created_at: then,
                email_verified_at: None,
                credential_version: 1,
                disabled_at: None,
            },
            organization: Organization {
                id: ORGANIZATION,
                name: "Dana".to_owned(),
                kind: OrganizationKind::Personal,
                created_by: Some(USER),
                created_at: then,
                updated_at: then,
            },
        }
    }

    fn kept(life: Duration) -> Views {
        let views = Views::new(life);
        views.keep(views.ticket(USER, ORGANIZATION), view());
        views
    }

    #[test]
    fn what_was_kept_is_shown_until_either_half_changes() {
        let views = kept(LIFE_ON_ONE_MACHINE);
        assert_eq!(views.get(USER, ORGANIZATION).as_deref(), Some(&view()));
        views.forget_user(USER);
        assert_eq!(views.get(USER, ORGANIZATION), None);
        let views = kept(LIFE_ON_ONE_MACHINE);
        views.forget_organization(ORGANIZATION);
        assert_eq!(views.get(USER, ORGANIZATION), None);
    }

    #[test]
    fn what_was_read_before_a_change_does_not_come_back_after_it() {
        let views = Views::new(LIFE_ON_ONE_MACHINE);
        let ticket = views.ticket(USER, ORGANIZATION);
        views.forget_user(USER);
        views.keep(ticket, view());
        assert_eq!(views.get(USER, ORGANIZATION), None);
    }

    #[test]
    fn an_entry_lapses() {
        assert_eq!(kept(Duration::ZERO).get(USER, ORGANIZATION), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        let views = Views::new(LIFE_ON_ONE_MACHINE);
        for number in 0..3 * ENTRIES as u128 {
            let (user, mut view) = (UserId(Uuid::from_u128(number)), view());
            view.user.id = user;
            views.keep(views.ticket(user, ORGANIZATION), view);
        }
        assert!(views.0.kept.len() <= ENTRIES);
    }
}
