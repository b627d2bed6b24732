//! `/auth/login`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::email::EmailAddress;
use authara_core::password;
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::error::LoginError;
use authara_flows::login::{self, Login};
use serde::Serialize;

use super::error::{self, PageError};
use super::form::Form;
use super::frame::{Frame, Template};
use super::redirect;
use super::visitor::{self, Visitor};
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/login.html", part: "form", title: "login-title" };

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub(super) action: String,
    pub(super) signup_url: String,
    pub(super) email: String,
    pub(super) error: Option<String>,
    pub(super) email_error: Option<String>,
    pub(super) password_error: Option<String>,
}

impl Part {
    fn new(target: &ReturnTo) -> Self {
        Self {
            action: redirect::link(redirect::LOGIN, target),
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
            let frame = Frame::new(&server, &request).for_session(session.map(|claims| claims.session));
            Ok(frame.with_cookies(cookies).with_flash().page(TEMPLATE, StatusCode::OK, &Part::new(&target)))
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
    let frame = Frame::new(&server, &request).for_session(form.session_id());
    let again = |status: StatusCode, error: String| {
        let part = Part { email: typed.to_owned(), error: Some(error), ..Part::new(&target) };
        frame.page(TEMPLATE, status, &part)
    };
    let refuse = |key: &str| again(StatusCode::UNPROCESSABLE_ENTITY, frame.words().text(key));
    if typed.is_empty() || password.is_empty() {
        return Ok(again(StatusCode::BAD_REQUEST, frame.words().text("login-missing")));
    }
    // Not an address, or longer than any password: then it is nobody's.
    let Ok(email) = EmailAddress::parse(typed) else {
        return Ok(refuse("login-bad-credentials"));
    };
    if password.len() > password::MAX_BYTES {
        return Ok(refuse("login-bad-credentials"));
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
        Err(LoginError::BadCredentials) => Ok(refuse("login-bad-credentials")),
        Err(LoginError::Disabled) => Ok(refuse("login-session-refused")),
        Err(LoginError::Audience) => Ok(refuse("common-no-access")),
        Err(LoginError::Limited(limited)) => {
            let (text, seconds) = error::limited(frame.words(), &limited);
            Ok(error::wait(again(StatusCode::TOO_MANY_REQUESTS, text), seconds))
        }
        Err(error @ LoginError::Trouble(_)) => Err(PageError::from(&ApiError::from(error)).on(&request)),
    }
}
