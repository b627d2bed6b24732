//! What comes back from a call that succeeded.

use std::fmt;

/// The answer to a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// What the contract says comes back.
    pub body: T,
    /// What the browser, on whose behalf the call was made, is to keep or to forget.
    pub set_cookies: SetCookies,
    /// The status code, 200 to 299.
    pub status: u16,
    /// The name under which the server logged the request.
    pub request_id: Option<String>,
}

/// Lines of `Set-Cookie` for the browser, verbatim and in order; only the server's own cookies.
///
/// A call on behalf of a browser may replace its tokens, and the replaced ones are dead: drop these
/// lines, and the next request ends the session.
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use = "the browser's next request ends its session unless it gets these cookies"]
pub struct SetCookies(Vec<String>);

impl SetCookies {
    pub(crate) fn new(lines: Vec<String>) -> Self {
        Self(lines)
    }

    /// The values of the `Set-Cookie` headers to append to the response.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Is there nothing to pass on?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the lines of a later answer.
    pub(crate) fn append(&mut self, later: &Self) {
        self.0.extend_from_slice(&later.0);
    }
}

impl fmt::Debug for SetCookies {
    /// Prints the names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.lines().filter_map(|line| line.split('=').next());
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_debug_shows_names_only() {
        let lines = SetCookies::new(vec!["authara_access=canary; Path=/".to_owned()]);
        assert_eq!(format!("{lines:?}"), r#"["authara_access"]"#);
    }
}
