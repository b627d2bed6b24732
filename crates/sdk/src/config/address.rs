//! Where the server is: its base URL, and the path below which it is mounted.

use url::Url;

/// Reads the server's address as seen from the application. Blank text is none.
///
/// # Errors
///
/// Says what would have been right, never what was given: an address may hold a password.
pub(crate) fn read_base_url(text: &str) -> Result<Option<Url>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || "must be an http or https address without user, query and fragment".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_plain { Ok(Some(url)) } else { Err(wrong()) }
}

/// Reads the path below which the server is mounted, without a slash at its end.
///
/// The root is refused: what lies below the prefix is the server's and stays unprotected, so the
/// root as prefix would leave every page open.
///
/// # Errors
///
/// Says what would have been right.
pub(crate) fn read_prefix(text: &str) -> Result<String, String> {
    let prefix = text.trim().trim_end_matches('/');
    let is_plain = prefix.strip_prefix('/').is_some_and(|path| {
        let mut segments = path.split('/');
        segments.all(is_plain_segment)
    });
    if is_plain {
        Ok(prefix.to_owned())
    } else {
        Err("must be a path such as /auth, of letters, digits and - . _ ~".to_owned())
    }
}

fn is_plain_segment(segment: &str) -> bool {
    let is_unreserved = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
    !matches!(segment, "" | "." | "..") && segment.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_http_and_nothing_else() {
        assert_eq!(read_base_url(" "), Ok(None));
        for (text, host) in [
            ("http://localhost:8080", "localhost"),
            ("https://auth.example/", "auth.example"),
            (" http://[::1]:8080/sub ", "[::1]"),
        ] {
            let url = read_base_url(text).unwrap().unwrap();
            assert_eq!(url.host_str(), Some(host), "{text}");
        }
        for text in [
            "localhost:8080",
            "/auth",
            "ftp://auth.example",
            "http://",
            "http://canary@auth.example",
            "http://u:canary@auth.example",
            "http://auth.example?canary",
            "http://auth.example#canary",
        ] {
            let message = read_base_url(text).unwrap_err();
            assert!(!message.contains("canary"), "{message}");
        }
    }

    #[test]
    fn the_root_is_no_prefix() {
        assert_eq!(read_prefix("/auth"), Ok("/auth".into()));
        assert_eq!(read_prefix(" /auth/ "), Ok("/auth".into()));
        assert_eq!(read_prefix("/a/b-c_d.e~f"), Ok("/a/b-c_d.e~f".into()));
        for text in
            ["", "/", "//", "auth", "/a//b", "//a", "/a/..", "/./a", "/a?b", "/a#b", "/a b", "/%61", "/\\a", "/ä"]
        {
            assert!(read_prefix(text).is_err(), "{text}");
        }
    }
}
