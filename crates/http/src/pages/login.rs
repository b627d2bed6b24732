//! `/auth/login`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::email::EmailAddress;
use authara_core::password;
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::error::LoginError;
use authara_flows::login::{self, Login};
use serde::Serialize;

use super::error::PageError;
use super::form::Form;
use super::redirect;
use super::templates::{self, Template};
use super::visitor::{self, Visitor};
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/login.html", part: "form", title: "login.title" };

/// What the page shows.
#[derive(Debug, Default, Serialize)]
struct Part {
    action: String,
    signup_url: String,
    email: String,
    error: Option<String>,
    email_error: Option<String>,
    password_error: Option<String>,
}

impl Part {
    fn new(target: &ReturnTo) -> Self {
        Self {
            action: redirect::link("/auth/login", target),
            signup_url: redirect::link("/auth/signup", target),
            ..Self::default()
        }
    }
}

/// `GET`: the form, or on to the target for somebody who is signed in.
///
/// # Errors
///
/// A page that says so, when it could not be found out who asks.
pub async fn show(server: web::Data<Server>, request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let target = redirect::target(&server, &request);
    match visitor::find(&server, &request, &target).await.map_err(|error| error.on(&request))? {
        Visitor::SignedIn(response) => Ok(response),
        Visitor::Stranger { session, cookies } => {
            let id = session.map(|claims| claims.session);
            let page = templates::render(&server, &request, TEMPLATE, StatusCode::OK, &Part::new(&target), id);
            Ok(respond::with_cookies(page, cookies))
        }
    }
}

/// `POST`: signs in and goes on, or shows the form again with what was typed, but the password.
///
/// # Errors
///
/// A page that says so, when the server is in trouble.
pub async fn submit(
    server: web::Data<Server>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, actix_web::Error> {
    let target = redirect::target(&server, &request);
    let (typed, password) = (form.field("email").trim(), form.field("password"));
    let again = |status: StatusCode, key: &str| {
        let part = Part { email: typed.to_owned(), error: Some(server.messages.text(key)), ..Part::new(&target) };
        templates::render(&server, &request, TEMPLATE, status, &part, form.session_id())
    };
    if typed.is_empty() || password.is_empty() {
        return Ok(again(StatusCode::BAD_REQUEST, "login.missing"));
    }
    // Not an address, or longer than any password: then it is nobody's.
    let Ok(email) = EmailAddress::parse(typed) else {
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, "login.bad_credentials"));
    };
    if password.len() > password::MAX_BYTES {
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, "login.bad_credentials"));
    }
    let login = Login {
        email,
        password: SecretText::new(password),
        audience: target.audience(),
        client: request::client(&server, &request),
        presented: request::presented(&server, &request, form.session.as_ref()),
    };
    match login::with_password(&server.app, login).await {
        Ok(signed_in) => {
            Ok(respond::with_cookies(redirect::to(&request, &target), Cookies::sign_in(&server, &signed_in)))
        }
        Err(LoginError::BadCredentials) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, "login.bad_credentials")),
        Err(LoginError::Disabled) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, "login.session_refused")),
        Err(LoginError::Audience) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, "common.no_access")),
        Err(error @ LoginError::Limited(_)) => {
            Ok(wait(again(StatusCode::TOO_MANY_REQUESTS, "common.rate_limited"), &ApiError::from(error)))
        }
        Err(error @ LoginError::Trouble(_)) => Err(PageError::from(&ApiError::from(error)).on(&request)),
    }
}

/// Adds how long to wait.
pub(super) fn wait(mut page: HttpResponse, error: &ApiError) -> HttpResponse {
    if let Some(seconds) = error.retry_after_seconds() {
        page.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds.max(1)));
    }
    page
}
