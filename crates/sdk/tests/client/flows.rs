//! Values against CSRF, fetched as needed (T-16), and sessions with a memory.

use authara_client::wire::PasswordLoginRequest;
use authara_client::{CookieNames, SecretText};

use crate::stub::{Reply, Seen, Stub};

const LOGIN: &str = "POST /auth/api/v1/login?audience=app";
const LOGOUT: &str = "POST /auth/api/v1/sessions/logout";
const CSRF: &str = "GET /auth/api/v1/csrf";
const USER: &str = "GET /auth/api/v1/user";

fn credentials() -> PasswordLoginRequest {
    PasswordLoginRequest { email: Some("dana@example.org".to_owned()), identifier: None, password: "p".to_owned() }
}

/// What a login answers, with three cookies of these names.
fn signed_in(names: &CookieNames) -> Reply {
    let body = r#"{"user":{"id":"c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60","email":"dana@example.org","username":"d",
        "disabled":false,"created_at":"2026-03-02T09:15:27Z"},"access_token":"a","refresh_token":"r"}"#;
    let lines = [(&names.access, "a"), (&names.refresh, "r"), (&names.csrf, "c2")]
        .map(|(name, value)| format!("set-cookie: {name}={value}; Path=/; Max-Age=600"));
    Reply::new(200, &lines.each_ref().map(String::as_str), body)
}

fn pairs(seen: &Seen) -> (String, String) {
    (seen.header("cookie").unwrap_or_default(), seen.header("x-csrf-token").unwrap_or_default())
}

fn pair(cookie: &str, csrf: &str) -> (String, String) {
    (cookie.to_owned(), csrf.to_owned())
}

#[tokio::test]
async fn t16_a_missing_value_is_fetched_used_and_passed_on() {
    let stub = Stub::start(vec![Reply::csrf("c1"), signed_in(&CookieNames::contract())]);
    let answer = stub.client().anonymous().login_with_password(&credentials()).await.unwrap();
    assert_eq!(stub.lines(), [CSRF, LOGIN]);
    let seen = stub.seen();
    assert_eq!(pairs(&seen[0]), pair("", ""));
    assert_eq!(pairs(&seen[1]), pair("authara_csrf=c1", "c1"));
    let names: Vec<&str> = answer.set_cookies.lines().filter_map(|line| line.split(';').next()).collect();
    assert_eq!(
        names,
        ["authara_csrf=c1", "authara_access=a", "authara_refresh=r", "authara_csrf=c2"],
        "the browser ends up with the last one"
    );
}

#[tokio::test]
async fn t16_a_stale_value_is_replaced_and_the_change_sent_once_more() {
    let stub = Stub::start(vec![Reply::error(403, "forbidden"), Reply::csrf("c2"), Reply::no_content()]);
    let caller = stub.client().as_request("authara_access=a; authara_csrf=c1; theme=dark");
    let answer = caller.logout().await.unwrap();
    assert_eq!(stub.lines(), [LOGOUT, CSRF, LOGOUT]);
    let found: Vec<_> = stub.seen().iter().map(pairs).collect();
    assert_eq!(
        found,
        [
            pair("authara_access=a; authara_csrf=c1", "c1"),
            pair("authara_access=a; authara_csrf=c1", ""),
            pair("authara_access=a; authara_csrf=c2", "c2"),
        ]
    );
    assert_eq!(answer.set_cookies.lines().collect::<Vec<_>>(), ["authara_csrf=c2; Path=/"]);
}

#[tokio::test]
async fn t16_once_more_and_not_twice() {
    let script =
        vec![Reply::error(403, "forbidden"), Reply::csrf("c2"), Reply::error(403, "forbidden"), Reply::csrf("c3")];
    let stub = Stub::start(script);
    let error = stub.client().as_request("authara_csrf=c1").logout().await.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(stub.lines(), [LOGOUT, CSRF, LOGOUT]);
    assert_eq!(error.set_cookies().lines().count(), 1, "the browser still gets the new value");
}

