//! Sending a browser on: where it wants to go, where it may go, and how that is said.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};
use authara_core::return_to::ReturnTo;

use crate::api::call::decode;
use crate::request;
use crate::state::Server;

/// The account page.
pub const ACCOUNT: &str = "/auth/account";
/// The sign-in page.
pub const LOGIN: &str = "/auth/login";
/// Where people who are signed in prove it once more.
pub const CONFIRM: &str = "/auth/confirm";

/// Pages that send somebody who is signed in on at once. None of them is where anybody ends up.
const WAYPOINTS: [&str; 3] = [LOGIN, "/auth/signup", CONFIRM];

/// The first value of a query parameter, decoded once. `None` when it does not decode.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    decode(pairs.find(|(other, _)| *other == name)?.1)
}

/// The accepted `return_to` of the query, if there is one. Only the first counts (S-096).
pub fn wanted(request: &HttpRequest) -> Option<ReturnTo> {
    ReturnTo::parse(&query_value(request.query_string(), "return_to")?)
}

/// Where somebody goes who is signed in: the accepted `return_to`, else the configured default, and
/// never a page that would only send them on.
pub fn target(server: &Server, request: &HttpRequest) -> ReturnTo {
    target_or(request, default_target(server))
}

/// The same with a default of the page's own.
pub fn target_or(request: &HttpRequest, default: ReturnTo) -> ReturnTo {
    match wanted(request) {
        Some(wanted) => beyond_waypoints(wanted).unwrap_or(default),
        None => default,
    }
}

/// Where somebody goes who signs out: the accepted `return_to` as it is, also if that is the sign-in
/// page, else the configured default.
pub fn target_after_sign_out(server: &Server, request: &HttpRequest) -> ReturnTo {
    wanted(request).unwrap_or_else(|| default_target(server))
}

/// The configured default. A sign-in page would send everybody in circles, so that is the root.
pub fn default_target(server: &Server) -> ReturnTo {
    let target = &server.settings.default_return_to;
    if waypoint_query(target).is_some() { ReturnTo::root() } else { target.clone() }
}

/// A path of our own.
pub fn own(path: &str) -> ReturnTo {
    ReturnTo::parse(path).unwrap_or_else(ReturnTo::root)
}

/// The page of ours that a request belongs to, with its accepted `return_to`: the one that was asked
/// for, or the one whose form was sent. Nothing else of the query is repeated.
pub fn here(request: &HttpRequest) -> ReturnTo {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = if is_read { request.path() } else { page_of_form(request.path()) };
    let page = ReturnTo::parse(path).unwrap_or_else(|| own(LOGIN));
    keeping_target(request, page.as_str())
}

/// A page of ours with the accepted `return_to` of this request, if it has one.
pub fn keeping_target(request: &HttpRequest, page: &str) -> ReturnTo {
    match wanted(request) {
        // Too long in the end: then the page without it.
        Some(target) => ReturnTo::parse(&link(page, &target)).unwrap_or_else(|| own(page)),
        None => own(page),
    }
}

fn page_of_form(path: &str) -> &str {
    match path {
        "/auth/sessions/refresh" => LOGIN,
        "/auth/signup/check" => "/auth/signup",
        "/auth/sessions/logout" => "/auth/logout",
        "/auth/providers/password/link" => "/auth/providers/password/add",
        "/auth/user/delete" => "/auth/account/delete",
        "/auth/user/username" | "/auth/sessions/revoke-other" => ACCOUNT,
        other if other.starts_with("/auth/sessions/") && other.ends_with("/revoke") => ACCOUNT,
        other => other,
    }
}

/// The innermost target that is no waypoint; `None` when the last waypoint names none.
fn beyond_waypoints(mut target: ReturnTo) -> Option<ReturnTo> {
    // A target is shorter than the one that it stands in, so this ends.
    while let Some(query) = waypoint_query(&target) {
        target = ReturnTo::parse(&query_value(&query, "return_to")?)?;
    }
    Some(target)
}

