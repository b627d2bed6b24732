//! The claims of an access token, typed: a claim of the wrong JSON type refuses the token instead
//! of counting as absent (RFC 8725 section 3.8, S-075).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::verify::{VerifyError, Vocabulary};
use crate::id::{OrganizationId, SessionId, UserId};
use crate::role::{OrganizationRole, PlatformRole};

/// What a verified access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Whom it is about (`sub`).
    pub user: UserId,
    /// The session it belongs to (`sid`).
    pub session: SessionId,
    /// The organization it works in (`org_id`).
    pub organization: OrganizationId,
    /// The role there when the token was made (`org_role`).
    pub organization_role: OrganizationRoleClaim,
    /// Platform roles when the token was made (`roles`), sorted, each once, with the prefix.
    pub roles: Vec<String>,
    /// Whom it is for (`aud`).
    pub audience: String,
    /// When it was made (`iat`).
    pub issued_at: DateTime<Utc>,
    /// When it lapses (`exp`).
    pub expires_at: DateTime<Utc>,
    /// Its own id (`jti`), if it has one.
    pub token_id: Option<String>,
}

impl AccessClaims {
    /// The platform roles that this version knows.
    pub fn platform_roles(&self) -> Vec<PlatformRole> {
        self.roles.iter().filter_map(|role| PlatformRole::from_claim(role)).collect()
    }
}

/// A role in an organization, also one that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganizationRoleClaim {
    /// One of the three.
    Known(OrganizationRole),
    /// Another word; only a verifier with an open vocabulary lets it through.
    Other(String),
}

impl OrganizationRoleClaim {
    /// The word in the token.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(role) => role.as_str(),
            Self::Other(word) => word,
        }
    }
}

pub(super) struct Claims<'m>(pub(super) &'m Map<String, Value>);

impl<'m> Claims<'m> {
    pub(super) fn text(&self, name: &'static str) -> Result<&'m str, VerifyError> {
        match self.0.get(name) {
            None => Err(VerifyError::ClaimMissing(name)),
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(VerifyError::ClaimInvalid(name)),
        }
    }

    pub(super) fn id(&self, name: &'static str) -> Result<Uuid, VerifyError> {
        match Uuid::try_parse(self.text(name)?) {
            Ok(id) if !id.is_nil() => Ok(id),
            _ => Err(VerifyError::ClaimInvalid(name)),
        }
    }

    /// A `NumericDate` (RFC 7519 section 2), fractions allowed, bounded to the years 0 to 9999.
    pub(super) fn instant(&self, name: &'static str) -> Result<DateTime<Utc>, VerifyError> {
        match self.0.get(name) {
            None => Err(VerifyError::ClaimMissing(name)),
            Some(value) => numeric_date(value).ok_or(VerifyError::ClaimInvalid(name)),
        }
    }

    pub(super) fn optional_instant(&self, name: &'static str) -> Result<Option<DateTime<Utc>>, VerifyError> {
        if self.0.contains_key(name) { self.instant(name).map(Some) } else { Ok(None) }
    }

    pub(super) fn optional_text(&self, name: &'static str) -> Result<Option<&'m str>, VerifyError> {
        if self.0.contains_key(name) { self.text(name).map(Some) } else { Ok(None) }
    }

    /// Text, or a list of exactly one text.
    pub(super) fn audience(&self) -> Result<&'m str, VerifyError> {
        match self.0.get("aud") {
            None => Err(VerifyError::ClaimMissing("aud")),
            Some(Value::String(text)) => Ok(text),
            Some(Value::Array(items)) => match items.as_slice() {
                [Value::String(text)] => Ok(text),
                _ => Err(VerifyError::Audience),
            },
            Some(_) => Err(VerifyError::ClaimInvalid("aud")),
        }
    }

    pub(super) fn organization_role(&self, vocabulary: Vocabulary) -> Result<OrganizationRoleClaim, VerifyError> {
        let word = self.text("org_role")?.trim();
        match (OrganizationRole::parse(word), vocabulary) {
            (Some(role), _) => Ok(OrganizationRoleClaim::Known(role)),
            (None, Vocabulary::Open) if !word.is_empty() => Ok(OrganizationRoleClaim::Other(word.to_owned())),
            (None, _) => Err(VerifyError::ClaimInvalid("org_role")),
        }
    }

    /// A list, `null`, or absent: the server writes `null` for somebody without platform roles.
    pub(super) fn roles(&self, vocabulary: Vocabulary) -> Result<Vec<String>, VerifyError> {
        let items = match self.0.get("roles") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(VerifyError::ClaimInvalid("roles")),
        };
        let mut roles = Vec::with_capacity(items.len());
        for item in items {
            let Value::String(role) = item else { return Err(VerifyError::ClaimInvalid("roles")) };
            let is_known = PlatformRole::from_claim(role).is_some();
            let is_in_namespace = role.strip_prefix("authara:").is_some_and(|name| !name.is_empty());
            if !(is_known || vocabulary == Vocabulary::Open && is_in_namespace) {
                return Err(VerifyError::RoleNamespace);
            }
            roles.push(role.clone());
        }
        roles.sort_unstable();
        roles.dedup();
        Ok(roles)
    }
}

fn numeric_date(value: &Value) -> Option<DateTime<Utc>> {
    const YEAR_10000: i64 = 253_402_300_800;
    let number = value.as_number()?;
    if let Some(seconds) = number.as_i64() {
        return (0..YEAR_10000).contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0)).flatten();
    }
    let seconds = number.as_f64()?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "bounded by the comparison before"
    )]
    if (0.0..YEAR_10000 as f64).contains(&seconds) {
        DateTime::from_timestamp_micros((seconds * 1e6) as i64)
    } else {
        None
    }
}
