//! The extractor for axum 0.8, built on axum-core 0.5.

use std::error::Error as StdError;

use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::answer::{WebhookAnswer, WebhookRejection};
use super::log;
use super::receiver::{Webhook, WebhookReceiver};

/// Reads the body up to the verifier's limit, verifies it, and gives an event that was not handled yet.
/// The [`WebhookReceiver`] is the router's state or a part of it.
///
/// It takes the body, and is the last argument of a handler.
impl<S> FromRequest<S> for Webhook
where
    WebhookReceiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let receiver = WebhookReceiver::from_ref(state);
        let received = receive(&receiver, request).await;
        if let Err(rejection) = &received {
            log::rejected(rejection);
        }
        received
    }
}

async fn receive(receiver: &WebhookReceiver, request: Request) -> Result<Webhook, WebhookRejection> {
    let (parts, body) = request.into_parts();
    let announced = parts.headers.get(CONTENT_LENGTH);
    receiver.check_announced_length(announced.map(HeaderValue::as_bytes))?;
    let read = Limited::new(body, receiver.limit_bytes()).collect().await;
    let body = read.map_err(|fault| {
        // A layer around the route may have a lower limit of its own.
        if is_length_limit(fault.as_ref()) { receiver.too_large() } else { WebhookRejection::Unreadable }
    })?;
    receiver.receive(&parts.headers, &body.to_bytes()).await
}

fn is_length_limit(fault: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(fault);
    while let Some(fault) = next {
        if fault.is::<LengthLimitError>() {
            return true;
        }
        next = fault.source();
    }
    false
}

impl IntoResponse for WebhookRejection {
    /// Without a body: the server only looks at the status.
    fn into_response(self) -> Response {
        status(self.status()).into_response()
    }
}

impl IntoResponse for WebhookAnswer {
    fn into_response(self) -> Response {
        status(self.status()).into_response()
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum_core::body::Body;
    use bytes::Bytes;
    use http_body::Frame;

    use super::*;
    use crate::webhooks::testing::Delivery;
    use crate::webhooks::tests::{SECRET, delivery, receiver};

    /// A body of so many frames of 1 KiB, after which the connection breaks.
    struct Script {
        frames_left: usize,
    }

    impl http_body::Body for Script {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
            let Some(frames_left) = self.frames_left.checked_sub(1) else {
                return Poll::Ready(Some(Err(io::Error::other("reset"))));
            };
            self.frames_left = frames_left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1024])))))
        }
    }

    fn request(delivery: &Delivery) -> Request {
        let mut request = Request::new(Body::from(delivery.body.clone()));
        *request.headers_mut() = delivery.headers.clone();
        request
    }

    /// What a route that succeeds, or fails, answers.
    async fn answer(receiver: &WebhookReceiver, request: Request, outcome: Result<(), &'static str>) -> u16 {
        let response = match <Webhook as FromRequest<WebhookReceiver>>::from_request(request, receiver).await {
            Ok(webhook) => webhook.handle(|_event| async move { outcome }).await.into_response(),
            Err(rejection) => rejection.into_response(),
        };
        response.status().as_u16()
    }

    #[tokio::test]
    async fn r76_the_outcomes_have_their_statuses() {
        let (receiver, delivery) = (receiver(), delivery());
        let mut found = Vec::new();
        for outcome in [Err("the database is away"), Ok(()), Ok(())] {
            found.push(answer(&receiver, request(&delivery), outcome).await);
        }
        assert_eq!(found, [500, 204, 200]);
        let unsigned = Request::new(Body::from("{}"));
        assert_eq!(answer(&receiver, unsigned, Ok(())).await, 401);
        let not_json = Delivery::raw(b"{".to_vec()).sign(SECRET);
        assert_eq!(answer(&receiver, request(&not_json), Ok(())).await, 400);
    }

    #[tokio::test]
    async fn r72_a_body_is_refused_as_soon_as_it_is_known_to_be_too_large() {
        let receiver = receiver();
        let large = Delivery::raw(vec![b' '; 1024 * 1024 + 1]).sign(SECRET);
        assert_eq!(answer(&receiver, request(&large), Ok(())).await, 413);
        let mut announced = request(&delivery());
        announced.headers_mut().insert(CONTENT_LENGTH, "1048577".parse().unwrap());
        assert_eq!(answer(&receiver, announced, Ok(())).await, 413);
        // It never ends, so that only the limit ends the reading.
        let endless = Request::new(Body::new(Script { frames_left: usize::MAX }));
        assert_eq!(answer(&receiver, endless, Ok(())).await, 413);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_malformed() {
        let broken = Request::new(Body::new(Script { frames_left: 3 }));
        assert_eq!(answer(&receiver(), broken, Ok(())).await, 400);
    }
}
