//! The middleware: carries a request from arrival to admission, and its cookies to the browser.

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::{HttpMessage as _, HttpResponse, ResponseError};

use super::answer::{append, respond};
use super::request_facts;
use crate::admission::{Admission, Arrival, Pass, Policy, SessionUnavailable};
use crate::authara::Authara;
use crate::client::SetCookies;
use crate::identity::Identity;
use crate::server_session::Outbox;

type LocalBoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Middleware that knows the caller of a request: handlers take an [`Identity`], or an
/// `Option<Identity>`.
///
/// Requests to the server's own pages, below the prefix, pass untouched.
#[derive(Clone, Debug)]
pub struct RequireAuth {
    authara: Authara,
    policy: Policy,
}

impl RequireAuth {
    /// Guards as the policy says.
    pub fn new(authara: Authara, policy: Policy) -> Self {
        Self { authara, policy }
    }

    /// Refuses requests without a valid token: pages are sent to the login page and come back,
    /// programs get 401.
    pub fn required(authara: Authara) -> Self {
        Self::new(authara, Policy::required())
    }

    /// The same, after renewing a session whose access token lapsed.
    pub fn required_with_refresh(authara: Authara) -> Self {
        Self::new(authara, Policy::required().with_refresh())
    }

    /// Lets requests without a valid token pass as nobody's.
    pub fn optional(authara: Authara) -> Self {
        Self::new(authara, Policy::optional())
    }

    /// The same, after renewing a session whose access token lapsed.
    pub fn optional_with_refresh(authara: Authara) -> Self {
        Self::new(authara, Policy::optional().with_refresh())
    }
}

/// Left in a request that the middleware has looked at, so that an extractor can tell a stranger
/// from a middleware that is missing.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) authara: Authara,
    pub(super) outbox: Outbox,
}

impl<S, B> Transform<S, ServiceRequest> for RequireAuth
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = RequireAuthService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireAuthService { rules: Rc::new(self.clone()), service: Rc::new(service) }))
    }
}

/// [`RequireAuth`] around a service.
#[derive(Debug)]
pub struct RequireAuthService<S> {
    rules: Rc<RequireAuth>,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for RequireAuthService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (rules, service) = (Rc::clone(&self.rules), Rc::clone(&self.service));
        Box::pin(async move {
            let RequireAuth { authara, policy } = &*rules;
            let arrival = authara.arrive(&request_facts(request.head()), policy);
            let admission = match arrival {
                Arrival::Settled(admission) => admission,
                Arrival::Waiting(waiting) => {
                    let renewal = authara.renew(&waiting).await;
                    authara.admit(&request_facts(request.head()), policy, waiting, renewal)
                }
            };
            match admission {
                Admission::Untouched => Ok(service.call(request).await?.map_into_left_body()),
                Admission::Refused(refusal) => {
                    let (request, _payload) = request.into_parts();
                    Ok(ServiceResponse::new(request, respond(&refusal)).map_into_right_body())
                }
                Admission::Pass(pass) => {
                    let outbox = Outbox::default();
                    let set_cookies = prepare(&mut request, authara, pass, outbox.clone());
                    let answered = service.call(request).await;
                    let later = outbox.empty();
                    match answered {
                        Ok(mut response) => {
                            append(response.headers_mut(), &set_cookies);
                            append(response.headers_mut(), &later);
                            Ok(response.map_into_left_body())
                        }
                        Err(error) if set_cookies.is_empty() && later.is_empty() => Err(error),
                        Err(error) => Err(WithCookies { error, set_cookies, later }.into()),
                    }
                }
            }
        })
    }
}

/// Tells the request who sends it, and gives what its answer has to bring.
fn prepare(request: &mut ServiceRequest, authara: &Authara, pass: Pass, outbox: Outbox) -> SetCookies {
    let Pass { identity, set_cookies, cookie_header, is_unavailable, .. } = pass;
    // What came in a header goes into one.
    if let Some(value) = cookie_header.and_then(|value| HeaderValue::from_str(&value).ok()) {
        request.headers_mut().insert(COOKIE, value);
    }
    let mut extensions = request.extensions_mut();
    extensions.insert(Seen { authara: authara.clone(), outbox });
    // Whatever a middleware further out found is replaced by what this one found.
    extensions.remove::<Identity>();
    extensions.remove::<SessionUnavailable>();
    if let Some(identity) = identity {
        extensions.insert(identity);
    }
    if is_unavailable {
        extensions.insert(SessionUnavailable);
    }
    set_cookies
}

/// An error of the application whose answer brings the browser its cookies: without them its next
/// request would end the session.
#[derive(Debug)]
struct WithCookies {
    error: actix_web::Error,
    set_cookies: SetCookies,
    later: SetCookies,
}

impl fmt::Display for WithCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl ResponseError for WithCookies {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = self.error.error_response();
        append(response.headers_mut(), &self.set_cookies);
        append(response.headers_mut(), &self.later);
        response
    }
}
