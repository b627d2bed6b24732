//! Around every request: an id, bounds on what is sent, security headers, one log line; no panic
//! and no hanging handler reaches the client.

mod access_log;
mod guard;
mod intake;
mod refusal;
mod request_id;
mod security_headers;

use std::rc::Rc;
use std::time::Instant;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;

pub use self::guard::guard;
use crate::api::call::decode;
use crate::server::Progress;

/// Outermost: id, bounds, headers, log.
///
/// What breaks a bound is answered here and the connection closed, before anything looks at the
/// path or at who is calling.
///
/// # Errors
///
/// Hands on what comes from within.
pub async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let progress = request.conn_data::<Rc<Progress>>().cloned();
    if let Some(progress) = &progress {
        if progress.is_closing() {
            return Ok(refusal::abandon(request).await);
        }
        progress.request_begins();
    }
    let id = request_id::choose(&request);
    let taken_in = intake::take_in(&mut request).await;
    let closes = taken_in.is_err() || progress.as_ref().is_some_and(|progress| progress.is_reserved());
    if let Some(progress) = progress.as_ref().filter(|_| taken_in.is_ok()) {
        progress.request_runs();
    }
    let outcome = match taken_in {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(refusal) => Ok(refusal.answer(request).await),
    };
    if let Some(progress) = &progress {
        progress.request_ends();
        if closes {
            progress.close();
        }
    }
    let mut response = outcome?;
    if closes {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    access_log::write(&response, &id, started);
    security_headers::add(&mut response);
    response.headers_mut().insert(request_id::HEADER, id);
    Ok(response)
}

/// Is the path below one of the two API prefixes, where every answer is the envelope?
pub fn is_api(path: &str) -> bool {
    // Routes are matched after one decoding, so the prefix is too.
    let decoded = decode(path);
    let path = decoded.as_deref().unwrap_or(path);
    path.starts_with("/auth/api/") || path.starts_with("/auth/internal/")
}
