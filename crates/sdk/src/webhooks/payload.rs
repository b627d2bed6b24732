//! What the events tell. Readers ignore members they do not know; what may be unknown is `None`,
//! whether it was sent as `null` or not at all.

use authara_core::id::{OrganizationId, UserId};
use authara_core::wire::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// `user.created`, `user.updated`, `user.deleted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserData {
    /// The account.
    pub user_id: UserId,
}

/// `organization.created`, `organization.updated`, `organization.deleted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationData {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: String,
    /// `personal` or `team`.
    pub kind: String,
    /// Who made it; absent when that account is gone.
    pub created_by_user_id: Option<UserId>,
}

/// `organization.membership.created`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MembershipCreated {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Who joined.
    pub user_id: UserId,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// Is it the owner's own membership of a new organization?
    pub is_initial_membership: bool,
    /// The invitation that was accepted; absent when there was none.
    pub invitation_id: Option<Uuid>,
    /// The invitation's metadata, an object; empty when there is none.
    #[serde(default = "nothing", deserialize_with = "object")]
    pub metadata: Value,
}

/// `organization.membership.updated`, with the new role, and `organization.membership.deleted`, with
/// the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MembershipData {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Whose membership.
    pub user_id: UserId,
    /// `owner`, `admin` or `member`.
    pub role: String,
}

/// `organization.invitation.created`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationCreated {
    /// The invitation.
    pub invitation_id: Uuid,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Who is invited, by address.
    pub email: String,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// What the application attached, an object; empty when it attached nothing.
    #[serde(default = "nothing", deserialize_with = "object")]
    pub metadata: Value,
    /// Who invites; absent when it was the application itself, or when that account is gone.
    pub invited_by_user_id: Option<UserId>,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// `organization.invitation.accepted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationAccepted {
    /// The invitation.
    pub invitation_id: Uuid,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Who was invited, by address.
    pub email: String,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// What the application attached, an object; empty when it attached nothing.
    #[serde(default = "nothing", deserialize_with = "object")]
    pub metadata: Value,
    /// Who accepted.
    pub accepted_by_user_id: UserId,
    /// When.
    pub accepted_at: Timestamp,
}

/// `organization.invitation.revoked`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationRevoked {
    /// The invitation.
    pub invitation_id: Uuid,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Who was invited, by address.
    pub email: String,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// What the application attached, an object; empty when it attached nothing.
    #[serde(default = "nothing", deserialize_with = "object")]
    pub metadata: Value,
    /// Who revoked it; absent when it was the application itself, or when that account is gone.
    pub revoked_by_user_id: Option<UserId>,
    /// When.
    pub revoked_at: Timestamp,
}

macro_rules! carry_metadata {
    ($($name:ident),+ $(,)?) => {$(
        impl $name {
            /// Reads the metadata as the application's own type.
            ///
            /// # Errors
            ///
            /// When the metadata is not of that shape. The error may quote it.
            pub fn metadata_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
                T::deserialize(&self.metadata)
            }
        }
    )+};
}

carry_metadata!(MembershipCreated, InvitationCreated, InvitationAccepted, InvitationRevoked);

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// An object, or `null` in place of an empty one.
fn object<'de, D: Deserializer<'de>>(reader: D) -> Result<Value, D::Error> {
    let members = Option::<Map<String, Value>>::deserialize(reader)?;
    Ok(Value::Object(members.unwrap_or_default()))
}
