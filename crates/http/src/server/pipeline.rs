//! From an accepted socket to the application: admission, time limits, HTTP/1.1.
//!
//! `actix_web::HttpServer` builds the same and has no place for a stream of one's own.

use std::fmt::Debug;
use std::future::ready;
use std::sync::Arc;

use actix_http::error::DispatchError;
use actix_http::{HttpServiceBuilder, KeepAlive, Request};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Extensions, Response};
use actix_web::rt::net::TcpStream;
use actix_web::web;
use tokio::time::sleep;

use super::Options;
use super::connection::Connection;
use super::connections::Connections;
use super::options::LINGER;

/// Serves the application on accepted sockets. `draining` gives a future that is done when the
/// server stops: idle connections are closed then.
pub(super) fn build<I, S, B, F, D>(
    app: I,
    options: web::Data<Options>,
    connections: Arc<Connections>,
    draining: F,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
    F: Fn() -> D + 'static,
    D: Future<Output = ()> + 'static,
{
    let app = app.into_factory().map_err(|error: S::Error| -> HttpResponse {
        let error: actix_web::Error = error.into();
        error.error_response()
    });
    let http = HttpServiceBuilder::<Connection, _>::default()
        // The connection keeps that time itself, without a timer for each request.
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(options.head_time)
        .client_disconnect_timeout(LINGER)
        .graceful_shutdown_signal(move || {
            let draining = draining();
            // What was sent before anybody could know of the stop is read and answered (S-175).
            async move {
                draining.await;
                sleep(LINGER).await;
            }
        })
        .on_connect_ext(|connection: &Connection, data: &mut Extensions| {
            data.insert(connection.progress());
        })
        // Nobody asks for the address or name in it.
        .h1(map_config(app, |()| AppConfig::default()));
    let admission = fn_service(move |stream: TcpStream| {
        ready(Connection::open(stream, &connections, &options).map_err(DispatchError::Io))
    });
    admission.and_then(http)
}
