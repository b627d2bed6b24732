//! HTTP by hand: a check sees every header line and every `Set-Cookie` of an answer as it was sent,
//! and can leave out what a client library would add.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than a handler may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request to be.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    cookies: BTreeMap<String, String>,
    /// By name in lower case.
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    /// A request without credentials and body; `target` is path and query.
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            cookies: BTreeMap::new(),
            headers: BTreeMap::new(),
            body: Vec::new(),
        }
    }

    /// Replaces path and query.
    pub fn at(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// Adds `name=value` to the query.
    pub fn query(mut self, pair: &str) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.push_str(pair);
        self
    }

    /// Sends this cookie, in place of another value of it.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves a cookie out.
    pub fn without_cookie(mut self, name: &str) -> Self {
        self.cookies.remove(name);
        self
    }

    /// Leaves every cookie out.
    pub fn without_cookies(mut self) -> Self {
        self.cookies.clear();
        self
    }

    /// Sends this header, in place of another value of it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.to_owned());
        self
    }

    /// Leaves a header out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(&name.to_ascii_lowercase());
        self
    }

    /// Sends this JSON.
    pub fn json(self, body: &Value) -> Self {
        self.body(Some("application/json"), body.to_string())
    }

    /// Sends these bytes as a body of this media type, or of none.
    pub fn body(mut self, media_type: Option<&str>, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        match media_type {
            Some(media_type) => self.header("content-type", media_type),
            None => self.without_header("content-type"),
        }
    }

    /// Sends the same JSON object with this value of one member.
    pub fn member(self, name: &str, value: impl Into<Value>) -> Self {
        let mut members: Map<String, Value> = serde_json::from_slice(&self.body).unwrap_or_default();
        members.insert(name.to_owned(), value.into());
        self.json(&Value::Object(members))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let (method, target) = (&self.method, &self.target);
        let mut head = format!("{method} {target} HTTP/1.1\r\nhost: app.example.org\r\nconnection: close\r\n");
        let mut line = |name: &str, value: &str| {
            let _ = write!(head, "{name}: {value}\r\n");
        };
        for (name, value) in &self.headers {
            line(name, value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            line("cookie", &pairs.join("; "));
        }
        if !self.body.is_empty() || matches!(method.as_str(), "POST" | "PUT" | "PATCH") {
            line("content-length", &self.body.len().to_string());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends the request on a connection of its own and reads until the server closes.
    ///
    /// # Errors
    ///
    /// A sentence: nobody listens, or what came is no answer.
    pub async fn send(&self, address: SocketAddr) -> Result<Answer, String> {
        match tokio::time::timeout(PATIENCE, exchange(address, &self.to_bytes())).await {
            Ok(Ok(bytes)) => Answer::parse(&bytes),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("nothing came within {} s", PATIENCE.as_secs())),
        }
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    // A server that has answered already may have stopped reading.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).await;
    if answer.is_empty() {
        ended?;
    }
    Ok(answer)
}

/// An answer, taken apart.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    pub headers: Vec<(String, String)>,
    /// The body without its transfer coding.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what a server sent until it closed.
    ///
    /// # Errors
    ///
    /// What is missing, as the rest of "there was ..".
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("no head of an answer")?;
        let (head, rest) = bytes.split_at(end);
        let rest = rest.get(4..).unwrap_or_default();
        let head = std::str::from_utf8(head).map_err(|_| "a head that is no text")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let status = status.ok_or("a head without status")?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Self { status, headers, body: rest.to_vec() };
        if answer.values("transfer-encoding").any(|coding| coding == "chunked") {
            answer.body = dechunk(rest).ok_or("a chunked body that was cut")?;
        }
        let declared: Option<usize> = answer.values("content-length").next().and_then(|length| length.parse().ok());
        if declared.is_some_and(|length| length != answer.body.len()) {
            return Err("a body of another length than declared".to_owned());
        }
        Ok(answer)
    }

    /// Every value of a header; `name` in any letter case.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type in lower case, without parameters; empty when there is none.
    pub fn media_type(&self) -> String {
        let value = self.values("content-type").next().unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The code of the error envelope, if the body is one.
    pub fn code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body.pointer("/error/code")?.as_str().map(str::to_owned)
    }

    /// What the answer does to cookies. A line that sets none is left out.
    pub fn cookies(&self) -> Vec<SetCookie> {
        self.values("set-cookie").filter_map(SetCookie::parse).collect()
    }

    /// Is it a success?
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let behind = rest.get(end + 2..)?;
        body.extend_from_slice(behind.get(..size)?);
        rest = behind.get(size..)?.get(2..)?;
    }
}

/// What one `Set-Cookie` line does (RFC 6265 section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    /// The cookie.
    pub name: String,
    /// Does the line take the cookie away?
    pub is_deletion: bool,
}

impl SetCookie {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let lapses_at_once = parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0"));
        Some(Self { name: name.to_owned(), is_deletion: value.is_empty() && lapses_at_once })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let text = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json; charset=utf-8\r\n\
                    Set-Cookie: a=; Path=/; Max-Age=0\r\nset-cookie: b=1; Path=/\r\ncontent-length: 27\r\n\r\n\
                    {\"error\":{\"code\":\"refused\"}}";
        let answer = Answer::parse(text.replace("27", "28").as_bytes()).unwrap();
        assert_eq!((answer.status, answer.media_type().as_str()), (401, "application/json"));
        assert_eq!(answer.code().as_deref(), Some("refused"));
        let cookies: Vec<_> = answer.cookies().into_iter().map(|cookie| (cookie.name, cookie.is_deletion)).collect();
        assert_eq!(cookies, [("a".to_owned(), true), ("b".to_owned(), false)]);
        Answer::parse(text.as_bytes()).unwrap_err();
        Answer::parse(b"HTTP/1.1 200 OK\r\n").unwrap_err();
    }

    #[test]
    fn chunks_are_put_together() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let answer = Answer::parse(format!("{head}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n").as_bytes()).unwrap();
        assert_eq!(answer.body, b"abc0123456789");
        Answer::parse(format!("{head}3\r\nab").as_bytes()).unwrap_err();
    }

    #[test]
    fn a_request_is_written_down() {
        let request = Request::new("POST", "/x").cookie("a", "1").cookie("b", "2").without_cookie("a").query("c=d");
        let request = request.json(&serde_json::json!({"e": 1})).member("e", "f").header("X-G", "h");
        let bytes = request.to_bytes();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.starts_with("POST /x?c=d HTTP/1.1\r\n"), "{text}");
        assert!(text.contains("\r\ncookie: b=2\r\n") && text.contains("\r\nx-g: h\r\n"), "{text}");
        assert!(text.ends_with("\r\ncontent-length: 9\r\n\r\n{\"e\":\"f\"}"), "{text}");
    }
}
