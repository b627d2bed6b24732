//! Pages and forms for people who are signed in.
//!
//! An access token that lapsed is renewed on the way by a refresh token, which keeps its value: a
//! page asked for with GET never rotates (S-065), and a prefetch earns nothing. Whoever is not
//! signed in is sent to the sign-in page, and from there back to what they asked for.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use authara_core::audience::Audience;
use authara_core::cookies::CookieValue;
use authara_core::return_to::ReturnTo;
use authara_core::token::AccessClaims;
use authara_flows::access::{self, AccessError};
use authara_flows::error::{AccountError, RefreshError};
use authara_flows::refresh::{self, Use};
use futures_util::future::{FutureExt as _, LocalBoxFuture};

use super::error::PageError;
use super::form::{self, Fields};
use super::frame::Frame;
use super::{redirect, visitor};
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What the access token says, which is for either audience.
    pub claims: AccessClaims,
    /// Renewed tokens, to be put on the answer; nothing where the access cookie was good.
    pub cookies: Cookies,
}

/// Finds out who is signed in.
///
/// # Errors
///
/// The answer for everybody else: the way to the sign-in page, or a page that says why it could not
/// be found out. Cookies are taken away only when the session is definitely over.
pub async fn signed_in(server: &Server, request: &HttpRequest) -> Result<SignedIn, HttpResponse> {
    let known = request::cookie_session(server, request).await;
    if let Some(claims) = known.map_err(|error| PageError::from(error).respond(request))? {
        return Ok(SignedIn { claims, cookies: Cookies::keep() });
    }
    let token = match request::cookie(request, &server.settings.cookie_names.refresh) {
        CookieValue::One(token) if !visitor::is_speculative(request) => token,
        _ => return Err(to_login(request)),
    };
    let client = request::client(server, request).address;
    match refresh::exchange(&server.app, token, Audience::App, client, Use::ReadOnly).await {
        Ok(refreshed) => match access::check(&server.app, &refreshed.access_token, Audience::App).await {
            Ok(claims) => Ok(SignedIn { claims, cookies: Cookies::renew(server, request, &refreshed) }),
            // It ended in between.
            Err(AccessError::Ended) => Err(signed_out(server, request)),
            Err(error) => Err(PageError::from(error).respond(request)),
        },
        Err(RefreshError::Refused(refusal)) if refusal.is_final() => Err(signed_out(server, request)),
        // Still signed in, but not here: to where everybody may be, with the session kept.
        Err(RefreshError::Refused(_)) => Err(redirect::to(request, &ReturnTo::root())),
        // A neighbour's junk tokens do not keep anybody from the sign-in form.
        Err(RefreshError::Limited(_)) => Err(to_login(request)),
        Err(error @ RefreshError::Trouble(_)) => Err(PageError::from(&ApiError::from(error)).respond(request)),
    }
}

/// To the sign-in page, and from there to the page that this request belongs to.
fn to_login(request: &HttpRequest) -> HttpResponse {
    redirect::to_page(request, redirect::LOGIN, &redirect::here(request))
}

/// The same for a session that is over: the browser forgets it.
fn signed_out(server: &Server, request: &HttpRequest) -> HttpResponse {
    respond::with_cookies(to_login(request), Cookies::sign_out(server))
}

impl SignedIn {
    /// What the pages of this person come with.
    pub fn frame<'r>(&self, server: &'r Server, request: &'r HttpRequest) -> Frame<'r> {
        Frame::new(server, request).for_session(Some(self.claims.session)).with_cookies(self.cookies.clone())
    }

    /// The answer to a request that was carried out: on to a page.
    pub fn go_on(&self, request: &HttpRequest, target: &ReturnTo) -> HttpResponse {
        respond::with_cookies(redirect::to(request, target), self.cookies.clone())
    }

    /// The answer to a request that a flow refused, where the page has no words of its own for it.
    /// Who has to prove first who they are is asked, and comes back to the page.
    pub fn refused(&self, server: &Server, request: &HttpRequest, error: AccountError) -> HttpResponse {
        match error {
            AccountError::SignedOut => signed_out(server, request),
            AccountError::NotFresh => self.to_confirm(request),
            error => PageError::from(&ApiError::from(error)).respond(request),
        }
    }

    /// To the page that asks for the password once more, and from there back here (S-064).
    pub fn to_confirm(&self, request: &HttpRequest) -> HttpResponse {
        let response = redirect::to_page(request, redirect::CONFIRM, &redirect::here(request));
        respond::with_cookies(response, self.cookies.clone())
    }
}

impl FromRequest for SignedIn {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { find(&request).await }.boxed_local()
    }
}

async fn find(request: &HttpRequest) -> Result<SignedIn, actix_web::Error> {
    let server = request.app_data::<web::Data<Server>>().ok_or_else(|| PageError::INTERNAL.on(request))?;
    let found = signed_in(server, request).await;
    found.map_err(|answer| actix_web::error::InternalError::from_response("not signed in", answer).into())
}

/// A form of somebody who is signed in, which carried its proof.
#[derive(Debug)]
pub struct SignedInForm {
    /// Who sent it.
    pub caller: SignedIn,
    /// What was filled in.
    pub fields: Fields,
}

impl FromRequest for SignedInForm {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    /// Somebody who is not signed in any more is asked to, before anything else is held against
    /// them. The proof has to be bound to the session, also where that was renewed just now (S-192).
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move {
            let caller = find(&request).await?;
            let fields = form::read_fields(&request, &mut payload).await.map_err(|error| error.on(&request))?;
            let server = request.app_data::<web::Data<Server>>().ok_or_else(|| PageError::INTERNAL.on(&request))?;
            form::check_proof(server, &request, &fields, Some(caller.claims.session))
                .map_err(|error| error.on(&request))?;
            Ok(Self { caller, fields })
        }
        .boxed_local()
    }
}
