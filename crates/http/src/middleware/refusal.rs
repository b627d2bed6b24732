//! Answers to requests that are not let in. The connection is closed after each of them.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use authara_core::wire::{self, ErrorCode, ErrorResponse};

use super::is_api;
use crate::api::body::MAX_BYTES;
use crate::api::error::ApiError;
use crate::api::respond;
use crate::pages::error::PageError;
use crate::server::LINGER;

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There are too many connections.
    Full,
    /// The request target has too many bytes.
    LongTarget,
    /// The header section has.
    LargeHeader,
    /// The body is in a content coding.
    EncodedBody,
    /// The body has too many bytes.
    LongBody,
    /// The body ended too early, or its chunks are malformed.
    BrokenBody,
    /// The body did not arrive in time.
    SlowBody,
}

impl Refusal {
    /// The answer: the envelope below the API prefixes, else a page or a bare status.
    pub(super) async fn answer(self, request: ServiceRequest) -> ServiceResponse<BoxBody> {
        // What has arrived is sorted out meanwhile. Where that is the whole body, nothing stays
        // unread, and the connection is closed at once. A broken one has to be answered at once: the
        // layer below gives the connection up.
        if matches!(self, Self::EncodedBody | Self::LongBody) {
            tokio::task::yield_now().await;
        }
        let (request, payload) = request.into_parts();
        let response = if is_api(request.path()) { self.envelope() } else { self.page(&request) };
        let response = match payload {
            Payload::None => response,
            unread => response.map_body(|_, body| BoxBody::new(BeforeClose { body, _unread: unread })),
        };
        ServiceResponse::new(request, response)
    }

    /// The published contract knows 400 for what is wrong with a body. The other codes stand for
    /// what is refused before there is an operation.
    fn envelope(self) -> HttpResponse {
        let malformed = |text: &str| ApiError::invalid(text).error_response();
        match self {
            Self::Full => ApiError::unavailable().error_response(),
            Self::LongTarget => outside_contract(StatusCode::URI_TOO_LONG, "The address is too long."),
            Self::LargeHeader => {
                outside_contract(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large.")
            }
            Self::EncodedBody => malformed("The body must not be compressed."),
            Self::LongBody => malformed(&format!("The body has more than {MAX_BYTES} bytes.")),
            Self::BrokenBody => malformed("The body could not be read."),
            Self::SlowBody => malformed("The body did not arrive in time."),
        }
    }

    /// Rendering a page is more than a client deserves whose head alone was too much.
    fn page(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Full => HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "2")).finish(),
            Self::LongTarget => HttpResponse::new(StatusCode::URI_TOO_LONG),
            Self::LargeHeader => HttpResponse::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            Self::EncodedBody => PageError::ENCODED.respond(request),
            Self::LongBody => PageError::TOO_LARGE.respond(request),
            Self::BrokenBody | Self::SlowBody => PageError::BAD_FORM.respond(request),
        }
    }
}

fn outside_contract(status: StatusCode, text: &str) -> HttpResponse {
    let error = wire::ApiError { code: ErrorCode::InvalidRequest, message: text.to_owned() };
    respond::json(status, &ErrorResponse { error })
}

/// The body of an answer that leaves a request's body unread.
///
/// As long as somebody holds that, the HTTP layer knows that it cannot go on with this connection,
/// and closes it after a moment. Where everybody has let go of a body in chunks it would read on,
/// for ever, in the hope of another request behind it.
struct BeforeClose {
    body: BoxBody,
    _unread: Payload,
}

impl MessageBody for BeforeClose {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

/// What becomes of a request that was sent behind one whose answer closes the connection: nothing
/// (RFC 9112 section 9.6). The HTTP layer hands it on all the same.
pub(super) async fn abandon(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    // Not before that answer went out.
    tokio::time::sleep(LINGER).await;
    request.into_response(HttpResponse::new(StatusCode::BAD_REQUEST).set_body(BoxBody::new(NoMore)))
}

/// Ends the connection before a byte of the answer that it is the body of was sent.
struct NoMore;

impl MessageBody for NoMore {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(Some(Err("the connection is closed".into())))
    }
}
