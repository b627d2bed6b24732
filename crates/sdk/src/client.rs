//! The API client: one method for each operation of the contract, over HTTP with bounds on time and
//! size.
//!
//! Nothing here follows a redirect, uses a proxy of the environment, or sends a cookie that is not
//! the server's own, unless asked to. A change is sent twice only when the server refused it for its
//! CSRF value; what only reads is asked again when nobody answered.

mod account;
mod answer;
mod builder;
mod caller;
pub mod contract;
mod cookies;
mod counters;
mod exchange;
mod lifetime;
mod observe;
mod operation;
mod retry;
mod server;
mod session;
mod sign_in;
mod token_session;
mod token_store;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use authara_core::cookies::CookieNames;
use authara_core::secret::SecretText;
use authara_core::wire::Tokens;
use reqwest::Url;
use reqwest::header::{COOKIE, HeaderMap, USER_AGENT};

pub use self::answer::{Answer, SetCookies};
pub use self::builder::ClientBuilder;
pub use self::caller::Caller;
pub use self::counters::{Counted, Counters};
pub use self::session::Session;
pub use self::token_session::TokenSession;
pub use self::token_store::{MemoryTokenStore, TokenStore, TokenStoreError};

use self::caller::Credentials;
pub(crate) use self::cookies::Cookies;
use self::counters::Tally;
use self::transport::Transport;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};

/// Calls the API of one server. Cheap to clone; clones share their connections.
///
/// A call is made on somebody's behalf, so it starts with who that is:
///
/// ```
/// # use authara_client::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = tower::service_fn(|request: http::Request<String>| async move {
/// #     let body = match request.uri().path() {
/// #         "/auth/version" => r#"{"version":"1.2.3"}"#,
/// #         _ => {
/// #             assert_eq!(request.headers()["cookie"], "authara_access=x.y.z");
/// #             r#"{"id":"8d0b7f3a-1c5e-7a92-b6d4-0f9e2c7a4415","email":"robin@example.com","username":"robin-27504",
/// #                 "disabled":false,"created_at":"2026-01-14T08:30:05.120394Z","roles":[],
/// #                 "organization":{"id":"5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99","name":"x","role":"owner"}}"#
/// #         }
/// #     };
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(body.to_owned()))
/// # });
/// let builder = Client::builder("http://localhost:8080");
/// # let builder = builder.service(server);
/// let client = builder.build()?;
/// let version = client.anonymous().get_version().await?.body.version;
/// assert_eq!(version, "1.2.3");
///
/// // On behalf of a browser, whose request came to the application.
/// let cookie_header = "authara_access=x.y.z; theme=dark";
/// let user = client.as_request(cookie_header).current_user_opt().await?;
/// assert_eq!(user.map(|user| user.email).as_deref(), Some("robin@example.com"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    /// The server's address; its path ends without a slash.
    base_url: Url,
    prefix: String,
    /// Bounds a call as a whole, with the requests for a CSRF value that it needs.
    timeout: Duration,
    cookie_names: CookieNames,
    audience: String,
    max_retries: u32,
    tally: Tally,
    clock: Clock,
}

