//! The extractor for actix-web 4.

use std::future::ready;
use std::pin::Pin;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, ResponseError, web};

use super::answer::{WebhookAnswer, WebhookRejection};
use super::log;
use super::receiver::{Webhook, WebhookReceiver};

type Extracting = Pin<Box<dyn Future<Output = Result<Webhook, WebhookRejection>>>>;

/// Reads the body up to the verifier's limit, verifies it, and gives an event that was not handled yet.
/// The [`WebhookReceiver`] is looked for in the application's data, by itself or in a [`web::Data`].
///
/// The extractors for JSON, text and bytes take the body too, so that no other of them can stand
/// beside it.
impl FromRequest for Webhook {
    type Error = WebhookRejection;
    type Future = Extracting;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(receiver) = receiver_of(request) else {
            log::rejected(&WebhookRejection::NotConfigured);
            return Box::pin(ready(Err(WebhookRejection::NotConfigured)));
        };
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let received = receive(&receiver, &request, payload).await;
            if let Err(rejection) = &received {
                log::rejected(rejection);
            }
            received
        })
    }
}

fn receiver_of(request: &HttpRequest) -> Option<WebhookReceiver> {
    let bare = request.app_data::<WebhookReceiver>();
    let shared = || request.app_data::<web::Data<WebhookReceiver>>().map(web::Data::get_ref);
    bare.or_else(shared).cloned()
}

async fn receive(
    receiver: &WebhookReceiver,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Webhook, WebhookRejection> {
    let announced = request.headers().get(CONTENT_LENGTH);
    receiver.check_announced_length(announced.map(HeaderValue::as_bytes))?;
    let read = to_bytes_limited(BodyStream::new(payload), receiver.limit_bytes()).await;
    let body = read.map_err(|_| receiver.too_large())?.map_err(|_| WebhookRejection::Unreadable)?;
    let lines = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let event = receiver.verifier().verify_lines(lines, &body)?;
    receiver.admit(event).await
}

impl ResponseError for WebhookRejection {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    /// Without a body: the server only looks at the status.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl Responder for WebhookAnswer {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse<Self::Body> {
        HttpResponse::new(status(self.status()))
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use actix_web::App;
    use actix_web::dev::ServiceResponse;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;
    use crate::webhooks::WebhookEvent;
    use crate::webhooks::testing::Delivery;
    use crate::webhooks::tests::{SECRET, delivery, receiver};

    /// Handles events, fails while it is told to, and counts how often it runs.
    #[derive(Clone, Default)]
    struct Handler {
        runs: Arc<AtomicUsize>,
        failures: Arc<AtomicUsize>,
    }

    async fn receive(webhook: Webhook, handler: web::Data<Handler>) -> WebhookAnswer {
        let handle = |_event: WebhookEvent| async move {
            handler.runs.fetch_add(1, Ordering::SeqCst);
            let fails = handler.failures.load(Ordering::SeqCst) > 0;
            if fails {
                handler.failures.fetch_sub(1, Ordering::SeqCst);
                return Err("the database is away");
            }
            Ok(())
        };
        webhook.handle(handle).await
    }

    fn request(delivery: &Delivery) -> TestRequest {
        let start = TestRequest::post().uri("/").set_payload(delivery.body.clone());
        let lines = delivery.headers.iter();
        lines.fold(start, |request, (name, value)| request.append_header((name.as_str(), value.as_bytes())))
    }

    async fn statuses(handler: &Handler, requests: Vec<TestRequest>) -> Vec<u16> {
        let app = App::new()
            .app_data(web::Data::new(receiver()))
            .app_data(web::Data::new(handler.clone()))
            .default_service(web::to(receive));
        let app = init_service(app).await;
        let mut statuses = Vec::new();
        for request in requests {
            let response: ServiceResponse = call_service(&app, request.to_request()).await;
            statuses.push(response.status().as_u16());
        }
        statuses
    }

    #[actix_web::test]
    async fn r76_the_first_delivery_is_handled_and_the_second_is_not() {
        let (handler, delivery) = (Handler::default(), delivery());
        let found = statuses(&handler, vec![request(&delivery), request(&delivery)]).await;
        assert_eq!(found, [204, 200]);
        assert_eq!(handler.runs.load(Ordering::SeqCst), 1);
    }

    #[actix_web::test]
    async fn r76_an_event_whose_handler_failed_comes_again() {
        let (handler, delivery) = (Handler::default(), delivery());
        handler.failures.store(1, Ordering::SeqCst);
        let found = statuses(&handler, vec![request(&delivery), request(&delivery), request(&delivery)]).await;
        assert_eq!(found, [500, 204, 200]);
    }

    #[actix_web::test]
    async fn r76_what_is_refused_never_gets_to_the_handler() {
        let handler = Handler::default();
        let unsigned = TestRequest::post().uri("/").set_payload("{}");
        let large = Delivery::raw(vec![b' '; 1024 * 1024 + 1]).sign(SECRET);
        let announced = request(&delivery()).insert_header(("content-length", "1048577"));
        let not_json = Delivery::raw(b"{".to_vec()).sign(SECRET);
        let twice = request(&delivery()).append_header(("x-authara-signature", "sha256="));
        let requests = vec![unsigned, request(&large), announced, request(&not_json), twice];
        assert_eq!(statuses(&handler, requests).await, [401, 413, 413, 400, 401]);
        assert_eq!(handler.runs.load(Ordering::SeqCst), 0);
    }

    #[actix_web::test]
    async fn without_a_receiver_the_server_tries_again_later() {
        let app = App::new().app_data(web::Data::new(Handler::default())).default_service(web::to(receive));
        let app = init_service(app).await;
        let response: ServiceResponse = call_service(&app, request(&delivery()).to_request()).await;
        assert_eq!(response.status().as_u16(), 500);
    }
}
