//! Proof that a request comes from our own page: signed double submit, bound to the session, and
//! the browser's own word.

use actix_web::HttpRequest;
use actix_web::http::header;
use authara_core::cookies::CookieValue;
use authara_core::csrf;
use authara_core::id::SessionId;
use tracing::info;

use super::{cookie, single_header};
use crate::state::Server;

/// The header that carries the proof.
pub const HEADER: &str = "x-csrf-token";
/// The form field that carries it where forms are taken.
pub const FIELD: &str = "csrf_token";

/// The request carries no acceptable proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// Checks a state-changing request.
///
/// `field` is the form field's value where forms are taken; a header, once present, is final.
/// `session` is that of a good access cookie: then only a value issued for it counts.
///
/// # Errors
///
/// [`Refused`]; the reason is logged, not told.
pub fn check(
    server: &Server,
    request: &HttpRequest,
    field: Option<&str>,
    session: Option<SessionId>,
) -> Result<(), Refused> {
    let refuse = |reason: &str| {
        info!(target: "security", event = "csrf.refused", reason, path = request.path());
        Err(Refused)
    };
    let CookieValue::One(value) = cookie(request, &server.settings.cookie_names.csrf) else {
        return refuse("no single cookie");
    };
    let proof = match header_proof(request) {
        Proof::Absent => field.filter(|field| !field.is_empty()),
        Proof::One(proof) => Some(proof),
        Proof::Conflict => return refuse("several headers"),
    };
    let Some(proof) = proof else { return refuse("no proof") };
    if !csrf::matches(value, proof) {
        return refuse("cookie and proof differ");
    }
    let keys = &server.app.csrf;
    let Some(genuine) = keys.check(value) else { return refuse("not issued here") };
    if session.is_some() && !keys.is_bound_to(&genuine, session) {
        return refuse("issued for another session");
    }
    if comes_from_elsewhere(server, request) {
        return refuse("sent from another site");
    }
    Ok(())
}

enum Proof<'r> {
    Absent,
    One(&'r str),
    Conflict,
}

fn header_proof(request: &HttpRequest) -> Proof<'_> {
    let values: Vec<_> = request.headers().get_all(HEADER).collect();
    match values.as_slice() {
        [] => Proof::Absent,
        [value] if value.is_empty() => Proof::Absent,
        [value] => value.to_str().map_or(Proof::Conflict, Proof::One),
        _ => Proof::Conflict,
    }
}

/// `Sec-Fetch-Site` decides where a browser sends it, else `Origin`; without both the request does
/// not come from a browser of this century, and the token alone decides (S-087).
fn comes_from_elsewhere(server: &Server, request: &HttpRequest) -> bool {
    if request.headers().contains_key("sec-fetch-site") {
        return !matches!(single_header(request, "sec-fetch-site"), Some("same-origin" | "none"));
    }
    if request.headers().contains_key(header::ORIGIN) {
        let origin = single_header(request, header::ORIGIN.as_str());
        return !origin.is_some_and(|origin| server.settings.is_own_origin(origin));
    }
    false
}

/// The value for a page or for `GET csrf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The browser's own is usable; nothing is set.
    Kept(String),
    /// A new one, to be set as a cookie.
    Fresh(String),
}

impl Value {
    /// The value itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Kept(value) | Self::Fresh(value) => value,
        }
    }
}

/// The browser's value if it is genuine and, beside a good access cookie, bound to its session;
/// else a new one (S-192).
pub fn ensure(server: &Server, request: &HttpRequest, session: Option<SessionId>) -> Value {
    let keys = &server.app.csrf;
    if let CookieValue::One(value) = cookie(request, &server.settings.cookie_names.csrf)
        && let Some(genuine) = keys.check(value)
        && (session.is_none() || keys.is_bound_to(&genuine, session))
    {
        return Value::Kept(value.to_owned());
    }
    Value::Fresh(keys.issue(session, &mut server.app.rng.clone()))
}