impl Client {
    /// Starts from the server's address as seen from here, without the prefix.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    /// The client of a configuration; `None` without a base URL.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, ConfigError> {
        let Some(base_url) = config.base_url() else {
            return Ok(None);
        };
        Self::builder(base_url)
            .prefix(config.prefix())
            .timeout(config.timeout())
            .cookie_names(config.cookie_names().clone())
            .audience(config.audience())
            .clock(config.clock().clone())
            .build()
            .map(Some)
    }

    /// The names of the cookies.
    pub(crate) fn cookie_names(&self) -> &CookieNames {
        &self.0.cookie_names
    }

    /// On nobody's behalf. A value against CSRF is fetched for each change and then forgotten.
    pub fn anonymous(&self) -> Caller {
        Caller::new(self.clone(), Credentials::Anonymous)
    }

    /// On behalf of a browser: forwards the server's own cookies out of the `Cookie` header of a
    /// request that came to the application, and nothing else of it. Several header lines are
    /// joined with `; `.
    ///
    /// Pass [`Answer::set_cookies`] on to that browser, and those of an
    /// [error](crate::Error::set_cookies) too: the server may have replaced its tokens.
    pub fn as_request(&self, cookie_header: &str) -> Caller {
        let cookies = Cookies::from_header(cookie_header, &self.0.cookie_names);
        Caller::new(self.clone(), Credentials::Forwarded(cookies))
    }

    /// The same for the headers of a request as `http` has them (axum, hyper, tower): forwards the
    /// server's own cookies and what the browser calls itself.
    ///
    /// ```
    /// # let client = authara_client::Client::builder("http://localhost:8080").build()?;
    /// let (parts, _) = http::Request::builder()
    ///     .header("Cookie", "authara_access=x.y.z; theme=dark")
    ///     .header("User-Agent", "Browser/1.0")
    ///     .body(())?
    ///     .into_parts();
    /// let caller = client.as_request_headers(&parts.headers);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_request_headers(&self, headers: &HeaderMap) -> Caller {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let user_agent = headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
        self.as_browser(&lines.collect::<Vec<_>>().join("; "), user_agent)
    }

    /// On behalf of a browser with these cookies, which calls itself so.
    pub(crate) fn as_browser(&self, cookie_header: &str, user_agent: Option<&str>) -> Caller {
        let caller = self.as_request(cookie_header);
        match user_agent {
            Some(name) => caller.user_agent(name),
            None => caller,
        }
    }

    /// On behalf of whoever the access token names, without cookies.
    pub fn as_bearer(&self, access_token: &str) -> Caller {
        Caller::new(self.clone(), Credentials::Bearer(SecretText::new(access_token)))
    }

    /// A session that goes on from tokens kept elsewhere, and keeps its cookies, as a browser does.
    /// Whoever keeps the tokens takes them back from the session after each call; a [`TokenSession`]
    /// does that by itself.
    ///
    /// ```
    /// use authara_client::wire::Tokens;
    ///
    /// # let client = authara_client::Client::builder("http://localhost:8080").build()?;
    /// let tokens = Tokens { access_token: "x.y.z".to_owned(), refresh_token: "r".to_owned() };
    /// let session = client.as_session(&tokens);
    /// assert!(session.has_tokens());
    /// # Ok::<(), authara_client::ConfigError>(())
    /// ```
    pub fn as_session(&self, tokens: &Tokens) -> Session {
        let cookies = Cookies::of(tokens);
        Session::new(self.clone(), Arc::new(Mutex::new(cookies)))
    }

    /// A session by tokens without cookies, which are kept in `store` and renewed in time: for jobs,
    /// services and devices. See [`TokenSession`].
    pub fn token_session<S: TokenStore>(&self, store: S) -> TokenSession<S> {
        TokenSession::new(self.clone(), store)
    }

    /// A session of its own, which starts signed out and keeps its cookies, as a browser does.
    ///
    /// ```
    /// # use authara_client::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = tower::service_fn(|request: http::Request<String>| async move {
    /// #     let user = r#"{"id":"8d0b7f3a-1c5e-7a92-b6d4-0f9e2c7a4415","email":"robin@example.com",
    /// #         "username":"robin-27504","disabled":false,"created_at":"2026-01-14T08:30:05.120394Z"}"#;
    /// #     let answer = http::Response::builder();
    /// #     let answer = match request.uri().path() {
    /// #         "/auth/api/v1/csrf" => answer.body(r#"{"csrf_token":"c"}"#.to_owned()),
    /// #         "/auth/api/v1/login" => answer
    /// #             .header("set-cookie", "authara_access=a; Path=/")
    /// #             .header("set-cookie", "authara_refresh=r; Path=/")
    /// #             .body(format!(r#"{{"user":{user},"access_token":"a","refresh_token":"r"}}"#)),
    /// #         "/auth/api/v1/account" => {
    /// #             answer.body(format!(r#"{{"user":{user},"sessions":[],"auth_methods":[],"passkeys":[]}}"#))
    /// #         }
    /// #         _ => answer
    /// #             .status(204)
    /// #             .header("set-cookie", "authara_access=; Max-Age=0")
    /// #             .header("set-cookie", "authara_refresh=; Max-Age=0")
    /// #             .body(String::new()),
    /// #     };
    /// #     answer
    /// # });
    /// # let client = Client::builder("http://localhost:8080").service(server).build()?;
    /// use authara_client::wire::PasswordLoginRequest;
    ///
    /// let session = client.session();
    /// let login = PasswordLoginRequest {
    ///     email: Some("robin@example.com".to_owned()),
    ///     identifier: None,
    ///     password: "seven quiet rivers".to_owned(),
    /// };
    /// session.login_with_password(&login).await?;
    /// let account = session.get_account().await?.body;
    /// assert_eq!(account.user.email, "robin@example.com");
    /// session.logout().await?;
    /// assert!(!session.has_tokens());
    /// # Ok(())
    /// # }
    /// ```
    pub fn session(&self) -> Session {
        let jar = Arc::new(Mutex::new(Cookies::default()));
        Session::new(self.clone(), jar)
    }

    /// Counts what happened on behalf of this client.
    pub(crate) fn count(&self, what: Counted) {
        self.0.tally.count(what);
    }

    /// The audience to ask for; the server's own choice where it is blank.
    fn audience(&self) -> Option<String> {
        let audience = self.0.audience.trim();
        (!audience.is_empty()).then(|| audience.to_owned())
    }

    /// The address of an operation.
    fn endpoint(&self, path: &str) -> Url {
        let mut url = self.0.base_url.clone();
        let base = self.0.base_url.path().trim_end_matches('/');
        url.set_path(&format!("{base}{}{path}", self.0.prefix));
        url
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .field("prefix", &self.0.prefix)
            .field("timeout", &self.0.timeout)
            .finish_non_exhaustive()
    }
}
