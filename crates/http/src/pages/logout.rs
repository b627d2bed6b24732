//! `GET /auth/logout` asks, `POST /auth/sessions/logout` (and `/auth/logout`) signs out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_flows::logout;
use serde::Serialize;

use super::error::PageError;
use super::form::Form;
use super::redirect;
use super::templates::{self, Template};
use super::visitor;
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/logout.html", part: "form", title: "logout.title" };

#[derive(Debug, Serialize)]
struct Part<'p> {
    action: String,
    cancel_url: &'p str,
}

/// `GET`: a link cannot sign anybody out, so it asks.
///
/// # Errors
///
/// A page that says so, when it could not be found out who asks.
pub async fn confirm(server: web::Data<Server>, request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let session = request::cookie_session(&server, &request).await;
    let session = session.map_err(|error| PageError::from(error).on(&request))?;
    let target = redirect::target(&server, &request);
    let part = Part { action: redirect::link("/auth/sessions/logout", &target), cancel_url: target.as_str() };
    let id = session.map(|claims| claims.session);
    Ok(templates::render(&server, &request, TEMPLATE, StatusCode::OK, &part, id))
}

/// `POST`: ends the session by either cookie, takes the cookies away and goes on; a script gets a
/// plain 204.
///
/// # Errors
///
/// A page (for a script the envelope) when it is not certain that the session ended.
pub async fn submit(
    server: web::Data<Server>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, actix_web::Error> {
    let presented = request::presented(&server, &request, form.session.as_ref());
    if let Err(trouble) = logout::end_presented(&server.app, presented).await {
        return Err(PageError::from(&ApiError::from(trouble)).on(&request));
    }
    let response = if visitor::is_script_call(&request) {
        respond::no_content()
    } else {
        redirect::to(&request, &redirect::target(&server, &request))
    };
    Ok(respond::with_cookies(response, Cookies::sign_out(&server)))
}
