//! Bounds on time and size, and what is never tried again (T-15, T-20, T-21).

use std::net::TcpListener;
use std::time::{Duration, Instant};

use authara_client::wire::SetPasswordRequest;
use authara_client::{Client, Error};

use crate::stub::{Reply, Stub};

const COOKIES: &str = "authara_access=a; authara_csrf=c";
/// Far more than the times configured here, far less than the stub is silent.
const SOON: Duration = Duration::from_secs(20);

async fn version_of(reply: Reply) -> Result<String, Error> {
    let stub = Stub::start(vec![reply]);
    let client = stub.builder().timeout(Duration::from_secs(10)).build().expect("a good configuration");
    client.anonymous().get_version().await.map(|answer| answer.body.version)
}

#[tokio::test]
async fn t21_a_silent_server_is_waited_for_no_longer_than_configured() {
    let stub = Stub::start(vec![Reply::Silence]);
    let client = stub.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let started = Instant::now();
    let error = client.anonymous().get_version().await.unwrap_err();
    assert!(started.elapsed() < SOON);
    assert!(error.is_timeout() && error.is_unavailable());
    assert_eq!(error.status(), None);
}

#[tokio::test]
async fn the_time_is_that_of_the_whole_call_with_its_csrf_value() {
    let stub = Stub::start(vec![Reply::csrf("c"), Reply::Silence]);
    let client = stub.builder().timeout(Duration::from_millis(1500)).build().unwrap();
    let started = Instant::now();
    let error = client.anonymous().logout().await.unwrap_err();
    assert!(started.elapsed() < SOON);
    assert!(error.is_timeout());
    assert_eq!(stub.lines().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::builder(format!("http://127.0.0.1:{port}")).build().unwrap();
    let error = client.anonymous().get_version().await.unwrap_err();
    assert!(error.is_unavailable() && !error.is_timeout());
    assert!(client.health().await.unwrap_err().is_unavailable());
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn t20_an_answer_of_more_than_one_mebibyte_is_not_read() {
    let padding = |length: usize| " ".repeat(length - 15);
    let fits = format!("{}{}", r#"{"version":"1"}"#, padding(1 << 20));
    assert_eq!(version_of(Reply::json(&fits)).await.unwrap(), "1");
    for reply in [Reply::json(&format!("{fits} ")), Reply::Endless] {
        let error = version_of(reply).await.unwrap_err();
        assert_eq!(error.status(), Some(200));
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }
}

#[tokio::test]
async fn t15_a_lost_answer_is_unavailable() {
    for text in [
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 Stub\r\ncontent-length: 100\r\n\r\n{\"version\":",
        "HTTP/1.1 200 Stub\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let error = version_of(Reply::Raw(text.to_owned())).await.unwrap_err();
        assert!(error.is_unavailable(), "{text:?}: {error}");
    }
    // The status is known, so the missing rest changes nothing.
    let text = "HTTP/1.1 401 Stub\r\ncontent-length: 100\r\n\r\n{";
    let error = version_of(Reply::Raw(text.to_owned())).await.unwrap_err();
    assert!(error.is_unauthorized() && error.code().is_none());
}

#[tokio::test]
async fn t21_a_change_is_sent_once_however_it_fails() {
    for reply in [
        Reply::error(503, "service_unavailable"),
        Reply::error(500, "internal_error"),
        Reply::error(429, "rate_limited"),
        Reply::error(401, "unauthorized"),
        Reply::Raw(String::new()),
    ] {
        let stub = Stub::start(vec![reply, Reply::no_content()]);
        let request = SetPasswordRequest { password: "p".to_owned() };
        let outcome = stub.client().as_request(COOKIES).set_current_user_password(&request).await;
        assert!(outcome.is_err());
        assert_eq!(stub.lines(), ["PUT /auth/api/v1/users/password"]);
    }
}
