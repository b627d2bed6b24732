//! The bare handler: actix-web in a process of its own that answers with the server's bytes and
//! does nothing else. What it reaches is what the framework, the system and the generator leave.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::{Deserialize, Serialize};

use crate::client::Answer;
use crate::generator::this_program;

/// What stands in front of the address that the handler prints.
const ANNOUNCEMENT: &str = "listening address=";

/// Headers that actix-web writes by itself, or that are about one connection.
const OWN_HEADERS: [&str; 4] = ["content-length", "date", "connection", "transfer-encoding"];

/// An answer of the server, to be given to every request for its path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Replay {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Replay {
    /// Takes over an answer: its headers and its body.
    pub(crate) fn of(path: &str, answer: &Answer) -> Self {
        let is_ours = |(name, _): &&(String, String)| !OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
        Self {
            path: path.to_owned(),
            headers: answer.headers.iter().filter(is_ours).cloned().collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        }
    }
}

/// A running handler, ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Bare {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts this binary once more, with the answer in a file.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn start(replay: &Replay, file: &Path) -> Result<Self, String> {
        let text = serde_json::to_string(replay).map_err(|error| error.to_string())?;
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        // It ends when its input does, which is when this process ends, however that happens.
        let child = this_program()?.arg("bare").arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| format!("the bare handler does not start: {error}"))?;
        let unknown = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut bare = Self { child, address: unknown };
        let output = bare.child.stdout.take().ok_or("the bare handler cannot be heard")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
        let address = line.trim().strip_prefix(ANNOUNCEMENT).and_then(|address| address.parse().ok());
        bare.address = address.ok_or("the bare handler does not listen")?;
        Ok(bare)
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer as actix-web wants it, made once.
#[derive(Clone)]
struct Prepared {
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: web::Bytes,
}

/// Serves the answer in a file until the input of this process ends.
///
/// # Errors
///
/// A sentence.
pub(crate) fn run(replay: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(replay).map_err(|error| format!("{}: {error}", replay.display()))?;
    let replay: Replay = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let prepared = Prepared::of(replay)?;
    std::thread::spawn(end_with_input);
    actix_web::rt::System::new().block_on(serve(prepared))
}

fn end_with_input() {
    let mut nothing = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut nothing);
    std::process::exit(0);
}

/// As many workers as the server has, and its time for open connections.
async fn serve(prepared: Prepared) -> Result<(), String> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let server = HttpServer::new(move || {
        let resource = web::resource(prepared.path.as_str()).route(web::get().to(answer));
        App::new().app_data(web::Data::new(prepared.clone())).service(resource)
    });
    let server = server.workers(workers).keep_alive(Duration::from_secs(60)).disable_signals();
    let server = server.bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("cannot listen: {error}"))?;
    let address = server.addrs().first().copied().ok_or("no address to listen on")?;
    println!("{ANNOUNCEMENT}{address}");
    server.run().await.map_err(|error| error.to_string())
}

async fn answer(prepared: web::Data<Prepared>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for (name, value) in &prepared.headers {
        response.append_header((name.clone(), value.clone()));
    }
    response.body(prepared.body.clone())
}

impl Prepared {
    fn of(replay: Replay) -> Result<Self, String> {
        let read = |(name, value): &(String, String)| -> Result<_, String> {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
            Ok((name, HeaderValue::from_str(value).map_err(|error| error.to_string())?))
        };
        let headers = replay.headers.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { path: replay.path, headers, body: replay.body.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_framework_writes_itself_is_not_replayed() {
        let header = |name: &str| (name.to_owned(), "x".to_owned());
        let names = ["Content-Type", "content-length", "Date", "x-request-id", "Connection"];
        let answer = Answer { status: 200, headers: names.map(header).to_vec(), body: b"{}\n".to_vec() };
        let replay = Replay::of("/auth/api/v1/user", &answer);
        let kept: Vec<&str> = replay.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(kept, ["Content-Type", "x-request-id"]);
        let prepared = Prepared::of(replay).unwrap();
        assert_eq!((prepared.path.as_str(), &prepared.body[..]), ("/auth/api/v1/user", &b"{}\n"[..]));
    }

    #[test]
    fn a_header_that_is_none_is_refused() {
        let headers = vec![("no name".to_owned(), "x".to_owned())];
        assert!(Prepared::of(Replay { path: "/".to_owned(), headers, body: String::new() }).is_err());
    }
}
