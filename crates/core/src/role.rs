//! Roles: on the platform, and within an organization.

/// A role that reaches across organizations. The wire name carries the prefix `authara:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlatformRole {
    /// Reads and changes everything in the administration.
    Admin,
    /// Reads the audit trail.
    Auditor,
    /// Reads operational state.
    Monitor,
}

impl PlatformRole {
    /// Every role, in the alphabetical order of the stored names, which is also claim order.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Auditor, Self::Monitor];

    /// The name in tokens and answers.
    pub fn claim(self) -> &'static str {
        match self {
            Self::Admin => "authara:admin",
            Self::Auditor => "authara:auditor",
            Self::Monitor => "authara:monitor",
        }
    }

    /// The name in the store, without the prefix.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Monitor => "monitor",
        }
    }

    /// Reads the name in tokens; `admin` without the prefix is no role.
    pub fn from_claim(claim: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.claim() == claim)
    }

    /// Reads the name in the store.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What somebody may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrganizationRole {
    /// Reads.
    Member,
    /// Manages members and invitations.
    Admin,
    /// Manages everything; there is always one.
    Owner,
}

impl OrganizationRole {
    /// The name in the store, in tokens and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "member" => Some(Self::Member),
            "admin" => Some(Self::Admin),
            "owner" => Some(Self::Owner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h304_platform_roles_carry_the_prefix_in_claims_and_not_in_the_store() {
        for role in PlatformRole::ALL {
            assert_eq!(role.claim(), format!("authara:{}", role.name()));
            assert_eq!(PlatformRole::from_claim(role.claim()), Some(role));
            assert_eq!(PlatformRole::from_name(role.name()), Some(role));
            assert_eq!(PlatformRole::from_claim(role.name()), None);
        }
    }
}
