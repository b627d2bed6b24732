//! Response bodies. Readers ignore members they do not know.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{OrganizationId, SessionId, UserId};
use crate::time::rfc3339;

/// An instant on the wire: RFC 3339 in UTC, up to microseconds, no trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub DateTime<Utc>);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(&rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        let instant = DateTime::parse_from_rfc3339(&text).map_err(serde::de::Error::custom)?;
        Ok(Self(instant.to_utc()))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

/// `GET /auth/ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// `ready`.
    pub status: String,
}

/// `GET /auth/version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The product's version.
    pub version: String,
}

/// `GET /auth/api/v1/csrf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsrfToken {
    /// 43 characters, equal to the cookie.
    pub csrf_token: String,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthUser {
    /// Its id.
    pub id: UserId,
    /// Its address in normal form.
    pub email: String,
    /// Its user name.
    pub username: String,
    /// May it sign in?
    pub disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Both tokens of a session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// A signed access token.
    pub access_token: String,
    /// An opaque refresh token.
    pub refresh_token: String,
}

/// A fresh session: who, and both tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthSession {
    /// Who signed in.
    pub user: AuthUser,
    /// A signed access token.
    pub access_token: String,
    /// An opaque refresh token.
    pub refresh_token: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens([redacted])")
    }
}

impl fmt::Debug for AuthSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthSession").field("user", &self.user).finish_non_exhaustive()
    }
}

/// An organization, and one's role there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationSummary {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// `owner`, `admin` or `member`.
    pub role: String,
}

/// `GET /auth/api/v1/user`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// The account's id.
    pub id: UserId,
    /// Its address in normal form.
    pub email: String,
    /// Its user name.
    pub username: String,
    /// May it sign in?
    pub disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Platform roles, as in the token.
    pub roles: Vec<String>,
    /// The organization of the token.
    pub organization: OrganizationSummary,
}

/// One session in [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSession {
    /// Its id.
    pub id: SessionId,
    /// Is it the caller's own?
    pub current: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// What the browser said of itself.
    pub user_agent: String,
}

/// A way to sign in, in [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAuthMethod {
    /// `password` or `google`.
    pub provider: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A passkey, in [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPasskey {
    /// Its id.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used; absent when never.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used_at: Option<Timestamp>,
}

/// `GET /auth/api/v1/account`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub user: AuthUser,
    /// Live sessions, the caller's first.
    pub sessions: Vec<AccountSession>,
    /// Ways to sign in, oldest first.
    pub auth_methods: Vec<AccountAuthMethod>,
    /// Passkeys, oldest first.
    pub passkeys: Vec<AccountPasskey>,
}

/// One session in [`AccountSessions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSessionDetails {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// A short name, for example `Firefox on Windows`.
    pub device: String,
    /// What the browser said of itself.
    pub user_agent: String,
    /// Is it the caller's own?
    pub current: bool,
}

/// `GET /auth/api/v1/account/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSessions {
    /// Live sessions, the caller's first, then the most recently used; at most 100.
    pub sessions: Vec<AccountSessionDetails>,
}
