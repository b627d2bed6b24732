//! `POST /auth/signup/check`: what the sign-up form would say of an address and a password, for the
//! script that asks before the form is sent. It does not say whether an address has an account.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::form::Form;
use super::frame::Frame;
use super::signup::check_fields;
use crate::api::respond;
use crate::state::Server;

/// The messages beside the fields; `null` where there is nothing to say.
#[derive(Debug, Serialize)]
struct Verdict {
    email: Option<String>,
    password: Option<String>,
}

/// Checks by the rules that the form itself is held against. What is still empty is not wrong yet.
pub async fn submit(server: web::Data<Server>, request: HttpRequest, form: Form) -> HttpResponse {
    let frame = Frame::new(&server, &request);
    let (typed, password) = (form.field("email").trim(), form.field("password"));
    let (email_error, password_error) = check_fields(&server, frame.words(), typed, password);
    respond::ok(&Verdict {
        email: email_error.filter(|_| !typed.is_empty()),
        password: password_error.filter(|_| !password.is_empty()),
    })
}
