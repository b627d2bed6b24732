//! The server's three cookies, as far as somebody has them.

use std::fmt;

use authara_core::cookies::{CookieNames, CookieValue};
use authara_core::secret::SecretText;
use authara_core::wire::Tokens;
use chrono::DateTime;

use super::answer::SetCookies;
use super::operation::Sends;

/// A small cookie jar. What has no place in it, other people's cookies above all, is never kept and
/// so never sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Cookies {
    access: Option<SecretText>,
    refresh: Option<SecretText>,
    csrf: Option<SecretText>,
}

impl Cookies {
    /// Reads a request's `Cookie` header. A name with two different values counts as absent: one of
    /// them may have been planted, and nobody can tell which.
    pub(crate) fn from_header(header: &str, names: &CookieNames) -> Self {
        let find = |name: &str| {
            let found = CookieValue::find(std::iter::once(header), name).one();
            found.filter(|value| is_sendable(value)).map(SecretText::new)
        };
        Self { access: find(&names.access), refresh: find(&names.refresh), csrf: find(&names.csrf) }
    }

    /// Tokens kept elsewhere. What cannot be one is left out.
    pub(crate) fn of(tokens: &Tokens) -> Self {
        let take = |text: &str| (!text.is_empty() && is_sendable(text)).then(|| SecretText::new(text));
        Self { access: take(&tokens.access_token), refresh: take(&tokens.refresh_token), csrf: None }
    }

    /// Does what the lines ask for, as a browser does.
    pub(crate) fn update(&mut self, lines: &SetCookies, names: &CookieNames) {
        for line in lines.lines() {
            let Some(change) = Change::parse(line) else {
                continue;
            };
            if let Some(place) = self.place(change.name, names) {
                let value = change.value.filter(|value| is_sendable(value));
                *place = value.map(SecretText::new);
            }
        }
    }

    /// The value of the `Cookie` header for an operation; `None` when there is nothing to send.
    pub(crate) fn header(&self, sends: Sends, names: &CookieNames) -> Option<SecretText> {
        let pairs = [
            (&names.access, self.access.as_ref().filter(|_| sends.access())),
            (&names.refresh, self.refresh.as_ref().filter(|_| sends.refresh())),
            (&names.csrf, self.csrf.as_ref().filter(|_| sends.csrf())),
        ];
        let pairs: Vec<String> = pairs
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={}", value.expose())))
            .collect();
        (!pairs.is_empty()).then(|| SecretText::new(pairs.join("; ")))
    }

    pub(crate) fn access(&self) -> Option<&SecretText> {
        self.access.as_ref()
    }

    pub(crate) fn refresh(&self) -> Option<&SecretText> {
        self.refresh.as_ref()
    }

    pub(crate) fn csrf(&self) -> Option<&SecretText> {
        self.csrf.as_ref()
    }

    pub(crate) fn set_csrf(&mut self, value: SecretText) {
        self.csrf = Some(value);
    }

    fn place(&mut self, name: &str, names: &CookieNames) -> Option<&mut Option<SecretText>> {
        if name == names.access {
            Some(&mut self.access)
        } else if name == names.refresh {
            Some(&mut self.refresh)
        } else if name == names.csrf {
            Some(&mut self.csrf)
        } else {
            None
        }
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies")
            .field("access", &self.access.is_some())
            .field("refresh", &self.refresh.is_some())
            .field("csrf", &self.csrf.is_some())
            .finish()
    }
}

/// Is this `Set-Cookie` line about one of the server's cookies?
pub(crate) fn is_ours(line: &str, names: &CookieNames) -> bool {
    let name = line.split(['=', ';']).next().unwrap_or_default().trim();
    name == names.access || name == names.refresh || name == names.csrf
}

/// Tokens are plain ASCII; anything else is garbage, which is as good as no cookie.
fn is_sendable(value: &str) -> bool {
    value.bytes().all(|c| c.is_ascii_graphic() && c != b';')
}

/// What one `Set-Cookie` line asks for (RFC 6265 section 5.2): a value, or none.
struct Change<'l> {
    name: &'l str,
    value: Option<&'l str>,
}

impl<'l> Change<'l> {
    fn parse(line: &'l str) -> Option<Self> {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let unquoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let value = unquoted.unwrap_or(value);
        let is_kept = !value.is_empty() && !is_deletion(attributes);
        Some(Self { name: name.trim(), value: is_kept.then_some(value) })
    }
}

