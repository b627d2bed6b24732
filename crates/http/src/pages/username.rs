//! `POST /auth/user/username`: another user name, from the form on the account page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::username::UsernameError;
use authara_flows::error::AccountError;
use authara_flows::{account as accounts, username};

use super::account::{self, Part};
use super::flash::Flash;
use super::guard::{SignedIn, SignedInForm};
use crate::state::Server;

/// The part of the page that the form is in.
const FRAGMENT: &str = "partials/username.html";

/// Changes the name and goes back to the account, or shows the form again with what was typed.
pub async fn change(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    let SignedInForm { caller, fields } = form;
    let typed = fields.field("username").trim();
    let wrong = match username::change(&server.app, &caller.claims, typed).await {
        Ok(()) => return account::changed(&server, &request, &caller, Flash::UsernameUpdated, FRAGMENT).await,
        Err(AccountError::UsernameTaken) => "username-taken",
        Err(AccountError::UsernameInvalid(UsernameError::Malformed)) => "username-invalid",
        Err(AccountError::UsernameInvalid(UsernameError::Reserved)) => "username-reserved",
        Err(error) => return caller.refused(&server, &request, error),
    };
    again(&server, &request, &caller, typed, wrong).await
}

/// The account, or for the HTMX library the section of the form, with the message beside the field.
async fn again(server: &Server, request: &HttpRequest, caller: &SignedIn, typed: &str, key: &str) -> HttpResponse {
    let overview = match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) => overview,
        Err(error) => return caller.refused(server, request, error),
    };
    let frame = caller.frame(server, request);
    let mut part = Part::new(server, request, frame.words(), overview);
    typed.clone_into(&mut part.username_form.value);
    part.username_form.error = Some(frame.words().text(key));
    part.username_form.is_open = true;
    if frame.is_partial() {
        frame.fragment(FRAGMENT, "account", StatusCode::UNPROCESSABLE_ENTITY, &part)
    } else {
        account::respond(&frame, StatusCode::UNPROCESSABLE_ENTITY, &part)
    }
}
