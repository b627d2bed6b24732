//! Around each resource: a panic or a hanging handler costs that request alone.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _, web};
use futures_util::FutureExt as _;
use tracing::error;

use super::is_api;
use crate::api::error::ApiError;
use crate::pages;
use crate::server::{HANDLER_TIME, Options};

/// A panic answers 500 for that request only (S-154), and a handler that hangs is given up. What it
/// had asked the store to do still happens or not as a whole.
///
/// # Errors
///
/// Hands on what comes from within.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let longest = request.app_data::<web::Data<Options>>().map_or(HANDLER_TIME, |options| options.handler_time);
    let kept = request.request().clone();
    let handled = tokio::time::timeout(longest, AssertUnwindSafe(next.call(request)).catch_unwind()).await;
    let failure = match handled {
        Ok(Ok(outcome)) => return outcome.map(ServiceResponse::map_into_boxed_body),
        Ok(Err(_)) => {
            error!(path = kept.path(), "a handler panicked");
            ApiError::internal()
        }
        Err(_) => {
            error!(path = kept.path(), "a handler took too long");
            ApiError::unavailable()
        }
    };
    let response = if is_api(kept.path()) { failure.error_response() } else { pages::error::render(&kept, &failure) };
    Ok(ServiceResponse::new(kept, response))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::*;

    async fn panicking() -> HttpResponse {
        std::future::ready(()).await;
        panic!("injected")
    }

    async fn hanging() -> HttpResponse {
        std::future::pending().await
    }

    async fn working() -> HttpResponse {
        std::future::ready(HttpResponse::NoContent().finish()).await
    }

    #[actix_web::test]
    async fn s154_s146_a_panic_or_a_hanging_handler_costs_that_request_alone() {
        let options = Options { handler_time: Duration::from_millis(20), ..Options::default() };
        let app = App::new()
            .app_data(web::Data::new(options))
            .service(web::resource("/auth/api/v1/panic").route(web::get().to(panicking)).wrap(from_fn(guard)))
            .service(web::resource("/auth/api/v1/hang").route(web::get().to(hanging)).wrap(from_fn(guard)))
            .service(web::resource("/auth/panic").route(web::get().to(panicking)).wrap(from_fn(guard)))
            .service(web::resource("/auth/work").route(web::get().to(working)).wrap(from_fn(guard)));
        let app = init_service(app).await;
        for _ in 0..3 {
            for (path, status, code) in [
                ("/auth/api/v1/panic", StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
                ("/auth/api/v1/hang", StatusCode::SERVICE_UNAVAILABLE, "service_unavailable"),
                ("/auth/panic", StatusCode::INTERNAL_SERVER_ERROR, ""),
                ("/auth/work", StatusCode::NO_CONTENT, ""),
            ] {
                let answer = call_service(&app, TestRequest::with_uri(path).to_request()).await;
                assert_eq!(answer.status(), status, "{path}");
                let body = call_and_read_body(&app, TestRequest::with_uri(path).to_request()).await;
                let text = String::from_utf8(body.to_vec()).unwrap();
                assert!(text.contains(code) && !text.contains("injected"), "{path}: {text}");
            }
        }
    }
}
