//! An account.

use chrono::{DateTime, Utc};

use crate::id::UserId;

/// An account, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its address in normal form (see [`crate::email`]).
    pub email: String,
    /// Its user name, as chosen or generated.
    pub username: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its address was proved; `None` while it was not.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Grows with every change of credentials. A sign-in that was checked against an older
    /// version cannot make a session (S-012).
    pub credential_version: i64,
    /// Since when it may not sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

impl User {
    /// May it sign in?
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }
}
