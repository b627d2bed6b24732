//! Who is calling, as a verified access token says.

use authara_core::id::{OrganizationId, SessionId, UserId};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::token::{AccessClaims, OrganizationRoleClaim};
use chrono::{DateTime, Utc};

/// The signed-in caller. What it says was true when the token was made, some minutes ago at most.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The account.
    pub user_id: UserId,
    /// The login on one device, from sign-in until it ends.
    pub session_id: SessionId,
    /// The organization that the session works in.
    pub organization_id: OrganizationId,
    /// The role there; a word that this version does not know is kept as text.
    pub organization_role: OrganizationRoleClaim,
    /// The roles on the platform.
    pub roles: PlatformRoles,
    /// Whom the token is for: `app` or `admin`.
    pub audience: String,
    /// When the token was made.
    pub issued_at: DateTime<Utc>,
    /// When the token lapses.
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    pub(crate) fn from_claims(claims: AccessClaims) -> Self {
        Self {
            user_id: claims.user,
            session_id: claims.session,
            organization_id: claims.organization,
            organization_role: claims.organization_role,
            roles: PlatformRoles(claims.roles),
            audience: claims.audience,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
        }
    }

    /// Is the role in the organization this one or a higher one? An owner is also an admin, an
    /// admin also a member; an unknown role is none of the three.
    pub fn is_at_least(&self, role: OrganizationRole) -> bool {
        match self.organization_role {
            OrganizationRoleClaim::Known(held) => held >= role,
            OrganizationRoleClaim::Other(_) => false,
        }
    }
}

/// Roles that reach across organizations. Names carry the prefix `authara:`; one that this version
/// does not know is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformRoles(Vec<String>);

impl PlatformRoles {
    /// Reads and changes everything in the administration.
    pub fn is_admin(&self) -> bool {
        self.has(PlatformRole::Admin.claim())
    }

    /// Reads the audit trail.
    pub fn is_auditor(&self) -> bool {
        self.has(PlatformRole::Auditor.claim())
    }

    /// Reads operational state.
    pub fn is_monitor(&self) -> bool {
        self.has(PlatformRole::Monitor.claim())
    }

    /// Is this name, with its prefix (`authara:admin`), among the roles?
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|held| held == name)
    }

    /// The names in alphabetical order, each once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{now, token_with, verifier};

    fn identity(claim: &str, value: serde_json::Value) -> Identity {
        verifier().verify(&token_with(claim, value), now()).unwrap()
    }

    #[test]
    fn platform_roles_are_asked_by_name_and_unknown_ones_are_kept() {
        let roles = identity("roles", json!(["authara:operator", "authara:admin"])).roles;
        assert!(roles.is_admin() && roles.has("authara:operator"));
        assert!(!roles.is_auditor() && !roles.is_monitor() && !roles.has("admin"));
        assert_eq!(roles.names().collect::<Vec<_>>(), ["authara:admin", "authara:operator"]);
        assert_eq!(identity("roles", json!(null)).roles, PlatformRoles::default());
    }

    #[test]
    fn a_higher_organization_role_includes_the_lower_ones() {
        use OrganizationRole::{Admin, Member, Owner};
        for (held, expected) in [
            ("owner", [true, true, true]),
            ("admin", [false, true, true]),
            ("member", [false, false, true]),
            ("emperor", [false, false, false]),
        ] {
            let identity = identity("org_role", json!(held));
            let found = [Owner, Admin, Member].map(|role| identity.is_at_least(role));
            assert_eq!(found, expected, "{held}");
            assert_eq!(identity.organization_role.as_str(), held);
        }
    }
}
