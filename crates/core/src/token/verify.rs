//! Verifying an access token: local, without I/O, in time and memory bounded by its length.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::claims::{AccessClaims, Claims};
use super::{MAX_BYTES, TYPE};
use crate::id::{OrganizationId, SessionId, UserId};
use crate::json;
use crate::keys::KeyRing;

const MAX_DEPTH: usize = 8;

/// Are words that this version does not know let through?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// Only the known roles: the server, which wrote them.
    Closed,
    /// Also unknown organization roles, and unknown platform roles with the prefix `authara:`: an
    /// application, which may be older than the server.
    Open,
}

/// Verifies access tokens of one issuer. Built once, shared by all threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Arc<KeyRing>,
    issuer: String,
    expiry_tolerance: TimeDelta,
    clock_tolerance: TimeDelta,
    /// Longest life that is believed, whatever `exp` says.
    max_life: Option<TimeDelta>,
    vocabulary: Vocabulary,
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// No token was given.
    Missing,
    /// More than 8 KiB.
    TooLong,
    /// Not three parts of strict base64url holding strict JSON objects.
    Malformed,
    /// `alg` is not `HS256`.
    Algorithm,
    /// A header member that must be understood and is not (`crit`, `zip`, `b64`), or a foreign `typ`.
    Header,
    /// No `kid`, or not text.
    KeyIdMissing,
    /// `kid` names no listed key.
    KeyUnknown,
    /// The signature is not that of the named key.
    Signature,
    /// `iss` is somebody else.
    Issuer,
    /// `aud` is not exactly the expected audience.
    Audience,
    /// Lapsed at this time.
    Expired(DateTime<Utc>),
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// A required claim is missing.
    ClaimMissing(&'static str),
    /// A claim has the wrong type or an impossible value.
    ClaimInvalid(&'static str),
    /// `roles` holds a name that is unknown or outside the namespace.
    RoleNamespace,
}

impl VerifyError {
    /// A token that was good and has lapsed.
    pub fn is_expired(&self) -> bool {
        matches!(self, Self::Expired(_))
    }

    /// Issuer and verifier disagree about issuer, audience, keys or algorithm: a fault of the set-up
    /// that signing in again does not mend (or a forgery).
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Issuer | Self::Audience | Self::KeyUnknown | Self::Signature | Self::Algorithm)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no access token"),
            Self::TooLong => f.write_str("token longer than 8 KiB"),
            Self::Malformed => f.write_str("not a compact JWS"),
            Self::Algorithm => f.write_str("algorithm is not HS256"),
            Self::Header => f.write_str("header member not supported"),
            Self::KeyIdMissing => f.write_str("no key id"),
            Self::KeyUnknown => f.write_str("key id is not in the key ring"),
            Self::Signature => f.write_str("signature does not verify"),
            Self::Issuer => f.write_str("issued by somebody else"),
            Self::Audience => f.write_str("made for another audience"),
            Self::Expired(at) => write!(f, "expired at {}", crate::time::rfc3339(*at)),
            Self::NotYetValid => f.write_str("not valid yet"),
            Self::ClaimMissing(name) => write!(f, "claim {name} is missing"),
            Self::ClaimInvalid(name) => write!(f, "claim {name} is not acceptable"),
            Self::RoleNamespace => f.write_str("a role is outside the namespace"),
        }
    }
}

impl std::error::Error for VerifyError {}

