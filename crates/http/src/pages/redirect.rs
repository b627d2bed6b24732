//! Sending a browser on.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use authara_core::return_to::ReturnTo;

use crate::api::call::decode;
use crate::request;
use crate::state::Server;

/// The accepted `return_to` of the query, if there is one. Only the first counts (S-096).
pub fn wanted(request: &HttpRequest) -> Option<ReturnTo> {
    let mut pairs = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == "return_to")?;
    ReturnTo::parse(&decode(value)?)
}

/// The accepted `return_to`, else the configured default.
pub fn target(server: &Server, request: &HttpRequest) -> ReturnTo {
    wanted(request).unwrap_or_else(|| server.settings.default_return_to.clone())
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
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", target.as_str()).finish();
    format!("{page}?{query}")
}
