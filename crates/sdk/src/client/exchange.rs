//! One request and its answer, within bounds of time and size.

use std::time::Duration;

use authara_core::cookies::CookieNames;
use authara_core::wire::ErrorResponse;
use chrono::DateTime;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde::de::DeserializeOwned;

use super::answer::{Answer, SetCookies};
use super::operation::Operation;
use super::transport::{Outgoing, Unread};
use super::{Client, cookies};
use crate::error::{Error, Refused};

/// The answer of a server that said yes.
#[derive(Debug)]
pub(crate) struct Received {
    operation: &'static str,
    status: u16,
    body: Vec<u8>,
    pub(crate) set_cookies: SetCookies,
    request_id: Option<String>,
}

impl Client {
    /// Sends a request once, and tells yes from no.
    pub(super) async fn exchange(&self, operation: &'static Operation, outgoing: Outgoing) -> Result<Received, Error> {
        let operation = operation.id;
        let sent = self.0.transport.send(outgoing).await;
        let arrived = sent.map_err(|lost| lost.into_error(operation))?;
        let (status, body) = (arrived.status, arrived.body);
        let set_cookies = own_cookies(&arrived.headers, &self.0.cookie_names);
        let request_id = text(&arrived.headers, "x-request-id");
        let retry_after = retry_after(&arrived.headers);
        if !status.is_success() {
            // The status alone says enough, should the body say nothing.
            let envelope = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
            let error = envelope.map(|envelope: ErrorResponse| envelope.error);
            let (code, message) = error.map(|error| (error.code, error.message)).unzip();
            let refused = Refused { status: status.as_u16(), code, message, request_id, retry_after };
            return Err(Error::refusal(operation, refused).with_set_cookies(set_cookies));
        }
        let error = match body {
            Ok(body) => {
                return Ok(Received { operation, status: status.as_u16(), body, set_cookies, request_id });
            }
            Err(Unread::TooLarge) => Error::too_large(operation, status.as_u16()),
            Err(Unread::Lost(lost)) => lost.into_error(operation),
        };
        // The change was made, and the cookies are in force, whatever became of the body.
        Err(error.with_set_cookies(set_cookies))
    }
}

impl Received {
    /// With the body as the contract says.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Answer<T>, Error> {
        match serde_json::from_slice(&self.body) {
            Ok(body) => Ok(self.with(body)),
            Err(fault) => {
                let error = Error::undecodable(self.operation, self.status, &fault);
                Err(error.with_set_cookies(self.set_cookies))
            }
        }
    }

    /// Of an operation that answers with its status alone.
    pub(crate) fn empty(self) -> Answer<()> {
        self.with(())
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The same after the cookies of an earlier answer.
    pub(crate) fn with_set_cookies(mut self, mut earlier: SetCookies) -> Self {
        earlier.append(&self.set_cookies);
        self.set_cookies = earlier;
        self
    }

    fn with<T>(self, body: T) -> Answer<T> {
        Answer { body, set_cookies: self.set_cookies, status: self.status, request_id: self.request_id }
    }
}

/// The `Set-Cookie` lines of the server's cookies. A gateway may add its own, which are between it
/// and us.
fn own_cookies(headers: &HeaderMap, names: &CookieNames) -> SetCookies {
    let lines = headers.get_all(SET_COOKIE).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let own = lines.filter(|line| cookies::is_ours(line, names));
    SetCookies::new(own.map(str::to_owned).collect())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// Seconds, or a date (RFC 9110 section 10.2.3), which is read against the answer's own `Date`: our
/// clock need not be that of the server.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, "retry-after")?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value.trim()).ok()?;
    let now = DateTime::parse_from_rfc2822(text(headers, "date")?.trim()).ok()?;
    Some((until - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{DATE, HeaderValue, RETRY_AFTER};

    use super::*;

    #[test]
    fn t21_retry_after_is_seconds_or_a_date() {
        let date = "Thu, 01 Jan 2026 00:00:00 GMT";
        for (value, expected) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Thu, 01 Jan 2026 00:01:30 GMT", Some(90)),
            ("Wed, 31 Dec 2025 00:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            headers.insert(DATE, HeaderValue::from_static(date));
            let found = retry_after(&headers).map(|wait| wait.as_secs());
            assert_eq!(found, expected, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
