//! `/auth/signup`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::audience::Audience;
use authara_core::email::EmailAddress;
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::error::SignupError;
use authara_flows::signup::{self, Signup};
use serde::Serialize;

use super::error::{self, PageError};
use super::form::Form;
use super::frame::{Frame, Template};
use super::password::rule_text;
use super::redirect;
use super::visitor::{self, Visitor};
use crate::api::error::ApiError;
use crate::api::respond;
use crate::messages::Language;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/signup.html", part: "form", title: "signup-title" };

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub(super) action: String,
    pub(super) login_url: String,
    /// Where the script asks what is to be said of a password, before the form is sent.
    pub(super) check_action: &'static str,
    pub(super) email: String,
    pub(super) password_min_length: usize,
    pub(super) error: Option<String>,
    pub(super) email_error: Option<String>,
    pub(super) password_error: Option<String>,
}

impl Part {
    fn new(server: &Server, target: &ReturnTo) -> Self {
        Self {
            action: redirect::link("/auth/signup", target),
            login_url: redirect::link(redirect::LOGIN, target),
            check_action: "/auth/signup/check",
            password_min_length: server.app.policies.password.min_length,
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
            let part = Part::new(&server, &target);
            Ok(frame.with_cookies(cookies).page(TEMPLATE, StatusCode::OK, &part))
        }
    }
}

/// `POST`: makes the account and goes on, or shows the form again with each message beside its
/// field.
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
    let words = frame.words();
    let blank = || Part { email: typed.to_owned(), ..Part::new(&server, &target) };
    let again = |part: Part| frame.page(TEMPLATE, StatusCode::UNPROCESSABLE_ENTITY, &part);
    let (email_error, password_error) = check_fields(&server, words, typed, password);
    if email_error.is_some() || password_error.is_some() {
        return Ok(again(Part { email_error, password_error, ..blank() }));
    }
    if target.audience() == Audience::Admin {
        let part = Part { error: Some(words.text("signup-app-only")), ..blank() };
        return Ok(frame.page(TEMPLATE, StatusCode::FORBIDDEN, &part));
    }
    let signup = Signup {
        email: typed.to_owned(),
        password: SecretText::new(password),
        invitation_code: None,
        client: request::client(&server, &request),
        presented: request::presented(&server, &request, form.session.as_ref()),
    };
    match signup::direct(&server.app, signup).await {
        Ok(signed_in) => {
            Ok(respond::with_cookies(redirect::to(&request, &target), Cookies::sign_in(&server, &signed_in)))
        }
        Err(SignupError::Email) => Ok(again(Part { email_error: Some(words.text("signup-email-invalid")), ..blank() })),
        Err(SignupError::EmailTaken) => {
            Ok(again(Part { email_error: Some(words.text("signup-email-taken")), ..blank() }))
        }
        Err(SignupError::Password(error)) => {
            Ok(again(Part { password_error: Some(rule_text(words, error)), ..blank() }))
        }
        Err(SignupError::Invitation) => Ok(again(Part { error: Some(words.text("signup-create-failed")), ..blank() })),
        Err(SignupError::Limited(limited)) => {
            let (text, seconds) = error::limited(words, &limited);
            let page = frame.page(TEMPLATE, StatusCode::TOO_MANY_REQUESTS, &Part { error: Some(text), ..blank() });
            Ok(error::wait(page, seconds))
        }
        Err(error @ SignupError::Trouble(_)) => Err(PageError::from(&ApiError::from(error)).on(&request)),
    }
}

/// What is wrong with the address and with the password, so that nobody mends one mistake to be
/// shown the next. The flow checks again.
pub(super) fn check_fields(
    server: &Server,
    words: &Language,
    typed: &str,
    password: &str,
) -> (Option<String>, Option<String>) {
    let email = EmailAddress::parse(typed);
    let identities: Vec<&str> = email.iter().map(EmailAddress::as_str).collect();
    let rules = server.app.policies.password;
    let password_error = rules.check_new(password, &identities).err().map(|error| rule_text(words, error));
    (email.is_err().then(|| words.text("signup-email-invalid")), password_error)
}
