//! Who opens a sign-in page: a stranger, or somebody who is signed in already.

use actix_web::{HttpRequest, HttpResponse};
use authara_core::audience::Audience;
use authara_core::cookies::CookieValue;
use authara_core::return_to::ReturnTo;
use authara_core::token::AccessClaims;
use authara_flows::error::RefreshError;
use authara_flows::refresh::{self, Use};

use super::error::PageError;
use super::redirect;
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request::cookies::Cookies;
use crate::request::{self, csrf, single_header};
use crate::state::Server;

/// What is known of the visitor.
#[derive(Debug)]
pub enum Visitor {
    /// Goes on to the target at once; this is the answer.
    SignedIn(HttpResponse),
    /// Is shown the page. `cookies` takes away what is over.
    Stranger {
        /// The session of a good access cookie that does not open the target.
        session: Option<AccessClaims>,
        /// What to do to the browser's cookies.
        cookies: Cookies,
    },
}

/// Finds out who opens a sign-in page that leads to `target`.
///
/// A page asked for with GET never rotates (S-065): a live refresh token earns a new access token
/// and keeps its value. A prefetch earns nothing. Nobody is signed out by an outage.
///
/// # Errors
///
/// A page that says so, when it could not be found out.
pub async fn find(server: &Server, http: &HttpRequest, target: &ReturnTo) -> Result<Visitor, PageError> {
    let session = request::cookie_session(server, http).await?;
    let audience = target.audience();
    let opens = |claims: &AccessClaims| claims.audience == audience.as_str();
    if let Some(claims) = session.as_ref().filter(|claims| opens(claims)) {
        return Ok(Visitor::SignedIn(go_on(server, http, target, claims)));
    }
    let token = match request::cookie(http, &server.settings.cookie_names.refresh) {
        CookieValue::One(token) if !is_speculative(http) => token,
        _ => return Ok(stranger_or_app(server, http, target, session)),
    };
    let client = request::client(server, http).address;
    match refresh::exchange(&server.app, token, audience, client, Use::ReadOnly).await {
        Ok(refreshed) => {
            let cookies = Cookies::renew(server, http, &refreshed);
            Ok(Visitor::SignedIn(respond::with_cookies(redirect::to(http, target), cookies)))
        }
        Err(RefreshError::Refused(refusal)) if refusal.is_final() => {
            Ok(Visitor::Stranger { session: None, cookies: Cookies::forget(server) })
        }
        // A neighbour's junk tokens do not keep anybody from the sign-in form.
        Err(RefreshError::Refused(_) | RefreshError::Limited(_)) => Ok(stranger_or_app(server, http, target, session)),
        Err(error @ RefreshError::Trouble(_)) => Err(PageError::from(&ApiError::from(error))),
    }
}

/// A good token of the other audience opens what everybody may see.
fn stranger_or_app(server: &Server, http: &HttpRequest, target: &ReturnTo, session: Option<AccessClaims>) -> Visitor {
    match session {
        Some(claims) if target.audience() == Audience::App => Visitor::SignedIn(go_on(server, http, target, &claims)),
        session => Visitor::Stranger { session, cookies: Cookies::keep() },
    }
}

/// The redirect, which also brings the CSRF cookie when that is missing or not usable (K-23).
fn go_on(server: &Server, http: &HttpRequest, target: &ReturnTo, claims: &AccessClaims) -> HttpResponse {
    let response = redirect::to(http, target);
    match csrf::ensure(server, http, Some(claims.session)) {
        csrf::Value::Kept(_) => response,
        csrf::Value::Fresh(value) => respond::with_cookies(response, Cookies::keep().csrf(server, &value)),
    }
}

/// Does the browser fetch a page that nobody has asked for yet?
pub(super) fn is_speculative(request: &HttpRequest) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| {
        request
            .headers()
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch"))
    })
}

/// Was a form endpoint called by script that wants a plain answer instead of a redirect (K-40)?
/// `Accept` decides nothing: command-line clients send `*/*` and expect the redirect.
pub fn is_script_call(request: &HttpRequest) -> bool {
    matches!(single_header(request, "sec-fetch-mode"), Some("cors" | "same-origin"))
        && !request::is_htmx(request)
        && redirect::wanted(request).is_none()
}
