//! Where operations are tried, and who tries them.

use std::net::SocketAddr;

use serde_json::Value;

use crate::document::{Document, Operation};

/// The cookie that holds the access token.
pub const ACCESS: &str = "authara_access";
/// The cookie that holds the refresh token.
pub const REFRESH: &str = "authara_refresh";
/// The cookie that holds the CSRF value.
pub const CSRF: &str = "authara_csrf";
/// The header that repeats it.
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// Who tries an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody with a password, who has just signed in.
    Ordinary,
    /// Somebody who has no password.
    WithoutPassword,
    /// Somebody with a password, who signed in so long ago that sensitive actions ask again.
    SignedInLongAgo,
}

/// A person nobody else knows of, and what they can present.
#[derive(Clone, Debug)]
pub struct Person {
    /// The address of the account.
    pub email: String,
    /// Its password, if it has one.
    pub password: String,
    /// The access token of the person's session.
    pub access: String,
    /// Its refresh token.
    pub refresh: String,
    /// The CSRF value that belongs to it.
    pub csrf: String,
    /// A CSRF value of a visitor who is not signed in.
    pub visitor_csrf: String,
    /// The id of the session.
    pub session: String,
    /// The id of another live session of the same person.
    pub other_session: String,
}

/// A server under test, with the means to be somebody there.
pub trait Stage {
    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// A new person of this kind.
    fn person(&self, who: Who) -> impl Future<Output = Person>;

    /// Does it run in the configuration in which the operation exists?
    fn offers(&self, operation: &Operation) -> bool;
}

/// Operations that succeed for others than an ordinary person.
const OTHERS: &[(&str, Who)] = &[("createAccountPassword", Who::WithoutPassword)];

/// For whom the operation succeeds.
pub fn usual(operation: &Operation) -> Who {
    OTHERS.iter().find(|(id, _)| *id == operation.id).map_or(Who::Ordinary, |(_, who)| *who)
}

/// How a security scheme is satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// By this cookie.
    Cookie(String, String),
    /// By this header.
    Header(String, String),
}

impl Person {
    /// What the person presents for a security scheme of the document; `None` for one that has
    /// nothing to do with persons.
    pub fn credential(&self, document: &Document, scheme: &str) -> Option<Credential> {
        let facts = document.raw().pointer("/components/securitySchemes")?.get(scheme)?;
        let text = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
        match (text("type"), text("in"), text("scheme")) {
            ("apiKey", "cookie", _) => {
                let name = text("name");
                Some(Credential::Cookie(name.to_owned(), self.cookie(name)?.to_owned()))
            }
            ("apiKey", "header", _) if text("name").eq_ignore_ascii_case(CSRF_HEADER) => {
                Some(Credential::Header(CSRF_HEADER.to_owned(), self.csrf.clone()))
            }
            ("http", _, "bearer") => Some(Credential::Header("authorization".to_owned(), self.bearer())),
            _ => None,
        }
    }

    /// The value of a cookie in the person's browser.
    fn cookie(&self, name: &str) -> Option<&str> {
        match name {
            ACCESS => Some(&self.access),
            REFRESH => Some(&self.refresh),
            CSRF => Some(&self.csrf),
            _ => None,
        }
    }

    /// The `Authorization` header with the access token (RFC 6750 section 2.1).
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.access)
    }
}
