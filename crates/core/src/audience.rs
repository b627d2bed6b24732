//! Whom an access token is for.

use std::fmt;

use crate::role::PlatformRole;

/// The part of the application that a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Open to every account.
    App,
    /// Needs at least one platform role.
    Admin,
}

impl Audience {
    /// Reads `app` or `admin`, in exactly this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "app" => Some(Self::App),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Admin => "admin",
        }
    }

    /// May somebody with these platform roles have a token for this audience?
    pub fn is_open_to(self, roles: &[PlatformRole]) -> bool {
        match self {
            Self::App => true,
            Self::Admin => !roles.is_empty(),
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h142_the_app_is_open_to_everyone_and_the_admin_area_to_platform_roles() {
        assert!(Audience::App.is_open_to(&[]));
        assert!(!Audience::Admin.is_open_to(&[]));
        for role in PlatformRole::ALL {
            assert!(Audience::App.is_open_to(&[role]));
            assert!(Audience::Admin.is_open_to(&[role]));
        }
        for unknown in ["", "App", "ADMIN", "operator", " app"] {
            assert_eq!(Audience::parse(unknown), None);
        }
    }
}
