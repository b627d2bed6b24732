//! Plain answers as actix-web's responses, and the server's cookies on their way to the browser.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};

use crate::client::SetCookies;
use crate::refusal::Refusal;

/// Puts a refusal on the wire.
pub(super) fn respond(refusal: &Refusal) -> HttpResponse {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &refusal.headers {
        // One that is there several times is so on purpose.
        response.append_header((*name, value.as_str()));
    }
    response.body(refusal.body.clone())
}

impl SetCookies {
    /// Appends the lines to a response, beside the application's own cookies, and keeps caches from
    /// storing it. Nothing happens when there are none.
    ///
    /// ```no_run
    /// # async fn run(
    /// #     authara: authara_client::Authara,
    /// # ) -> Result<actix_web::HttpResponse, authara_client::Error> {
    /// let answer = authara.client()?.as_request("authara_refresh=..").refresh_session().await?;
    /// let mut response = actix_web::HttpResponse::Ok().body("renewed");
    /// answer.set_cookies.apply_to(&mut response);
    /// # Ok(response)
    /// # }
    /// ```
    pub fn apply_to<B>(&self, response: &mut HttpResponse<B>) {
        append(response.headers_mut(), self);
    }
}

/// Appends the lines, and keeps caches from storing what comes with them (R-37).
pub(super) fn append(headers: &mut HeaderMap, set_cookies: &SetCookies) {
    for line in set_cookies.lines() {
        // What came out of a header goes into one.
        if let Ok(value) = HeaderValue::from_str(line) {
            headers.append(SET_COOKIE, value);
        }
    }
    if !set_cookies.is_empty() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
}
