//! What each operation sends (T-18, T-20): method, path, query, body, cookies and headers.

use authara_client::wire::{
    ChangePasswordRequest, CreatePasswordRequest, PasswordLoginRequest, SetPasswordRequest, SignupRequest,
    TokenRefreshRequest, Tokens,
};
use authara_client::{Caller, Error, SessionId};

use crate::stub::{Reply, Seen, Stub};

const SESSION: &str = "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11";
const COOKIES: &str = "sid=canary; authara_csrf=c; authara_access=a; theme=canary; authara_refresh=r";

fn user() -> String {
    r#"{"id":"c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60","email":"dana@example.org","username":"dana-48213",
        "disabled":false,"created_at":"2026-03-02T09:15:27.418203Z","from_the_future":1}"#
        .to_owned()
}

fn signed_in() -> Reply {
    let user = user();
    Reply::json(&format!(r#"{{"user":{user},"access_token":"new-a","refresh_token":"new-r"}}"#))
}

/// What the server saw of a call on behalf of a browser.
async fn sent<T>(reply: Reply, call: impl AsyncFnOnce(Caller) -> Result<T, Error>) -> Seen {
    let stub = Stub::start(vec![reply]);
    let caller = stub.client().as_request(COOKIES).user_agent("Browser/1.0");
    call(caller).await.map(drop).expect("the stub said yes");
    let mut seen = stub.seen();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

/// Compares what matters and differs between operations, and checks what never does.
fn assert_sent(seen: &Seen, line: &str, cookie: &str, csrf: &str, body: &str) {
    assert_eq!(seen.line, line);
    assert_eq!(seen.header("cookie").unwrap_or_default(), cookie, "{line}");
    assert_eq!(seen.header("x-csrf-token").unwrap_or_default(), csrf, "{line}");
    assert_eq!(seen.body, body, "{line}");
    let media_type = seen.header("content-type");
    assert_eq!(media_type.as_deref(), (!body.is_empty()).then_some("application/json"), "{line}");
    assert_eq!(seen.header("accept").as_deref(), Some("application/json"), "{line}");
    assert_eq!(seen.header("user-agent").as_deref(), Some("Browser/1.0"), "{line}");
    for never in ["origin", "referer", "authorization", "sec-fetch-mode", "sec-fetch-site", "x-forwarded-for"] {
        assert_eq!(seen.header(never), None, "{line}");
    }
    assert!(!format!("{seen:?}").contains("canary"), "{line}");
}

#[tokio::test]
async fn t20_operations_about_the_server_carry_no_cookies() {
    let seen = sent(Reply::new(200, &["content-type: text/plain"], r#"{"status":"ok"}"#), async |caller| {
        caller.get_health().await
    });
    assert_sent(&seen.await, "GET /auth/health", "", "", "");
    let seen = sent(Reply::json(r#"{"status":"ready"}"#), async |caller| caller.get_readiness().await);
    assert_sent(&seen.await, "GET /auth/ready", "", "", "");
    let seen = sent(Reply::json(r#"{"version":"1"}"#), async |caller| caller.get_version().await);
    assert_sent(&seen.await, "GET /auth/version", "", "", "");
    let seen = sent(Reply::json(r#"{"openapi":"3.0.3"}"#), async |caller| caller.get_open_api_document().await);
    assert_sent(&seen.await, "GET /auth/api/v1/openapi.json", "", "", "");
}

#[tokio::test]
async fn t20_signing_in_and_out() {
    let all = "authara_access=a; authara_refresh=r; authara_csrf=c";
    let seen = sent(Reply::json(r#"{"csrf_token":"c"}"#), async |caller| caller.get_csrf_token().await);
    assert_sent(&seen.await, "GET /auth/api/v1/csrf", "authara_access=a; authara_csrf=c", "", "");

    let login = PasswordLoginRequest {
        email: None,
        identifier: Some("dana@example.org".to_owned()),
        password: "correct horse".to_owned(),
    };
    let seen = sent(signed_in(), async |caller| caller.login_with_password(&login).await);
    let body = r#"{"identifier":"dana@example.org","password":"correct horse"}"#;
    assert_sent(&seen.await, "POST /auth/api/v1/login?audience=app", all, "c", body);
    let seen = sent(signed_in(), async |caller| caller.audience("admin").login_with_password(&login).await);
    assert_sent(&seen.await, "POST /auth/api/v1/login?audience=admin", all, "c", body);

    let signup = SignupRequest {
        email: "dana@example.org".to_owned(),
        password: "correct horse".to_owned(),
        invitation_code: None,
    };
    // Nobody signs up for the administration.
    let seen = sent(signed_in(), async |caller| caller.audience("admin").signup_direct(&signup).await);
    let body = r#"{"email":"dana@example.org","password":"correct horse"}"#;
    assert_sent(&seen.await, "POST /auth/api/v1/signup/direct?audience=app", all, "c", body);

    let seen = sent(Reply::no_content(), async |caller| caller.logout().await);
    assert_sent(&seen.await, "POST /auth/api/v1/sessions/logout", all, "c", "");
}

#[tokio::test]
async fn t20_refreshing() {
    let seen = sent(Reply::new(200, &[], ""), async |caller| caller.refresh_session().await);
    let line = "POST /auth/api/v1/sessions/refresh?audience=app";
    assert_sent(&seen.await, line, "authara_refresh=r; authara_csrf=c", "c", "");
    let seen = sent(Reply::no_content(), async |caller| caller.audience(" ").refresh_session().await);
    assert_sent(&seen.await, line, "authara_refresh=r; authara_csrf=c", "c", "");

    let request = TokenRefreshRequest { refresh_token: "r2".to_owned(), audience: Some("app".to_owned()) };
    let tokens = Reply::json(r#"{"access_token":"a3","refresh_token":"r3"}"#);
    let seen = sent(tokens, async |caller| caller.refresh_tokens(&request).await);
    let body = r#"{"refresh_token":"r2","audience":"app"}"#;
    assert_sent(&seen.await, "POST /auth/api/v1/tokens/refresh", "", "", body);
}

#[tokio::test]
async fn t20_reading_ones_own_account_takes_the_access_cookie_alone() {
    let user = user();
    let current = user.replace(
        r#""from_the_future":1"#,
        r#""roles":["authara:new"],"organization":{"id":"5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99","name":"x","role":"new"}"#,
    );
    let seen = sent(Reply::json(&current), async |caller| caller.get_current_user().await);
    assert_sent(&seen.await, "GET /auth/api/v1/user", "authara_access=a", "", "");
    let account = format!(r#"{{"user":{user},"sessions":[],"auth_methods":[],"passkeys":[]}}"#);
    let seen = sent(Reply::json(&account), async |caller| caller.get_account().await);
    assert_sent(&seen.await, "GET /auth/api/v1/account", "authara_access=a", "", "");
    let seen = sent(Reply::json(r#"{"sessions":[]}"#), async |caller| caller.list_account_sessions().await);
    assert_sent(&seen.await, "GET /auth/api/v1/account/sessions", "authara_access=a", "", "");
}

#[tokio::test]
async fn t20_changing_ones_own_account() {
    let cookies = "authara_access=a; authara_csrf=c";
    let request = SetPasswordRequest { password: "p".to_owned() };
    let seen = sent(Reply::no_content(), async |caller| caller.set_current_user_password(&request).await);
    assert_sent(&seen.await, "PUT /auth/api/v1/users/password", cookies, "c", r#"{"password":"p"}"#);

    let request = CreatePasswordRequest { password: "p".to_owned() };
    let seen = sent(Reply::no_content(), async |caller| caller.create_account_password(&request).await);
    assert_sent(&seen.await, "POST /auth/api/v1/account/password", cookies, "c", r#"{"password":"p"}"#);

    let request = ChangePasswordRequest { current_password: "p".to_owned(), new_password: "q".to_owned() };
    let seen = sent(Reply::no_content(), async |caller| caller.change_account_password(&request).await);
    let body = r#"{"current_password":"p","new_password":"q"}"#;
    assert_sent(&seen.await, "PUT /auth/api/v1/account/password", cookies, "c", body);

    let session = SessionId::parse(SESSION).expect("an id");
    let seen = sent(Reply::no_content(), async |caller| caller.delete_account_session(session).await);
    let line = format!("DELETE /auth/api/v1/account/sessions/{SESSION}");
    assert_sent(&seen.await, &line, cookies, "c", "");
    let seen = sent(Reply::no_content(), async |caller| caller.delete_other_account_sessions().await);
    assert_sent(&seen.await, "DELETE /auth/api/v1/account/sessions/others", cookies, "c", "");
}

#[tokio::test]
async fn a_bearer_takes_the_place_of_cookies_and_csrf_where_the_operation_accepts_one() {
    let stub = Stub::start(vec![Reply::no_content(), Reply::csrf("c"), signed_in()]);
    let bearer = stub.client().as_bearer("token");
    bearer.logout().await.expect("the stub said yes");
    let login = PasswordLoginRequest { email: Some("x".to_owned()), identifier: None, password: "p".to_owned() };
    bearer.login_with_password(&login).await.expect("the stub said yes");
    let seen = stub.seen();
    let header = |name: &str| seen.iter().map(|seen| seen.header(name).unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(header("authorization"), ["Bearer token", "", ""]);
    assert_eq!(header("cookie"), ["", "", "authara_csrf=c"]);
    assert_eq!(header("x-csrf-token"), ["", "", "c"]);
    let version = concat!("authara-client/", env!("CARGO_PKG_VERSION"));
    assert_eq!(header("user-agent"), [version; 3]);
}

#[tokio::test]
async fn r54_where_a_browser_came_from_is_forwarded_when_asked_for() {
    let stub = Stub::start(vec![Reply::no_content(), Reply::no_content()]);
    let client = stub.client();
    client.as_request(COOKIES).client_address("192.0.2.7".parse().expect("an address")).logout().await.expect("yes");
    client.as_bearer("token").client_address("2001:db8::7".parse().expect("an address")).logout().await.expect("yes");
    let found: Vec<_> = stub.seen().iter().map(|seen| seen.header("x-forwarded-for")).collect();
    assert_eq!(found, [Some("192.0.2.7".to_owned()), Some("2001:db8::7".to_owned())]);
}

#[tokio::test]
async fn r53_a_request_is_forwarded_by_its_headers_and_a_session_by_its_tokens() {
    let stub = Stub::start(vec![Reply::no_content(), Reply::csrf("c"), Reply::no_content()]);
    let (parts, ()) = http::Request::builder()
        .header("cookie", "sid=canary; authara_access=a")
        .header("cookie", "authara_csrf=c")
        .header("user-agent", "Browser/1.0")
        .header("authorization", "Basic canary")
        .body(())
        .expect("a request")
        .into_parts();
    stub.client().as_request_headers(&parts.headers).logout().await.expect("the stub said yes");
    let tokens = Tokens { access_token: "a2".to_owned(), refresh_token: "r2".to_owned() };
    stub.client().as_session(&tokens).logout().await.expect("the stub said yes");
    let seen = stub.seen();
    assert_sent(&seen[0], "POST /auth/api/v1/sessions/logout", "authara_access=a; authara_csrf=c", "c", "");
    assert_eq!(seen[2].header("cookie").as_deref(), Some("authara_access=a2; authara_refresh=r2; authara_csrf=c"));
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_refused_before_anything_is_sent() {
    let stub = Stub::start(vec![]);
    let error = stub.client().as_bearer("canary\r\nX-Evil: 1").get_account().await.unwrap_err();
    assert!(!error.is_unavailable() && !error.is_unauthorized());
    assert!(!format!("{error} {error:?}").contains("canary"));
}
