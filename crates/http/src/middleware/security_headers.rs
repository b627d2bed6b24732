//! Headers that every answer carries.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web;

use crate::state::Server;

/// Nothing on a page comes from elsewhere, nothing is inline, nobody frames it.
const PAGE_POLICY: &str = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    form-action 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'none'; \
    script-src 'self'; style-src 'self'";
/// The part of it that a logo from elsewhere widens.
const IMAGES: &str = "img-src 'self' data:";
/// What is no page loads nothing at all.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

pub(super) fn add(response: &mut ServiceResponse<BoxBody>) {
    let server = response.request().app_data::<web::Data<Server>>();
    let policy = policy(response.headers(), server.and_then(|server| server.brand.image_origin.as_deref()));
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
    // What some answers decide themselves: how long they are kept, and what a drawing may do.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// What an answer may load, with the origin of a logo that another host serves.
fn policy(headers: &HeaderMap, image_origin: Option<&str>) -> HeaderValue {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return HeaderValue::from_static(DATA_POLICY);
    }
    let widened = image_origin.map(|origin| PAGE_POLICY.replacen(IMAGES, &format!("{IMAGES} {origin}"), 1));
    let widened = widened.and_then(|policy| HeaderValue::from_str(&policy).ok());
    widened.unwrap_or(HeaderValue::from_static(PAGE_POLICY))
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::test::TestRequest;

    use super::*;

    fn policy_of(response: HttpResponse) -> String {
        let mut response = TestRequest::get().to_srv_response(response);
        add(&mut response);
        let mut policies = response.headers().get_all(header::CONTENT_SECURITY_POLICY);
        let policy = policies.next().unwrap().to_str().unwrap().to_owned();
        assert!(policies.next().is_none());
        policy
    }

    #[test]
    fn s130_an_answer_has_the_policy_of_its_kind_unless_it_brings_one() {
        assert_eq!(policy_of(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish()), PAGE_POLICY);
        assert_eq!(policy_of(HttpResponse::Ok().json("x")), DATA_POLICY);
        assert_eq!(policy_of(HttpResponse::NoContent().finish()), DATA_POLICY);
        let own = HttpResponse::Ok().insert_header((header::CONTENT_SECURITY_POLICY, "sandbox")).finish();
        assert_eq!(policy_of(own), "sandbox");
    }

    #[test]
    fn s130_a_logo_from_elsewhere_widens_nothing_but_the_pictures_of_pages() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let origin = Some("https://cdn.example.org");
        let widened = policy(&headers, origin);
        let widened = widened.to_str().unwrap();
        assert!(widened.contains("; img-src 'self' data: https://cdn.example.org; "), "{widened}");
        assert_eq!(widened.replace(" https://cdn.example.org", ""), PAGE_POLICY);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        assert_eq!(policy(&headers, origin), DATA_POLICY);
    }
}
