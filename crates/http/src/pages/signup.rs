//! `/auth/signup`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::audience::Audience;
use authara_core::email::EmailAddress;
use authara_core::password::PasswordError;
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::error::SignupError;
use authara_flows::signup::{self, Signup};
use serde::Serialize;

use super::error::PageError;
use super::form::Form;
use super::login::wait;
use super::redirect;
use super::templates::{self, Template};
use super::visitor::{self, Visitor};
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/signup.html", part: "form", title: "signup.title" };

/// What the page shows.
#[derive(Debug, Default, Serialize)]
struct Part {
    action: String,
    login_url: String,
    email: String,
    password_min_length: usize,
    error: Option<String>,
    email_error: Option<String>,
    password_error: Option<String>,
}

impl Part {
    fn new(server: &Server, target: &ReturnTo) -> Self {
        Self {
            action: redirect::link("/auth/signup", target),
            login_url: redirect::link("/auth/login", target),
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
            let id = session.map(|claims| claims.session);
            let part = Part::new(&server, &target);
            let page = templates::render(&server, &request, TEMPLATE, StatusCode::OK, &part, id);
            Ok(respond::with_cookies(page, cookies))
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
    let show = |status: StatusCode, part: Part| {
        let part = Part { email: typed.to_owned(), ..part };
        templates::render(&server, &request, TEMPLATE, status, &part, form.session_id())
    };
    let blank = || Part::new(&server, &target);
    let wrong = check_fields(&server, typed, password, blank());
    if wrong.email_error.is_some() || wrong.password_error.is_some() {
        return Ok(show(StatusCode::UNPROCESSABLE_ENTITY, wrong));
    }
    let words = &server.messages;
    if target.audience() == Audience::Admin {
        return Ok(show(StatusCode::FORBIDDEN, Part { error: Some(words.text("signup.app_only")), ..blank() }));
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
        Err(SignupError::Email) => {
            let part = Part { email_error: Some(words.text("signup.email_invalid")), ..blank() };
            Ok(show(StatusCode::UNPROCESSABLE_ENTITY, part))
        }
        Err(SignupError::EmailTaken) => {
            let part = Part { email_error: Some(words.text("signup.email_taken")), ..blank() };
            Ok(show(StatusCode::UNPROCESSABLE_ENTITY, part))
        }
        Err(SignupError::Password(error)) => {
            let part = Part { password_error: Some(password_text(&server, error)), ..blank() };
            Ok(show(StatusCode::UNPROCESSABLE_ENTITY, part))
        }
        Err(SignupError::Invitation) => {
            let part = Part { error: Some(words.text("signup.create_failed")), ..blank() };
            Ok(show(StatusCode::UNPROCESSABLE_ENTITY, part))
        }
        Err(error @ SignupError::Limited(_)) => {
            let part = Part { error: Some(words.text("common.rate_limited")), ..blank() };
            Ok(wait(show(StatusCode::TOO_MANY_REQUESTS, part), &ApiError::from(error)))
        }
        Err(error @ SignupError::Trouble(_)) => Err(PageError::from(&ApiError::from(error)).on(&request)),
    }
}

/// All wrong fields at once. The flow checks again; this is so that nobody mends one mistake to be
/// shown the next.
fn check_fields(server: &Server, typed: &str, password: &str, mut part: Part) -> Part {
    let email = EmailAddress::parse(typed);
    if email.is_err() {
        part.email_error = Some(server.messages.text("signup.email_invalid"));
    }
    let identities: Vec<&str> = email.iter().map(EmailAddress::as_str).collect();
    if let Err(error) = server.app.policies.password.check_new(password, &identities) {
        part.password_error = Some(password_text(server, error));
    }
    part
}

fn password_text(server: &Server, error: PasswordError) -> String {
    let words = &server.messages;
    match error {
        PasswordError::TooShort(least) => words.text_with("signup.password_too_short", "min", &least.to_string()),
        PasswordError::TooLong(most) => words.text_with("signup.password_too_long", "max", &most.to_string()),
        PasswordError::Common => words.text("signup.password_common"),
        PasswordError::Identity => words.text("signup.password_is_identity"),
    }
}
