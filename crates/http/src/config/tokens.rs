//! Tokens and sessions: who issues them, under which keys, and how long they live.

use authara_core::keys::KeyRing;
use authara_core::session::RotationPolicy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;

use super::environment::Environment;
use super::reader::Reader;

const ISSUER: &str = "AUTHARA_JWT_ISSUER";
const KEYS: &str = "AUTHARA_JWT_KEYS";
const ACTIVE_KEY: &str = "AUTHARA_JWT_ACTIVE_KEY_ID";
const ACCESS_TTL: &str = "AUTHARA_ACCESS_TOKEN_TTL_MINUTES";
const REFRESH_TTL: &str = "AUTHARA_REFRESH_TOKEN_TTL_DAYS";
const SESSION_TTL: &str = "AUTHARA_SESSION_TTL_DAYS";

/// The issuer where nobody but the developer reads it; the client library expects the same.
const DEVELOPMENT_ISSUER: &str = "authara";

/// What people write who mean to change it later.
const SAMPLE_WORDS: [&str; 3] = ["changeme", "example", "secret"];

/// What is put into tokens, and the limits of sessions.
#[derive(Debug)]
pub struct TokenSettings {
    /// The `iss` claim.
    pub issuer: String,
    /// The signing keys.
    pub keys: KeySource,
    /// Life of an access token; shorter than that of a refresh token.
    pub access_ttl: TimeDelta,
    /// Life of a refresh token; at most that of a session.
    pub refresh_ttl: TimeDelta,
    /// Life of a session, which nothing extends.
    pub session_ttl: TimeDelta,
    /// When a refresh token is replaced.
    pub rotation: RotationPolicy,
    /// How long a spent refresh token may be repeated.
    pub grace: TimeDelta,
    /// How long after signing in sensitive actions need no new proof.
    pub fresh_window: TimeDelta,
    /// Live sessions of one user; beyond, the oldest ends.
    pub sessions_per_user: u32,
}

/// Where the signing keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// From the operator.
    Given(KeyRing),
    /// From the file `jwt-keys` in the data folder, made at the first start.
    Generated,
}

impl TokenSettings {
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Self {
        let settings = Self {
            issuer: reader.text(ISSUER).unwrap_or(DEVELOPMENT_ISSUER).to_owned(),
            keys: read_keys(reader, environment),
            access_ttl: TimeDelta::minutes(reader.number(ACCESS_TTL).into()),
            refresh_ttl: TimeDelta::days(reader.number(REFRESH_TTL).into()),
            session_ttl: TimeDelta::days(reader.number(SESSION_TTL).into()),
            rotation: reader.rotation("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL"),
            grace: reader.duration("AUTHARA_REFRESH_TOKEN_GRACE"),
            fresh_window: reader.duration("AUTHARA_FRESH_AUTHENTICATION_WINDOW"),
            sessions_per_user: reader.number("AUTHARA_SESSION_LIMIT_PER_USER"),
        };
        if settings.access_ttl >= settings.refresh_ttl {
            let days = settings.refresh_ttl.num_days();
            let message = format!("must be less than {REFRESH_TTL}={days}");
            reader.refuse(ACCESS_TTL, &message);
        }
        if settings.refresh_ttl > settings.session_ttl {
            let days = settings.session_ttl.num_days();
            let message = format!("must not exceed {SESSION_TTL}={days}");
            reader.refuse(REFRESH_TTL, &message);
        }
        settings
    }
}

fn read_keys(reader: &mut Reader<'_>, environment: Environment) -> KeySource {
    let active = reader.text(ACTIVE_KEY);
    let Some(keys) = reader.text(KEYS) else {
        if active.is_some() && !reader.is_given(KEYS) {
            reader.refuse(ACTIVE_KEY, "names a key, but AUTHARA_JWT_KEYS is not set");
        }
        return KeySource::Generated;
    };
    let ring = match KeyRing::parse(keys, active) {
        Ok(ring) => ring,
        Err(error) => {
            reader.fault(KEYS, format!("is no key ring: {error}"));
            return KeySource::Generated;
        }
    };
    if environment.is_production() {
        for key in ring.iter().filter(|key| is_sample(key.secret())) {
            let id = key.id();
            let way_out = "make one with: openssl rand -base64 32";
            reader.fault(KEYS, format!("key {id:?} looks like a sample; {way_out}"));
        }
    }
    KeySource::Given(ring)
}

