//! What is asked of a request before anything else looks at it: that its head is of a sensible size
//! (S-145), and that its body is small, plain and there (S-143, S-144, S-146).
//!
//! A body is taken in as a whole. Whoever reads it later has it at hand, no broken or endless one
//! gets past here, and the connection never stands between two requests with a part of one unread.

use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::{Payload, RequestHead, ServiceRequest};
use actix_web::http::header::{self, HeaderMap};
use actix_web::web;

use super::refusal::Refusal;
use crate::api::body::{self, MAX_BYTES};
use crate::server::{BODY_TIME, Options, Progress};

/// Most bytes of the request target: what stands between method and version.
const MAX_TARGET_BYTES: usize = 8 * 1024;
/// Most bytes of the header section. How many fields it may have, 96, is the parser's own bound.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// What a connection beyond the bound may ask for (S-147).
const PROBES: [&str; 2] = ["/auth/health", "/auth/ready"];

/// Takes the body in, if the request has one. It stays in the request: where it is refused it is
/// still unread, which the answer has to know.
///
/// # Errors
///
/// Which bound the request breaks.
pub(super) async fn take_in(request: &mut ServiceRequest) -> Result<(), Refusal> {
    check_head(request.head())?;
    let is_reserved = request.conn_data::<Rc<Progress>>().is_some_and(|progress| progress.is_reserved());
    if is_reserved && !PROBES.contains(&request.path()) {
        return Err(Refusal::Full);
    }
    if matches!(request.parts().1, Payload::None) {
        return Ok(());
    }
    if !check_body_headers(request.headers())? {
        // No body was announced: this is a client that would like to speak another protocol.
        request.set_payload(Payload::None);
        return Ok(());
    }
    // Most requests have none, so they do not carry the state for receiving it.
    Box::pin(receive(request)).await
}

fn check_head(head: &RequestHead) -> Result<(), Refusal> {
    let uri = &head.uri;
    let target = uri.path_and_query().map_or(0, |part| part.as_str().len());
    if target + uri.authority().map_or(0, |part| part.as_str().len()) > MAX_TARGET_BYTES {
        return Err(Refusal::LongTarget);
    }
    // Name, colon, space, value and the end of the line (RFC 9112 section 5).
    let bytes: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if bytes > MAX_HEADER_BYTES { Err(Refusal::LargeHeader) } else { Ok(()) }
}

/// Do the headers announce a body? One that is too long or in a coding is refused before it is read.
fn check_body_headers(headers: &HeaderMap) -> Result<bool, Refusal> {
    let is_plain = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
    if !headers.get_all(header::CONTENT_ENCODING).all(|value| is_plain(value.as_bytes())) {
        return Err(Refusal::EncodedBody);
    }
    let Some(length) = headers.get(header::CONTENT_LENGTH) else {
        return Ok(headers.contains_key(header::TRANSFER_ENCODING));
    };
    let length = length.to_str().ok().and_then(|text| text.trim().parse::<usize>().ok());
    if length.is_none_or(|length| length > MAX_BYTES) { Err(Refusal::LongBody) } else { Ok(true) }
}

async fn receive(request: &mut ServiceRequest) -> Result<(), Refusal> {
    let longest: Duration = request.app_data::<web::Data<Options>>().map_or(BODY_TIME, |options| options.body_time);
    let received = tokio::time::timeout(longest, body::collect(request.parts_mut().1)).await;
    match received {
        Ok(Ok(bytes)) => {
            request.set_payload(if bytes.is_empty() { Payload::None } else { Payload::from(bytes) });
            Ok(())
        }
        Ok(Err(body::Fault::TooLong)) => Err(Refusal::LongBody),
        Ok(Err(body::Fault::Broken)) => Err(Refusal::BrokenBody),
        Err(_) => Err(Refusal::SlowBody),
    }
}
