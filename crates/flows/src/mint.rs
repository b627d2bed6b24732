//! Minting access tokens with josekit. Verifying them is `authara-core`'s.

use std::fmt;

use authara_core::audience::Audience;
use authara_core::id::{OrganizationId, SessionId, UserId};
use authara_core::keys::KeyRing;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::token;
use chrono::{DateTime, TimeDelta, Utc};
use josekit::jws::alg::hmac::HmacJwsSigner;
use josekit::jws::{HS256, JwsHeader};
use josekit::jwt::{self, JwtPayload};
use serde_json::{Value, json};
use uuid::Uuid;

/// What an access token is to say.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Whom it is about.
    pub user: UserId,
    /// The session it belongs to.
    pub session: SessionId,
    /// The organization it works in.
    pub organization: OrganizationId,
    /// The role there now.
    pub organization_role: OrganizationRole,
    /// Platform roles now.
    pub roles: Vec<PlatformRole>,
    /// Whom it is for.
    pub audience: Audience,
    /// Its own id.
    pub token_id: Uuid,
}

/// Signs with the active key.
pub struct Minter {
    issuer: String,
    header: JwsHeader,
    signer: HmacJwsSigner,
}

impl Minter {
    /// Prepares the signer, once.
    ///
    /// # Errors
    ///
    /// A sentence, if the library refuses the key.
    pub fn new(ring: &KeyRing, issuer: &str) -> Result<Self, String> {
        let key = ring.active();
        let signer = HS256.signer_from_bytes(key.secret()).map_err(|error| error.to_string())?;
        let mut header = JwsHeader::new();
        header.set_key_id(key.id());
        header.set_token_type(token::TYPE);
        Ok(Self { issuer: issuer.to_owned(), header, signer })
    }

    /// Signs a token that lives from `now` for `ttl`.
    ///
    /// # Errors
    ///
    /// A sentence, if the library fails.
    pub fn mint(&self, grant: &Grant, now: DateTime<Utc>, ttl: TimeDelta) -> Result<String, String> {
        let mut payload = JwtPayload::new();
        for (name, value) in self.claims(grant, now, ttl) {
            payload.set_claim(name, Some(value)).map_err(|error| error.to_string())?;
        }
        jwt::encode_with_signer(&payload, &self.header, &self.signer).map_err(|error| error.to_string())
    }

    fn claims(&self, grant: &Grant, now: DateTime<Utc>, ttl: TimeDelta) -> [(&'static str, Value); 10] {
        // `null` for nobody's roles is what existing verifiers have always seen.
        let roles =
            if grant.roles.is_empty() { Value::Null } else { grant.roles.iter().map(|role| role.claim()).collect() };
        [
            ("iss", json!(self.issuer)),
            ("sub", json!(grant.user.to_string())),
            ("aud", json!([grant.audience.as_str()])),
            ("iat", json!(now.timestamp())),
            ("exp", json!((now + ttl).timestamp())),
            ("jti", json!(grant.token_id.to_string())),
            ("sid", json!(grant.session.to_string())),
            ("org_id", json!(grant.organization.to_string())),
            ("org_role", json!(grant.organization_role.as_str())),
            ("roles", roles),
        ]
    }
}

impl fmt::Debug for Minter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minter").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
