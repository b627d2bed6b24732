//! What happened, told once by the flow that did it. Webhooks, audit and mail grow from this.

use crate::id::{OrganizationId, SessionId, UserId};
use crate::organization::OrganizationKind;
use crate::role::OrganizationRole;

/// A change that other systems may want to hear of, recorded in the transaction that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account was made.
    UserCreated {
        /// The account.
        user: UserId,
    },
    /// An account's data or credentials changed.
    UserUpdated {
        /// The account.
        user: UserId,
    },
    /// An account was deleted, with everything that belonged to it alone.
    UserDeleted {
        /// The account that was.
        user: UserId,
    },
    /// An organization was made.
    OrganizationCreated {
        /// The organization.
        organization: OrganizationId,
        /// Its name.
        name: String,
        /// Personal or team.
        kind: OrganizationKind,
        /// Who made it.
        created_by: UserId,
    },
    /// An organization was deleted, with its memberships.
    OrganizationDeleted {
        /// The organization that was.
        organization: OrganizationId,
        /// Its last name.
        name: String,
        /// Personal or team.
        kind: OrganizationKind,
        /// Who had made it; absent when that account was gone already.
        created_by: Option<UserId>,
    },
    /// Somebody joined an organization.
    MembershipCreated {
        /// The organization.
        organization: OrganizationId,
        /// Who joined.
        user: UserId,
        /// With which role.
        role: OrganizationRole,
        /// Is it the owner's own membership of a new organization?
        is_initial: bool,
    },
    /// Somebody left an organization that goes on without them.
    MembershipDeleted {
        /// The organization.
        organization: OrganizationId,
        /// Who left.
        user: UserId,
        /// The role that they had.
        role: OrganizationRole,
    },
}

impl Event {
    /// The published name of the event type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UserCreated { .. } => "user.created",
            Self::UserUpdated { .. } => "user.updated",
            Self::UserDeleted { .. } => "user.deleted",
            Self::OrganizationCreated { .. } => "organization.created",
            Self::OrganizationDeleted { .. } => "organization.deleted",
            Self::MembershipCreated { .. } => "organization.membership.created",
            Self::MembershipDeleted { .. } => "organization.membership.deleted",
        }
    }
}

/// Something the owner of an account should be told, sent to the address known before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The password was set or changed.
    PasswordChanged {
        /// The account.
        user: UserId,
        /// The address known before the change.
        email: String,
    },
    /// The account was deleted.
    AccountDeleted {
        /// The account that was.
        user: UserId,
        /// Its address, which nothing else remembers.
        email: String,
    },
    /// A consumed refresh token came back, so the session was ended.
    RefreshTokenReused {
        /// The account.
        user: UserId,
        /// The session that was ended.
        session: SessionId,
    },
}