#[tokio::test]
async fn what_is_forbidden_for_another_reason_is_not_sent_again() {
    // The value is good as it is, so the server gives it back.
    let stub = Stub::start(vec![Reply::error(403, "forbidden"), Reply::json(r#"{"csrf_token":"c1"}"#)]);
    let error = stub.client().as_request("authara_csrf=c1").logout().await.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(stub.lines(), [LOGOUT, CSRF]);
    // A value that was fetched a moment ago is not doubted, and a read has none.
    let stub = Stub::start(vec![Reply::csrf("c1"), Reply::error(403, "forbidden"), Reply::error(403, "forbidden")]);
    assert!(stub.client().anonymous().logout().await.unwrap_err().is_forbidden());
    assert!(stub.client().anonymous().get_current_user().await.unwrap_err().is_forbidden());
    assert_eq!(stub.lines(), [CSRF, LOGOUT, USER]);
}

#[tokio::test]
async fn t19_two_csrf_cookies_are_none() {
    let stub = Stub::start(vec![Reply::csrf("c1"), Reply::no_content()]);
    stub.client().as_request("authara_csrf=x; authara_csrf=y").logout().await.unwrap();
    assert_eq!(stub.lines(), [CSRF, LOGOUT]);
    assert_eq!(pairs(&stub.seen()[1]), pair("authara_csrf=c1", "c1"));
}

#[tokio::test]
async fn a_session_keeps_what_it_is_given_and_forgets_what_is_cleared() {
    let cleared = ["set-cookie: authara_access=; Max-Age=0", "set-cookie: authara_refresh=; Max-Age=0"];
    let envelope = r#"{"error":{"code":"unauthorized","message":"x"}}"#;
    let stub = Stub::start(vec![
        Reply::csrf("c1"),
        signed_in(&CookieNames::contract()),
        Reply::error(503, "service_unavailable"),
        Reply::new(401, &cleared, envelope),
        Reply::no_content(),
    ]);
    let session = stub.client().session();
    assert!(!session.has_tokens());
    session.login_with_password(&credentials()).await.unwrap();
    assert_eq!(session.access_token(), Some(SecretText::new("a")));
    assert_eq!(session.refresh_token(), Some(SecretText::new("r")));
    assert!(session.get_current_user().await.unwrap_err().is_unavailable());
    assert!(session.has_tokens(), "an outage signs nobody out");
    assert!(session.refresh_session().await.unwrap_err().is_unauthorized());
    assert!(!session.has_tokens());
    session.logout().await.unwrap();
    let found: Vec<_> = stub.seen().iter().map(pairs).collect();
    assert_eq!(
        found,
        [
            pair("", ""),
            pair("authara_csrf=c1", "c1"),
            pair("authara_access=a", ""),
            pair("authara_refresh=r; authara_csrf=c2", "c2"),
            pair("authara_csrf=c2", "c2"),
        ]
    );
}

#[tokio::test]
async fn d21_cookies_may_have_other_names_and_the_server_another_prefix() {
    let names = CookieNames::host_prefixed();
    let csrf = Reply::new(200, &["set-cookie: __Host-authara_csrf=c1; Path=/; Secure"], r#"{"csrf_token":"c1"}"#);
    let stub = Stub::start(vec![csrf, signed_in(&names), Reply::no_content()]);
    let client = stub.builder().prefix("/id").cookie_names(names).build().unwrap();
    let session = client.session();
    session.login_with_password(&credentials()).await.unwrap();
    session.logout().await.unwrap();
    let lines = stub.lines();
    assert_eq!(lines, ["GET /id/api/v1/csrf", "POST /id/api/v1/login?audience=app", "POST /id/api/v1/sessions/logout"]);
    let cookies = "__Host-authara_access=a; __Host-authara_refresh=r; __Host-authara_csrf=c2";
    assert_eq!(pairs(&stub.seen()[2]), pair(cookies, "c2"));
}
