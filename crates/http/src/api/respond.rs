//! Shaping answers.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

use crate::request::cookies::Cookies;

/// One line of JSON and a line feed. `<`, `>` and `&` are escaped, so that the text is inert even
/// where somebody takes it for HTML.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> HttpResponse {
    match serde_json::to_string(value) {
        Ok(text) => {
            let mut body = String::with_capacity(text.len() + 1);
            for c in text.chars() {
                match c {
                    '<' => body.push_str("\\u003c"),
                    '>' => body.push_str("\\u003e"),
                    '&' => body.push_str("\\u0026"),
                    '\u{2028}' => body.push_str("\\u2028"),
                    '\u{2029}' => body.push_str("\\u2029"),
                    c => body.push(c),
                }
            }
            body.push('\n');
            HttpResponse::build(status).insert_header((header::CONTENT_TYPE, "application/json")).body(body)
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// 200 with a body.
pub fn ok<T: Serialize>(value: &T) -> HttpResponse {
    json(StatusCode::OK, value)
}

/// 204: neither body nor type.
pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// The same answer with cookies.
pub fn with_cookies(mut response: HttpResponse, cookies: Cookies) -> HttpResponse {
    cookies.put_on(&mut response);
    response
}
