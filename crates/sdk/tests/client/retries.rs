//! What is asked again, how often, and when (R-56, T-21).

use std::net::TcpListener;
use std::time::{Duration, Instant};

use authara_client::{Client, Error};

use crate::stub::{Reply, Stub};

const COOKIES: &str = "authara_access=a; authara_refresh=r; authara_csrf=c";
const VERSION: &str = "GET /auth/version";

fn version() -> Reply {
    Reply::json(r#"{"version":"1"}"#)
}

fn away(status: u16) -> Reply {
    Reply::error(status, "service_unavailable")
}

#[tokio::test]
async fn r56_a_read_is_asked_again_until_it_goes_well() {
    for fault in [502, 503, 504] {
        let stub = Stub::start(vec![away(fault), away(fault), version()]);
        assert_eq!(stub.patient().version().await.unwrap(), "1");
        assert_eq!(stub.lines(), [VERSION; 3], "{fault}");
    }
}

#[tokio::test]
async fn r56_a_read_is_asked_three_times_at_most_and_ends_as_the_last_one_did() {
    let stub = Stub::start(vec![away(502), away(504), away(503), version()]);
    let error = stub.patient().version().await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(stub.lines().len(), 3);
    // And less often when that is wished.
    let stub = Stub::start(vec![away(502), away(503), version()]);
    let client = Client::builder(stub.url()).retries(1).build().unwrap();
    assert_eq!(client.version().await.unwrap_err().status(), Some(503));
    assert_eq!(stub.lines().len(), 2);
    let stub = Stub::start(vec![away(502), away(502), away(502), version()]);
    let client = Client::builder(stub.url()).retries(99).build().unwrap();
    assert_eq!(client.version().await.unwrap_err().status(), Some(502));
    assert_eq!(stub.lines().len(), 3);
}

#[tokio::test]
async fn r56_a_lost_connection_is_made_again() {
    let stub = Stub::start(vec![Reply::Raw(String::new()), Reply::Raw("nonsense\r\n\r\n".to_owned()), version()]);
    assert_eq!(stub.patient().version().await.unwrap(), "1");
    assert_eq!(stub.lines(), [VERSION; 3]);
}

#[tokio::test]
async fn r56_nobody_there_is_asked_again_and_then_told() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::builder(format!("http://{address}")).build().unwrap();
    let started = Instant::now();
    assert!(client.version().await.unwrap_err().is_unavailable());
    // Half of 100 ms and half of 200 ms are the least that is waited.
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn r56_other_answers_are_final() {
    for status in [400, 401, 403, 404, 409, 429, 500] {
        let stub = Stub::start(vec![Reply::error(status, "internal_error"), version()]);
        assert_eq!(stub.patient().version().await.unwrap_err().status(), Some(status));
        assert_eq!(stub.lines(), [VERSION]);
    }
}

#[tokio::test]
async fn r56_a_change_and_a_probe_are_never_sent_again() {
    async fn once<T>(line: &str, reply: fn() -> Reply, call: impl AsyncFnOnce(Client) -> Result<T, Error>) {
        let stub = Stub::start(vec![reply(), Reply::no_content()]);
        let error = call(stub.patient()).await.map(drop).expect_err("the stub is away");
        assert!(error.is_unavailable(), "{line}");
        assert_eq!(stub.lines(), [line]);
    }
    let faults: [fn() -> Reply; 2] = [|| away(503), || Reply::Raw(String::new())];
    for reply in faults {
        let logout = "POST /auth/api/v1/sessions/logout";
        once(logout, reply, async |client: Client| client.as_request(COOKIES).logout().await).await;
        let others = "DELETE /auth/api/v1/account/sessions/others";
        once(others, reply, async |client: Client| client.as_bearer("t").delete_other_account_sessions().await).await;
        let refresh = "POST /auth/api/v1/sessions/refresh?audience=app";
        once(refresh, reply, async |client: Client| client.as_request(COOKIES).refresh_session().await).await;
        once("GET /auth/health", reply, async |client: Client| client.health().await).await;
        once("GET /auth/ready", reply, async |client: Client| client.ready().await).await;
    }
}

#[tokio::test]
async fn r56_the_value_against_csrf_is_a_read_and_the_change_after_it_is_not() {
    let stub = Stub::start(vec![away(503), Reply::csrf("c"), away(503), Reply::no_content()]);
    let error = stub.patient().anonymous().logout().await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    let csrf = "GET /auth/api/v1/csrf";
    assert_eq!(stub.lines(), [csrf, csrf, "POST /auth/api/v1/sessions/logout"]);
}

#[tokio::test]
async fn t21_retry_after_is_waited_for() {
    let stub = Stub::start(vec![Reply::new(503, &["retry-after: 1"], ""), version()]);
    let started = Instant::now();
    assert_eq!(stub.patient().version().await.unwrap(), "1");
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn t21_retry_after_is_not_waited_for_beyond_its_limit_or_the_time_of_the_call() {
    let reply = |seconds: u64| Reply::new(503, &[&format!("retry-after: {seconds}")], "");
    for (seconds, client_seconds) in [(3600, 30), (u64::MAX, 30), (2, 1)] {
        let stub = Stub::start(vec![reply(seconds), version()]);
        let client = Client::builder(stub.url()).timeout(Duration::from_secs(client_seconds)).build().unwrap();
        let started = Instant::now();
        let error = client.version().await.unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "the caller may wait");
        assert_eq!(stub.lines(), [VERSION]);
    }
}

#[tokio::test]
async fn t21_a_silent_server_is_not_asked_again() {
    let stub = Stub::start(vec![Reply::Silence, version()]);
    let client = Client::builder(stub.url()).timeout(Duration::from_millis(300)).build().unwrap();
    assert!(client.version().await.unwrap_err().is_timeout());
    assert_eq!(stub.lines(), [VERSION], "its time is over");
}