impl Verifier {
    /// The server's own: known words only, no tolerance for `exp`, 5 seconds for `iat` and `nbf`.
    pub fn for_server(keys: Arc<KeyRing>, issuer: impl Into<String>) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            expiry_tolerance: TimeDelta::zero(),
            clock_tolerance: TimeDelta::seconds(5),
            max_life: None,
            vocabulary: Vocabulary::Closed,
        }
    }

    /// An application's: `tolerance` for clocks that differ, and words of newer servers.
    pub fn for_application(keys: Arc<KeyRing>, issuer: impl Into<String>, tolerance: TimeDelta) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            expiry_tolerance: tolerance,
            clock_tolerance: tolerance,
            max_life: None,
            vocabulary: Vocabulary::Open,
        }
    }

    /// Also refuses tokens that are older than the life of tokens now: the operator may have
    /// shortened it, and the marks of ended sessions are kept only that long.
    #[must_use]
    pub fn with_max_life(mut self, life: TimeDelta) -> Self {
        self.max_life = Some(life);
        self
    }

    /// Verifies a token made for `audience`, at `now`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first check that fails. The signature is checked before any claim.
    pub fn verify(&self, token: &str, audience: &str, now: DateTime<Utc>) -> Result<AccessClaims, VerifyError> {
        let verified = self.verify_even_if_lapsed(token, audience, now)?;
        let is_too_old = self.max_life.is_some_and(|life| now - verified.issued_at >= life);
        if is_too_old || now - verified.expires_at >= self.expiry_tolerance {
            return Err(VerifyError::Expired(verified.expires_at));
        }
        Ok(verified)
    }

    /// The same but for the end of its life: a token that has lapsed still says whose session is to be
    /// ended. Never for letting anybody in.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`], but for [`VerifyError::Expired`].
    pub fn verify_even_if_lapsed(
        &self,
        token: &str,
        audience: &str,
        now: DateTime<Utc>,
    ) -> Result<AccessClaims, VerifyError> {
        let payload = self.open(token)?;
        let claims = Claims(&payload);
        if claims.text("iss")? != self.issuer {
            return Err(VerifyError::Issuer);
        }
        let found_audience = claims.audience()?;
        if found_audience != audience {
            return Err(VerifyError::Audience);
        }
        let (issued_at, expires_at) = (claims.instant("iat")?, claims.instant("exp")?);
        let verified = AccessClaims {
            user: UserId(claims.id("sub")?),
            session: SessionId(claims.id("sid")?),
            organization: OrganizationId(claims.id("org_id")?),
            organization_role: claims.organization_role(self.vocabulary)?,
            roles: claims.roles(self.vocabulary)?,
            audience: found_audience.to_owned(),
            issued_at,
            expires_at,
            token_id: claims.optional_text("jti")?.map(str::to_owned),
        };
        let not_before = claims.optional_instant("nbf")?;
        if not_before.is_some_and(|start| start - now > self.clock_tolerance) || issued_at - now > self.clock_tolerance
        {
            return Err(VerifyError::NotYetValid);
        }
        Ok(verified)
    }

    /// Checks header and signature, and gives the payload.
    fn open(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
        if token.is_empty() {
            return Err(VerifyError::Missing);
        }
        if token.len() > MAX_BYTES {
            return Err(VerifyError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(VerifyError::Malformed)?;
        if payload.contains('.') {
            return Err(VerifyError::Malformed);
        }
        let header = object(header)?;
        if header.get("alg").and_then(Value::as_str) != Some("HS256") {
            return Err(VerifyError::Algorithm);
        }
        let must_understand = ["crit", "zip", "b64"].iter().any(|name| header.contains_key(*name));
        if must_understand || !is_access_token_type(header.get("typ")) {
            return Err(VerifyError::Header);
        }
        let id = header.get("kid").and_then(Value::as_str).ok_or(VerifyError::KeyIdMissing)?;
        let key = self.keys.find(id).ok_or(VerifyError::KeyUnknown)?;
        let tag = decode(signature)?;
        if tag.len() != 32 || !key.mac().verify(&[signed.as_bytes()], &tag) {
            return Err(VerifyError::Signature);
        }
        object(payload)
    }
}

/// The types that access tokens have had; the Go Authara writes `JWT`. Other tokens of this server
/// carry other types, so that they never pass here.
fn is_access_token_type(typ: Option<&Value>) -> bool {
    match typ {
        None => true,
        Some(Value::String(typ)) => {
            let typ = typ
                .get(..12)
                .filter(|p| p.eq_ignore_ascii_case("application/"))
                .and_then(|_| typ.get(12..))
                .unwrap_or(typ);
            typ.eq_ignore_ascii_case(TYPE) || typ.eq_ignore_ascii_case("JWT")
        }
        Some(_) => false,
    }
}

fn object(part: &str) -> Result<Map<String, Value>, VerifyError> {
    json::parse_object(&decode(part)?, MAX_DEPTH).map_err(|_| VerifyError::Malformed)
}

/// Strict: no padding, no white space, no spare bits, so that one token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Malformed)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
