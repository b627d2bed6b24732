//! The requests, byte for byte, as they go over the wire.

use authara_core::cookies::CookieNames;
use authara_core::wire::PasswordLoginRequest;

/// `GET user`.
pub(crate) const USER: &str = "/auth/api/v1/user";
/// `GET csrf`.
pub(crate) const CSRF: &str = "/auth/api/v1/csrf";
/// `GET health`.
pub(crate) const HEALTH: &str = "/auth/health";
/// `GET ready`.
pub(crate) const READY: &str = "/auth/ready";

const LOGIN: &str = "/auth/api/v1/login";
const REFRESH: &str = "/auth/api/v1/tokens/refresh";

/// Characters of a refresh token.
const TOKEN_LENGTH: usize = 43;

/// A request without cookies.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// `GET user` by a browser that is signed in.
pub(crate) fn user(access_token: &str) -> String {
    let cookie = CookieNames::contract().access;
    format!("GET {USER} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}={access_token}\r\n\r\n")
}

/// `GET csrf` by a browser that has a value.
pub(crate) fn csrf(value: &str) -> String {
    let cookie = CookieNames::contract().csrf;
    format!("GET {CSRF} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}={value}\r\n\r\n")
}

/// `POST login` by a browser with this CSRF value.
pub(crate) fn login(email: &str, password: &str, csrf: &str) -> String {
    let form = PasswordLoginRequest { email: Some(email.to_owned()), identifier: None, password: password.to_owned() };
    let body = serde_json::to_string(&form).expect("texts are always JSON");
    let cookie = CookieNames::contract().csrf;
    format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nCookie: {cookie}={csrf}\r\n\
         X-CSRF-Token: {csrf}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What stands before and behind the token in `POST tokens/refresh`.
pub(crate) fn around_refresh_token() -> (String, String) {
    let (open, close) = ("{\"refresh_token\":\"", "\"}");
    let length = open.len() + TOKEN_LENGTH + close.len();
    let before = format!(
        "POST {REFRESH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         \r\n{open}"
    );
    (before, close.to_owned())
}

/// `POST tokens/refresh`.
pub(crate) fn refresh(token: &str) -> String {
    let (before, after) = around_refresh_token();
    format!("{before}{token}{after}")
}

/// The text of a member of a flat JSON answer, which here never has an escape in it.
pub(crate) fn text_member<'b>(body: &'b [u8], name: &str) -> Option<&'b str> {
    let body = std::str::from_utf8(body).ok()?;
    let mut rest = body;
    loop {
        let (_, behind) = rest.split_once(name)?;
        match behind.strip_prefix("\":\"") {
            Some(value) => return value.split_once('"').map(|(value, _)| value),
            None => rest = behind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length that the head states, and the one that the body has.
    fn lengths(request: &str) -> (usize, usize) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let stated = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        (stated.parse().unwrap(), body.len())
    }

    #[test]
    fn bodies_have_the_length_that_is_stated() {
        let (stated, real) = lengths(&refresh(&"a".repeat(TOKEN_LENGTH)));
        assert_eq!(stated, real);
        let (stated, real) = lengths(&login("a@example.com", "p\"q", "value"));
        assert_eq!(stated, real);
    }

    #[test]
    fn every_line_of_a_head_ends_as_http_wants_it() {
        for request in [get(READY), user("t"), csrf("v"), login("a@b.example", "p", "v"), refresh("t")] {
            let (head, _) = request.split_once("\r\n\r\n").unwrap();
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head:?}");
            assert!(head.lines().skip(1).all(|line| line.contains(": ") && !line.starts_with(' ')), "{head:?}");
        }
    }

    #[test]
    fn a_member_is_found_by_its_whole_name() {
        let body = br#"{"access_token":"refresh_token","refresh_token":"abc"}"#;
        assert_eq!(text_member(body, "refresh_token"), Some("abc"));
        assert_eq!(text_member(body, "access_token"), Some("refresh_token"));
        assert_eq!(text_member(body, "csrf_token"), None);
        assert_eq!(text_member(b"\xff", "csrf_token"), None);
    }
}