/// The query of a target that is a waypoint, once a browser has resolved it and it was decoded to be
/// routed.
fn waypoint_query(target: &ReturnTo) -> Option<String> {
    let url = url::Url::parse("http://localhost").ok()?.join(target.as_str()).ok()?;
    let path = decode(url.path())?;
    WAYPOINTS.contains(&path.as_str()).then(|| url.query().unwrap_or_default().to_owned())
}

/// 303 with `Location`, or, for the HTMX library, 200 with `HX-Redirect`.
pub fn to(request: &HttpRequest, target: &ReturnTo) -> HttpResponse {
    to_location(request, &target.to_location())
}

/// The same for one of our own pages, with the target in its query.
pub fn to_page(request: &HttpRequest, page: &str, target: &ReturnTo) -> HttpResponse {
    to_location(request, &link(page, target))
}

fn to_location(request: &HttpRequest, location: &str) -> HttpResponse {
    if request::is_htmx(request) {
        HttpResponse::Ok().insert_header(("hx-redirect", location)).finish()
    } else {
        HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
    }
}

/// `page?return_to=..`, form-encoded.
pub fn link(page: &str, target: &ReturnTo) -> String {
    with_parameter(page, "return_to", target.as_str())
}

/// A path of ours with one more parameter in its query, form-encoded.
pub fn with_parameter(page: &str, name: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn sent(query: &str) -> String {
        let request = TestRequest::with_uri(&format!("/auth/login?{query}")).to_http_request();
        target_or(&request, own("/home")).to_string()
    }

    #[test]
    fn nobody_who_is_signed_in_is_sent_to_a_page_that_sends_them_on() {
        for (query, expected) in [
            ("", "/home"),
            ("return_to=%2Fprivate", "/private"),
            ("return_to=%2Fauth%2Faccount", "/auth/account"),
            ("return_to=%2Fauth%2Flogin", "/home"),
            ("return_to=%2Fauth%2Fsignup%3Fx%3D1", "/home"),
            ("return_to=%2Fauth%2Flogin%3Freturn_to%3D%252Fprivate%253Fa%253Db", "/private?a=b"),
            ("return_to=/auth/signup?return_to=/auth/confirm?return_to=/private", "/private"),
            ("return_to=/auth/login?return_to=/auth/login?return_to=/auth/login", "/home"),
            ("return_to=/auth/login?return_to=//evil.example", "/home"),
            // The same page in other spellings.
            ("return_to=/auth/./login", "/home"),
            ("return_to=/x/../auth/login?return_to=/private", "/private"),
            ("return_to=/auth/%256cogin", "/home"),
            ("return_to=/auth/login%23x", "/home"),
            // Other pages.
            ("return_to=/auth/login/", "/auth/login/"),
            ("return_to=/auth/logout", "/auth/logout"),
            ("return_to=/login", "/login"),
        ] {
            assert_eq!(sent(query), expected, "{query}");
        }
    }

    #[test]
    fn a_form_belongs_to_the_page_that_shows_it() {
        for (method, uri, expected) in [
            (Method::GET, "/auth/account?return_to=%2Fapp&theme=dark&x=1", "/auth/account?return_to=%2Fapp"),
            (Method::GET, "/auth/login?return_to=%2F%2Fevil.example", "/auth/login"),
            (Method::GET, "//evil.example/auth", "/auth/login"),
            (Method::GET, "/auth/sessions/logout", "/auth/sessions/logout"),
            (Method::POST, "/auth/login?return_to=%2Fapp", "/auth/login?return_to=%2Fapp"),
            (Method::POST, "/auth/sessions/0b9c/revoke?return_to=%2Fapp", "/auth/account?return_to=%2Fapp"),
            (Method::POST, "/auth/sessions/revoke-other", "/auth/account"),
            (Method::POST, "/auth/providers/password/link", "/auth/providers/password/add"),
            (Method::POST, "/auth/providers/password/change", "/auth/providers/password/change"),
            (Method::POST, "/auth/user/delete", "/auth/account/delete"),
        ] {
            let request = TestRequest::default().method(method.clone()).uri(uri).to_http_request();
            assert_eq!(here(&request).as_str(), expected, "{method} {uri}");
        }
    }
}
