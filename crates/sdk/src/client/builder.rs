//! Building a client.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use authara_core::cookies::CookieNames;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};
use tower_service::Service;

use super::counters::{Counters, Tally};
use super::retry::MAX_RETRIES;
use super::transport::{Transport, carrier};
use super::{Client, Inner};
use crate::clock::Clock;
use crate::config::address::{read_base_url, read_prefix};
use crate::config::faults::Faults;
use crate::config::{self, ConfigError, variables};

/// Sent where no browser's own name is forwarded.
pub(super) const USER_AGENT: &str = concat!("authara-client/", env!("CARGO_PKG_VERSION"));
/// Time for a connection to come about, out of the time for the call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Less than the 5 s after which common servers close an idle connection: a request that meets the
/// closing fails, and a change is not sent again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Gathers what a [`Client`] needs to know.
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before `build`"]
pub struct ClientBuilder {
    base_url: String,
    prefix: String,
    timeout: Duration,
    cookie_names: CookieNames,
    audience: String,
    max_retries: u32,
    uses_system_proxy: bool,
    transport: Option<Transport>,
    tally: Tally,
    clock: Clock,
}

impl ClientBuilder {
    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            prefix: config::DEFAULT_PREFIX.to_owned(),
            timeout: config::DEFAULT_TIMEOUT,
            cookie_names: CookieNames::contract(),
            audience: config::DEFAULT_AUDIENCE.to_owned(),
            max_retries: MAX_RETRIES,
            uses_system_proxy: false,
            transport: None,
            tally: Tally::default(),
            clock: Clock::system(),
        }
    }

    /// The path below which the server is mounted: `/auth` unless set.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The time that one call may take as a whole: 5 s unless set, at most 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The names of the cookies: those of the contract unless set.
    pub fn cookie_names(mut self, names: CookieNames) -> Self {
        self.cookie_names = names;
        self
    }

    /// The audience to ask for at login and refresh: `app` unless set.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// How often a call that only reads is made again when there is no connection, or the answer is
    /// 502, 503 or 504: twice unless set, and never more. All of it happens within the
    /// [timeout](ClientBuilder::timeout). A `Retry-After` of up to 3 s is waited for; with a longer
    /// one the call fails at once, and [`Error::retry_after`](crate::Error::retry_after) tells it.
    pub fn retries(mut self, most: u32) -> Self {
        self.max_retries = most.min(MAX_RETRIES);
        self
    }

    /// Goes through the proxy that the environment names (`HTTPS_PROXY` and its kind). Off unless
    /// asked for: the server is usually next door, and its tokens are nobody else's business.
    pub fn system_proxy(mut self, is_used: bool) -> Self {
        self.uses_system_proxy = is_used;
        self
    }

    /// Where counts of what happens go: nowhere unless set.
    pub fn counters(mut self, counters: impl Counters) -> Self {
        self.tally = Tally::new(counters);
        self
    }

    /// Where the time comes from that access tokens lapse by: this machine's clock unless set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sends requests with this `reqwest` client, for certificates or connections of one's own. Time
    /// and size are bounded all the same; redirects, proxies and the time to connect are as it was
    /// built, so build it with `redirect(Policy::none())`: the API never redirects.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.transport = Some(Transport::Connection(client));
        self
    }

    /// Sends requests into a service of `tower` in place of a connection: a stand-in for the server
    /// in tests, an axum `Router`, or layers around another client. It gets each request with its
    /// full address and its JSON body as text. Runs on a tokio runtime with its timer.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use authara_client::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let stand_in = tower::service_fn(|request: http::Request<String>| async move {
    ///     assert_eq!(request.uri().path(), "/auth/version");
    ///     Ok::<_, Infallible>(http::Response::new(r#"{"version":"1.2.3"}"#.to_owned()))
    /// });
    /// let client = Client::builder("http://localhost:8080").service(stand_in).build()?;
    /// assert_eq!(client.version().await?, "1.2.3");
    /// # Ok(())
    /// # }
    /// ```
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<http::Request<String>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        S::Future: Send,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.transport = Some(Transport::Service(carrier(service)));
        self
    }

    /// Builds the client. Contacts nobody; installs *ring* as this process's provider of
    /// cryptography for TLS unless another one is installed.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault, under the names of the environment variables: an address,
    /// prefix or time that is none, or an https address on a machine without root certificates.
    pub fn build(self) -> Result<Client, ConfigError> {
        let mut faults = Faults::default();
        let base_url = read_base_url(&self.base_url).and_then(|url| url.ok_or_else(|| "must not be empty".to_owned()));
        let base_url = faults.note(variables::BASE_URL, base_url);
        let prefix = faults.note(variables::PREFIX, read_prefix(&self.prefix));
        let timeout = faults.note(variables::TIMEOUT, config::check_timeout(self.timeout));
        let (Some(base_url), Some(prefix), Some(timeout)) = (base_url, prefix, timeout) else {
            return Err(faults.into_error());
        };
        let transport = match self.transport {
            Some(transport) => transport,
            None => http_client(base_url.scheme(), timeout, self.uses_system_proxy)
                .map(Transport::Connection)
                .map_err(|error| unbuildable(&error))?,
        };
        Ok(Client(Arc::new(Inner {
            transport,
            base_url,
            prefix,
            timeout,
            cookie_names: self.cookie_names,
            audience: self.audience,
            max_retries: self.max_retries,
            tally: self.tally,
            clock: self.clock,
        })))
    }
}

fn unbuildable(error: &reqwest::Error) -> ConfigError {
    // The error itself only says that it is about building.
    let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    ConfigError::one(variables::BASE_URL, format!("no HTTP client can be built: {cause}"))
}

fn http_client(scheme: &str, timeout: Duration, uses_system_proxy: bool) -> Result<reqwest::Client, reqwest::Error> {
    if CryptoProvider::get_default().is_none() {
        // Whoever was faster by a moment installed one, which is as good.
        let _ = ring::default_provider().install_default();
    }
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false);
    if !uses_system_proxy {
        builder = builder.no_proxy();
    }
    if scheme == "http" && !uses_system_proxy {
        // Redirects are off, so that TLS is never spoken: work on a machine without certificates.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t02_all_faults_are_reported_together_and_without_values() {
        let error =
            Client::builder("http://canary@localhost").prefix("canary").timeout(Duration::ZERO).build().unwrap_err();
        let found: Vec<&str> = error.faults().iter().map(|fault| fault.variable).collect();
        assert_eq!(found, ["AUTHARA_BASE_URL", "AUTHARA_CLIENT_PREFIX", "AUTHARA_CLIENT_TIMEOUT"]);
        assert!(!error.to_string().contains("canary"));
        assert!(Client::builder(" ").build().is_err());
    }

    #[test]
    fn an_address_may_have_a_path_of_its_own() {
        for (base_url, expected) in [
            ("http://localhost:8080", "http://localhost:8080/auth/version"),
            ("http://localhost:8080/", "http://localhost:8080/auth/version"),
            ("http://gateway/sub/", "http://gateway/sub/auth/version"),
        ] {
            let client = Client::builder(base_url).build().unwrap();
            assert_eq!(client.endpoint("/version").as_str(), expected);
        }
    }
}
