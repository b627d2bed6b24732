//! The templates: embedded, parsed once at start, each with its context type.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use authara_core::id::SessionId;
use serde::Serialize;
use tera::{Context, Tera};

use crate::assets::ASSETS;
use crate::messages::Messages;
use crate::request::cookies::Cookies;
use crate::request::csrf;
use crate::state::Server;

const FILES: [(&str, &str); 6] = [
    ("base.html", include_str!("../../../../templates/base.html")),
    ("pages/login.html", include_str!("../../../../templates/pages/login.html")),
    ("pages/signup.html", include_str!("../../../../templates/pages/signup.html")),
    ("pages/logout.html", include_str!("../../../../templates/pages/logout.html")),
    ("pages/error.html", include_str!("../../../../templates/pages/error.html")),
    ("pages/demo.html", include_str!("../../../../templates/pages/demo.html")),
];

/// Parses all templates.
///
/// # Errors
///
/// A sentence that names file and line.
pub fn load() -> Result<Tera, String> {
    let mut tera = Tera::default();
    tera.add_raw_templates(FILES).map_err(|error| format!("templates: {error:?}"))?;
    Ok(tera)
}

/// What every page is given.
#[derive(Debug, Serialize)]
struct Page<'p> {
    language: &'static str,
    title: String,
    csrf: &'p str,
    asset_css: &'p str,
    asset_js: &'p str,
    favicon: &'p str,
    t: &'p Messages,
}

/// One page to be rendered: `name` is also the variable under which its own part is given.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The file below `templates/`.
    pub file: &'static str,
    /// The variable of the page's own part.
    pub part: &'static str,
    /// The key of the title.
    pub title: &'static str,
}

/// Renders a page and makes sure that the browser has a usable CSRF value.
pub fn render<T: Serialize>(
    server: &Server,
    request: &HttpRequest,
    template: Template,
    status: StatusCode,
    part: &T,
    session: Option<SessionId>,
) -> HttpResponse {
    let value = csrf::ensure(server, request, session);
    let mut response = document(server, template, status, part, value.as_str());
    if let csrf::Value::Fresh(fresh) = &value {
        Cookies::keep().csrf(server, fresh).put_on(&mut response);
    }
    response
}

/// Renders a page that hands on a given CSRF value.
pub fn document<T: Serialize>(
    server: &Server,
    template: Template,
    status: StatusCode,
    part: &T,
    csrf: &str,
) -> HttpResponse {
    let page = Page {
        language: "en",
        title: server.messages.text(template.title),
        csrf,
        asset_css: &ASSETS.css.path,
        asset_js: &ASSETS.js.path,
        favicon: &ASSETS.favicon.path,
        t: &server.messages,
    };
    let mut context = Context::new();
    context.insert("page", &page);
    context.insert(template.part, part);
    match server.templates.render(template.file, &context) {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(?error, file = template.file, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}
