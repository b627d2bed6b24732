//! One log line for each request.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web;
use tracing::{Level, enabled, error, info, warn};

use crate::request;
use crate::state::Server;

/// Writes the line, but for static files. No query: it may carry a token.
pub(super) fn write(response: &ServiceResponse<BoxBody>, id: &HeaderValue, started: Instant) {
    let status = response.status();
    // What stands in the line costs more than it does to answer; so first, whether anybody reads it.
    if !is_wanted(status) {
        return;
    }
    let request = response.request();
    let path = request.path();
    if path.starts_with("/auth/static/") {
        return;
    }
    let server = request.app_data::<web::Data<Server>>();
    let client = server.map(|server| request::client(server, request).address.key());
    let (method, route) = (request.method().as_str(), request.match_pattern());
    let milliseconds = started.elapsed().as_millis();
    let (client, route) = (client.as_deref(), route.as_deref());
    let request_id = id.to_str().unwrap_or_default();
    if status.is_server_error() {
        error!(target: "access", request_id, method, path, route, status = status.as_u16(), milliseconds, client);
    } else if status.is_client_error() {
        warn!(target: "access", request_id, method, path, route, status = status.as_u16(), milliseconds, client);
    } else {
        info!(target: "access", request_id, method, path, route, status = status.as_u16(), milliseconds, client);
    }
}

fn is_wanted(status: StatusCode) -> bool {
    if status.is_server_error() {
        enabled!(target: "access", Level::ERROR)
    } else if status.is_client_error() {
        enabled!(target: "access", Level::WARN)
    } else {
        enabled!(target: "access", Level::INFO)
    }
}
