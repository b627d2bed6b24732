//! A connection, and what arrives on it.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{Answer, Request};

/// A server on a busy machine may be slow; one that hangs fails the test.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// An open connection, on which several requests may follow each other.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// What came of a request that was sent.
#[derive(Debug)]
pub enum Reception {
    /// An answer.
    Whole(Answer),
    /// The connection was closed without a byte: nobody had taken the request.
    Nothing,
    /// A part of an answer, or none at all within the time that a test waits.
    Broken(io::Error),
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nobody listens there any more.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, MAX_WAIT)?;
        stream.set_read_timeout(Some(MAX_WAIT))?;
        stream.set_write_timeout(Some(MAX_WAIT))?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// Sends a request and reads its answer to the end.
    ///
    /// # Errors
    ///
    /// When the server closed the connection before it had answered.
    pub fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        self.send(request)?;
        self.receive()
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// When the server has closed the connection.
    pub fn send(&mut self, request: &Request) -> io::Result<()> {
        self.send_bytes(&request.bytes(self.address, false))
    }

    /// Sends a request after whose answer the server is to close the connection.
    pub(super) fn send_last(&mut self, request: &Request) -> io::Result<()> {
        self.send_bytes(&request.bytes(self.address, true))
    }

    /// Sends anything.
    ///
    /// # Errors
    ///
    /// When the server has closed the connection.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads an answer to its end.
    ///
    /// # Errors
    ///
    /// When the connection ends before the answer does.
    pub fn receive(&mut self) -> io::Result<Answer> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| cut("the status"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| cut("a header"))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let answer = Answer { status, headers, json: serde_json::Value::Null };
        // Without a length the answer is one that has no body.
        let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { json: serde_json::from_slice(&body).unwrap_or_default(), ..answer })
    }

    /// What came of the request that was sent last.
    pub fn reception(&mut self) -> Reception {
        match self.stream.fill_buf() {
            Ok([]) => return Reception::Nothing,
            Err(error) if is_closed(&error) => return Reception::Nothing,
            Err(error) => return Reception::Broken(error),
            Ok(_) => {}
        }
        self.receive().map_or_else(Reception::Broken, Reception::Whole)
    }

    /// Waits until an answer begins, and hangs up.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn hang_up_during_the_answer(mut self) -> io::Result<()> {
        let begins = !self.stream.fill_buf()?.is_empty();
        if begins { Ok(()) } else { Err(cut("the answer")) }
    }

    /// One line of an answer's head, without its end.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| cut("the end of a line"))
    }
}

/// The other side went away, and not we who lost patience.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe)
}

fn cut(what: &str) -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, format!("{what} is missing"))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    /// What comes of a request that is answered with these bytes.
    fn reception(answer: &'static [u8]) -> Reception {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // The blank line is the end of the request.
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(answer).unwrap();
        });
        let mut connection = Connection::open(address).unwrap();
        connection.send(&Request::get("/")).unwrap();
        let reception = connection.reception();
        server.join().unwrap();
        reception
    }

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let Reception::Whole(answer) = reception(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}HTTP") else {
            panic!("no answer");
        };
        assert_eq!((answer.status, answer.json), (200, serde_json::json!({"a": 1})));
    }

    #[test]
    fn an_answer_without_a_length_has_no_body() {
        let Reception::Whole(answer) = reception(b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n") else {
            panic!("no answer");
        };
        assert_eq!((answer.status, answer.header("X")), (204, Some("y")));
    }

    #[test]
    fn a_part_of_an_answer_is_told_from_none() {
        assert!(matches!(reception(b""), Reception::Nothing));
        for torn in [
            &b"HTTP/1.1 2"[..],
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r",
        ] {
            assert!(matches!(reception(torn), Reception::Broken(_)), "{torn:?}");
        }
    }
}
