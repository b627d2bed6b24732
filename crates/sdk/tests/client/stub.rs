//! A server that answers from a script and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use authara_client::{Client, ClientBuilder};

/// One answer of the script.
pub(crate) enum Reply {
    /// Exactly these bytes, then the end of the connection.
    Raw(String),
    /// Nothing, for longer than any test waits.
    Silence,
    /// A good beginning, and then bytes without end.
    Endless,
}

impl Reply {
    /// A complete answer.
    pub(crate) fn new(status: u16, headers: &[&str], body: &str) -> Self {
        let lines = headers.join("\r\n");
        let end = if lines.is_empty() { "" } else { "\r\n" };
        let length = match status {
            204 => String::new(),
            _ => format!("content-length: {}\r\n", body.len()),
        };
        Self::Raw(format!("HTTP/1.1 {status} Stub\r\nconnection: close\r\n{length}{lines}{end}\r\n{body}"))
    }

    /// A success with a JSON body.
    pub(crate) fn json(body: &str) -> Self {
        Self::new(200, &["content-type: application/json"], body)
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self::new(204, &[], "")
    }

    /// The error envelope.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"for people"}}}}"#);
        Self::new(status, &["content-type: application/json"], &body)
    }

    /// A value against CSRF, with its cookie.
    pub(crate) fn csrf(value: &str) -> Self {
        let cookie = format!("set-cookie: authara_csrf={value}; Path=/");
        Self::new(200, &[&cookie], &format!(r#"{{"csrf_token":"{value}"}}"#))
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method, and path with query.
    pub(crate) line: String,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    /// The lines of a header, joined.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.iter().filter(|(found, _)| found == name);
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

/// The server. It stops listening when its script is over, so that whoever asks once more meets
/// nobody.
pub(crate) struct Stub {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub(crate) fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let memory = Arc::clone(&seen);
        thread::spawn(move || {
            for reply in script {
                let (stream, _) = listener.accept().expect("a connection");
                serve(stream, &reply, &memory);
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client that asks once, so that a script has one answer for each call.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(self.url()).retries(0)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a good configuration")
    }

    /// A client as it comes, which asks again.
    pub(crate) fn patient(&self) -> Client {
        Client::builder(self.url()).timeout(Duration::from_secs(30)).build().expect("a good configuration")
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("nobody panicked").clone()
    }

    /// The first lines of the requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

fn serve(mut stream: TcpStream, reply: &Reply, memory: &Mutex<Vec<Seen>>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout can be set");
    let seen = read(&stream);
    memory.lock().expect("nobody panicked").push(seen);
    // A client that had enough hangs up, which is no fault here.
    match reply {
        Reply::Raw(text) => drop(stream.write_all(text.as_bytes())),
        Reply::Silence => thread::sleep(Duration::from_secs(60)),
        Reply::Endless => {
            let head = "HTTP/1.1 200 Stub\r\ntransfer-encoding: chunked\r\n\r\n";
            let piece = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            let mut written = stream.write_all(head.as_bytes());
            while written.is_ok() {
                written = stream.write_all(piece.as_bytes());
            }
        }
    }
}

fn read(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request");
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let headers: Vec<(String, String)> = lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a whole body");
    let line = lines.first().expect("a request line").trim_end_matches(" HTTP/1.1").to_owned();
    Seen { line, body: String::from_utf8(body).expect("a text"), headers }
}
