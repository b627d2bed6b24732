//! An event, typed by what happened.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::error::WebhookError;
use super::payload::{
    InvitationAccepted, InvitationCreated, InvitationRevoked, MembershipCreated, MembershipData, OrganizationData,
    UserData,
};

/// An event whose signature was good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The event's id, the same each time it is delivered.
    pub id: Uuid,
    /// When it happened. Events can arrive in another order.
    pub created_at: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
    /// Which of the verifier's secrets fitted, from 0, in the order in which they were given. When it
    /// is never the old one any more, the old one can go.
    pub secret_position: usize,
}

/// What happened.
///
/// New types appear as [`EventKind::Unknown`] until this crate knows them. Let those pass: an event
/// that is refused never comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// `user.created`: an account was made.
    UserCreated(UserData),
    /// `user.updated`: an account's data or credentials changed, or it was disabled or enabled.
    UserUpdated(UserData),
    /// `user.deleted`: an account was deleted.
    UserDeleted(UserData),
    /// `organization.created`: an organization was made.
    OrganizationCreated(OrganizationData),
    /// `organization.updated`: an organization has a new name.
    OrganizationUpdated(OrganizationData),
    /// `organization.deleted`: an organization was deleted.
    OrganizationDeleted(OrganizationData),
    /// `organization.membership.created`: somebody joined.
    MembershipCreated(MembershipCreated),
    /// `organization.membership.updated`: somebody has another role.
    MembershipUpdated(MembershipData),
    /// `organization.membership.deleted`: somebody left or was removed.
    MembershipDeleted(MembershipData),
    /// `organization.invitation.created`: somebody is invited.
    InvitationCreated(InvitationCreated),
    /// `organization.invitation.accepted`: somebody accepted an invitation.
    InvitationAccepted(InvitationAccepted),
    /// `organization.invitation.revoked`: an invitation no longer counts.
    InvitationRevoked(InvitationRevoked),
    /// A type that this version does not know.
    Unknown {
        /// Its name.
        event_type: String,
        /// What it tells, as sent; `null` when that is nothing.
        data: Value,
    },
}

impl EventKind {
    /// The published name of the type.
    pub fn name(&self) -> &str {
        match self {
            Self::UserCreated(_) => "user.created",
            Self::UserUpdated(_) => "user.updated",
            Self::UserDeleted(_) => "user.deleted",
            Self::OrganizationCreated(_) => "organization.created",
            Self::OrganizationUpdated(_) => "organization.updated",
            Self::OrganizationDeleted(_) => "organization.deleted",
            Self::MembershipCreated(_) => "organization.membership.created",
            Self::MembershipUpdated(_) => "organization.membership.updated",
            Self::MembershipDeleted(_) => "organization.membership.deleted",
            Self::InvitationCreated(_) => "organization.invitation.created",
            Self::InvitationAccepted(_) => "organization.invitation.accepted",
            Self::InvitationRevoked(_) => "organization.invitation.revoked",
            Self::Unknown { event_type, .. } => event_type,
        }
    }

    /// Reads what an event of this type tells.
    pub(super) fn read(event_type: String, data: Value) -> Result<Self, WebhookError> {
        Ok(match event_type.as_str() {
            "user.created" => Self::UserCreated(typed(data)?),
            "user.updated" => Self::UserUpdated(typed(data)?),
            "user.deleted" => Self::UserDeleted(typed(data)?),
            "organization.created" => Self::OrganizationCreated(typed(data)?),
            "organization.updated" => Self::OrganizationUpdated(typed(data)?),
            "organization.deleted" => Self::OrganizationDeleted(typed(data)?),
            "organization.membership.created" => Self::MembershipCreated(typed(data)?),
            "organization.membership.updated" => Self::MembershipUpdated(typed(data)?),
            "organization.membership.deleted" => Self::MembershipDeleted(typed(data)?),
            "organization.invitation.created" => Self::InvitationCreated(typed(data)?),
            "organization.invitation.accepted" => Self::InvitationAccepted(typed(data)?),
            "organization.invitation.revoked" => Self::InvitationRevoked(typed(data)?),
            _ => Self::Unknown { event_type, data },
        })
    }
}

/// The reader's own words are dropped: they can quote an address out of the event.
fn typed<T: DeserializeOwned>(data: Value) -> Result<T, WebhookError> {
    serde_json::from_value(data).map_err(|_| WebhookError::malformed("data lacks a member or has one of another type"))
}
