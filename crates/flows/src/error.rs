//! Why a flow did not happen.

use std::fmt;

use authara_core::limit::Limited;
use authara_core::password::PasswordError;
use authara_core::session::refresh::Refusal;
use authara_core::username::UsernameError;
use authara_storage::StoreError;

use crate::hashing::HashError;

/// Why something did not happen, whatever the flow: trouble, not a decision.
#[derive(Debug)]
pub enum Trouble {
    /// The store failed.
    Store(StoreError),
    /// Passwords could not be hashed.
    Hash(HashError),
    /// Signing an access token failed.
    Mint(String),
    /// An account without organization, or the like: a fact that the rules exclude.
    Broken(&'static str),
}

/// Why a login did not happen.
#[derive(Debug)]
pub enum LoginError {
    /// Too many attempts.
    Limited(Limited),
    /// Unknown account, no password, or a wrong one: never told apart.
    BadCredentials,
    /// The account is disabled. Told only after the right password.
    Disabled,
    /// The account may not have a session for this audience. Told only after the right password.
    Audience,
    /// Trouble.
    Trouble(Trouble),
}

/// Why a sign-up did not happen.
#[derive(Debug)]
pub enum SignupError {
    /// Not an address that is taken.
    Email,
    /// The password breaks a rule.
    Password(PasswordError),
    /// Too many attempts.
    Limited(Limited),
    /// An invitation code that cannot be used.
    Invitation,
    /// The address has an account.
    EmailTaken,
    /// Trouble.
    Trouble(Trouble),
}

/// Why a refresh did not happen.
#[derive(Debug)]
pub enum RefreshError {
    /// The token earns nothing.
    Refused(Refusal),
    /// Too many unknown tokens from this client.
    Limited(Limited),
    /// Trouble.
    Trouble(Trouble),
}

/// Why a signed-in person's request did not happen.
#[derive(Debug)]
pub enum AccountError {
    /// The session is over, or the account is gone or disabled.
    SignedOut,
    /// The last proof of identity is too long ago for this.
    NotFresh,
    /// The thing is not there, or somebody else's.
    NotFound,
    /// The account has a password already.
    PasswordExists,
    /// The account has no password.
    NoPassword,
    /// The current password is wrong.
    WrongPassword,
    /// The new password breaks a rule.
    Password(PasswordError),
    /// The new user name breaks a rule.
    UsernameInvalid(UsernameError),
    /// Another account has the user name, in whatever letter case.
    UsernameTaken,
    /// Nobody else could administrate the installation.
    LastAdmin,
    /// An organization with other members would have no owner.
    LastOwner,
    /// Too many attempts.
    Limited(Limited),
    /// Trouble.
    Trouble(Trouble),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Hash(error) => error.fmt(f),
            Self::Mint(what) => write!(f, "signing a token failed: {what}"),
            Self::Broken(what) => write!(f, "inconsistent data: {what}"),
        }
    }
}

impl std::error::Error for Trouble {}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<HashError> for Trouble {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

macro_rules! from_parts {
    ($($error:ident),+) => {$(
        impl From<Trouble> for $error {
            fn from(trouble: Trouble) -> Self {
                Self::Trouble(trouble)
            }
        }

        impl From<StoreError> for $error {
            fn from(error: StoreError) -> Self {
                Self::Trouble(error.into())
            }
        }

        impl From<HashError> for $error {
            fn from(error: HashError) -> Self {
                Self::Trouble(error.into())
            }
        }

        impl From<Limited> for $error {
            fn from(limited: Limited) -> Self {
                Self::Limited(limited)
            }
        }
    )+};
}

from_parts!(LoginError, SignupError, RefreshError, AccountError);

impl From<PasswordError> for SignupError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}
