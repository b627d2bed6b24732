//! One broken answer for each way in which an answer can be wrong.

use super::super::tests::document;
use super::*;

const REQUEST_ID: (&str, &str) = ("X-Request-Id", "abc");
const NO_STORE: (&str, &str) = ("Cache-Control", "no-store");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const LATER: (&str, &str) = ("Retry-After", "2");

const ERROR: &str = r#"{"error":{"code":"unauthorized","message":"You are not signed in."}}"#;
const UNAVAILABLE: &str = r#"{"error":{"code":"service_unavailable","message":"Not now."}}"#;
const TOKENS: &str = r#"{"access_token":"a.b.c","refresh_token":"ZXhhbXBsZS1yZWZyZXNoLXRva2VuLW5vdC12YWxpZCE"}"#;

const SET_ACCESS: (&str, &str) = ("Set-Cookie", "authara_access=a.b.c; Path=/; Max-Age=600");
const CLEAR_ACCESS: (&str, &str) = ("Set-Cookie", "authara_access=; Path=/; Max-Age=0");
const SET_CSRF: (&str, &str) = ("Set-Cookie", "authara_csrf=xyz; Path=/; Max-Age=600");

/// What is found in this answer, as lines of problems.
fn problems(operation: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Vec<String> {
    let document = document();
    let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned())).collect();
    let answer = Ok(Answer { status, headers, body: body.as_bytes().to_vec() });
    let exchange = Exchange { operation: operation.to_owned(), what: "in a test".to_owned(), answer };
    let findings = judge(&document, document.operation(operation).unwrap(), &exchange);
    for finding in &findings {
        assert!(!finding.place.is_empty() && !finding.remedy.is_empty(), "{finding:?}");
    }
    findings.into_iter().map(|finding| finding.problem).collect()
}

/// Exactly one thing is wrong, and this is part of how it is told.
fn assert_found(found: &[String], wanted: &str) {
    assert!(matches!(found, [problem] if problem.contains(wanted)), "{wanted}: {found:?}");
}

#[test]
fn an_answer_as_promised_is_no_finding() {
    let nothing: Vec<String> = Vec::new();
    assert_eq!(problems("getHealth", 200, &[("content-type", "text/plain; charset=utf-8")], "ok"), nothing);
    assert_eq!(problems("refreshTokens", 200, &[JSON, NO_STORE, REQUEST_ID], TOKENS), nothing);
    assert_eq!(problems("refreshTokens", 401, &[JSON, ("Date", "today")], ERROR), nothing);
    assert_eq!(problems("refreshTokens", 503, &[JSON, LATER], UNAVAILABLE), nothing);
    assert_eq!(problems("refreshSession", 200, &[NO_STORE, REQUEST_ID, SET_ACCESS, SET_CSRF], ""), nothing);
    assert_eq!(problems("refreshSession", 401, &[JSON, CLEAR_ACCESS, SET_CSRF], ERROR), nothing);
}

#[test]
fn no_answer_is_found() {
    let document = document();
    let answer = Err("nobody listens".to_owned());
    let exchange = Exchange { operation: "getUser".to_owned(), what: "in a test".to_owned(), answer };
    let found = judge(&document, document.operation("getCurrentUser").unwrap(), &exchange);
    assert!(matches!(found.as_slice(), [finding] if finding.problem.contains("nobody listens")), "{found:?}");
}

#[test]
fn an_undocumented_status_is_found() {
    assert_found(&problems("refreshTokens", 418, &[JSON], ERROR), "does not list this status");
}

#[test]
fn an_undocumented_code_is_found() {
    let error = ERROR.replace("unauthorized", "forbidden");
    assert_found(&problems("refreshTokens", 401, &[JSON], &error), "`forbidden`, which the document does not list");
    // Known to the document, and to this operation for another status.
    let error = ERROR.replace("unauthorized", "rate_limited");
    assert_found(&problems("refreshTokens", 401, &[JSON], &error), "`rate_limited`");
}

#[test]
fn another_media_type_is_found() {
    let html = ("Content-Type", "text/html");
    assert_found(&problems("refreshTokens", 401, &[html], ERROR), "`text/html` instead of `application/json`");
    assert_found(&problems("refreshTokens", 401, &[], ERROR), "media type `` instead");
}

