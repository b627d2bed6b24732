//! The one value that an application holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use authara_core::return_to::ReturnTo;
use authara_core::token::VerifyError;

use crate::config::{Config, ConfigError};
use crate::decision::{Decision, Gate, Mode};
use crate::links;
use crate::logout_form::LogoutForm;
use crate::refusal::Refusal;
use crate::request_facts::RequestFacts;
use crate::verifier::Verifier;

#[cfg(feature = "client")]
use crate::client::Client;
#[cfg(feature = "client")]
use crate::error::Error;
#[cfg(feature = "client")]
use crate::refresh::{DEFAULT_REUSE, Refresher};

/// A faulty set-up is logged this often, in seconds, however many requests meet it.
const COMPLAINT_INTERVAL_SECONDS: i64 = 60;

/// Everything an application needs: verification, decisions, addresses and the API client. Cheap to
/// clone; one value is shared by all workers.
///
/// ```no_run
/// use authara_client::Authara;
///
/// let authara = Authara::from_env()?;
/// let login = authara.login_url(Some("/private"));
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authara(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    gate: Gate,
    #[cfg(feature = "client")]
    client: Option<Client>,
    /// Where there is a client.
    #[cfg(feature = "client")]
    refresher: Option<Refresher>,
    /// When a faulty set-up was last logged, in seconds since 1970.
    complained_at: AtomicI64,
}