/// Does this secret look made up? Six given letters turn up in a random one of usual length about
/// once in twenty million.
fn is_sample(secret: &[u8]) -> bool {
    let all_equal = secret.windows(2).all(|pair| pair.first() == pair.last());
    // People write such words as the secret, or as the base64 text of it.
    let texts = [String::from_utf8_lossy(secret).into_owned(), STANDARD.encode(secret)];
    let has_word = |text: &String| {
        let text = text.to_ascii_lowercase();
        SAMPLE_WORDS.iter().any(|word| text.contains(word))
    };
    all_equal || texts.iter().any(has_word)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PRODUCTION, faults, load, with};
    use super::*;

    const K1: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const K2: &str = "k2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    fn tokens(pairs: &[(&str, &str)]) -> TokenSettings {
        load(pairs).unwrap().0.tokens
    }

    fn active(pairs: &[(&str, &str)]) -> String {
        match tokens(pairs).keys {
            KeySource::Given(ring) => ring.active().id().to_owned(),
            KeySource::Generated => "generated".to_owned(),
        }
    }

    #[test]
    fn defaults_reach_the_policy() {
        let tokens = tokens(&[]);
        assert_eq!(tokens.issuer, "authara");
        assert_eq!(tokens.access_ttl, TimeDelta::minutes(10));
        assert_eq!(tokens.refresh_ttl, TimeDelta::days(14));
        assert_eq!(tokens.session_ttl, TimeDelta::days(60));
        assert_eq!(tokens.rotation, RotationPolicy::After(TimeDelta::hours(24)));
        assert_eq!(tokens.grace, TimeDelta::seconds(10));
        assert_eq!(tokens.fresh_window, TimeDelta::minutes(10));
        assert_eq!(tokens.sessions_per_user, 100);
        assert!(matches!(tokens.keys, KeySource::Generated));
    }

    #[test]
    fn rotation_and_grace_keep_to_their_syntax_and_range() {
        let rotation = |text| tokens(&[("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", text)]).rotation;
        assert_eq!(rotation("always"), RotationPolicy::Always);
        assert_eq!(rotation("off"), RotationPolicy::Never);
        assert_eq!(rotation("90m"), RotationPolicy::After(TimeDelta::minutes(90)));
        // Present and empty is absent, and does not switch rotation off.
        assert_eq!(rotation(""), RotationPolicy::After(TimeDelta::hours(24)));
        assert_eq!(tokens(&[("AUTHARA_REFRESH_TOKEN_GRACE", "0")]).grace, TimeDelta::zero());
        for (name, text) in [
            ("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "7d"),
            ("AUTHARA_REFRESH_TOKEN_GRACE", "61s"),
            ("AUTHARA_REFRESH_TOKEN_GRACE", "-1s"),
            ("AUTHARA_FRESH_AUTHENTICATION_WINDOW", "0"),
            ("AUTHARA_SESSION_LIMIT_PER_USER", "0"),
            (SESSION_TTL, "0"),
            (SESSION_TTL, "4294967295"),
        ] {
            assert!(faults(&[(name, text)]).starts_with(name), "{name}={text}");
        }
    }

    #[test]
    fn lives_nest_access_in_refresh_in_session() {
        let (day, equal) = ((REFRESH_TTL, "1"), (ACCESS_TTL, "1440"));
        assert!(load(&[day, (ACCESS_TTL, "1439")]).is_ok());
        let fault = faults(&[day, equal]);
        let expected = "must be less than AUTHARA_REFRESH_TOKEN_TTL_DAYS=1 (got \"1440\")";
        assert_eq!(fault, format!("{ACCESS_TTL}: {expected}"));
        assert!(load(&[(REFRESH_TTL, "60")]).is_ok());
        let fault = faults(&[(REFRESH_TTL, "61")]);
        let expected = "must not exceed AUTHARA_SESSION_TTL_DAYS=60 (got \"61\")";
        assert_eq!(fault, format!("{REFRESH_TTL}: {expected}"));
        // The largest lives that can be written do not overflow anything.
        let most = [(SESSION_TTL, "36500"), (REFRESH_TTL, "36500"), (ACCESS_TTL, "4294967295")];
        assert!(faults(&most).starts_with(ACCESS_TTL));
    }

    #[test]
    fn the_first_key_signs_unless_another_is_named() {
        let both = format!("{K1},{K2}");
        assert_eq!(active(&[(KEYS, &both)]), "k1");
        assert_eq!(active(&[(KEYS, &both), (ACTIVE_KEY, "k2")]), "k2");
        assert_eq!(active(&[]), "generated");
        assert!(faults(&[(KEYS, &both), (ACTIVE_KEY, "k3")]).contains("\"k3\""));
        assert!(faults(&[(ACTIVE_KEY, "k1")]).contains("AUTHARA_JWT_KEYS is not set"));
    }

    #[test]
    fn s080_keys_are_checked_and_never_repeated() {
        for (keys, problem) in [
            ("canary", "colon"),
            ("k1:canary", "base64"),
            ("k1:Y2FuYXJ5", "fewer than 32 bytes"),
            ("k1:Y2FuYXJ5,", "colon"),
        ] {
            let faults = faults(&[(KEYS, keys)]);
            assert!(faults.starts_with("AUTHARA_JWT_KEYS: ") && faults.contains(problem), "{faults}");
            assert!(!faults.contains("canary") && !faults.contains("Y2FuYXJ5"), "{faults}");
        }
        let twice = format!("{K1},{K1}");
        assert!(faults(&[(KEYS, &twice)]).contains("occurs twice"));
    }

    #[test]
    fn s080_production_refuses_samples() {
        let zeros = STANDARD.encode([0; 32]);
        let words = STANDARD.encode("please-ChangeMe-before-you-go-live");
        let spelled = "changemechangemechangemechangemechangemechA=";
        for secret in [zeros.as_str(), &words, spelled] {
            let keys = format!("k1:{secret}");
            assert_eq!(active(&[(KEYS, &keys)]), "k1");
            let faults = faults(&with(PRODUCTION, &[(KEYS, &keys)]));
            assert!(faults.contains("key \"k1\" looks like a sample"), "{faults}");
            assert!(!faults.contains(secret), "{faults}");
        }
        assert_eq!(active(&with(PRODUCTION, &[(KEYS, K1)])), "k1");
    }
}
