//! HTTP by hand: tests see every byte and every `Set-Cookie` line, and can send what no library
//! would.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request to be.
#[derive(Clone, Debug)]
pub struct Ask {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Below this are the API's paths.
pub const API: &str = "/auth/api/v1";

impl Ask {
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A request to the API: `Ask::api("POST", "/login")`.
    pub fn api(method: &str, path: &str) -> Self {
        Self::new(method, &format!("{API}{path}"))
    }

    /// Adds a header line; repeating a name adds a second line.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A JSON body with its type.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// A body as it is, without a type.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// An url-encoded form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(text)
    }

    pub async fn send(self, address: SocketAddr) -> Answer {
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: app.example.org\r\nconnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !self.body.is_empty() {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        raw(address, &bytes).await
    }
}

/// Sends these bytes and reads until the server closes.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has answered already may have stopped reading.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Answer::parse(&answer)
}

/// An answer, taken apart.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {bytes:?}"));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let rest = bytes[end + 4..].to_vec();
        let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if is_chunked { dechunk(&rest) } else { rest };
        Self { status, headers, body }
    }

    /// The value of a header, if it occurs exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert!(values.next().is_none(), "{name} occurs twice");
        value
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} no JSON: {}", self.status, self.text()))
    }

    /// The code of the error envelope, whose shape is checked on the way.
    pub fn code(&self) -> String {
        let json = self.json();
        let top = json.as_object().expect("an object");
        assert_eq!(top.keys().collect::<Vec<_>>(), ["error"], "{json}");
        let error = top["error"].as_object().expect("an object");
        assert_eq!(error.len(), 2, "{json}");
        assert!(!error["message"].as_str().expect("text").is_empty());
        error["code"].as_str().expect("text").to_owned()
    }

    /// Status and code, as the statements of the specification write them: `400/invalid_request`.
    pub fn verdict(&self) -> String {
        format!("{}/{}", self.status, self.code())
    }

    /// Every `Set-Cookie` line.
    pub fn set_cookies(&self) -> Vec<SetCookie> {
        self.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, line)| SetCookie::parse(line)).collect()
    }

    /// The `Set-Cookie` line of one cookie.
    pub fn set_cookie(&self, name: &str) -> Option<SetCookie> {
        self.set_cookies().into_iter().find(|cookie| cookie.name == name)
    }
}

fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}

/// One `Set-Cookie` line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    /// Names in lower case; an attribute without value has an empty one.
    pub attributes: Vec<(String, String)>,
}

impl SetCookie {
    fn parse(line: &str) -> Self {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { name: name.to_owned(), value: value.to_owned(), attributes }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Does it take the cookie away?
    pub fn is_clearing(&self) -> bool {
        self.value.is_empty() && self.attribute("max-age") == Some("0")
    }
}
