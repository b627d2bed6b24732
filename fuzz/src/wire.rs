//! Bytes to the server, and bytes back.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for the server to read, to answer and to close.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server closes first, so that its half of every connection waits out a minute. At this pace
/// they do not use up the ports of the machine.
const PACE: Duration = Duration::from_millis(2);

/// Whether our half of the connection closes before the answer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtTheEnd {
    /// It closes, so that the server knows that nothing more will come.
    Close,
    /// It waits for the server to close.
    Wait,
}

/// Sends the bytes on a connection of their own and reads until the server closes.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8], at_the_end: AtTheEnd) -> Vec<u8> {
    std::thread::sleep(PACE);
    let mut stream = TcpStream::connect(address).expect("the server accepts connections");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time limit");
    // A server that has answered already may have stopped reading.
    let _ = stream.write_all(bytes);
    if at_the_end == AtTheEnd::Close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let is_stuck = read.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!is_stuck, "the server neither answered nor closed within {PATIENCE:?}; so far: {}", answer.escape_ascii());
    answer
}

/// The status of the first answer, if these bytes begin with one.
pub(crate) fn status(answer: &[u8]) -> Option<u16> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    let (digits, rest) = rest.split_at_checked(3)?;
    let is_separated = rest.first().is_some_and(|byte| matches!(byte, b' ' | b'\r'));
    std::str::from_utf8(digits).ok().filter(|_| is_separated)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_from_the_first_line_alone() {
        for (answer, expected) in [
            ("HTTP/1.1 404 Not Found\r\n", Some(404)),
            ("HTTP/1.0 400\r\n", Some(400)),
            ("HTTP/1.1 4040 x", None),
            ("HTTP/1.1 40", None),
            ("HTTP/2 200 OK", None),
            ("", None),
        ] {
            assert_eq!(status(answer.as_bytes()), expected, "{answer:?}");
        }
    }
}
