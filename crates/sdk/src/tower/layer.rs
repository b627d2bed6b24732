//! The layer: carries a request from arrival to admission, and its cookies to the browser.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{COOKIE, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::request_facts;
use crate::admission::{Admission, Arrival, Pass, Policy, SessionUnavailable};
use crate::authara::Authara;
use crate::client::SetCookies;
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::server_session::Outbox;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A layer that knows the caller of a request: it puts an [`Identity`] into the request's extensions.
/// With the feature `axum`, handlers take it, or an `Option` of it, as an argument.
///
/// Requests to the server's own pages, below the prefix, pass untouched.
#[derive(Clone, Debug)]
pub struct AuthLayer {
    authara: Authara,
    policy: Arc<Policy>,
}

impl AuthLayer {
    /// Guards as the policy says.
    pub fn new(authara: Authara, policy: Policy) -> Self {
        Self { authara, policy: Arc::new(policy) }
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

/// Left in a request that the layer has looked at, so that an extractor can tell a stranger from a
/// layer that is missing.
#[derive(Clone)]
pub(super) struct Seen {
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "extractors read it"))]
    pub(super) authara: Authara,
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "extractors read it"))]
    pub(super) outbox: Outbox,
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService { rules: self.clone(), inner }
    }
}

/// [`AuthLayer`] around a service.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    rules: AuthLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let AuthLayer { authara, policy } = self.rules.clone();
        // The one that said it is ready is the one to call.
        let other = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, other);
        let arrival = authara.arrive(&facts(&request), &policy);
        Box::pin(async move {
            let admission = match arrival {
                Arrival::Settled(admission) => admission,
                Arrival::Waiting(waiting) => {
                    let renewal = authara.renew(&waiting).await;
                    authara.admit(&facts(&request), &policy, waiting, renewal)
                }
            };
            match admission {
                Admission::Untouched => inner.call(request).await,
                Admission::Refused(refusal) => Ok(respond(refusal)),
                Admission::Pass(pass) => {
                    let outbox = Outbox::default();
                    let set_cookies = prepare(&mut request, authara, pass, outbox.clone());
                    let mut response = inner.call(request).await?;
                    set_cookies.append_to(response.headers_mut());
                    outbox.empty().append_to(response.headers_mut());
                    Ok(response)
                }
            }
        })
    }
}

fn facts<B>(request: &Request<B>) -> crate::RequestFacts<'_> {
    request_facts(request.method(), request.uri(), request.headers())
}

/// Tells the request who sends it, and gives what its answer has to bring.
fn prepare<B>(request: &mut Request<B>, authara: Authara, pass: Pass, outbox: Outbox) -> SetCookies {
    let Pass { identity, set_cookies, cookie_header, is_unavailable, .. } = pass;
    // What came in a header goes into one.
    if let Some(value) = cookie_header.and_then(|value| HeaderValue::from_str(&value).ok()) {
        request.headers_mut().insert(COOKIE, value);
    }
    let extensions = request.extensions_mut();
    extensions.insert(Seen { authara, outbox });
    // Whatever a layer further out found is replaced by what this one found.
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

/// Puts a refusal on the wire.
pub(super) fn respond<R: From<String>>(refusal: Refusal) -> Response<R> {
    let Refusal { status, headers, body } = refusal;
    let mut response = Response::new(R::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            // One that is there several times is so on purpose.
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
