//! What each kind of error tells.

use super::*;

fn refused(status: u16) -> Error {
    let refused = Refused {
        status,
        code: Some(ErrorCode::from("from_the_future")),
        message: Some("canary".to_owned()),
        request_id: Some("r-1".to_owned()),
        retry_after: None,
    };
    Error::refusal("getCurrentUser", refused)
}

#[test]
fn r57_each_status_has_its_predicate_and_no_other() {
    for (status, expected) in [
        (400, ""),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not found"),
        (409, "conflict"),
        (429, "rate limited"),
        (500, ""),
        (502, "unavailable"),
        (503, "unavailable"),
        (504, "unavailable"),
        (302, ""),
    ] {
        let error = refused(status);
        let found: Vec<&str> = [
            (error.is_unauthorized(), "unauthorized"),
            (error.is_forbidden(), "forbidden"),
            (error.is_not_found(), "not found"),
            (error.is_conflict(), "conflict"),
            (error.is_rate_limited(), "rate limited"),
            (error.is_unavailable(), "unavailable"),
        ]
        .into_iter()
        .filter_map(|(holds, name)| holds.then_some(name))
        .collect();
        assert_eq!(found.join(","), expected, "{status}");
    }
}

#[test]
fn an_error_says_which_operation_and_what_the_server_logged() {
    let text = refused(401).to_string();
    assert_eq!(text, "getCurrentUser: the server answered 401 from_the_future (request r-1)");
    let text = Error::no_base_url().to_string();
    assert_eq!(text, "client: AUTHARA_BASE_URL: is not set, so there is no API client");
}

#[test]
fn r57_what_never_reached_the_server_has_no_status_and_says_why() {
    let error = Error::not_signed_in("refreshTokens");
    assert!(error.is_not_signed_in() && error.is_unauthorized() && !error.is_unavailable());
    assert_eq!(error.to_string(), "refreshTokens: there are no tokens to call with");
    let error = Error::csrf_missing("getCsrfToken");
    assert!(error.is_csrf_missing() && !error.is_unauthorized() && !error.is_unavailable());
    let error = Error::store("refreshTokens", "disk full".into());
    assert!(error.is_token_store() && !error.is_unauthorized() && !error.is_unavailable());
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("disk full"));
    assert_eq!((error.status(), error.code()), (None, None));
}

#[test]
fn r57_a_lost_answer_is_unavailable_and_a_late_one_a_timeout() {
    let lost = Error::lost("getVersion", "reset".into(), false);
    assert!(lost.is_unavailable() && !lost.is_timeout() && lost.is_passing());
    let late = Error::lost("getVersion", "late".into(), true);
    assert!(late.is_unavailable() && late.is_timeout() && !late.is_passing());
}

#[test]
fn t23_a_body_that_cannot_be_read_is_not_quoted() {
    let body = r#"{"csrf_token": {"canary": 1}}"#;
    let fault = serde_json::from_str::<authara_core::wire::CsrfToken>(body).unwrap_err();
    let error = Error::undecodable("getCsrfToken", 200, &fault);
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!(error.status(), Some(200));
}
