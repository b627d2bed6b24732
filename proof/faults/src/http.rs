//! HTTP over plain blocking sockets. Whatever goes wrong on the way is an error and no panic: some
//! scenarios kill the server in the middle of an answer.

mod browser;
mod connection;
mod message;

use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};

pub use browser::{Browser, Visitor};
pub use connection::{Connection, Reception};
pub use message::{Answer, Request, Tokens};

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery";

/// Sends one request on a connection of its own and reads the answer to its end.
///
/// # Errors
///
/// When the server cannot be reached, or went away before it had answered.
pub fn exchange(address: SocketAddr, request: &Request) -> io::Result<Answer> {
    let mut connection = Connection::open(address)?;
    connection.send_last(request)?;
    connection.receive()
}

/// The same with a server that stays.
pub fn ask(address: SocketAddr, request: &Request) -> Answer {
    exchange(address, request).expect("the server answers")
}

/// The same piece by piece, for requests that are like no other.
///
/// # Errors
///
/// As [`exchange`].
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> io::Result<Answer> {
    let request = match body {
        Some(body) => Request::new(method, path).json(body),
        None => Request::new(method, path).with("content-length", "0"),
    };
    let request = headers.iter().fold(request, |request, (name, value)| request.with(name, value));
    exchange(address, &request)
}

/// Makes an account, and gives the tokens of its first session.
pub fn sign_up(address: SocketAddr, email: &str) -> Tokens {
    Browser::sign_up(address, email).tokens
}

/// `POST login` with the password of every test.
pub fn log_in(address: SocketAddr, email: &str) -> Answer {
    ask(address, &Visitor::arrive(address).login(email, PASSWORD))
}

/// `POST tokens/refresh`, ready to be sent.
pub fn refresh_request(token: &str) -> Request {
    Request::post_json("/auth/api/v1/tokens/refresh", &json!({"refresh_token": token}))
}

/// `POST tokens/refresh`.
///
/// # Errors
///
/// When the server went away before it had answered.
pub fn try_refresh(address: SocketAddr, token: &str) -> io::Result<Answer> {
    exchange(address, &refresh_request(token))
}

/// The same with a server that stays.
pub fn refresh(address: SocketAddr, token: &str) -> Answer {
    ask(address, &refresh_request(token))
}

/// `GET user`, ready to be sent.
pub fn user_request(access: &str) -> Request {
    Request::get("/auth/api/v1/user").bearer(access)
}

/// Who the server says this access token belongs to: the status of `GET user`.
pub fn user_status(address: SocketAddr, access: &str) -> u16 {
    ask(address, &user_request(access)).status
}

/// The status of a page or probe.
pub fn get_status(address: SocketAddr, path: &str) -> u16 {
    ask(address, &Request::get(path)).status
}