/// `Max-Age` decides where it is given. Otherwise an `Expires` on the first day of 1970 does: this
/// module has no clock, and that is how servers write "gone".
fn is_deletion(attributes: &str) -> bool {
    const DAY_SECONDS: i64 = 86_400;
    let find = |wanted: &str| {
        let pairs = attributes.split(';').filter_map(|a| a.split_once('='));
        let mut values = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        values.next_back().map(|(_, value)| value.trim())
    };
    if let Some(age) = find("max-age").and_then(|age| age.parse::<i64>().ok()) {
        return age <= 0;
    }
    let expires = find("expires").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    expires.is_some_and(|date| date.timestamp() < DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> CookieNames {
        CookieNames::contract()
    }

    fn header(cookies: &Cookies, sends: Sends) -> String {
        let header = cookies.header(sends, &names());
        header.map_or_else(String::new, |header| header.expose().to_owned())
    }

    fn updated(cookies: &Cookies, lines: &[&str]) -> Cookies {
        let mut cookies = cookies.clone();
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        cookies.update(&SetCookies::new(lines), &names());
        cookies
    }

    fn full() -> Cookies {
        let header = "authara_access=a; theme=dark; authara_refresh=r; authara_csrf=c; sid=secret";
        Cookies::from_header(header, &names())
    }

    #[test]
    fn t18_only_the_servers_cookies_are_taken_and_only_those_that_an_operation_names_are_sent() {
        for (sends, expected) in [
            (Sends::Nothing, ""),
            (Sends::Access, "authara_access=a"),
            (Sends::AccessAndCsrf, "authara_access=a; authara_csrf=c"),
            (Sends::RefreshAndCsrf, "authara_refresh=r; authara_csrf=c"),
            (Sends::All, "authara_access=a; authara_refresh=r; authara_csrf=c"),
        ] {
            assert_eq!(header(&full(), sends), expected);
        }
        assert_eq!(header(&Cookies::default(), Sends::All), "");
    }

    #[test]
    fn t19_a_cookie_with_two_values_is_not_forwarded() {
        let tossed = "authara_access=a; authara_access=b; authara_csrf=c; authara_csrf=c";
        let cookies = Cookies::from_header(tossed, &names());
        assert_eq!(header(&cookies, Sends::All), "authara_csrf=c");
        let garbage = Cookies::from_header("authara_access=\u{fffd}; authara_csrf=a b", &names());
        assert_eq!(header(&garbage, Sends::All), "");
    }

    #[test]
    fn tokens_become_cookies_unless_they_cannot_be_any() {
        let tokens = |access: &str, refresh: &str| {
            let tokens = Tokens { access_token: access.to_owned(), refresh_token: refresh.to_owned() };
            header(&Cookies::of(&tokens), Sends::All)
        };
        assert_eq!(tokens("a", "r"), "authara_access=a; authara_refresh=r");
        assert_eq!(tokens("", "r\r\nX-Evil: 1"), "");
        assert_eq!(tokens("a;theme=dark", "r"), "authara_refresh=r");
    }

    #[test]
    fn the_jar_keeps_replaces_and_forgets() {
        let set = updated(
            &Cookies::default(),
            &[
                "authara_access=a; Path=/; HttpOnly; SameSite=Lax; Max-Age=600",
                "authara_refresh=\"r\"; Path=/",
                "theme=dark",
                "authara_csrf=c",
                "nonsense",
            ],
        );
        assert_eq!(set, full());
        let replaced = updated(&set, &["authara_refresh=r2", "authara_refresh=r3"]);
        assert_eq!(header(&replaced, Sends::RefreshAndCsrf), "authara_refresh=r3; authara_csrf=c");
    }

    #[test]
    fn the_jar_takes_every_form_of_deletion_and_nothing_else_for_one() {
        for (line, is_gone) in [
            ("authara_access=", true),
            ("authara_access=; Max-Age=600", true),
            ("authara_access=x; Max-Age=0", true),
            ("authara_access=x; max-age=-1", true),
            ("authara_access=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true),
            ("authara_access=x; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false),
            ("authara_access=x; Max-Age=0; Max-Age=600", false),
            ("authara_access=x; Max-Age=soon", false),
            ("authara_access=x; Expires=Tue, 01 Jan 2030 00:00:00 GMT", false),
            ("authara_access=x; Expires=whenever", false),
        ] {
            let cookies = updated(&full(), &[line]);
            assert_eq!(cookies.access().is_none(), is_gone, "{line}");
            assert!(cookies.refresh().is_some() && cookies.csrf().is_some());
        }
    }

    #[test]
    fn r33_lines_of_other_cookies_are_told_apart() {
        for (line, expected) in [
            ("authara_access=x; Path=/", true),
            ("authara_csrf=", true),
            ("authara_accessory=x", false),
            ("theme=authara_access", false),
            ("", false),
        ] {
            assert_eq!(is_ours(line, &names()), expected, "{line}");
        }
    }

    #[test]
    fn t23_debug_shows_no_value() {
        let cookies = Cookies::from_header("authara_access=canary", &names());
        assert!(!format!("{cookies:?}").contains("canary"));
    }

    proptest::proptest! {
        #[test]
        fn t33_any_line_is_answered(line in "(authara_access)?\\PC{0,60}") {
            let _ = updated(&full(), &[&line]);
        }
    }
}
