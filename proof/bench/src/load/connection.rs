//! One connection that stays open.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::answer;

/// Room for one answer of the usual size.
const PIECE: usize = 4096;

/// One connection, with one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot connect to {address}: {error}");
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Self { stream, received: Vec::with_capacity(PIECE) })
    }

    /// Sends a request and waits for its answer: the status and the body.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no answer, or more than one.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<(u16, &[u8]), String> {
        self.received.clear();
        self.stream.write_all(request).await.map_err(|error| format!("cannot send: {error}"))?;
        loop {
            self.received.reserve(PIECE);
            let read = self.stream.read_buf(&mut self.received).await;
            if read.map_err(|error| format!("cannot receive: {error}"))? == 0 {
                return Err("the server hung up".to_owned());
            }
            if let Some(frame) = answer::frame(&self.received)? {
                if self.received.len() > frame.end {
                    return Err("more came than one answer".to_owned());
                }
                return Ok((frame.status, self.received.get(frame.head..frame.end).unwrap_or_default()));
            }
        }
    }
}
