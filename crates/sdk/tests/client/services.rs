//! A service of `tower` in the place of a connection (R-50), with the same bounds.

use std::future::{Pending, pending};
use std::io;
use std::time::{Duration, Instant};

use authara_client::Client;

use crate::stub::{Reply, Stub};

#[tokio::test]
async fn r50_a_service_gets_the_request_as_the_server_would() {
    let stand_in = tower::service_fn(|request: http::Request<String>| async move {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "http://gateway.example/sub/auth/api/v1/sessions/logout");
        assert_eq!(request.headers()["cookie"], "authara_access=a; authara_csrf=c");
        assert_eq!(request.headers()["user-agent"], concat!("authara-client/", env!("CARGO_PKG_VERSION")));
        http::Response::builder().status(204).header("set-cookie", "authara_access=; Max-Age=0").body(String::new())
    });
    let client = Client::builder("http://gateway.example/sub/").service(stand_in).build().unwrap();
    let answer = client.as_request("authara_access=a; authara_csrf=c; theme=dark").logout().await.unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(answer.set_cookies.lines().count(), 1);
}

#[tokio::test]
async fn r50_a_service_is_waited_for_no_longer_than_configured() {
    type Never = Pending<io::Result<http::Response<String>>>;
    let stand_in = tower::service_fn(|_: http::Request<String>| -> Never { pending() });
    let builder = Client::builder("http://localhost:8080").service(stand_in);
    let client = builder.timeout(Duration::from_millis(200)).build().unwrap();
    let started = Instant::now();
    let error = client.version().await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(error.is_timeout() && error.is_unavailable());
}

#[tokio::test]
async fn r50_an_answer_of_a_service_is_bounded_too() {
    let stand_in = tower::service_fn(|_: http::Request<String>| async {
        Ok::<_, io::Error>(http::Response::new(" ".repeat((1 << 20) + 1)))
    });
    let client = Client::builder("http://localhost:8080").service(stand_in).build().unwrap();
    let error = client.version().await.unwrap_err();
    assert!(error.is_too_large() && !error.is_unavailable());
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn r50_a_service_that_fails_is_unavailable() {
    let stand_in = tower::service_fn(|_: http::Request<String>| async {
        Err::<http::Response<String>, _>(io::Error::other("the stand-in fell over"))
    });
    let client = Client::builder("http://localhost:8080").service(stand_in).retries(0).build().unwrap();
    let error = client.version().await.unwrap_err();
    assert!(error.is_unavailable() && !error.is_timeout());
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(source.as_deref(), Some("the stand-in fell over"));
}

#[tokio::test]
async fn r50_a_reqwest_client_of_ones_own_keeps_the_name_and_the_bounds_of_this_one() {
    let stub = Stub::start(vec![Reply::json(r#"{"version":"1"}"#), Reply::Endless, Reply::Silence]);
    // The builder before this one has installed the cryptography that any client wants.
    drop(stub.client());
    let own = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let client = stub.builder().http_client(own).timeout(Duration::from_secs(2)).build().unwrap();
    assert_eq!(client.version().await.unwrap(), "1");
    let version = concat!("authara-client/", env!("CARGO_PKG_VERSION"));
    assert_eq!(stub.seen()[0].header("user-agent").as_deref(), Some(version));
    assert!(client.version().await.unwrap_err().is_too_large());
    assert!(client.version().await.unwrap_err().is_timeout());
}
