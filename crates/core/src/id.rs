//! Identifiers as types, so that a user's id does not fit where a session's id is wanted.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the id from any of the four text forms of a UUID (RFC 9562 section 4):
            /// hyphenated, 32 digits, in braces, or as a URN, in any letter case.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            /// Lower case with hyphens, 36 characters.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A person's account.
    UserId,
    /// One login on one device.
    SessionId,
    /// A tenant.
    OrganizationId,
    /// A way in that belongs to an account: a password or an external identity.
    AuthMethodId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h040_ids_are_read_in_every_form_and_printed_in_one() {
        let printed = "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11";
        for form in [
            printed,
            "0B9C3D62-6F0D-4A53-8F3C-0E1D5A7B9C11",
            "0b9c3d626f0d4a538f3c0e1d5a7b9c11",
            "{0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11}",
            "urn:uuid:0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11",
        ] {
            assert_eq!(SessionId::parse(form).unwrap().to_string(), printed, "{form}");
        }
        for form in ["", "current", "0b9c3d62", "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c1g"] {
            assert_eq!(SessionId::parse(form), None, "{form}");
        }
    }
}
