//! The middleware: asks for a decision, and does it.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::HttpMessage as _;
use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};

use super::answer::respond;
use super::request_facts;
use crate::authara::Authara;
use crate::decision::{Decision, Mode};
use crate::identity::Identity;

type LocalBoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Middleware that knows the caller of a request: handlers take an [`Identity`], or an
/// `Option<Identity>`.
///
/// Requests to the server's own pages, below the prefix, pass untouched.
#[derive(Clone, Debug)]
pub struct RequireAuth {
    authara: Authara,
    mode: Mode,
}

impl RequireAuth {
    /// Refuses requests without a valid token: pages are sent to the login page and come back,
    /// programs get 401.
    pub fn required(authara: Authara) -> Self {
        let mode = Mode::Required;
        Self { authara, mode }
    }

    /// Lets requests without a valid token pass as nobody's.
    pub fn optional(authara: Authara) -> Self {
        let mode = Mode::Optional;
        Self { authara, mode }
    }
}

/// Left in a request that the middleware has looked at, so that an extractor can tell a stranger
/// from a middleware that is missing.
#[derive(Clone)]
pub(super) struct Seen(pub(super) Authara);

impl<S, B> Transform<S, ServiceRequest> for RequireAuth
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = RequireAuthService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let rules = self.clone();
        ready(Ok(RequireAuthService { rules, service }))
    }
}

/// [`RequireAuth`] around a service.
#[derive(Debug)]
pub struct RequireAuthService<S> {
    rules: RequireAuth,
    service: S,
}

impl<S, B> Service<ServiceRequest> for RequireAuthService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let RequireAuth { authara, mode } = &self.rules;
        let (decision, refusal) = {
            let facts = request_facts(request.head());
            let decision = authara.decide(&facts, *mode);
            let refusal = authara.refusal(&facts, &decision);
            (decision, refusal)
        };
        if let Some(refusal) = refusal {
            let (request, _payload) = request.into_parts();
            let response = ServiceResponse::new(request, respond(&refusal));
            return Box::pin(ready(Ok(response.map_into_right_body())));
        }
        if decision != Decision::Untouched {
            let mut extensions = request.extensions_mut();
            extensions.insert(Seen(authara.clone()));
            // Whatever a middleware further out found is replaced by what this one found.
            extensions.remove::<Identity>();
            if let Decision::Identity(identity) = decision {
                extensions.insert(identity);
            }
        }
        let response = self.service.call(request);
        Box::pin(async move { Ok(response.await?.map_into_left_body()) })
    }
}
