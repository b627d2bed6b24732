//! An application on the same origin: what answers everything but `/auth`, and hands that to the
//! server, as the gateway of a real site does.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use url::Url;

/// What an application's own pages may load.
const HTMX: &str = include_str!("../vendor/htmx.min.js");

/// A request whose head is longer is not one of a browser of ours.
const MOST_HEAD: usize = 64 << 10;
const MAX_WAIT: Duration = Duration::from_secs(30);

/// A page of the application.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its path, exactly.
    pub path: &'static str,
    /// Its text, as HTML.
    pub html: &'static str,
}

/// A site with a few pages, ended when this is dropped.
#[derive(Debug)]
pub struct Application {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    door: Option<JoinHandle<()>>,
}

impl Application {
    /// Answers with these pages, and with what the server has under `/auth`. `/htmx.js` is there too.
    pub fn beside(server: &Url, pages: &'static [Page]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port().expect("a port")));
        let is_over = Arc::new(AtomicBool::new(false));
        let heard = is_over.clone();
        let door = std::thread::spawn(move || {
            for visitor in listener.incoming() {
                if heard.load(Ordering::Acquire) {
                    return;
                }
                let Ok(visitor) = visitor else { return };
                // One that fails is one of a browser that went away.
                std::thread::spawn(move || serve(visitor, server, pages));
            }
        });
        Self { address, is_over, door: Some(door) }
    }

    /// Where it is.
    pub fn base(&self) -> Url {
        Url::parse(&format!("http://localhost:{}", self.address.port())).expect("an address")
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // The door opens once more, sees that it is over, and closes.
        let _ = TcpStream::connect(self.address);
        if let Some(door) = self.door.take() {
            let _ = door.join();
        }
    }
}

/// One request on a connection, and its end.
fn serve(mut visitor: TcpStream, server: SocketAddr, pages: &[Page]) -> io::Result<()> {
    visitor.set_read_timeout(Some(MAX_WAIT))?;
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    let head = loop {
        if let Some(end) = heard.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 2;
        }
        let length = visitor.read(&mut piece)?;
        if length == 0 || heard.len() > MOST_HEAD {
            return Ok(());
        }
        heard.extend_from_slice(piece.get(..length).unwrap_or_default());
    };
    let text = String::from_utf8_lossy(heard.get(..head).unwrap_or_default()).into_owned();
    let path = text.split_whitespace().nth(1).unwrap_or("/");
    if path == "/auth" || path.starts_with("/auth/") {
        return hand_over(visitor, server, &text, heard.get(head..).unwrap_or_default());
    }
    let path = path.split('?').next().unwrap_or("/");
    let (status, kind, body) = match pages.iter().find(|page| page.path == path) {
        Some(page) => ("200 OK", "text/html; charset=utf-8", page.html),
        None if path == "/htmx.js" => ("200 OK", "text/javascript", HTMX),
        None => ("404 Not Found", "text/plain", "nothing here"),
    };
    let length = body.len();
    write!(
        visitor,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )?;
    visitor.shutdown(Shutdown::Write)
}

/// Passes the request on with everything in it but the wish to keep the connection, and the answer
/// back as it is.
fn hand_over(mut visitor: TcpStream, server: SocketAddr, head: &str, rest: &[u8]) -> io::Result<()> {
    let mut inside = TcpStream::connect(server)?;
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let passed: Vec<&str> = kept.chain(["connection: close", "", ""]).collect();
    let passed = passed.join("\r\n");
    inside.write_all(passed.as_bytes())?;
    // What stands behind the head begins with the end of the head.
    inside.write_all(rest.get(2..).unwrap_or_default())?;
    let mut from = visitor.try_clone()?;
    let mut to = inside.try_clone()?;
    let body = std::thread::spawn(move || io::copy(&mut from, &mut to));
    io::copy(&mut inside, &mut visitor)?;
    visitor.shutdown(Shutdown::Both)?;
    // It ends with the connection.
    drop(body.join());
    Ok(())
}
