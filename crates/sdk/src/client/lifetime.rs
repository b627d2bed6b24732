//! When an access token lapses, as it says itself. Nothing is verified here: the token is one's own,
//! and the worst that a wrong instant brings is a renewal too many or too late.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

/// A token is renewed this long before it lapses, so that it does not on its way to the server.
const EARLY: TimeDelta = TimeDelta::seconds(30);

/// The claims that matter here (RFC 7519 section 4.1), in seconds since 1970.
#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iat: Option<i64>,
}

/// When a token lapses, and from when on it is better renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    expires_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
}

impl Lifetime {
    /// Reads a token's claims; `None` when it is not of the form that has any. Then only the server
    /// can tell.
    pub(super) fn read(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0)?;
        let issued_at = claims.iat.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        // A token of a short life is used for most of it: renewing is not all there is to do.
        let early = issued_at.map_or(EARLY, |issued_at| ((expires_at - issued_at) / 4).clamp(TimeDelta::zero(), EARLY));
        Some(Self { expires_at, due_at: expires_at.checked_sub_signed(early)? })
    }

    /// Is it time for another one?
    pub(super) fn is_due(self, now: DateTime<Utc>) -> bool {
        self.due_at <= now
    }

    /// Has it not lapsed?
    pub(super) fn is_alive(self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, now, token};

    fn lifetime(claims: &str) -> Option<Lifetime> {
        Lifetime::read(&format!("x.{}.z", URL_SAFE_NO_PAD.encode(claims)))
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        now() + TimeDelta::seconds(seconds)
    }

    #[test]
    fn r55_a_token_is_due_half_a_minute_before_it_lapses() {
        let life = Lifetime::read(&token()).unwrap();
        assert!(!life.is_due(after(569)) && life.is_due(after(570)));
        assert!(life.is_alive(after(599)) && !life.is_alive(after(600)));
    }

    #[test]
    fn a_token_of_a_short_life_is_due_in_its_last_quarter() {
        let life = lifetime(&format!(r#"{{"iat":{NOW},"exp":{}}}"#, NOW + 40)).unwrap();
        assert!(!life.is_due(after(29)) && life.is_due(after(30)));
        // Issued after its end, which is no life at all.
        let life = lifetime(&format!(r#"{{"iat":{},"exp":{NOW}}}"#, NOW + 40)).unwrap();
        assert!(!life.is_due(after(-1)) && life.is_due(after(0)));
        let life = lifetime(&format!(r#"{{"exp":{}}}"#, NOW + 40)).unwrap();
        assert!(!life.is_due(after(9)) && life.is_due(after(10)));
    }

    #[test]
    fn what_is_no_token_has_no_lifetime() {
        for text in ["", "opaque", "a.b", "a.!.c", "a.bnVsbA.c"] {
            assert_eq!(Lifetime::read(text), None, "{text}");
        }
        for claims in ["{}", r#"{"exp":"soon"}"#, r#"{"exp":9223372036854775807}"#, r#"{"exp":1.5}"#] {
            assert_eq!(lifetime(claims), None, "{claims}");
        }
    }
}
