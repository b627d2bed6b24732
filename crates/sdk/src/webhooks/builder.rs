//! Building a verifier.

use std::ffi::OsString;
use std::time::Duration;

use authara_core::keys::MacKey;
use authara_core::secret::SecretText;

use super::verifier::{Rules, WebhookVerifier};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::config::faults::Faults;

/// One secret; the server's own name for it.
const SECRET: &str = "AUTHARA_WEBHOOK_SECRET";
/// Several secrets with commas between them.
const SECRETS: &str = "AUTHARA_WEBHOOK_SECRETS";

/// As many bytes as the hash has; fewer make the secret the weakest part (RFC 2104 section 3).
const MIN_SECRET_BYTES: usize = 32;
/// More than any event has.
const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;
/// What the Standard Webhooks libraries allow.
const DEFAULT_TIME_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Gathers what a [`WebhookVerifier`] needs to know.
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before `build`"]
pub struct WebhookVerifierBuilder {
    secrets: Vec<SecretText>,
    allows_short_secrets: bool,
    max_body_bytes: usize,
    time_tolerance: Duration,
    requires_signed_time: bool,
    max_age: Option<Duration>,
    clock: Clock,
    /// What was noticed while values were read.
    faults: Faults,
}

impl Default for WebhookVerifierBuilder {
    fn default() -> Self {
        Self {
            secrets: Vec::new(),
            allows_short_secrets: false,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            time_tolerance: DEFAULT_TIME_TOLERANCE,
            requires_signed_time: false,
            max_age: None,
            clock: Clock::system(),
            faults: Faults::default(),
        }
    }
}

