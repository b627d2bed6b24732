//! `/auth/successful-deletion`: says that an account is gone. Anybody may see it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::frame::{Frame, Template};
use super::redirect;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/goodbye.html", part: "goodbye", title: "goodbye-title" };

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) home_url: String,
}

/// `GET`: the page.
pub async fn show(server: web::Data<Server>, request: HttpRequest) -> HttpResponse {
    let part = Part { home_url: redirect::default_target(&server).as_str().to_owned() };
    Frame::new(&server, &request).page(TEMPLATE, StatusCode::OK, &part)
}
