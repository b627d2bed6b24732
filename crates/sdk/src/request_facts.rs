//! What the decisions need to know of a request, whatever framework it came through.

use std::borrow::Cow;
use std::fmt;

use authara_core::cookies::CookieValue;

/// The headers that decide something; all others are passed over.
const KEPT: [&str; 11] = [
    "accept",
    "authorization",
    "cookie",
    "host",
    "hx-current-url",
    "hx-request",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "user-agent",
    "x-requested-with",
];

/// Method, target and telling headers of a request.
///
/// ```
/// use authara_client::RequestFacts;
///
/// let facts = RequestFacts::new("GET", "/private?page=2")
///     .with_header("Accept", b"text/html")
///     .with_header("Cookie", b"theme=dark");
/// ```
#[derive(Clone)]
pub struct RequestFacts<'r> {
    method: &'r str,
    target: &'r str,
    headers: Vec<(&'static str, Cow<'r, str>)>,
}

impl<'r> RequestFacts<'r> {
    /// Starts with the method in upper case, and path and query exactly as they were sent.
    pub fn new(method: &'r str, target: &'r str) -> Self {
        Self { method, target, headers: Vec::new() }
    }

    /// Adds a header line. All of them may be handed in, in the order of the request; bytes that
    /// are no text are replaced, so that one odd cookie does not hide the others.
    pub fn with_header(mut self, name: &str, value: &'r [u8]) -> Self {
        let kept = KEPT.into_iter().find(|kept| kept.eq_ignore_ascii_case(name));
        if let Some(kept) = kept {
            self.headers.push((kept, String::from_utf8_lossy(value)));
        }
        self
    }

    /// Is this a request that asks for something to look at?
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// Path and query, undecoded.
    pub(crate) fn target(&self) -> &'r str {
        self.target
    }

    /// The path, undecoded.
    pub(crate) fn path(&self) -> &'r str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// The first line of a header.
    pub(crate) fn first(&self, name: &'static str) -> Option<&str> {
        self.values(name).next()
    }

    /// All lines of a header.
    pub(crate) fn values(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let lines = self.headers.iter().filter(move |(kept, _)| *kept == name);
        lines.map(|(_, value)| &**value)
    }

    /// All lines of the `Cookie` header as one.
    #[cfg(feature = "client")]
    pub(crate) fn cookies(&self) -> String {
        self.values("cookie").collect::<Vec<_>>().join("; ")
    }

    /// What the request says about one cookie.
    pub(crate) fn cookie(&self, name: &str) -> CookieValue<'_> {
        CookieValue::find(self.values("cookie"), name)
    }

    /// The token of an `Authorization` header with the scheme `Bearer`, in any letter case; other
    /// schemes are somebody else's. Empty when there is a bearer header without one usable token:
    /// that is a bad token, not a missing one.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let mut tokens = self.values("authorization").filter_map(bearer_token);
        let first = tokens.next()?;
        // Two that differ: nobody can tell for whom the request speaks.
        let is_ambiguous = tokens.any(|token| token != first);
        Some(if is_ambiguous { "" } else { first })
    }
}

impl fmt::Debug for RequestFacts<'_> {
    /// Prints neither query nor values: both can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("RequestFacts")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// The token of a credential (RFC 9110 section 11.6.2), if its scheme is `Bearer`.
fn bearer_token(credential: &str) -> Option<&str> {
    let credential = credential.trim();
    let (scheme, token) = credential.split_once([' ', '\t']).unwrap_or((credential, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'r>(lines: &[(&str, &'r str)]) -> RequestFacts<'r> {
        let start = RequestFacts::new("GET", "/a%2Fb?c=d");
        lines.iter().fold(start, |facts, (name, value)| facts.with_header(name, value.as_bytes()))
    }

    #[test]
    fn r22_only_the_bearer_scheme_counts_and_in_any_letter_case() {
        for (lines, expected) in [
            (&[][..], None),
            (&[("Authorization", "Basic abc")], None),
            (&[("Authorization", "Bearer abc")], Some("abc")),
            (&[("authorization", "bEaReR   abc ")], Some("abc")),
            (&[("Authorization", "Bearer")], Some("")),
            (&[("Authorization", "Bearers abc")], None),
        ] {
            assert_eq!(facts(lines).bearer(), expected, "{lines:?}");
        }
        let basic_too = [("Authorization", "Basic abc"), ("Authorization", "Bearer x")];
        assert_eq!(facts(&basic_too).bearer(), Some("x"));
        let twice = [("Authorization", "Bearer x"), ("Authorization", "Bearer x")];
        assert_eq!(facts(&twice).bearer(), Some("x"));
        let both = [("Authorization", "Bearer x"), ("Authorization", "Bearer y")];
        assert_eq!(facts(&both).bearer(), Some(""));
    }

    #[test]
    fn t19_cookies_of_several_lines_are_one_set_and_odd_bytes_do_no_harm() {
        let facts =
            RequestFacts::new("GET", "/").with_header("Cookie", b"a=1; odd=\xff").with_header("cookie", b"b=2; a=1");
        assert_eq!(facts.cookie("a"), CookieValue::One("1"));
        assert_eq!(facts.cookie("b"), CookieValue::One("2"));
        let tossed = facts.with_header("cookie", b"a=3");
        assert_eq!(tossed.cookie("a"), CookieValue::Conflict);
    }

    #[test]
    fn t23_debug_shows_no_value() {
        let facts = RequestFacts::new("GET", "/x?canary=canary")
            .with_header("Cookie", b"canary=canary")
            .with_header("Authorization", b"Bearer canary");
        assert!(!format!("{facts:?}").contains("canary"));
    }
}
