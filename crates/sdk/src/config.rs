//! What the SDK has to know: whose tokens to accept, under which keys, and where the server is.
//!
//! Nothing below [`Config`] reads the environment. Every fault is reported, all at once, under the
//! name of its variable and without its value.

pub(crate) mod address;
mod duration;
mod environment;
pub(crate) mod faults;
mod keys;
pub(crate) mod variables;

use std::sync::Arc;
use std::time::Duration;

use authara_core::cookies::CookieNames;
use authara_core::keys::KeyRing;
use chrono::TimeDelta;
use url::Url;

pub use self::faults::{ConfigError, Fault};
pub use self::keys::parse_keys;

use self::faults::Faults;
use crate::clock::Clock;

/// The server's issuer where nobody chose another one.
const DEFAULT_ISSUER: &str = "authara";
/// The audience that is open to every account.
pub(crate) const DEFAULT_AUDIENCE: &str = "app";
/// Where the server is mounted where nobody moved it.
pub(crate) const DEFAULT_PREFIX: &str = "/auth";
/// The time that a call may take where nobody chose another one.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time that a call may be given.
const MAX_TIMEOUT: Duration = Duration::from_secs(300);
const DEFAULT_CLOCK_TOLERANCE: Duration = Duration::from_secs(30);
/// More would keep lapsed tokens alive rather than bridge clocks.
const MAX_CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

/// A checked configuration.
///
/// ```
/// use authara_client::Config;
///
/// let config = Config::builder()
///     .keys_text("k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
///     .base_url("http://localhost:8080")
///     .build()?;
/// assert_eq!(config.issuer(), "authara");
/// assert_eq!(config.audience(), "app");
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    issuer: String,
    audience: String,
    keys: Arc<KeyRing>,
    base_url: Option<Url>,
    prefix: String,
    timeout: Duration,
    clock_tolerance: TimeDelta,
    cookie_names: CookieNames,
    clock: Clock,
}

impl Config {
    /// Starts from the defaults; only the keys have none.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Who issues the access tokens, compared exactly with `iss`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whom the access tokens are for, compared exactly with `aud`, and what is asked for at login
    /// and refresh.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The keys under which access tokens verify.
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    /// The server's address as seen from the application, if one is set.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_ref().map(Url::as_str)
    }

    /// The path below which the server is mounted, without a slash at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The time that one call of the API may take as a whole.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// By how much this machine's clock may differ from the server's.
    pub fn clock_tolerance(&self) -> TimeDelta {
        self.clock_tolerance
    }

    /// The names of the cookies.
    pub fn cookie_names(&self) -> &CookieNames {
        &self.cookie_names
    }

    /// Where the time comes from.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Gathers a [`Config`].
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before `build`"]
pub struct ConfigBuilder {
    issuer: String,
    audience: String,
    keys: Option<KeyRing>,
    base_url: String,
    prefix: String,
    timeout: Duration,
    clock_tolerance: Duration,
    cookie_names: CookieNames,
    clock: Clock,
    /// What was noticed while values were read.
    faults: Faults,
}

impl Default for ConfigBuilder {
    fn default() -> Self {
        Self {
            issuer: DEFAULT_ISSUER.to_owned(),
            audience: DEFAULT_AUDIENCE.to_owned(),
            keys: None,
            base_url: String::new(),
            prefix: DEFAULT_PREFIX.to_owned(),
            timeout: DEFAULT_TIMEOUT,
            clock_tolerance: DEFAULT_CLOCK_TOLERANCE,
            cookie_names: CookieNames::contract(),
            clock: Clock::system(),
            faults: Faults::default(),
        }
    }
}

impl ConfigBuilder {
    /// Who issues the access tokens: the server's `AUTHARA_JWT_ISSUER`. `authara` unless set.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Whom the access tokens are for: `app` (unless set) or `admin`.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// The keys under which access tokens verify: those of the server.
    pub fn keys(mut self, keys: KeyRing) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The same as text, read as [`parse_keys`] does. A fault is told by `build`.
    pub fn keys_text(mut self, text: &str) -> Self {
        if let Some(ring) = self.faults.note(variables::KEYS, keys::read(text)) {
            self.keys = Some(ring);
        }
        self
    }

    /// The server's address as seen from the application, without the prefix. Without one there is
    /// no API client.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The path below which the server is mounted: `/auth` unless set.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The time that one call of the API may take as a whole: 5 s unless set, at most 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// By how much clocks may differ: 30 s unless set, at most 120 s.
    pub fn clock_tolerance(mut self, tolerance: Duration) -> Self {
        self.clock_tolerance = tolerance;
        self
    }

    /// The names of the cookies: those of the contract unless set.
    pub fn cookie_names(mut self, names: CookieNames) -> Self {
        self.cookie_names = names;
        self
    }

    /// Where the time comes from: this machine's clock unless set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault: no or bad keys, an empty issuer or audience, a base URL or
    /// prefix that is none, a duration out of bounds.
    pub fn build(self) -> Result<Config, ConfigError> {
        let mut faults = self.faults;
        let issuer = faults.note(variables::ISSUER, not_blank(&self.issuer));
        let audience = faults.note(variables::AUDIENCE, not_blank(&self.audience));
        let base_url = faults.note(variables::BASE_URL, address::read_base_url(&self.base_url));
        let prefix = faults.note(variables::PREFIX, address::read_prefix(&self.prefix));
        let timeout = faults.note(variables::TIMEOUT, check_timeout(self.timeout));
        let tolerance = check_tolerance(self.clock_tolerance);
        let clock_tolerance = faults.note(variables::CLOCK_TOLERANCE, tolerance);
        if self.keys.is_none() && !faults.concern(variables::KEYS) {
            faults.add(variables::KEYS, "is required: the server's key ring");
        }
        let is_faultless = faults.is_empty();
        match (issuer, audience, self.keys, base_url, prefix, timeout, clock_tolerance) {
            (
                Some(issuer),
                Some(audience),
                Some(keys),
                Some(base_url),
                Some(prefix),
                Some(timeout),
                Some(clock_tolerance),
            ) if is_faultless => Ok(Config {
                issuer,
                audience,
                keys: Arc::new(keys),
                base_url,
                prefix,
                timeout,
                clock_tolerance,
                cookie_names: self.cookie_names,
                clock: self.clock,
            }),
            _ => Err(faults.into_error()),
        }
    }
}

fn not_blank(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// The time that a call may take. Bounded, so that a deadline can always be computed.
pub(crate) fn check_timeout(timeout: Duration) -> Result<Duration, String> {
    if timeout.is_zero() || timeout > MAX_TIMEOUT {
        Err("must be more than 0s and at most 5m".to_owned())
    } else {
        Ok(timeout)
    }
}

fn check_tolerance(tolerance: Duration) -> Result<TimeDelta, String> {
    let in_bounds = tolerance <= MAX_CLOCK_TOLERANCE;
    let read = TimeDelta::from_std(tolerance).ok().filter(|_| in_bounds);
    read.ok_or_else(|| "must be at most 120s".to_owned())
}
