//! Where a browser may be sent afterwards: a path on this origin, or the default.
//!
//! One function guards every source and every sink (S-093 to S-096).

use std::fmt;

use crate::audience::Audience;

/// Longest target, in bytes.
pub const MAX_BYTES: usize = 2048;

/// A path, query and fragment on this origin, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// Takes a value that has been percent-decoded exactly once, or refuses it as a whole; nothing
    /// is repaired.
    ///
    /// Refused: what does not start with exactly one `/`, surrounding white space, a backslash or
    /// control character anywhere, more than 2048 bytes, and what would start with `//` once a
    /// browser has resolved the dot segments (WHATWG URL, path state).
    pub fn parse(text: &str) -> Option<Self> {
        let is_forbidden = |c: char| c == '\\' || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if text.len() > MAX_BYTES || text.trim() != text || text.contains(is_forbidden) {
            return None;
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        if !path.starts_with('/') || path.starts_with("//") || resolves_to_authority(path) {
            return None;
        }
        Some(Self(text.to_owned()))
    }

    /// The root of the application.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The target exactly as it was accepted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The target as a header value: blanks and non-ASCII bytes percent-encoded, the rest as it is.
    pub fn to_location(&self) -> String {
        let mut location = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            if byte.is_ascii_graphic() {
                location.push(char::from(byte));
            } else {
                let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0').to_ascii_uppercase();
                location.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
        location
    }

    /// The audience that somebody sent there needs: `/admin` and below belong to administrators,
    /// `/administrators` does not.
    pub fn audience(&self) -> Audience {
        let path = self.0.split(['?', '#']).next().unwrap_or_default();
        let is_admin = path.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is_admin { Audience::Admin } else { Audience::App }
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Does some leading part of the path vanish so that two slashes come to stand in front?
fn resolves_to_authority(path: &str) -> bool {
    let mut resolved: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match dots(segment) {
            Some(2) => {
                resolved.pop();
                if is_last {
                    resolved.push("");
                }
            }
            Some(_) if is_last => resolved.push(""),
            Some(_) => {}
            None => resolved.push(segment),
        }
    }
    resolved.len() > 1 && resolved.first().is_some_and(|first| first.is_empty())
}

/// One or two for a segment of that many dots, where `%2e` is a dot too.
fn dots(segment: &str) -> Option<usize> {
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "." => Some(1),
        ".." => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s093_s094_only_a_path_on_this_origin_is_accepted() {
        let long = format!("/{}", "a".repeat(MAX_BYTES));
        let refused = [
            "",
            " ",
            "x",
            "dashboard",
            "?x=1",
            "#x",
            ".",
            "..",
            "../x",
            "./x",
            "//",
            "//evil.example",
            "///x",
            "////evil.example",
            "https://evil.example",
            "http:evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "mailto:x",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/account\\settings",
            "/a\\..\\b",
            "/\tevil",
            "/a\nb",
            "/a\rb",
            "/a\0b",
            "/a\u{7f}b",
            "/a\u{85}b",
            "/a\u{9f}b",
            "/a\u{2028}b",
            " /account",
            "/account ",
            "/account\t",
            "\u{a0}/account",
            "/account\u{3000}",
            "/.//evil.example",
            "/..//evil.example",
            "/%2e//evil.example",
            "/%2E%2e//evil.example",
            "/.%2e//evil.example",
            "/a/..//evil.example",
            "/a/%2e%2E//evil.example",
            "/././/evil",
            "/a/b/../..//evil",
            "/../..//evil",
            "@evil.example",
            "evil.example/",
            long.as_str(),
        ];
        assert!(refused.len() >= 40);
        for text in refused {
            assert_eq!(ReturnTo::parse(text), None, "{text:?}");
        }
        for text in [
            "/",
            "/private",
            "/a?b=c#d",
            "/account?tab=sessions#current",
            "/a b",
            "/%2Fevil",
            "/%5Cevil",
            "/%0d%0aX",
            "/@evil",
            "/.evil",
            "/;x",
            "/ä",
            "/auth/login",
            "/a//b",
            "/a/../b",
            "/..",
            "/.",
            "/a/./b//c",
            "/?next=//evil.example",
            "/#//evil.example",
        ] {
            assert_eq!(ReturnTo::parse(text).map(|target| target.0), Some(text.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn s098_the_admin_audience_starts_at_a_whole_segment() {
        for (text, audience) in [
            ("/admin", Audience::Admin),
            ("/admin/x", Audience::Admin),
            ("/admin?x", Audience::Admin),
            ("/admin#x", Audience::Admin),
            ("/administrators", Audience::App),
            ("/Admin", Audience::App),
            ("/auth/admin", Audience::App),
            ("/", Audience::App),
        ] {
            assert_eq!(ReturnTo::parse(text).unwrap().audience(), audience, "{text}");
        }
    }

    #[test]
    fn a_location_is_plain_ascii() {
        assert_eq!(ReturnTo::parse("/a b/ä?q=ü#%2F").unwrap().to_location(), "/a%20b/%C3%A4?q=%C3%BC#%2F");
    }

    proptest::proptest! {
        /// Annex B 1: whatever is accepted stays on the origin, for a browser-grade parser.
        #[test]
        fn s093_an_accepted_target_keeps_the_origin(
            text in "(/|//|\\\\|\\.|%2e|%2f|evil\\.example|@|:|\\?|#|a|\t|\n| |;){0,12}"
        ) {
            if let Some(target) = ReturnTo::parse(&text) {
                let base = url::Url::parse("https://app.example/auth/login?x=1").unwrap();
                for form in [target.as_str().to_owned(), target.to_location()] {
                    let joined = base.join(&form).unwrap();
                    proptest::prop_assert_eq!(joined.origin(), base.origin());
                    proptest::prop_assert!(!joined.path().starts_with("//"), "{}", joined);
                }
            }
        }
    }
}
