//! Around every request: an id, security headers, one log line; no panic and no hanging handler
//! reaches the client.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _, web};
use futures_util::FutureExt as _;
use tracing::{error, info, warn};

use crate::api::call::decode;
use crate::api::error::ApiError;
use crate::pages;
use crate::request;
use crate::state::Server;

/// Longest that a handler may take.
const MAX_HANDLER_TIME: Duration = Duration::from_secs(15);

/// The header that carries the request id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing on a page comes from elsewhere, nothing is inline, nobody frames it.
const PAGE_POLICY: &str = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    form-action 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'none'; \
    script-src 'self'; style-src 'self'";
/// What is no page loads nothing at all.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

/// The id of a request, in its extensions and on its answer.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Outermost: id, headers, log.
///
/// # Errors
///
/// Hands on what comes from within.
pub async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let server: Option<web::Data<Server>> = request.app_data::<web::Data<Server>>().cloned();
    let id = request_id(&request, server.as_ref().map(|server| &***server));
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let uses_https = server.as_ref().is_some_and(|server| server.settings.public_url.https);
    add_headers(response.headers_mut(), uses_https);
    log(&response, server.as_ref().map(|server| &***server), &id, started);
    Ok(response)
}

/// The client's own id if it is plain, else a new one; either way safe to log.
fn request_id(request: &ServiceRequest, server: Option<&Server>) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    match given {
        Some(id) if (1..=64).contains(&id.len()) && id.bytes().all(is_plain) => id.to_owned(),
        _ => server.map_or_else(String::new, |server| {
            let id: uuid::Uuid = server.app.rng.id(server.app.clock.now());
            id.simple().to_string()
        }),
    }
}

fn add_headers(headers: &mut HeaderMap, uses_https: bool) {
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(header::X_FRAME_OPTIONS, "DENY");
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: form posts would send `Origin: null`.
    add(header::REFERRER_POLICY, "same-origin");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(header::CACHE_CONTROL, "no-store");
    if uses_https {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
}

/// One line for each request, but for static files. No query: it may carry a token.
fn log(response: &ServiceResponse<BoxBody>, server: Option<&Server>, id: &str, started: Instant) {
    let request = response.request();
    let path = request.path();
    if path.starts_with("/auth/static/") {
        return;
    }
    let status = response.status();
    let client = server.map(|server| request::client(server, request)).map(|client| client.address.key());
    let (method, route) = (request.method().as_str(), request.match_pattern());
    let milliseconds = started.elapsed().as_millis();
    let client = client.as_deref();
    let route = route.as_deref();
    if status.is_server_error() {
        error!(target: "access", request_id = id, method, path, route, status = status.as_u16(), milliseconds, client);
    } else if status.is_client_error() {
        warn!(target: "access", request_id = id, method, path, route, status = status.as_u16(), milliseconds, client);
    } else {
        info!(target: "access", request_id = id, method, path, route, status = status.as_u16(), milliseconds, client);
    }
}

/// Around each resource: a panic answers 500 for that request only (S-154), and a handler that
/// hangs is given up. What it had asked the store to do still happens or not as a whole.
///
/// # Errors
///
/// Hands on what comes from within.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let kept = request.request().clone();
    let handled = tokio::time::timeout(MAX_HANDLER_TIME, AssertUnwindSafe(next.call(request)).catch_unwind()).await;
    let failure = match handled {
        Ok(Ok(outcome)) => return outcome.map(ServiceResponse::map_into_boxed_body),
        Ok(Err(_)) => {
            error!(path = kept.path(), "a handler panicked");
            ApiError::internal()
        }
        Err(_) => {
            error!(path = kept.path(), "a handler took too long");
            ApiError::unavailable()
        }
    };
    let response = if is_api(kept.path()) { failure.error_response() } else { pages::error::render(&kept, &failure) };
    Ok(ServiceResponse::new(kept, response))
}

/// Is the path below one of the two API prefixes, where every answer is the envelope?
pub fn is_api(path: &str) -> bool {
    // Routes are matched after one decoding, so the prefix is too.
    let decoded = decode(path);
    let path = decoded.as_deref().unwrap_or(path);
    path.starts_with("/auth/api/") || path.starts_with("/auth/internal/")
}
