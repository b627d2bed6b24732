//! HTTP over a plain socket, one connection a request. Whatever goes wrong is an error and no
//! panic: some tests kill the server in the middle of an answer.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery";

/// A server on a busy machine may be slow; one that hangs fails the test.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// An answer that arrived as a whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The body, or `null` when it is no JSON.
    pub json: Value,
}

/// Both tokens of a session.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let (head, body) = (std::str::from_utf8(bytes.get(..end)?).ok()?, bytes.get(end + 4..)?);
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        // Without a length the answer is one that has no body.
        if body.len() != length.unwrap_or(0) {
            return None;
        }
        Some(Self { status, json: serde_json::from_slice(body).unwrap_or_default() })
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

/// Sends one request and reads the answer to its end.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> io::Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut lines = vec![
        format!("{method} {path} HTTP/1.1"),
        format!("host: {address}"),
        "connection: close".to_owned(),
        "content-type: application/json".to_owned(),
        format!("content-length: {}", body.len()),
    ];
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
    let mut stream = TcpStream::connect_timeout(&address, MAX_WAIT)?;
    stream.set_read_timeout(Some(MAX_WAIT))?;
    stream.set_write_timeout(Some(MAX_WAIT))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Answer::parse(&bytes).ok_or_else(|| io::Error::new(ErrorKind::UnexpectedEof, "a part of the answer is missing"))
}

/// A state-changing call of a browser that has no session: fetches a CSRF value first.
fn post_as_browser(address: SocketAddr, path: &str, body: &Value) -> Answer {
    let given = send(address, "GET", "/auth/api/v1/csrf", &[], None).expect("the server gives a CSRF value");
    let value = given.text("csrf_token");
    let cookie = format!("authara_csrf={value}");
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", value)];
    send(address, "POST", path, &headers, Some(body)).expect("the server answers")
}

/// Makes an account, and gives the tokens of its first session.
pub fn sign_up(address: SocketAddr, email: &str) -> Tokens {
    let body = json!({"email": email, "password": PASSWORD});
    let answer = post_as_browser(address, "/auth/api/v1/signup/direct", &body);
    assert_eq!(answer.status, 201, "{}", answer.json);
    answer.tokens()
}

/// `POST login` with the password of every test.
pub fn log_in(address: SocketAddr, email: &str) -> Answer {
    post_as_browser(address, "/auth/api/v1/login", &json!({"email": email, "password": PASSWORD}))
}

/// `POST tokens/refresh`.
///
/// # Errors
///
/// When the server went away before it had answered.
pub fn try_refresh(address: SocketAddr, token: &str) -> io::Result<Answer> {
    send(address, "POST", "/auth/api/v1/tokens/refresh", &[], Some(&json!({"refresh_token": token})))
}

/// The same with a server that stays.
pub fn refresh(address: SocketAddr, token: &str) -> Answer {
    try_refresh(address, token).expect("the server answers")
}

/// Who the server says this access token belongs to: the status of `GET user`.
pub fn user_status(address: SocketAddr, access: &str) -> u16 {
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str())];
    send(address, "GET", "/auth/api/v1/user", &headers, None).expect("the server answers").status
}

/// The status of a page or probe.
pub fn get_status(address: SocketAddr, path: &str) -> u16 {
    send(address, "GET", path, &[], None).expect("the server answers").status
}
