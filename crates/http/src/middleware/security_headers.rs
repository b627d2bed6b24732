//! Headers that every answer carries.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web;

use crate::state::Server;

/// Nothing on a page comes from elsewhere, nothing is inline, nobody frames it.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; \
     font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'none'; script-src 'self'; style-src 'self'",
);
/// What is no page loads nothing at all.
const DATA_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'",
);

const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

pub(super) fn add(response: &mut ServiceResponse<BoxBody>) {
    let server = response.request().app_data::<web::Data<Server>>();
    let uses_https = server.is_some_and(|server| server.settings.public_url.https);
    let headers = response.headers_mut();
    headers.insert(header::X_FRAME_OPTIONS, DENY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    // Not `no-referrer`: form posts would send `Origin: null`.
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    headers.insert(header::CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN);
    if uses_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONE_YEAR);
    }
    // The one thing that some answers decide themselves.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    headers.insert(header::CONTENT_SECURITY_POLICY, if is_page { PAGE_POLICY } else { DATA_POLICY });
}
