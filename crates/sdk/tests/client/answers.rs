//! How answers are read: bodies, cookies, and every kind of refusal (T-20, T-21).

use std::time::Duration;

use authara_client::ErrorCode;

use crate::stub::{Reply, Stub};

const COOKIES: &str = "authara_access=a; authara_refresh=r; authara_csrf=c";

#[tokio::test]
async fn an_answer_carries_cookies_status_and_request_id() {
    let headers = [
        "set-cookie: authara_access=a2; Path=/; HttpOnly",
        "set-cookie: lb=node7",
        "set-cookie: authara_refresh=r2; Path=/; HttpOnly",
        "x-request-id: r-1",
    ];
    let stub = Stub::start(vec![Reply::new(200, &headers, "")]);
    let answer = stub.client().as_request(COOKIES).refresh_session().await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
    let lines: Vec<&str> = answer.set_cookies.lines().collect();
    assert_eq!(
        lines,
        ["authara_access=a2; Path=/; HttpOnly", "authara_refresh=r2; Path=/; HttpOnly"],
        "in order, verbatim, and none of the gateway's"
    );
}

#[tokio::test]
async fn t20_every_code_of_the_contract_is_told_and_so_is_one_of_the_future() {
    for code in ErrorCode::ALL.iter().chain([&ErrorCode::from("from_the_future")]) {
        let stub = Stub::start(vec![Reply::error(418, code.as_str())]);
        let error = stub.client().anonymous().get_version().await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(418), Some(code)));
        assert_eq!(error.message(), Some("for people"));
        assert_eq!(error.operation(), "getVersion");
    }
}

#[tokio::test]
async fn t20_an_error_that_is_not_the_servers_has_a_status_and_no_code() {
    for body in ["", "<h1>Bad Gateway</h1>", "{}", r#"{"error":"x"}"#, "[1]"] {
        let stub = Stub::start(vec![Reply::new(502, &[], body)]);
        let error = stub.client().anonymous().get_version().await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(502), None), "{body}");
        assert!(error.is_unavailable());
    }
}

#[tokio::test]
async fn t21_the_server_says_when_to_come_back() {
    let envelope = r#"{"error":{"code":"rate_limited","message":"x"}}"#;
    let stub = Stub::start(vec![Reply::new(429, &["retry-after: 7", "x-request-id: r-2"], envelope)]);
    let error = stub.client().anonymous().get_version().await.unwrap_err();
    assert!(error.is_rate_limited() && !error.is_unavailable());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.request_id(), Some("r-2"));
}

#[tokio::test]
async fn t20_a_success_that_does_not_follow_the_contract_is_an_error_of_its_own() {
    for reply in [
        Reply::json(""),
        Reply::json("{}"),
        Reply::json(r#"{"version":{"canary":1}}"#),
        Reply::json("<h1>canary</h1>"),
        Reply::no_content(),
    ] {
        let stub = Stub::start(vec![reply]);
        let error = stub.client().anonymous().get_version().await.unwrap_err();
        assert!(!error.is_unavailable() && !error.is_unauthorized(), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn signed_out_and_away_are_different_things() {
    let stub = Stub::start(vec![Reply::error(401, "unauthorized"), Reply::error(503, "service_unavailable")]);
    let caller = stub.client().as_request(COOKIES);
    assert_eq!(caller.current_user_opt().await.unwrap(), None);
    let error = caller.current_user_opt().await.unwrap_err();
    assert!(error.is_unavailable() && !error.is_unauthorized());
}

#[tokio::test]
async fn r33_a_refusal_carries_the_cookies_that_it_clears() {
    let envelope = r#"{"error":{"code":"unauthorized","message":"x"}}"#;
    let headers = ["set-cookie: authara_access=; Max-Age=0", "set-cookie: authara_refresh=; Max-Age=0"];
    let stub = Stub::start(vec![Reply::new(401, &headers, envelope)]);
    let error = stub.client().as_request(COOKIES).refresh_session().await.unwrap_err();
    assert!(error.is_unauthorized());
    let lines: Vec<&str> = error.set_cookies().lines().collect();
    assert_eq!(lines, ["authara_access=; Max-Age=0", "authara_refresh=; Max-Age=0"]);
}

#[tokio::test]
async fn k34_a_redirect_is_not_followed() {
    let elsewhere = Stub::start(vec![Reply::json(r#"{"version":"1"}"#)]);
    let location = format!("location: {}/auth/version", elsewhere.url());
    let stub = Stub::start(vec![Reply::new(302, &[&location], "")]);
    let error = stub.client().anonymous().get_version().await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert!(elsewhere.seen().is_empty());
}