impl WebhookVerifierBuilder {
    /// Adds a secret: the server's `AUTHARA_WEBHOOK_SECRET`. White space around it does not count.
    ///
    /// To change a secret without losing events, add the new one here first, then change the
    /// server's, and take the old one out when no delivery is waiting any more: a delivery whose
    /// signature is refused never comes again.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        let secret = SecretText::new(secret);
        self.secrets.push(SecretText::new(secret.expose().trim()));
        self
    }

    /// Adds the secrets from the environment of this process: `AUTHARA_WEBHOOK_SECRETS`, with commas
    /// between them and the current one first, and then `AUTHARA_WEBHOOK_SECRET`. One of the two is
    /// enough. A fault is told by `build`.
    pub fn secrets_from_env(self) -> Self {
        self.secrets_from_lookup(std::env::var_os)
    }

    /// The same, with `lookup` in place of the environment.
    pub fn secrets_from_lookup(mut self, lookup: impl Fn(&'static str) -> Option<OsString>) -> Self {
        let mut found = Vec::new();
        for (name, separator) in [(SECRETS, Some(',')), (SECRET, None)] {
            let Some(value) = lookup(name) else { continue };
            let Ok(text) = value.into_string().map(SecretText::new) else {
                self.faults.add(name, "is not UTF-8 text");
                continue;
            };
            let entries: Vec<&str> = match separator {
                Some(separator) => text.expose().split(separator).collect(),
                None => vec![text.expose()],
            };
            found.extend(entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()).map(SecretText::new));
        }
        for secret in found {
            // The one secret may be among the several, for programs that know only one.
            if !self.secrets.contains(&secret) {
                self.secrets.push(secret);
            }
        }
        self
    }

    /// Accepts secrets of fewer than 32 bytes, for development.
    pub fn allow_short_secrets(mut self) -> Self {
        self.allows_short_secrets = true;
        self
    }

    /// Most bytes that a body may have: 1 MiB unless set.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// By how much a signed time may differ from this machine's: 5 minutes unless set, in whole
    /// seconds.
    pub fn time_tolerance(mut self, tolerance: Duration) -> Self {
        self.time_tolerance = tolerance;
        self
    }

    /// Refuses deliveries without a signed time. Servers that sign times always do, so demand it when
    /// yours does: otherwise whoever replays a delivery leaves the time out.
    pub fn require_signed_time(mut self) -> Self {
        self.requires_signed_time = true;
        self
    }

    /// Refuses events that happened longer ago. There is no such limit unless set: an event may be
    /// delivered again days later, and one that is refused for its age never comes again.
    pub fn max_age(mut self, most: Duration) -> Self {
        self.max_age = Some(most);
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
    /// [`ConfigError`] lists every fault: no secret, an empty one, one that is too short, or one twice.
    pub fn build(self) -> Result<WebhookVerifier, ConfigError> {
        let mut faults = self.faults;
        if self.secrets.is_empty() && faults.is_empty() {
            faults.add(SECRET, "is required: the server's secret for webhooks");
        }
        for (index, secret) in self.secrets.iter().enumerate() {
            let (position, bytes) = (index + 1, secret.expose().len());
            if bytes == 0 {
                faults.add(SECRETS, format!("entry {position} is empty"));
            } else if bytes < MIN_SECRET_BYTES && !self.allows_short_secrets {
                faults.add(SECRETS, format!("entry {position} has fewer than {MIN_SECRET_BYTES} bytes"));
            }
            if self.secrets.iter().take(index).any(|earlier| earlier == secret) {
                faults.add(SECRETS, format!("entry {position} repeats an earlier one"));
            }
        }
        if !faults.is_empty() {
            return Err(faults.into_error());
        }
        Ok(WebhookVerifier::new(Rules {
            secrets: self.secrets.iter().map(|secret| MacKey::new(secret.expose().as_bytes())).collect(),
            max_body_bytes: self.max_body_bytes,
            time_tolerance: self.time_tolerance,
            requires_signed_time: self.requires_signed_time,
            max_age: self.max_age,
            clock: self.clock,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::sign;

    const A: &str = "canary-a-0123456789-0123456789-01";
    const B: &str = "canary-b-0123456789-0123456789-01";

    fn faults(builder: WebhookVerifierBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    fn from(pairs: &[(&'static str, &str)]) -> WebhookVerifierBuilder {
        WebhookVerifier::builder().secrets_from_lookup(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn r71_a_short_secret_needs_permission_and_an_empty_one_never_has_it() {
        let short = WebhookVerifier::builder().secret("canary");
        assert_eq!(faults(short.clone()), "AUTHARA_WEBHOOK_SECRETS: entry 1 has fewer than 32 bytes");
        assert!(short.allow_short_secrets().build().is_ok());
        let empty = WebhookVerifier::builder().secret(A).secret("  ").allow_short_secrets();
        assert_eq!(faults(empty), "AUTHARA_WEBHOOK_SECRETS: entry 2 is empty");
        let twice = WebhookVerifier::builder().secret(A).secret(A);
        assert_eq!(faults(twice), "AUTHARA_WEBHOOK_SECRETS: entry 2 repeats an earlier one");
        let none = faults(WebhookVerifier::builder());
        assert_eq!(none, "AUTHARA_WEBHOOK_SECRET: is required: the server's secret for webhooks");
    }

    #[test]
    fn r05_the_environment_names_one_secret_or_several() {
        let several = format!(" {A} ,, {B}");
        for (pairs, expected) in [
            (&[(SECRET, A)][..], &[A][..]),
            (&[(SECRETS, several.as_str())], &[A, B]),
            (&[(SECRETS, A), (SECRET, B)], &[A, B]),
            (&[(SECRETS, several.as_str()), (SECRET, A)], &[A, B]),
            // The single one is not taken apart.
            (&[(SECRET, "canary,canary,0123456789,0123456789")], &["canary,canary,0123456789,0123456789"]),
        ] {
            let found = from(pairs).secrets;
            let found: Vec<&str> = found.iter().map(SecretText::expose).collect();
            assert_eq!(found, expected);
        }
        assert!(from(&[(SECRETS, " , ")]).build().is_err());
    }

    #[test]
    fn t23_neither_debug_nor_faults_show_a_secret() {
        let builder = WebhookVerifier::builder().secret(A).secret(B);
        let short = builder.clone().secret("canary-short").secret(A);
        assert!(!format!("{builder:?} {:?} {}", builder.clone().build().unwrap(), faults(short)).contains("canary"));
        assert!(!sign(A, b"").contains("canary"));
    }
}
