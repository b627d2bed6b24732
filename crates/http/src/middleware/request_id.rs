//! The id that joins an answer, its log line and the log of a gateway.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web;
use uuid::Builder;

use crate::state::Server;

/// The header that carries the request id, both ways.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The client's own id if it is plain, else a new one; either way safe to log.
pub(super) fn choose(request: &ServiceRequest) -> HeaderValue {
    match request.headers().get(HEADER) {
        Some(given) if is_plain(given.as_bytes()) => given.clone(),
        _ => fresh(request),
    }
}

fn is_plain(id: &[u8]) -> bool {
    (1..=64).contains(&id.len()) && id.iter().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(c))
}

/// 32 hexadecimal digits of a UUID of version 7.
fn fresh(request: &ServiceRequest) -> HeaderValue {
    let now = request.app_data::<web::Data<Server>>().map(|server| server.app.clock.now());
    let millis = now.and_then(|now| u64::try_from(now.timestamp_millis()).ok()).unwrap_or_default();
    // From the generator of this thread: the id decides nothing, and the system's own generator
    // would cost every request a system call.
    let id = Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid();
    let mut digits = [0; 32];
    HeaderValue::from_str(id.simple().encode_lower(&mut digits)).unwrap_or(HeaderValue::from_static("unknown"))
}
