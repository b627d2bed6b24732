//! Single requests, one after the other, outside of what is measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::{answer, requests};

/// Nothing asked here takes long.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its headers, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    ///
    /// A sentence, when nobody listens.
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, String> {
        let open = || {
            let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(stream)
        };
        let stream = open().map_err(|error: std::io::Error| format!("cannot connect to {address}: {error}"))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// A sentence, when none came.
    pub(crate) fn exchange(&mut self, request: &str) -> Result<Answer, String> {
        self.received.clear();
        self.stream.write_all(request.as_bytes()).map_err(|error| format!("cannot send: {error}"))?;
        let mut piece = [0; 4096];
        loop {
            let length = self.stream.read(&mut piece).map_err(|error| format!("cannot receive: {error}"))?;
            if length == 0 {
                return Err("the server hung up".to_owned());
            }
            self.received.extend_from_slice(piece.get(..length).unwrap_or_default());
            if let Some(frame) = answer::frame(&self.received)? {
                let body = self.received.get(frame.head..frame.end).unwrap_or_default().to_vec();
                return Ok(Answer { status: frame.status, headers: answer::headers(&self.received)?, body });
            }
        }
    }

    /// The same, for a request that has to succeed.
    ///
    /// # Errors
    ///
    /// A sentence with the answer, when its status is not 200.
    pub(crate) fn succeed(&mut self, request: &str) -> Result<Answer, String> {
        let answer = self.exchange(request)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let line = request.lines().next().unwrap_or_default();
        Err(format!("{line}: status {}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }

    /// A CSRF value that is bound to no session.
    ///
    /// # Errors
    ///
    /// A sentence, when the server gives none.
    pub(crate) fn csrf_value(&mut self) -> Result<String, String> {
        let answer = self.succeed(&requests::get(requests::CSRF))?;
        let value = requests::text_member(&answer.body, "csrf_token").ok_or("GET csrf answered without a value")?;
        Ok(value.to_owned())
    }
}
