//! Keys, tokens and configurations for this crate's tests.

use authara_core::keys::KeyRing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{Authara, Clock, Config, ConfigBuilder, Verifier};

pub(crate) const NOW: i64 = 1_790_000_000;
pub(crate) const USER: &str = "c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60";
pub(crate) const SESSION: &str = "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11";
pub(crate) const ORGANIZATION: &str = "5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99";
/// Two keys of 32 times `A` and `B`.
pub(crate) const KEYS: &str = "new:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=,\
                               old:QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
const OTHER_KEYS: &str = "other:Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M=";

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

pub(crate) fn ring() -> KeyRing {
    crate::parse_keys(KEYS).unwrap()
}

pub(crate) fn other_ring() -> KeyRing {
    crate::parse_keys(OTHER_KEYS).unwrap()
}

/// The test keys, and a clock that stands at [`NOW`].
pub(crate) fn config() -> ConfigBuilder {
    Config::builder().keys(ring()).clock(Clock::fixed(now()))
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(&config().build().unwrap())
}

pub(crate) fn authara() -> Authara {
    Authara::new(config().build().unwrap()).unwrap()
}

/// A good token.
pub(crate) fn token() -> String {
    mint(&ring(), "new", &claims())
}

/// A token that is good but for one claim.
pub(crate) fn token_with(claim: &str, value: Value) -> String {
    let mut claims = claims();
    claims[claim] = value;
    mint(&ring(), "new", &claims)
}

/// A token under a known name and another secret.
pub(crate) fn forged() -> String {
    let signed = mint(&ring(), "old", &claims());
    let (_, tag) = signed.rsplit_once('.').unwrap();
    let good = token();
    let (content, _) = good.rsplit_once('.').unwrap();
    format!("{content}.{tag}")
}

/// A token that is good for whoever has the other ring.
pub(crate) fn under_unknown_key() -> String {
    mint(&other_ring(), "other", &claims())
}

fn claims() -> Value {
    json!({
        "iss": "authara", "aud": ["app"], "sub": USER, "sid": SESSION, "org_id": ORGANIZATION,
        "org_role": "owner", "roles": null, "iat": NOW, "exp": NOW + 600,
    })
}

fn mint(ring: &KeyRing, key: &str, claims: &Value) -> String {
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": key}).to_string();
    let content = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = ring.find(key).unwrap().mac().sign(&[content.as_bytes()]);
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(tag))
}
