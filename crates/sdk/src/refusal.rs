//! What is answered in place of the page, as plain data: to a browser that can be sent to the login
//! page, to a fragment of a page, and to a program.

#[cfg(feature = "client")]
use std::time::Duration;

use authara_core::return_to::ReturnTo;
use authara_core::wire::{ApiError, ErrorCode, ErrorResponse};
use url::Url;

use crate::links;
use crate::request_facts::RequestFacts;

/// After how many seconds to try again, where the server did not say.
#[cfg(feature = "client")]
const RETRY_AFTER_SECONDS: u64 = 5;

/// An answer that is given without asking the handler. A framework's layer only translates it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The status code.
    pub status: u16,
    /// Header names, in lower case, with their values, which are ASCII. Only `set-cookie` may be there
    /// several times.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for redirects.
    pub body: String,
}

/// Who asks, as far as the form of the answer is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// HTMX, which swaps a fragment into a page.
    Htmx,
    /// A program: script, app, command line.
    Api,
    /// A browser that shows what it gets.
    Page,
}

impl Kind {
    /// HTMX says so; a browser says whether it navigates; `Accept` decides about the others.
    pub(crate) fn of(facts: &RequestFacts<'_>) -> Self {
        let is = |name, value: &str| {
            let first = facts.first(name);
            first.is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        if facts.first("hx-request") == Some("true") {
            return Self::Htmx;
        }
        if is("sec-fetch-mode", "navigate") {
            return Self::Page;
        }
        if is("x-requested-with", "XMLHttpRequest") || is("sec-fetch-dest", "empty") {
            return Self::Api;
        }
        let takes_html = |accept: &str| accept.to_ascii_lowercase().contains("text/html");
        if facts.values("accept").any(takes_html) { Self::Page } else { Self::Api }
    }
}

impl Refusal {
    /// To somebody who is not signed in: a 401 for programs, the way to the login page for people.
    ///
    /// Whoever presents a bearer token is a program, whatever it accepts: a redirect would hide from
    /// it that the token is bad.
    pub(crate) fn unauthenticated(facts: &RequestFacts<'_>, prefix: &str) -> Self {
        let kind = if facts.bearer().is_some() { Kind::Api } else { Kind::of(facts) };
        let login = || links::page(prefix, "/login", return_target(facts, kind).as_ref());
        let refusal = match kind {
            Kind::Htmx => Self::new(200).with("hx-redirect", login()),
            Kind::Api => {
                Self::envelope(401, ErrorCode::Unauthorized, "Sign in first.").with("www-authenticate", "Bearer")
            }
            // After 303 a POST is not repeated at the login page (RFC 9110 section 15.4.4).
            Kind::Page if facts.is_read() => Self::new(302).with("location", login()),
            Kind::Page => Self::new(303).with("location", login()),
        };
        refusal.with("vary", "Accept, HX-Request, Cookie, Authorization")
    }

    /// To anybody while no token can verify: no redirect, which would loop between login page and
    /// application.
    pub(crate) fn misconfigured(facts: &RequestFacts<'_>) -> Self {
        const TEXT: &str = "Signing in is not set up correctly here.";
        Self::plain(facts, 500, ErrorCode::InternalError, TEXT)
    }

    /// To somebody who is known and may not: signing in would not help.
    #[cfg(feature = "client")]
    pub(crate) fn forbidden(facts: &RequestFacts<'_>) -> Self {
        Self::plain(facts, 403, ErrorCode::Forbidden, "You have no access to this.")
    }

    /// While the server is away: nobody is signed out over it.
    #[cfg(feature = "client")]
    pub(crate) fn unavailable(facts: &RequestFacts<'_>, retry_after: Option<Duration>) -> Self {
        const TEXT: &str = "Signing in cannot be checked right now. Try again in a moment.";
        let seconds = retry_after.map_or(RETRY_AFTER_SECONDS, |wait| wait.as_secs().max(1));
        let refusal = Self::plain(facts, 503, ErrorCode::ServiceUnavailable, TEXT);
        refusal.with("retry-after", seconds.to_string())
    }

    /// A sentence for people, or the envelope for programs.
    fn plain(facts: &RequestFacts<'_>, status: u16, code: ErrorCode, text: &str) -> Self {
        match Kind::of(facts) {
            Kind::Page => {
                Self { body: text.to_owned(), ..Self::new(status).with("content-type", "text/plain; charset=utf-8") }
            }
            Kind::Htmx | Kind::Api => Self::envelope(status, code, text),
        }
    }

    /// The same with the server's cookies for the browser.
    #[cfg(feature = "client")]
    pub(crate) fn with_cookies(mut self, set_cookies: &crate::client::SetCookies) -> Self {
        self.headers.extend(set_cookies.lines().map(|line| ("set-cookie", line.to_owned())));
        self
    }

    /// Never kept by a cache: who is signed in changes from one request to the next.
    fn new(status: u16) -> Self {
        Self { status, headers: vec![("cache-control", "no-store".to_owned())], body: String::new() }
    }

    fn envelope(status: u16, code: ErrorCode, message: &str) -> Self {
        let error = ApiError { code, message: message.to_owned() };
        // The envelope is two texts, which always serialise.
        let body = serde_json::to_string(&ErrorResponse { error }).unwrap_or_default();
        Self { body, ..Self::new(status).with("content-type", "application/json") }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Where to come back to after signing in: what was asked for, or else the page around it.
pub(crate) fn return_target(facts: &RequestFacts<'_>, kind: Kind) -> Option<ReturnTo> {
    let page_around = || own_path(facts, "referer");
    let target = match kind {
        Kind::Api => None,
        // The request's own target is a fragment, which is no page to come back to.
        Kind::Htmx => own_path(facts, "hx-current-url").or_else(page_around),
        Kind::Page if facts.is_read() => Some(facts.target().to_owned()),
        // What was posted to may not answer a GET.
        Kind::Page => page_around(),
    };
    ReturnTo::parse(&target?)
}

/// Path and query of an address in a header, if it is on the origin that was asked.
fn own_path(facts: &RequestFacts<'_>, header: &'static str) -> Option<String> {
    let url = Url::parse(facts.first(header)?).ok()?;
    // The scheme is the address's own: a gateway may have taken TLS off.
    let own = Url::parse(&format!("{}://{}", url.scheme(), facts.first("host")?)).ok()?;
    (own.origin() == url.origin()).then(|| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
