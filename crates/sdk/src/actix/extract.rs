//! The caller as an argument of a handler.

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};

use super::answer::respond;
use super::middleware::Seen;
use super::request_facts;
use crate::decision::{Decision, Mode};
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::server_session::{AccessToken, CsrfToken, ServerSession};

/// A handler wanted to know the caller, and there is none to know.
#[derive(Debug)]
pub struct Rejection(Refusal);

/// Gives the caller that [`RequireAuth`](super::RequireAuth) found. Where that is nobody, the answer
/// is the unauthenticated one; an `Option<Identity>` is `None` then.
///
/// Without the middleware every request is answered with 500, and the log says why: a route that
/// nobody guards must not look like one where nobody is signed in.
impl FromRequest for Identity {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(identity_of(request))
    }
}

/// Gives the value against forgery for the forms of a page. Where the request has none, the answer is
/// 403; an `Option<CsrfToken>` is `None` then, and [`ServerSession::ensure_csrf`] fetches one.
impl FromRequest for CsrfToken {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let facts = request_facts(request.head());
        ready(
            seen(request)
                .and_then(|seen| seen.authara.csrf_token(&facts).ok_or_else(|| Rejection(Refusal::forbidden(&facts)))),
        )
    }
}

/// Gives the caller's access token. Where the caller is nobody, the answer is the unauthenticated one.
impl FromRequest for AccessToken {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let facts = request_facts(request.head());
        ready(identity_of(request).and_then(|_| seen(request)).and_then(|seen| {
            seen.authara.access_token(&facts).ok_or_else(|| Rejection(Refusal::misconfigured(&facts)))
        }))
    }
}

/// Gives a handle for calls on behalf of whoever sent the request, signed in or not. Without a base URL
/// the answer is 500.
impl FromRequest for ServerSession {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let facts = request_facts(request.head());
        ready(seen(request).and_then(|seen| {
            let session = seen.authara.server_session(&facts, seen.outbox.clone());
            session.map_err(|_| Rejection(Refusal::misconfigured(&facts)))
        }))
    }
}

/// What the middleware left.
fn seen(request: &HttpRequest) -> Result<Seen, Rejection> {
    let seen = request.extensions().get::<Seen>().cloned();
    seen.ok_or_else(|| {
        #[cfg(feature = "tracing")]
        tracing::error!(
            path = request.path(),
            "a handler wants to know the caller, but the route is not wrapped in RequireAuth"
        );
        Rejection(Refusal::misconfigured(&request_facts(request.head())))
    })
}

fn identity_of(request: &HttpRequest) -> Result<Identity, Rejection> {
    let found = request.extensions().get::<Identity>().cloned();
    if let Some(identity) = found {
        return Ok(identity);
    }
    let facts = request_facts(request.head());
    let Seen { authara, .. } = seen(request)?;
    // The middleware let somebody pass who need not be signed in. This handler says they must.
    match authara.decide(&facts, Mode::Required) {
        Decision::Identity(identity) => Ok(identity),
        decision => {
            let refusal = authara.refusal(&facts, &decision);
            Err(Rejection(refusal.unwrap_or_else(|| Refusal::misconfigured(&facts))))
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.status {
            500 => "the caller cannot be known",
            _ => "nobody is signed in",
        })
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        respond(&self.0)
    }
}