#[test]
fn a_body_that_breaks_its_schema_is_found() {
    let headers = [JSON, NO_STORE, REQUEST_ID];
    let more = TOKENS.replace('{', r#"{"secret":1,"#);
    assert_found(&problems("refreshTokens", 200, &headers, &more), "secret");
    let less = r#"{"access_token":"a.b.c"}"#;
    assert_found(&problems("refreshTokens", 200, &headers, less), "refresh_token");
    let other = TOKENS.replace("\"a.b.c\"", "7");
    assert_found(&problems("refreshTokens", 200, &headers, &other), "/access_token");
    let short = TOKENS.replace("ZXhh", "");
    assert_found(&problems("refreshTokens", 200, &headers, &short), "/refresh_token");
    assert_found(&problems("refreshTokens", 200, &headers, "{"), "no JSON");
    assert_found(&problems("refreshTokens", 200, &headers, ""), "no JSON");
}

#[test]
fn an_error_without_message_is_found() {
    let bare = r#"{"error":{"code":"unauthorized"}}"#;
    assert_found(&problems("refreshTokens", 401, &[JSON], bare), "message");
}

#[test]
fn a_body_where_none_is_documented_is_found() {
    assert_found(&problems("refreshSession", 200, &[NO_STORE, REQUEST_ID], "{}"), "none is documented");
}

#[test]
fn a_missing_or_misshapen_header_is_found() {
    assert_found(&problems("refreshTokens", 503, &[JSON], UNAVAILABLE), "lacks the header Retry-After");
    for value in ["soon", "0", "-3", "1.5"] {
        let found = problems("refreshTokens", 503, &[JSON, ("Retry-After", value)], UNAVAILABLE);
        assert_found(&found, "header Retry-After that breaks its schema");
    }
    assert_found(&problems("refreshTokens", 503, &[JSON, LATER, LATER], UNAVAILABLE), "more than once");
    assert_found(&problems("refreshTokens", 200, &[JSON, REQUEST_ID], TOKENS), "lacks the header Cache-Control");
    let stored = ("Cache-Control", "max-age=60");
    let found = problems("refreshTokens", 200, &[JSON, REQUEST_ID, stored], TOKENS);
    assert_found(&found, "header Cache-Control that breaks its schema");
}

#[test]
fn an_undocumented_header_is_found() {
    for name in ["Location", "Access-Control-Allow-Origin", "Server", "Retry-After"] {
        let found = problems("refreshTokens", 401, &[JSON, (name, "1")], ERROR);
        assert_found(&found, &format!("{}, which is not documented", name.to_lowercase()));
    }
}

#[test]
fn an_undocumented_cookie_is_found() {
    let headers = [JSON, NO_STORE, REQUEST_ID];
    let with = |cookie: (&'static str, &'static str)| [headers.as_slice(), &[cookie]].concat();
    assert_found(&problems("refreshTokens", 200, &with(SET_ACCESS), TOKENS), "sets the cookie authara_access");
    assert_found(&problems("refreshTokens", 200, &with(CLEAR_ACCESS), TOKENS), "deletes the cookie authara_access");
    assert_found(&problems("refreshTokens", 200, &with(("Set-Cookie", "Secure")), TOKENS), "sets nothing");
    // May be set by this operation, but not taken away.
    let taken = ("Set-Cookie", "authara_csrf=; Path=/; Max-Age=0");
    let found = problems("refreshSession", 200, &[NO_STORE, REQUEST_ID, taken], "");
    assert_found(&found, "deletes the cookie authara_csrf");
}

#[test]
fn a_cookie_touched_twice_is_found() {
    let found = problems("refreshSession", 200, &[NO_STORE, REQUEST_ID, SET_ACCESS, CLEAR_ACCESS], "");
    assert_found(&found, "touches the cookie authara_access twice");
}

#[test]
fn a_refusal_that_hands_out_a_cookie_is_found() {
    let found = problems("refreshSession", 401, &[JSON, SET_ACCESS], ERROR);
    assert_found(&found, "neither a success nor the end of a session");
}

#[test]
fn the_same_fault_is_told_once_with_how_it_was_met() {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let answer = Answer { status: 418, headers, body: ERROR.as_bytes().to_vec() };
    let exchange = |what: &str| Exchange {
        operation: "getCurrentUser".to_owned(),
        what: what.to_owned(),
        answer: Ok(answer.clone()),
    };
    let found = judge_all(&document(), &[exchange("first"), exchange("second")]);
    assert!(matches!(found.as_slice(), [finding] if finding.problem.ends_with("(asked first)")), "{found:?}");
}
