//! The JSON API. One readable table of routes; each operation is described by a type in its file.

pub mod account;
pub mod body;
pub mod call;
pub mod error;
pub mod password;
pub mod respond;
pub mod service;
pub mod sessions;
pub mod sign_in;
pub mod tokens;
pub mod user;
pub mod verify;

use actix_web::{Route, web};

use crate::middleware;

/// Below this, every answer is JSON and a wrong method is an unknown route.
pub const PUBLIC: &str = "/auth/api/v1";

/// A route of the API: method, path, handler.
type Entry = (&'static str, &'static str, fn() -> Route);

/// Every route below [`PUBLIC`], as the contract lists them.
pub const ROUTES: &[Entry] = &[
    ("GET", "/csrf", || web::get().to(service::csrf)),
    ("GET", "/openapi.json", || web::get().to(service::open_api_document)),
    ("POST", "/login", || web::post().to(sign_in::log_in)),
    ("POST", "/signup/direct", || web::post().to(sign_in::sign_up)),
    ("POST", "/sessions/logout", || web::post().to(sessions::log_out)),
    ("POST", "/sessions/refresh", || web::post().to(sessions::refresh)),
    ("POST", "/tokens/refresh", || web::post().to(tokens::refresh)),
    ("GET", "/user", || web::get().to(user::current)),
    ("GET", "/verify", || web::get().to(verify::caller)),
    ("PUT", "/users/password", || web::put().to(password::set)),
    ("GET", "/account", || web::get().to(account::overview)),
    ("POST", "/account/password", || web::post().to(password::add)),
    ("PUT", "/account/password", || web::put().to(password::change)),
    ("GET", "/account/sessions", || web::get().to(account::list_sessions)),
    // Before the route that takes any id.
    ("DELETE", "/account/sessions/others", || web::delete().to(account::end_other_sessions)),
    ("DELETE", "/account/sessions/{session}", || web::delete().to(account::end_session)),
];

/// Registers the routes. Paths match exactly; what matches no entry is 404 in the envelope.
pub fn configure(config: &mut web::ServiceConfig) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|(_, path, _)| *path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(format!("{PUBLIC}{path}"));
        for (_, _, route) in ROUTES.iter().filter(|(_, other, _)| *other == path) {
            resource = resource.route(route());
        }
        let resource = resource.default_service(web::to(error::not_found));
        config.service(resource.wrap(actix_web::middleware::from_fn(middleware::guard)));
    }
}
