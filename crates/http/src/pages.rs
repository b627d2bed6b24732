//! The hosted pages: log in, sign up, the account and everything on it, sign out, and the
//! demonstration page of development mode.
//!
//! Every page works without script: plain form posts and redirects. What a page shows is one struct
//! in its file; what all pages share is in [`frame`].

pub mod account;
pub mod confirm;
pub mod delete;
pub mod demo;
pub mod error;
pub mod flash;
pub mod form;
pub mod frame;
pub mod goodbye;
pub mod guard;
pub mod home;
pub mod login;
pub mod logout;
pub mod password;
pub mod redirect;
pub mod refresh;
pub mod sessions;
pub mod signup;
pub mod signup_check;
pub mod templates;
pub mod times;
pub mod username;
pub mod visitor;

#[cfg(test)]
mod inventory;
mod page;
mod page_cookies;

use actix_web::{HttpRequest, Route, web};

use crate::{api, assets, middleware};

type Entry = (&'static str, &'static str, fn() -> Route);

/// Every route outside the API; those of one path stand together. `GET` routes answer `HEAD` too.
pub const ROUTES: &[Entry] = &[
    ("GET", "/auth/health", || web::route().to(api::service::health)),
    ("GET", "/auth/ready", || web::route().to(api::service::ready)),
    ("GET", "/auth/version", || web::route().to(api::service::version)),
    ("GET", "/auth/static/{name}", || web::route().to(assets::serve)),
    ("GET", "/auth", || web::route().to(home::show)),
    ("GET", "/auth/", || web::route().to(home::show)),
    ("GET", "/auth/login", || web::route().to(login::show)),
    ("POST", "/auth/login", || web::route().to(login::submit)),
    ("GET", "/auth/signup", || web::route().to(signup::show)),
    ("POST", "/auth/signup", || web::route().to(signup::submit)),
    ("POST", "/auth/signup/check", || web::route().to(signup_check::submit)),
    ("GET", "/auth/logout", || web::route().to(logout::confirm)),
    ("POST", "/auth/logout", || web::route().to(logout::submit)),
    ("POST", "/auth/sessions/logout", || web::route().to(logout::submit)),
    ("POST", "/auth/sessions/refresh", || web::route().to(refresh::submit)),
    ("GET", "/auth/confirm", || web::route().to(confirm::show)),
    ("POST", "/auth/confirm", || web::route().to(confirm::submit)),
    ("GET", "/auth/account", || web::route().to(account::show)),
    ("POST", "/auth/user/username", || web::route().to(username::change)),
    ("POST", "/auth/sessions/revoke-other", || web::route().to(sessions::revoke_others)),
    ("POST", "/auth/sessions/{id}/revoke", || web::route().to(sessions::revoke)),
    ("GET", "/auth/providers/password/add", || web::route().to(password::show_add)),
    ("POST", "/auth/providers/password/link", || web::route().to(password::add)),
    ("GET", "/auth/providers/password/change", || web::route().to(password::show_change)),
    ("POST", "/auth/providers/password/change", || web::route().to(password::change)),
    ("GET", "/auth/account/delete", || web::route().to(delete::show)),
    ("POST", "/auth/user/delete", || web::route().to(delete::submit)),
    ("GET", "/auth/successful-deletion", || web::route().to(goodbye::show)),
];

/// What programs ask for. They are not answered with a page, whatever they do wrong.
const NO_PAGES: [&str; 4] = ["/auth/health", "/auth/ready", "/auth/version", "/auth/static/{name}"];

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
        let is_page = !NO_PAGES.contains(&path);
        let wrong_method =
            move |request: HttpRequest| std::future::ready(error::wrong_method(&request, &allow, is_page));
        config.service(
            resource.default_service(web::to(wrong_method)).wrap(actix_web::middleware::from_fn(middleware::guard)),
        );
    }
}
