//! What needs no account: liveness, readiness, version, CSRF value, the contract itself.

use actix_web::{HttpResponse, web};
use authara_core::wire::{CsrfToken, Readiness, Version};

use super::body::NoBody;
use super::call::{Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;
use crate::request::cookies::Cookies;
use crate::request::{self, csrf};
use crate::server::Lifecycle;
use crate::state::Server;

/// The contract as JSON, made at build time.
static OPEN_API: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// `GET /auth/health`: the process answers. The media type is what existing probes expect.
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(r#"{"status":"ok"}"#)
}

/// `GET /auth/ready`: the database answers too, and the server is there to stay.
///
/// # Errors
///
/// 503 when it does not, and as soon as the server was told to stop.
pub async fn ready(server: web::Data<Server>, lifecycle: web::Data<Lifecycle>) -> Result<HttpResponse, ApiError> {
    if lifecycle.is_stopping() {
        return Err(ApiError::unavailable());
    }
    server.app.store.ping().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        ApiError::unavailable()
    })?;
    Ok(respond::ok(&Readiness { status: "ready".to_owned() }))
}

/// `GET /auth/version`.
pub async fn version() -> HttpResponse {
    respond::ok(&Version { version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// `GET /auth/api/v1/csrf`.
#[derive(Debug)]
pub struct GetCsrfToken;

impl Operation for GetCsrfToken {
    type Body = NoBody;
    type Path = NoPath;
}

/// Gives the browser's CSRF value if it is usable, else a new one.
///
/// # Errors
///
/// 500 or 503 when the access cookie's session could not be looked up.
pub async fn csrf(call: Call<GetCsrfToken>) -> Result<HttpResponse, ApiError> {
    let session = request::cookie_session(&call.server, &call.request).await?.map(|claims| claims.session);
    let value = csrf::ensure(&call.server, &call.request, session);
    let response = respond::ok(&CsrfToken { csrf_token: value.as_str().to_owned() });
    Ok(match &value {
        csrf::Value::Kept(_) => response,
        csrf::Value::Fresh(fresh) => respond::with_cookies(response, Cookies::keep().csrf(&call.server, fresh)),
    })
}

/// `GET /auth/api/v1/openapi.json`.
pub async fn open_api_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(web::Bytes::from_static(OPEN_API.as_bytes()))
}
