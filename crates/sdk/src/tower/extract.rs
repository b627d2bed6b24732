//! The caller as an argument of an axum handler.

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use super::layer::{Seen, respond};
use super::request_facts;
use crate::decision::{Decision, Mode};
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::request_facts::RequestFacts;
use crate::server_session::{AccessToken, CsrfToken, ServerSession};

/// A handler wanted to know the caller, and there is none to know.
#[derive(Debug)]
pub struct Rejection(Refusal);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        respond::<Body>(self.0)
    }
}

/// Gives the caller that [`AuthLayer`](super::AuthLayer) found. Where that is nobody, the answer is the
/// unauthenticated one.
///
/// Without the layer every request is answered with 500, and the log says why: a route that nobody
/// guards must not look like one where nobody is signed in.
impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        identity_of(parts)
    }
}

/// Gives the caller, or `None` for nobody.
impl<S: Sync> OptionalFromRequestParts<S> for Identity {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        seen(parts)?;
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// Gives the value against forgery for the forms of a page. Where the request has none, the answer is
/// 403; an `Option<CsrfToken>` is `None` then, and [`ServerSession::ensure_csrf`] fetches one.
impl<S: Sync> FromRequestParts<S> for CsrfToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let facts = facts(parts);
        seen(parts)?.authara.csrf_token(&facts).ok_or_else(|| Rejection(Refusal::forbidden(&facts)))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CsrfToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        Ok(seen(parts)?.authara.csrf_token(&facts(parts)))
    }
}

/// Gives the caller's access token. Where the caller is nobody, the answer is the unauthenticated one.
impl<S: Sync> FromRequestParts<S> for AccessToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        identity_of(parts)?;
        let facts = facts(parts);
        seen(parts)?.authara.access_token(&facts).ok_or_else(|| Rejection(Refusal::misconfigured(&facts)))
    }
}

/// Gives a handle for calls on behalf of whoever sent the request, signed in or not. Without a base URL
/// the answer is 500.
impl<S: Sync> FromRequestParts<S> for ServerSession {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let facts = facts(parts);
        let seen = seen(parts)?;
        let session = seen.authara.server_session(&facts, seen.outbox.clone());
        session.map_err(|_| Rejection(Refusal::misconfigured(&facts)))
    }
}

fn facts(parts: &Parts) -> RequestFacts<'_> {
    request_facts(&parts.method, &parts.uri, &parts.headers)
}

/// What the layer left.
fn seen(parts: &Parts) -> Result<&Seen, Rejection> {
    parts.extensions.get::<Seen>().ok_or_else(|| {
        #[cfg(feature = "tracing")]
        tracing::error!(
            path = parts.uri.path(),
            "a handler wants to know the caller, but its route is not behind AuthLayer"
        );
        Rejection(Refusal::misconfigured(&facts(parts)))
    })
}

fn identity_of(parts: &Parts) -> Result<Identity, Rejection> {
    if let Some(identity) = parts.extensions.get::<Identity>() {
        return Ok(identity.clone());
    }
    let facts = facts(parts);
    let authara = &seen(parts)?.authara;
    // The layer let somebody pass who need not be signed in. This handler says they must.
    match authara.decide(&facts, Mode::Required) {
        Decision::Identity(identity) => Ok(identity),
        decision => {
            let refusal = authara.refusal(&facts, &decision);
            Err(Rejection(refusal.unwrap_or_else(|| Refusal::misconfigured(&facts))))
        }
    }
}
