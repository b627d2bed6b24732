//! What comes back from a call that succeeded.

use std::fmt;

use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};

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

    /// Appends the lines to the headers of a response as `http` has them (axum, hyper, tower), beside
    /// the application's own cookies, and keeps caches from storing it (R-37). Nothing happens when
    /// there are none.
    ///
    /// ```
    /// # use authara_client::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = tower::service_fn(|_: http::Request<String>| async {
    /// #     http::Response::builder()
    /// #         .header("set-cookie", "authara_access=x.y.z; Path=/; HttpOnly")
    /// #         .header("set-cookie", "authara_refresh=r; Path=/; HttpOnly")
    /// #         .body(String::new())
    /// # });
    /// # let client = Client::builder("http://localhost:8080").service(server).build()?;
    /// let cookie_header = "authara_refresh=r; authara_csrf=c";
    /// let answer = client.as_request(cookie_header).refresh_session().await?;
    ///
    /// let mut response = http::Response::new("renewed");
    /// answer.set_cookies.append_to(response.headers_mut());
    /// assert_eq!(response.headers().get_all("Set-Cookie").iter().count(), 2);
    /// assert_eq!(response.headers()["Cache-Control"], "no-store");
    /// # Ok(())
    /// # }
    /// ```
    pub fn append_to(&self, headers: &mut HeaderMap) {
        // What came out of a header goes into one.
        for value in self.lines().filter_map(|line| HeaderValue::from_str(line).ok()) {
            headers.append(SET_COOKIE, value);
        }
        if !self.is_empty() {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.append(VARY, HeaderValue::from_static("Cookie"));
        }
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

    #[test]
    fn r52_lines_join_the_applications_own_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("theme=dark"));
        SetCookies::default().append_to(&mut headers);
        assert_eq!(headers.len(), 1);
        SetCookies::new(vec!["authara_access=a".to_owned(), "authara_refresh=r".to_owned()]).append_to(&mut headers);
        let lines: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(lines, ["theme=dark", "authara_access=a", "authara_refresh=r"]);
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "no-store");
        assert_eq!(headers.get(VARY).unwrap(), "Cookie");
    }
}