impl Authara {
    /// Sets everything up. Contacts nobody.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the HTTP client cannot be built, for instance because this machine has
    /// no root certificates and the base URL is https.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        #[cfg(feature = "client")]
        let client = Client::of(&config)?;
        Ok(Self::assembled(
            config,
            #[cfg(feature = "client")]
            client,
        ))
    }

    /// The same with an API client of your own making, for instance over an HTTP client that there is
    /// already.
    #[cfg(feature = "client")]
    pub fn with_client(config: Config, client: Client) -> Self {
        Self::assembled(config, Some(client))
    }

    fn assembled(config: Config, #[cfg(feature = "client")] client: Option<Client>) -> Self {
        let verifier = Verifier::new(&config);
        #[cfg(feature = "client")]
        let refresher = client.clone().map(|client| {
            Refresher::new(client, verifier.clone(), config.clock().clone(), config.audience(), DEFAULT_REUSE)
        });
        let gate = Gate { verifier, cookie_names: config.cookie_names().clone(), prefix: config.prefix().to_owned() };
        Self(Arc::new(Inner {
            config,
            gate,
            #[cfg(feature = "client")]
            client,
            #[cfg(feature = "client")]
            refresher,
            complained_at: AtomicI64::new(i64::MIN),
        }))
    }

    /// Reads the environment as [`Config::from_env`] does, and sets everything up.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault, by the name of its variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::new(Config::from_env()?)
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Verifies access tokens; its keys can be replaced at run time.
    pub fn verifier(&self) -> &Verifier {
        &self.0.gate.verifier
    }

    /// Calls the server's API.
    ///
    /// # Errors
    ///
    /// [`Error`] when no base URL is configured.
    #[cfg(feature = "client")]
    pub fn client(&self) -> Result<&Client, Error> {
        self.0.client.as_ref().ok_or_else(Error::no_base_url)
    }

    /// Decides what to do with a request, at the time of the configured clock. A set-up in which no
    /// token can verify is logged, once a minute at most.
    ///
    /// ```
    /// use authara_client::{Authara, Config, Decision, Mode, RequestFacts};
    ///
    /// let keys = "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    /// let authara = Authara::new(Config::builder().keys_text(keys).build()?)?;
    /// let facts = RequestFacts::new("GET", "/private").with_header("Accept", b"text/html");
    /// let decision = authara.decide(&facts, Mode::Required);
    /// assert!(matches!(decision, Decision::SignedOut { .. }));
    /// let refusal = authara.refusal(&facts, &decision).expect("somebody signed out is refused");
    /// assert_eq!(refusal.status, 302);
    /// # Ok::<(), authara_client::ConfigError>(())
    /// ```
    pub fn decide(&self, facts: &RequestFacts<'_>, mode: Mode) -> Decision {
        let now = self.0.config.clock().now();
        let decision = self.0.gate.decide(facts, mode, now);
        match &decision {
            Decision::Anonymous { reason } | Decision::SignedOut { reason } | Decision::Misconfigured { reason } => {
                self.complain(reason, now.timestamp());
            }
            Decision::Untouched | Decision::Identity(_) => {}
        }
        decision
    }

    /// What to answer in place of the handler; `None` when the request goes on.
    pub fn refusal(&self, facts: &RequestFacts<'_>, decision: &Decision) -> Option<Refusal> {
        match decision {
            Decision::Untouched | Decision::Identity(_) | Decision::Anonymous { .. } => None,
            Decision::SignedOut { .. } => Some(Refusal::unauthenticated(facts, self.prefix())),
            Decision::Misconfigured { .. } => Some(Refusal::misconfigured(facts)),
        }
    }

    /// The address of the login page. A target that is not a path on this origin is left out.
    ///
    /// ```
    /// # use authara_client::{Authara, Config};
    /// # let keys = "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    /// # let authara = Authara::new(Config::builder().keys_text(keys).build()?)?;
    /// assert_eq!(authara.login_url(Some("/a?b=c")), "/auth/login?return_to=%2Fa%3Fb%3Dc");
    /// assert_eq!(authara.login_url(Some("https://evil.example")), "/auth/login");
    /// # Ok::<(), authara_client::ConfigError>(())
    /// ```
    pub fn login_url(&self, return_to: Option<&str>) -> String {
        self.page("/login", return_to)
    }

    /// The address of the sign-up page. A target that is not a path on this origin is left out.
    pub fn signup_url(&self, return_to: Option<&str>) -> String {
        self.page("/signup", return_to)
    }

    /// The address of the account page. A target that is not a path on this origin is left out.
    pub fn account_url(&self, return_to: Option<&str>) -> String {
        self.page("/account", return_to)
    }

    /// The form that signs out and comes back to `return_to`; `None` when the request carries no
    /// CSRF cookie, or two that differ.
    pub fn logout_form(&self, facts: &RequestFacts<'_>, return_to: Option<&str>) -> Option<LogoutForm> {
        let csrf = facts.cookie(&self.0.gate.cookie_names.csrf).one()?;
        Some(LogoutForm::new(self.page("/sessions/logout", return_to), csrf))
    }

    #[cfg(feature = "client")]
    pub(crate) fn refresher(&self) -> Option<&Refresher> {
        self.0.refresher.as_ref()
    }

    #[cfg(test)]
    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    fn prefix(&self) -> &str {
        &self.0.gate.prefix
    }

    fn page(&self, path: &str, return_to: Option<&str>) -> String {
        let target = return_to.and_then(ReturnTo::parse);
        links::page(self.prefix(), path, target.as_ref())
    }

    /// Logs a mismatch that no signing in mends, with what was expected and never the token.
    fn complain(&self, reason: &VerifyError, now: i64) {
        if !reason.is_configuration() {
            return;
        }
        let complained_at = &self.0.complained_at;
        let last = complained_at.load(Ordering::Relaxed);
        // A clock that was set back does not silence us for as long.
        let is_due = now < last || now.saturating_sub(last) >= COMPLAINT_INTERVAL_SECONDS;
        let exchange = || complained_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed);
        if is_due && exchange().is_ok() {
            #[cfg(feature = "tracing")]
            let verifier = self.verifier();
            #[cfg(feature = "tracing")]
            tracing::error!(
                issuer = verifier.issuer(),
                audience = verifier.audience(),
                keys = ?verifier.keys(),
                "an access token does not verify: {reason}; compare AUTHARA_ISSUER, AUTHARA_AUDIENCE \
                 and AUTHARA_JWT_KEYS with the server's (a forged token looks the same)"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{authara, config};

    #[test]
    fn r44_addresses_carry_safe_targets_and_drop_others() {
        let authara = authara();
        assert_eq!(authara.login_url(None), "/auth/login");
        assert_eq!(authara.signup_url(Some("/x")), "/auth/signup?return_to=%2Fx");
        assert_eq!(authara.account_url(Some("//evil.example")), "/auth/account");
    }

    #[test]
    fn d21_the_prefix_is_not_fixed() {
        let authara = Authara::new(config().prefix("/id").build().unwrap()).unwrap();
        assert_eq!(authara.login_url(None), "/id/login");
    }

    #[test]
    fn t19_the_logout_form_needs_exactly_one_csrf_cookie() {
        let authara = authara();
        let facts = RequestFacts::new("GET", "/").with_header("Cookie", b"authara_csrf=abc");
        let form = authara.logout_form(&facts, Some("/bye")).unwrap();
        assert_eq!(form.action, "/auth/sessions/logout?return_to=%2Fbye");
        assert_eq!((form.method, form.field), ("POST", "csrf_token"));
        assert_eq!(form.value, "abc");
        assert!(!format!("{form:?}").contains("abc"));
        let two = facts.with_header("Cookie", b"authara_csrf=xyz");
        assert_eq!(authara.logout_form(&two, None), None);
        assert_eq!(authara.logout_form(&RequestFacts::new("GET", "/"), None), None);
    }

    #[test]
    fn t23_debug_shows_no_secret() {
        let text = format!("{:?}", authara());
        assert!(!text.contains("QUFB") && !text.contains("AAAA"), "{text}");
    }
}
