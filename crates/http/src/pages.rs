//! The hosted pages: log in, sign up, sign out, and the demonstration page of development mode.
//!
//! Every page works without script: plain form posts and redirects.

pub mod demo;
pub mod error;
pub mod form;
pub mod login;
pub mod logout;
pub mod redirect;
pub mod refresh;
pub mod signup;
pub mod templates;
pub mod visitor;

use actix_web::{HttpResponse, Route, web};

use crate::{api, assets, middleware};

type Entry = (&'static str, &'static str, fn() -> Route);

/// Every route outside the API. `GET` routes answer `HEAD` too.
pub const ROUTES: &[Entry] = &[
    ("GET", "/auth/health", || web::route().to(api::service::health)),
    ("GET", "/auth/ready", || web::route().to(api::service::ready)),
    ("GET", "/auth/version", || web::route().to(api::service::version)),
    ("GET", "/auth/login", || web::route().to(login::show)),
    ("POST", "/auth/login", || web::route().to(login::submit)),
    ("GET", "/auth/signup", || web::route().to(signup::show)),
    ("POST", "/auth/signup", || web::route().to(signup::submit)),
    ("GET", "/auth/logout", || web::route().to(logout::confirm)),
    ("POST", "/auth/logout", || web::route().to(logout::submit)),
    ("POST", "/auth/sessions/logout", || web::route().to(logout::submit)),
    ("POST", "/auth/sessions/refresh", || web::route().to(refresh::submit)),
    ("GET", "/auth/static/{name}", || web::route().to(assets::serve)),
];

/// Registers the routes; a wrong method is 405 with `Allow` (RFC 9110 section 15.5.6).
pub fn configure(config: &mut web::ServiceConfig) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|(_, path, _)| *path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path);
        let mut allowed = Vec::new();
        for (method, _, route) in ROUTES.iter().filter(|(_, other, _)| *other == path) {
            if *method == "GET" {
                resource = resource
                    .route(route().guard(actix_web::guard::Any(actix_web::guard::Get()).or(actix_web::guard::Head())));
                allowed.extend(["GET", "HEAD"]);
            } else {
                resource = resource.route(route().guard(actix_web::guard::Post()));
                allowed.push("POST");
            }
        }
        let allow = allowed.join(", ");
        let wrong_method = move || {
            let allow = allow.clone();
            async move { HttpResponse::MethodNotAllowed().insert_header(("allow", allow)).finish() }
        };
        config.service(
            resource.default_service(web::to(wrong_method)).wrap(actix_web::middleware::from_fn(middleware::guard)),
        );
    }
}
