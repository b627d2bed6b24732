//! Organizations: the installation's mode, and what a new account gets.

use chrono::{DateTime, Utc};

use crate::id::{OrganizationId, UserId};

/// How an installation treats organizations. Chosen once; the store remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum OrganizationMode {
    /// Everybody has a private one and nothing else.
    Personal,
    /// Everybody belongs to exactly one, which can be shared.
    #[default]
    Single,
    /// Everybody has a personal one and may belong to more.
    Multi,
}

impl OrganizationMode {
    /// The name in configuration, store and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Single => "single",
            Self::Multi => "multi",
        }
    }

    /// Reads the name, in exactly this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "personal" => Some(Self::Personal),
            "single" => Some(Self::Single),
            "multi" => Some(Self::Multi),
            _ => None,
        }
    }

    /// The kind of organization that a sign-up without invitation makes.
    pub fn initial_kind(self) -> OrganizationKind {
        match self {
            Self::Personal | Self::Multi => OrganizationKind::Personal,
            Self::Single => OrganizationKind::Team,
        }
    }
}

/// What an organization is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrganizationKind {
    /// Belongs to its creator; at most one for each.
    Personal,
    /// Can have members.
    Team,
}

impl OrganizationKind {
    /// The name in the store and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Team => "team",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "personal" => Some(Self::Personal),
            "team" => Some(Self::Team),
            _ => None,
        }
    }
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its display name; never blank.
    pub name: String,
    /// Personal or team.
    pub kind: OrganizationKind,
    /// Who made it; absent when that account is gone.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
