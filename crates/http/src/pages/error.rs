//! Styled error pages.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use authara_flows::access::AccessError;
use serde::Serialize;

use super::templates::{self, Template};
use crate::api::error::ApiError;
use crate::middleware;
use crate::request::{cookies::Cookies, csrf};
use crate::state::Server;

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
    pub const BAD_FORM: Self = Self::new(StatusCode::BAD_REQUEST, "common.bad_form");
    /// The proof against forgery is missing or wrong.
    pub const SECURITY_CHECK: Self = Self::new(StatusCode::FORBIDDEN, "common.security_check");
    /// There is no such page.
    pub const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "common.not_found");
    /// More than is taken.
    pub const TOO_LARGE: Self = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "common.too_large");
    /// A content coding, where none is taken.
    pub const ENCODED: Self = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "common.encoded");
    /// Too many attempts.
    pub const LIMITED: Self = Self::new(StatusCode::TOO_MANY_REQUESTS, "common.rate_limited");
    /// Unexpected.
    pub const INTERNAL: Self = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "common.internal");
    /// Passes by itself.
    pub const UNAVAILABLE: Self = Self::new(StatusCode::SERVICE_UNAVAILABLE, "common.unavailable");

    /// The same as an error that actix carries to its answer.
    pub fn on(self, request: &HttpRequest) -> actix_web::Error {
        let response = self.respond(request);
        actix_web::error::InternalError::from_response(self, response).into()
    }

    /// The answer: a page, or the API's envelope where a script called a form endpoint.
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        if super::visitor::is_script_call(request) {
            return ApiError::from(self).error_response();
        }
        let Some(server) = request.app_data::<web::Data<Server>>() else {
            return HttpResponse::build(self.status).finish();
        };
        let part = Part {
            status: self.status.as_u16(),
            title: server.messages.text(&format!("error.{}", self.status.as_u16())),
            text: server.messages.text(self.text),
            action_url: server.settings.default_return_to.as_str(),
            action_label: server.messages.text("common.home"),
        };
        let template = Template { file: "pages/error.html", part: "error", title: self.title() };
        let value = csrf::ensure(server, request, None);
        let mut response = templates::document(server, template, self.status, &part, value.as_str());
        // A browser with a value of its own keeps it: this page does not know its session.
        if matches!(value, csrf::Value::Fresh(_)) {
            Cookies::keep().csrf(server, value.as_str()).put_on(&mut response);
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds.max(1)));
        }
        response
    }

    fn title(self) -> &'static str {
        match self.status.as_u16() {
            400 => "error.400",
            403 => "error.403",
            404 => "error.404",
            413 => "error.413",
            415 => "error.415",
            429 => "error.429",
            503 => "error.503",
            _ => "error.500",
        }
    }
}

#[derive(Debug, Serialize)]
struct Part<'p> {
    status: u16,
    title: String,
    text: String,
    action_url: &'p str,
    action_label: String,
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
            400 | 413 | 415 => Self::invalid("The form could not be read."),
            403 => Self::csrf(),
            404 => Self::not_found(),
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

/// For what is no page: 404 without a body.
pub fn plain_not_found() -> HttpResponse {
    HttpResponse::NotFound().finish()
}
