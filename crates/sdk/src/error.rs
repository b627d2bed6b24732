//! Why a call did not succeed, in the terms that a caller can act on.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use authara_core::wire::ErrorCode;

use crate::client::SetCookies;
use crate::config::{ConfigError, variables};

/// Why a call of the API did not succeed.
///
/// Ask the predicates: *signed out* ([`is_unauthorized`](Error::is_unauthorized)) and *away*
/// ([`is_unavailable`](Error::is_unavailable)) are different things, and only the first is a reason
/// to send somebody to the login page. Neither `Display` nor `Debug` shows a secret.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// The operation of the contract, by its id.
    operation: &'static str,
    kind: Kind,
    /// What the answer, if there was one, asked the browser to keep or to forget.
    set_cookies: SetCookies,
}

#[derive(Debug)]
enum Kind {
    /// The server said no.
    Refused(Refused),
    /// No complete answer in time.
    Timeout(Source),
    /// No complete answer: not connected, connection lost, or not HTTP.
    Transport(Source),
    /// An answer of more bytes than is acceptable.
    TooLarge { status: u16 },
    /// A success whose body is not what the contract says.
    Undecodable { status: u16, place: String },
    /// Something in the request cannot be sent.
    Unsendable(&'static str),
    /// The set-up has no place to send requests to.
    Configuration(ConfigError),
    /// The server gave out no value against CSRF.
    CsrfMissing,
    /// There are no tokens to call with.
    NotSignedIn,
    /// The tokens could not be loaded or kept.
    Store(Source),
}

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// A refusal as the server words it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    /// Absent when the answer is not the error envelope: then a gateway gave it.
    pub(crate) code: Option<ErrorCode>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

impl Error {
    /// 401: there is no session, or it has ended; at login, the credentials are wrong. Also when
    /// there are no tokens to call with, see [`is_not_signed_in`](Error::is_not_signed_in).
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401) || self.is_not_signed_in()
    }

    /// 403: not allowed, or a fresh sign-in is needed.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// 404: unknown, or not available in the server's configuration.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// 409: in conflict with what there is; the [code](Error::code) says with what.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// 429: too many attempts; see [`retry_after`](Error::retry_after).
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// Nobody is there: no connection, no answer in time, or 502, 503 or 504. Says nothing about
    /// whether somebody is signed in, and nothing about whether a change was made.
    pub fn is_unavailable(&self) -> bool {
        match &self.0.kind {
            Kind::Timeout(_) | Kind::Transport(_) => true,
            Kind::Refused(refused) => matches!(refused.status, 502..=504),
            Kind::TooLarge { .. }
            | Kind::Undecodable { .. }
            | Kind::Unsendable(_)
            | Kind::Configuration(_)
            | Kind::CsrfMissing
            | Kind::NotSignedIn
            | Kind::Store(_) => false,
        }
    }

    /// The call took longer than the configured time.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout(_))
    }

    /// The set-up is at fault: no base URL is configured.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration(_))
    }

    /// The answer has more than 1 MiB and was not read.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge { .. })
    }

    /// The server said yes with a body that does not follow the contract. What was asked for is
    /// done all the same.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Undecodable { .. })
    }

    /// The server gave out no value against CSRF, so that the change was not sent.
    pub fn is_csrf_missing(&self) -> bool {
        matches!(self.0.kind, Kind::CsrfMissing)
    }

    /// There are no tokens to call with, so that nothing was sent.
    pub fn is_not_signed_in(&self) -> bool {
        matches!(self.0.kind, Kind::NotSignedIn)
    }

    /// A [`TokenStore`](crate::TokenStore) did not load or keep the tokens. The server has not
    /// refused anything.
    pub fn is_token_store(&self) -> bool {
        matches!(self.0.kind, Kind::Store(_))
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match &self.0.kind {
            Kind::Refused(refused) => Some(refused.status),
            Kind::TooLarge { status } | Kind::Undecodable { status, .. } => Some(*status),
            Kind::Timeout(_)
            | Kind::Transport(_)
            | Kind::Unsendable(_)
            | Kind::Configuration(_)
            | Kind::CsrfMissing
            | Kind::NotSignedIn
            | Kind::Store(_) => None,
        }
    }

    /// What went wrong, for programs; `None` when the answer is not the server's.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.refused()?.code.as_ref()
    }

    /// What went wrong, for people, as the server puts it.
    pub fn message(&self) -> Option<&str> {
        self.refused()?.message.as_deref()
    }

    /// The name under which the server logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.refused()?.request_id.as_deref()
    }

    /// How long to wait before another attempt, if the server says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refused()?.retry_after
    }

    /// The operation of the contract, by its id.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// What the browser is to keep or to forget although the call did not succeed: a session that
    /// is definitely over is cleared this way. Pass it on as that of a success.
    pub fn set_cookies(&self) -> &SetCookies {
        &self.0.set_cookies
    }

    fn refused(&self) -> Option<&Refused> {
        match &self.0.kind {
            Kind::Refused(refused) => Some(refused),
            _ => None,
        }
    }

    fn new(operation: &'static str, kind: Kind) -> Self {
        let set_cookies = SetCookies::default();
        Self(Box::new(Inner { operation, kind, set_cookies }))
    }

    pub(crate) fn refusal(operation: &'static str, refused: Refused) -> Self {
        Self::new(operation, Kind::Refused(refused))
    }

    pub(crate) fn transport(operation: &'static str, source: reqwest::Error) -> Self {
        // The address is the operator's business, not that of whoever reads the message.
        let source = source.without_url();
        let is_timeout = source.is_timeout();
        Self::lost(operation, Box::new(source), is_timeout)
    }

    pub(crate) fn lost(operation: &'static str, source: Source, is_timeout: bool) -> Self {
        let kind = if is_timeout { Kind::Timeout(source) } else { Kind::Transport(source) };
        Self::new(operation, kind)
    }

    pub(crate) fn too_large(operation: &'static str, status: u16) -> Self {
        Self::new(operation, Kind::TooLarge { status })
    }

    /// Of the fault only the place is kept: the reader's own words can quote the body, and the body
    /// can hold tokens.
    pub(crate) fn undecodable(operation: &'static str, status: u16, fault: &serde_json::Error) -> Self {
        let place = format!("line {} column {}", fault.line(), fault.column());
        Self::new(operation, Kind::Undecodable { status, place })
    }

    pub(crate) fn unsendable(operation: &'static str, what: &'static str) -> Self {
        Self::new(operation, Kind::Unsendable(what))
    }

    pub(crate) fn csrf_missing(operation: &'static str) -> Self {
        Self::new(operation, Kind::CsrfMissing)
    }

    pub(crate) fn not_signed_in(operation: &'static str) -> Self {
        Self::new(operation, Kind::NotSignedIn)
    }

    pub(crate) fn store(operation: &'static str, source: Source) -> Self {
        Self::new(operation, Kind::Store(source))
    }

    /// May the same call go well in a moment? So it is without a connection, and where a gateway or
    /// the server itself says so. A call whose time is over has none left.
    pub(crate) fn is_passing(&self) -> bool {
        match &self.0.kind {
            Kind::Transport(_) => true,
            Kind::Timeout(source) => source.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect),
            Kind::Refused(refused) => matches!(refused.status, 502..=504),
            _ => false,
        }
    }

    /// How the call ended, in one word for a log or a counter.
    #[cfg(feature = "tracing")]
    pub(crate) fn outcome(&self) -> &'static str {
        match &self.0.kind {
            _ if self.is_unauthorized() => "unauthorized",
            Kind::Timeout(_) => "timeout",
            _ if self.is_unavailable() => "unavailable",
            Kind::Refused(_) => "refused",
            Kind::TooLarge { .. } | Kind::Undecodable { .. } => "unreadable",
            _ => "unsent",
        }
    }

    pub(crate) fn no_base_url() -> Self {
        let fault = ConfigError::one(variables::BASE_URL, "is not set, so there is no API client");
        Self::new("client", Kind::Configuration(fault))
    }

    /// The same with the cookies of the answer, after those of answers before it.
    pub(crate) fn with_set_cookies(mut self, mut earlier: SetCookies) -> Self {
        earlier.append(&self.0.set_cookies);
        self.0.set_cookies = earlier;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.operation)?;
        match &self.0.kind {
            Kind::Refused(refused) => {
                write!(f, "the server answered {}", refused.status)?;
                if let Some(code) = &refused.code {
                    write!(f, " {code}")?;
                }
                match &refused.request_id {
                    Some(id) => write!(f, " (request {id})"),
                    None => Ok(()),
                }
            }
            Kind::Timeout(_) => f.write_str("no complete answer in time"),
            Kind::Transport(_) => f.write_str("no complete answer"),
            Kind::TooLarge { status } => {
                write!(f, "the answer with status {status} is larger than 1 MiB")
            }
            Kind::Undecodable { status, place } => {
                write!(f, "the answer with status {status} does not follow the contract at {place}")
            }
            Kind::Unsendable(what) => f.write_str(what),
            Kind::Configuration(fault) => fault.fmt(f),
            Kind::CsrfMissing => f.write_str("the server gave out no value against CSRF"),
            Kind::NotSignedIn => f.write_str("there are no tokens to call with"),
            Kind::Store(_) => f.write_str("the tokens were not loaded or not kept"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            Kind::Timeout(source) | Kind::Transport(source) | Kind::Store(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
