//! Reading answers: where one ends, and what it says. `Content-Length` framing only (RFC 9112
//! section 6.3), which is all that the routes in question use.

use httparse::{EMPTY_HEADER, Response, Status};

/// More headers than any answer here has.
const MAX_HEADERS: usize = 64;

/// Where an answer lies in the bytes that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The status code.
    pub(crate) status: u16,
    /// Where the body begins.
    pub(crate) head: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

/// Finds the answer that these bytes begin with; `None` while some of it is missing.
///
/// # Errors
///
/// A sentence: this is no answer, or one whose end cannot be told.
pub(crate) fn frame(bytes: &[u8]) -> Result<Option<Frame>, String> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut headers);
    let head = match response.parse(bytes).map_err(|error| format!("this is no answer: {error}"))? {
        Status::Complete(head) => head,
        Status::Partial => return Ok(None),
    };
    let status = response.code.ok_or("an answer has no status")?;
    let mut length = None;
    for header in response.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(header.value).map_err(|error| error.to_string())?;
            let value: usize = text.trim().parse().map_err(|_| format!("the length {text:?} is no number"))?;
            length = Some(value);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err("an answer comes in chunks".to_owned());
        }
    }
    // RFC 9110 sections 15.3.5 and 15.4.5: these never have a body.
    let length = if matches!(status, 204 | 304) { Some(0) } else { length };
    let length = length.ok_or_else(|| format!("an answer with status {status} has no length"))?;
    let end = head.checked_add(length).ok_or("an answer is longer than memory")?;
    Ok((bytes.len() >= end).then_some(Frame { status, head, end }))
}

/// The headers of a complete answer, names as they were sent.
///
/// # Errors
///
/// A sentence, when there are none to read.
pub(crate) fn headers(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut headers);
    response.parse(bytes).map_err(|error| format!("this is no answer: {error}"))?;
    let read =
        |header: &httparse::Header<'_>| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned());
    Ok(response.headers.iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn an_answer_torn_anywhere_is_not_there_yet() {
        for end in 0..ANSWER.len() {
            assert_eq!(frame(&ANSWER[..end]), Ok(None), "{end}");
        }
        let whole = Frame { status: 200, head: ANSWER.len() - 5, end: ANSWER.len() };
        assert_eq!(frame(ANSWER), Ok(Some(whole)));
        let more = [ANSWER, b"HTTP/1.1 2"].concat();
        assert_eq!(frame(&more), Ok(Some(whole)));
    }

    #[test]
    fn an_answer_without_content_ends_with_its_head() {
        let bytes = b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n";
        assert_eq!(frame(bytes), Ok(Some(Frame { status: 204, head: bytes.len(), end: bytes.len() })));
    }

    #[test]
    fn what_cannot_be_measured_is_an_error_not_a_wait() {
        for bytes in [
            &b"SSH-2.0-OpenSSH\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n",
        ] {
            assert!(frame(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn headers_come_in_their_order() {
        let read = headers(ANSWER).unwrap();
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content-type", "Content-Length"]);
        assert_eq!(read[0].1, "application/json");
    }
}
