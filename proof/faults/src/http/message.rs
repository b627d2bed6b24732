//! Requests and answers.

use std::net::SocketAddr;

use serde_json::Value;

/// A request, without what depends on where it is sent.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    /// JSON, or nothing.
    body: String,
}

/// An answer that arrived as a whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Name, as it was written, and value.
    pub headers: Vec<(String, String)>,
    /// The body, or `null` when it is no JSON.
    pub json: Value,
}

/// Both tokens of a session.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

impl Request {
    /// Any method, without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: String::new() }
    }

    /// `GET`.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// `POST` without a body.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path).with("content-length", "0")
    }

    /// `POST` of a JSON body.
    pub fn post_json(path: &str, body: &Value) -> Self {
        Self::new("POST", path).json(body)
    }

    /// Adds a JSON body.
    pub fn json(self, body: &Value) -> Self {
        let body = body.to_string();
        let length = body.len().to_string();
        Self { body, ..self.with("content-type", "application/json").with("content-length", &length) }
    }

    /// Adds a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds the access token of somebody who is signed in.
    pub fn bearer(self, access: &str) -> Self {
        self.with("authorization", &format!("Bearer {access}"))
    }

    /// What goes over the wire (RFC 9112). `is_last`: the connection is to be closed afterwards.
    pub(super) fn bytes(&self, address: SocketAddr, is_last: bool) -> Vec<u8> {
        let mut lines = vec![format!("{} {} HTTP/1.1", self.method, self.path), format!("host: {address}")];
        if is_last {
            lines.push("connection: close".to_owned());
        }
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        format!("{}\r\n\r\n{}", lines.join("\r\n"), self.body).into_bytes()
    }
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).next()
    }

    fn headers_named(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value to which the answer sets a cookie; empty when it takes the cookie away.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers_named("set-cookie").find_map(|cookie| {
            let (pair, _) = cookie.split_once(';').unwrap_or((cookie, ""));
            pair.split_once('=').filter(|(other, _)| *other == name).map(|(_, value)| value)
        })
    }

    /// Is it a refusal that passes by itself: 503 or 429, with the seconds to wait?
    pub fn is_later(&self) -> bool {
        let wait = self.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
        matches!(self.status, 429 | 503) && wait.is_some_and(|seconds| seconds > 0)
    }

    /// Is it 503 with the seconds to wait?
    pub fn is_unavailable(&self) -> bool {
        self.status == 503 && self.is_later()
    }

    /// Does it touch a cookie of the session?
    pub fn touches_session(&self) -> bool {
        ["authara_access", "authara_refresh"].iter().any(|name| self.cookie(name).is_some())
    }

    /// A text of the body, or the empty text.
    pub fn text(&self, name: &str) -> &str {
        self.json.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The tokens that it hands out.
    pub fn tokens(&self) -> Tokens {
        let (access, refresh) = (self.text("access_token").to_owned(), self.text("refresh_token").to_owned());
        assert!(!access.is_empty() && !refresh.is_empty(), "{} has no tokens", self.status);
        Tokens { access, refresh }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, json: Value::Null }
    }

    #[test]
    fn a_request_is_written_as_the_standard_says() {
        let request = Request::post_json("/auth/x", &json!({"a": 1})).bearer("token");
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let written = String::from_utf8(request.bytes(address, true)).unwrap();
        let expected = "POST /auth/x HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\
            content-type: application/json\r\ncontent-length: 7\r\nauthorization: Bearer token\r\n\r\n{\"a\":1}";
        assert_eq!(written, expected);
    }

    #[test]
    fn only_a_refusal_that_says_how_long_passes_by_itself() {
        assert!(answer(503, &[("Retry-After", "2")]).is_unavailable());
        assert!(answer(429, &[("retry-after", "60")]).is_later());
        assert!(!answer(503, &[]).is_later());
        assert!(!answer(503, &[("retry-after", "0")]).is_later());
        assert!(!answer(500, &[("retry-after", "2")]).is_later());
        assert!(!answer(429, &[("retry-after", "2")]).is_unavailable());
    }

    #[test]
    fn a_cookie_is_found_whether_it_is_set_or_taken_away() {
        let cookies = [("set-cookie", "authara_csrf=v; Path=/"), ("Set-Cookie", "authara_access=; Max-Age=0")];
        let answer = answer(200, &cookies);
        assert_eq!(answer.cookie("authara_csrf"), Some("v"));
        assert_eq!(answer.cookie("authara_access"), Some(""));
        assert_eq!(answer.cookie("authara_refresh"), None);
        assert!(answer.touches_session());
    }
}
