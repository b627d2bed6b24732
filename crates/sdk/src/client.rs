//! The API client: one method for each operation of the contract, over HTTP with bounds on time and
//! size.
//!
//! Nothing here follows a redirect, uses a proxy of the environment, or sends a cookie that is not
//! the server's own. A change is sent twice only when the server refused it for its CSRF value.

mod account;
mod answer;
mod builder;
mod caller;
pub mod contract;
mod cookies;
mod exchange;
mod operation;
mod server;
mod session;
mod sign_in;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use authara_core::cookies::CookieNames;
use authara_core::secret::SecretText;
use reqwest::Url;

pub use self::answer::{Answer, SetCookies};
pub use self::builder::ClientBuilder;
pub use self::caller::Caller;
pub use self::session::Session;

use self::caller::Credentials;
use self::cookies::Cookies;
use crate::config::{Config, ConfigError};

/// Calls the API of one server. Cheap to clone; clones share their connections.
///
/// A call is made on somebody's behalf, so it starts with who that is:
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use authara_client::Client;
///
/// let client = Client::builder("http://localhost:8080").build()?;
/// let version = client.anonymous().get_version().await?.body.version;
///
/// // On behalf of a browser, whose request came to the application.
/// let cookie_header = "authara_access=..; theme=dark";
/// let user = client.as_request(cookie_header).current_user_opt().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// The server's address; its path ends without a slash.
    base_url: Url,
    prefix: String,
    /// Bounds a call as a whole, with the requests for a CSRF value that it needs.
    timeout: Duration,
    cookie_names: CookieNames,
    audience: String,
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
            .build()
            .map(Some)
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

    /// On behalf of whoever the access token names, without cookies.
    pub fn as_bearer(&self, access_token: &str) -> Caller {
        Caller::new(self.clone(), Credentials::Bearer(SecretText::new(access_token)))
    }

    /// A session of its own, which starts signed out and keeps its cookies, as a browser does.
    ///
    /// ```no_run
    /// # async fn run(client: authara_client::Client) -> Result<(), authara_client::Error> {
    /// use authara_client::wire::PasswordLoginRequest;
    ///
    /// let session = client.session();
    /// let login = PasswordLoginRequest {
    ///     email: Some("dana@example.org".to_owned()),
    ///     identifier: None,
    ///     password: "correct horse battery".to_owned(),
    /// };
    /// session.login_with_password(&login).await?;
    /// let account = session.get_account().await?.body;
    /// session.logout().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn session(&self) -> Session {
        let jar = Arc::new(Mutex::new(Cookies::default()));
        Session::new(self.clone(), jar)
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
