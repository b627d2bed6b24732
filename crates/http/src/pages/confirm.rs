//! `/auth/confirm`: whoever is signed in proves once more who they are, before something that cannot
//! be left to a browser that was walked away from (S-064).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::password;
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::error::AccountError;
use authara_flows::{account as accounts, confirm};
use serde::Serialize;

use super::frame::Template;
use super::guard::{SignedIn, SignedInForm};
use super::{error, logout, redirect};
use crate::api::respond;
use crate::request;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/confirm.html", part: "form", title: "confirm-title" };

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) action: String,
    pub(super) email: String,
    /// Without one, signing in anew is the only proof there is.
    pub(super) has_password: bool,
    pub(super) cancel_url: &'static str,
    pub(super) logout_action: String,
    pub(super) error: Option<String>,
    pub(super) password_error: Option<String>,
}

/// What needs another look.
#[derive(Debug, Default)]
struct Wrong {
    error: Option<String>,
    password_error: Option<String>,
}

/// `GET`: the form, or on to the target for somebody who proved it a moment ago.
pub async fn show(server: web::Data<Server>, request: HttpRequest, caller: SignedIn) -> HttpResponse {
    match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) if overview.is_fresh => caller.go_on(&request, &target(&request)),
        Ok(_) => page(&server, &request, &caller, StatusCode::OK, Wrong::default()).await,
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// `POST`: notes the proof and goes on to what it was asked for.
pub async fn submit(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    let SignedInForm { caller, fields } = form;
    let frame = caller.frame(&server, &request);
    let password = fields.field("password");
    let refused = |key: &str| Wrong { password_error: Some(frame.words().text(key)), ..Wrong::default() };
    let outcome = match password.len() {
        0 => Err(refused("confirm-missing")),
        length if length > password::MAX_BYTES => Err(refused("confirm-wrong")),
        _ => Ok(SecretText::new(password)),
    };
    let password = match outcome {
        Ok(password) => password,
        Err(wrong) => return page(&server, &request, &caller, StatusCode::UNPROCESSABLE_ENTITY, wrong).await,
    };
    let client = request::client(&server, &request);
    match confirm::with_password(&server.app, &caller.claims, client, password).await {
        Ok(()) => {
            // More is open to this session from now on, so its forms get a new value (S-088).
            let value = server.app.csrf.issue(Some(caller.claims.session), &mut server.app.rng.clone());
            let cookies = caller.cookies.clone().csrf(&server, &value);
            respond::with_cookies(redirect::to(&request, &target(&request)), cookies)
        }
        Err(AccountError::WrongPassword) => {
            let wrong = refused("confirm-wrong");
            page(&server, &request, &caller, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        // The page itself says so.
        Err(AccountError::NoPassword) => {
            page(&server, &request, &caller, StatusCode::UNPROCESSABLE_ENTITY, Wrong::default()).await
        }
        Err(AccountError::Limited(limited)) => {
            let (text, seconds) = error::limited(frame.words(), &limited);
            let wrong = Wrong { error: Some(text), ..Wrong::default() };
            let page = page(&server, &request, &caller, StatusCode::TOO_MANY_REQUESTS, wrong).await;
            error::wait(page, seconds)
        }
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// Where the proof leads: to what it was asked for, else to the account.
fn target(request: &HttpRequest) -> ReturnTo {
    redirect::target_or(request, redirect::own(redirect::ACCOUNT))
}

async fn page(
    server: &Server,
    request: &HttpRequest,
    caller: &SignedIn,
    status: StatusCode,
    wrong: Wrong,
) -> HttpResponse {
    let overview = match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) => overview,
        Err(error) => return caller.refused(server, request, error),
    };
    let target = target(request);
    // Signed out, they sign in, and are where they wanted to be.
    let login = redirect::link(redirect::LOGIN, &target);
    let after_sign_out = ReturnTo::parse(&login).unwrap_or_else(|| target.clone());
    let part = Part {
        action: redirect::link(redirect::CONFIRM, &target),
        has_password: overview.password().is_some(),
        email: overview.user.email,
        cancel_url: redirect::ACCOUNT,
        logout_action: redirect::link(logout::ACTION, &after_sign_out),
        error: wrong.error,
        password_error: wrong.password_error,
    };
    caller.frame(server, request).page(TEMPLATE, status, &part)
}
