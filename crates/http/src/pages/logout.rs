//! `GET /auth/logout` asks, `POST /auth/sessions/logout` (and `/auth/logout`) signs out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_flows::logout;
use serde::Serialize;

use super::error::PageError;
use super::form::Form;
use super::frame::{Frame, Template};
use super::redirect;
use super::visitor;
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

/// Where the form of every sign-out button goes.
pub(super) const ACTION: &str = "/auth/sessions/logout";

const TEMPLATE: Template = Template { file: "pages/logout.html", part: "form", title: "logout-title" };

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) action: String,
    pub(super) cancel_url: String,
}

/// `GET`: a link cannot sign anybody out, so it asks.
///
/// # Errors
///
/// A page that says so, when it could not be found out who asks.
pub async fn confirm(server: web::Data<Server>, request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let session = request::cookie_session(&server, &request).await;
    let session = session.map_err(|error| PageError::from(error).on(&request))?;
    let target = redirect::target_after_sign_out(&server, &request);
    let part = Part { action: redirect::link(ACTION, &target), cancel_url: target.as_str().to_owned() };
    let frame = Frame::new(&server, &request).for_session(session.map(|claims| claims.session));
    Ok(frame.page(TEMPLATE, StatusCode::OK, &part))
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
        redirect::to(&request, &redirect::target_after_sign_out(&server, &request))
    };
    Ok(respond::with_cookies(response, Cookies::sign_out(&server)))
}
