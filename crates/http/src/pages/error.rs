//! Styled error pages: one for each status, with a way on from it.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use authara_core::limit::Limited;
use authara_flows::access::AccessError;
use serde::Serialize;

use super::frame::{Frame, Template};
use super::page::Toast;
use super::{redirect, visitor};
use crate::api::error::ApiError;
use crate::messages::{Argument, Language};
use crate::middleware;
use crate::state::Server;

const FILE: &str = "pages/error.html";

/// A page instead of what was asked for: its status and the key of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageError {
    status: StatusCode,
    text: &'static str,
    /// Where waiting helps.
    retry_after_seconds: Option<i64>,
}

impl PageError {
    const fn new(status: StatusCode, text: &'static str) -> Self {
        Self { status, text, retry_after_seconds: None }
    }

    /// The form could not be read.
    pub const BAD_FORM: Self = Self::new(StatusCode::BAD_REQUEST, "common-bad-form");
    /// The proof against forgery is missing or wrong.
    pub const SECURITY_CHECK: Self = Self::new(StatusCode::FORBIDDEN, "common-security-check");
    /// There is no such page.
    pub const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "common-not-found");
    /// There is a page, but not for this method.
    pub const METHOD_NOT_ALLOWED: Self = Self::new(StatusCode::METHOD_NOT_ALLOWED, "common-method-not-allowed");
    /// More than is taken.
    pub const TOO_LARGE: Self = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "common-too-large");
    /// A content coding, where none is taken.
    pub const ENCODED: Self = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "common-encoded");
    /// A session that is unknown, over, or somebody else's: the three are not told apart (S-060).
    pub const SESSION_NOT_FOUND: Self = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "session-not-found");
    /// Too many attempts.
    pub const LIMITED: Self = Self::new(StatusCode::TOO_MANY_REQUESTS, "common-rate-limited");
    /// Unexpected.
    pub const INTERNAL: Self = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "common-internal");
    /// Passes by itself.
    pub const UNAVAILABLE: Self = Self::new(StatusCode::SERVICE_UNAVAILABLE, "common-unavailable");

    /// The same as an error that actix carries to its answer.
    pub fn on(self, request: &HttpRequest) -> actix_web::Error {
        let response = self.respond(request);
        actix_web::error::InternalError::from_response(self, response).into()
    }

    /// The answer: a page, a toast for the HTMX library, or the API's envelope where a script called
    /// a form endpoint.
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        if visitor::is_script_call(request) {
            return ApiError::from(self).error_response();
        }
        let Some(server) = request.app_data::<web::Data<Server>>() else {
            return HttpResponse::build(self.status).finish();
        };
        let frame = Frame::new(server, request).without_form();
        let text = match self.retry_after_seconds {
            Some(seconds) if self.status == StatusCode::TOO_MANY_REQUESTS => limited_text(frame.words(), seconds),
            _ => frame.words().text(self.text),
        };
        let response = if frame.is_partial() {
            frame.with_toast(Toast::error(text)).toast_alone(self.status)
        } else {
            let part = self.part(server, request, frame.words(), text);
            frame.page(Template { file: FILE, part: "error", title: self.title() }, self.status, &part)
        };
        wait(response, self.retry_after_seconds)
    }

    fn part(self, server: &Server, request: &HttpRequest, words: &Language, text: String) -> Part {
        let (action, label) = if self.may_pass() {
            (redirect::here(request), "common-try-again")
        } else {
            (redirect::default_target(server), "common-home")
        };
        Part {
            status: self.status.as_u16(),
            title: words.text(self.title()),
            text,
            action_url: action.as_str().to_owned(),
            action_label: words.text(label),
        }
    }

    /// Is it worth going back to where the person was? Where there is nothing, it is not.
    fn may_pass(self) -> bool {
        !matches!(self.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
    }

    fn title(self) -> &'static str {
        match self.status.as_u16() {
            // Nobody is kept out: the form was open for too long.
            403 if self == Self::SECURITY_CHECK => "error-stale",
            400 | 422 => "error-400",
            403 => "error-403",
            404 => "error-404",
            405 => "error-405",
            413 => "error-413",
            415 => "error-415",
            429 => "error-429",
            503 => "error-503",
            _ => "error-500",
        }
    }
}

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) status: u16,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) action_url: String,
    pub(super) action_label: String,
}

/// That there were too many tries, and for how many minutes to wait.
pub(super) fn limited_text(words: &Language, seconds: i64) -> String {
    let minutes = (seconds.max(1) + 59) / 60;
    words.format("common-rate-limited-for", &[("minutes", Argument::Number(minutes))])
}

/// The same for a refusal of a flow, and after how many seconds to try again.
pub(super) fn limited(words: &Language, limited: &Limited) -> (String, Option<i64>) {
    let seconds = ApiError::limited(limited).retry_after_seconds();
    (limited_text(words, seconds.unwrap_or(1)), seconds)
}

/// Adds how long to wait, where waiting helps.
pub(super) fn wait(mut response: HttpResponse, seconds: Option<i64>) -> HttpResponse {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds.max(1)));
    }
    response
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.text)
    }
}

impl From<&ApiError> for PageError {
    fn from(error: &ApiError) -> Self {
        let page = match error.status().as_u16() {
            400 => Self::BAD_FORM,
            403 => Self::SECURITY_CHECK,
            404 => Self::NOT_FOUND,
            429 => Self::LIMITED,
            503 => Self::UNAVAILABLE,
            _ => Self::INTERNAL,
        };
        Self { retry_after_seconds: error.retry_after_seconds(), ..page }
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        match error.status.as_u16() {
            400 | 405 | 413 | 415 => Self::invalid("The form could not be read."),
            403 => Self::csrf(),
            404 | 422 => Self::not_found(),
            429 => Self::limited_for(error.retry_after_seconds.unwrap_or(1)),
            503 => Self::unavailable(),
            _ => Self::internal(),
        }
    }
}

impl From<AccessError> for PageError {
    fn from(error: AccessError) -> Self {
        Self::from(&ApiError::from(error))
    }
}

/// The page for an API error that reached a page.
pub fn render(request: &HttpRequest, error: &ApiError) -> HttpResponse {
    PageError::from(error).respond(request)
}

/// Every path that no route matches: the envelope below the API prefixes, else a page.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    if middleware::is_api(request.path()) {
        ApiError::not_found().error_response()
    } else {
        PageError::NOT_FOUND.respond(&request)
    }
}

/// A page that was asked for by a method that it does not have (RFC 9110 section 15.5.6).
pub(super) fn wrong_method(request: &HttpRequest, allow: &str, is_page: bool) -> HttpResponse {
    let mut response = if is_page && !visitor::is_script_call(request) {
        PageError::METHOD_NOT_ALLOWED.respond(request)
    } else {
        HttpResponse::MethodNotAllowed().finish()
    };
    if let Ok(value) = header::HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

/// For what is no page: 404 without a body.
pub fn plain_not_found() -> HttpResponse {
    HttpResponse::NotFound().finish()
}
