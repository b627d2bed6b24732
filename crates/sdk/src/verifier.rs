//! Verifying access tokens locally: no I/O, with the very function that the server uses.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use authara_core::keys::KeyRing;
use authara_core::token::{self, VerifyError};
use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Config;
use crate::identity::Identity;

/// Verifies the access tokens of one issuer for one audience. Cheap to clone; clones share their
/// keys.
///
/// ```
/// use authara_client::{Config, Verifier, VerifyError};
///
/// let config = Config::builder()
///     .keys_text("k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
///     .build()?;
/// let verifier = Verifier::new(&config);
/// let verdict = verifier.verify("not a token", config.clock().now());
/// assert_eq!(verdict, Err(VerifyError::Malformed));
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    issuer: String,
    audience: String,
    tolerance: TimeDelta,
    /// Replaced as a whole, so that a verification sees one ring from beginning to end.
    current: RwLock<Arc<Keyed>>,
}

/// A ring, and what verifies with it.
struct Keyed {
    ring: Arc<KeyRing>,
    verifier: token::Verifier,
}

impl Keyed {
    fn new(ring: Arc<KeyRing>, issuer: &str, tolerance: TimeDelta) -> Arc<Self> {
        let verifier = token::Verifier::for_application(Arc::clone(&ring), issuer, tolerance);
        Arc::new(Self { ring, verifier })
    }
}

impl Verifier {
    /// Verifies with the configured issuer, audience, keys and tolerance.
    pub fn new(config: &Config) -> Self {
        let (issuer, tolerance) = (config.issuer(), config.clock_tolerance());
        let keyed = Keyed::new(Arc::clone(config.keys()), issuer, tolerance);
        Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            audience: config.audience().to_owned(),
            tolerance,
            current: RwLock::new(keyed),
        }))
    }

    /// Verifies a token at `now`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first check that fails. Its predicates tell a token that has merely
    /// lapsed from a set-up in which no token can ever verify.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, VerifyError> {
        let keyed = self.current();
        let claims = keyed.verifier.verify(token, &self.0.audience, now)?;
        Ok(Identity::from_claims(claims))
    }

    /// Replaces the keys for every clone from the next verification on, without a restart. Tokens
    /// under keys that are not in the new ring are refused from then on.
    pub fn set_keys(&self, ring: KeyRing) {
        let keyed = Keyed::new(Arc::new(ring), &self.0.issuer, self.0.tolerance);
        // A writer only ever stores a finished value, so a poisoned lock holds one too.
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = keyed;
    }

    /// Who has to have issued a token.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Whom a token has to be for.
    pub fn audience(&self) -> &str {
        &self.0.audience
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.current().ring)
    }

    fn current(&self) -> Arc<Keyed> {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("issuer", &self.0.issuer)
            .field("audience", &self.0.audience)
            .field("keys", &self.current().ring)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{self, NOW, now, token_with};

    fn verdict(claim: &str, value: serde_json::Value) -> Result<Identity, VerifyError> {
        testing::verifier().verify(&token_with(claim, value), now())
    }

    #[test]
    fn t03_a_good_token_says_who_is_calling() {
        let identity = testing::verifier().verify(&testing::token(), now()).unwrap();
        assert_eq!(identity.user_id.to_string(), testing::USER);
        assert_eq!(identity.session_id.to_string(), testing::SESSION);
        assert_eq!(identity.organization_id.to_string(), testing::ORGANIZATION);
        assert_eq!(identity.audience, "app");
        assert_eq!(identity.issued_at.timestamp(), NOW);
        assert_eq!(identity.expires_at.timestamp(), NOW + 600);
    }

    #[test]
    fn t03_audience_and_roles_have_several_good_forms() {
        for (claim, value) in [
            ("aud", json!("app")),
            ("aud", json!(["app"])),
            ("roles", json!(null)),
            ("roles", json!([])),
            ("roles", json!(["authara:from-the-future"])),
        ] {
            assert!(verdict(claim, value.clone()).is_ok(), "{claim}: {value}");
        }
        assert_eq!(verdict("aud", json!(["app", "admin"])), Err(VerifyError::Audience));
        assert_eq!(verdict("roles", json!(["admin"])), Err(VerifyError::RoleNamespace));
    }

    #[test]
    fn t03_the_tolerance_applies_to_all_three_times_and_ends_at_its_boundary() {
        for (claim, seconds, is_good) in [
            ("exp", -29, true),
            ("exp", -30, false),
            ("nbf", 30, true),
            ("nbf", 31, false),
            ("iat", 30, true),
            ("iat", 31, false),
        ] {
            let is_accepted = verdict(claim, json!(NOW + seconds)).is_ok();
            assert_eq!(is_accepted, is_good, "{claim} {seconds}");
        }
    }

    #[test]
    fn t05_lapsed_misconfigured_and_malformed_are_told_apart() {
        let lapsed = verdict("exp", json!(NOW - 60)).unwrap_err();
        assert!(lapsed.is_expired() && !lapsed.is_configuration());
        for error in [
            verdict("iss", json!("other")).unwrap_err(),
            verdict("aud", json!("admin")).unwrap_err(),
            testing::verifier().verify(&testing::forged(), now()).unwrap_err(),
            testing::verifier().verify(&testing::under_unknown_key(), now()).unwrap_err(),
        ] {
            assert!(error.is_configuration() && !error.is_expired(), "{error}");
        }
        let malformed = testing::verifier().verify("x.y.z", now()).unwrap_err();
        assert!(!malformed.is_configuration() && !malformed.is_expired());
        let long = testing::verifier().verify(&"a".repeat(1 << 20), now());
        assert_eq!(long, Err(VerifyError::TooLong));
    }

    #[test]
    fn keys_are_replaced_at_run_time_for_every_clone() {
        let verifier = testing::verifier();
        let clone = verifier.clone();
        let other = testing::under_unknown_key();
        assert_eq!(verifier.verify(&other, now()), Err(VerifyError::KeyUnknown));
        clone.set_keys(testing::other_ring());
        assert!(verifier.verify(&other, now()).is_ok());
        assert_eq!(verifier.verify(&testing::token(), now()), Err(VerifyError::KeyUnknown));
        assert!(verifier.keys().find("other").is_some());
    }
}
