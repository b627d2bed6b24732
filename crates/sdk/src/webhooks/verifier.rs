//! Verifying a delivery: no I/O, and nothing in it is read before its signature has been found good.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use authara_core::json;
use authara_core::keys::MacKey;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::builder::WebhookVerifierBuilder;
use super::error::WebhookError;
use super::event::{EventKind, WebhookEvent};
use super::headers::{Headers, Line};
use super::signature::{
    DELIVERY_HEADER, EVENT_HEADER, TIME_ID_HEADER, read_body_signature, read_time_signatures, read_timestamp, timed,
};
use crate::clock::Clock;
use crate::config::ConfigError;

/// Deeper than any event: metadata may be as deep as a request body, and lies two levels down.
const MAX_DEPTH: usize = json::MAX_DEPTH + 8;

/// Verifies deliveries. Cheap to clone; clones share everything.
///
/// It remembers nothing: a delivery that comes again is good again. A
/// [`WebhookReceiver`](super::WebhookReceiver) notices.
///
/// ```
/// use authara_client::webhooks::testing::Delivery;
/// use authara_client::webhooks::{EventKind, WebhookVerifier};
/// use serde_json::json;
///
/// let secret = "a secret of at least thirty-two bytes";
/// let verifier = WebhookVerifier::builder().secret(secret).build()?;
///
/// let data = json!({"user_id": "c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60"});
/// let delivery = Delivery::new("user.created", data).sign(secret);
/// let event = verifier.verify(&delivery.headers, &delivery.body)?;
/// match event.kind {
///     EventKind::UserCreated(user) => println!("welcome, {}", user.user_id),
///     other => println!("{} is none of our business", other.name()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct WebhookVerifier(Arc<Rules>);

pub(super) struct Rules {
    /// The current one first; at least one.
    pub(super) secrets: Vec<MacKey>,
    pub(super) max_body_bytes: usize,
    pub(super) time_tolerance: Duration,
    pub(super) requires_signed_time: bool,
    pub(super) max_age: Option<Duration>,
    pub(super) clock: Clock,
}

impl WebhookVerifier {
    /// Starts from the defaults; only the secrets have none.
    pub fn builder() -> WebhookVerifierBuilder {
        WebhookVerifierBuilder::default()
    }

    /// Reads the secrets from the environment of this process, as
    /// [`WebhookVerifierBuilder::secrets_from_env`] does, and leaves everything else at its default.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault, by the name of its variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().secrets_from_env().build()
    }

    pub(super) fn new(rules: Rules) -> Self {
        Self(Arc::new(rules))
    }

    /// Verifies a delivery and reads its event. The body has to be handed in as it arrived, byte for
    /// byte.
    ///
    /// The signature is checked first, against each secret and in constant time; then the signed
    /// time, if there is one; only then is the body read, and compared with the headers.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] names the first check that fails; its
    /// [`status`](WebhookError::status) is what to answer.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        self.verify_lines(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())), body)
    }

    /// The same for any framework: names and values of all header lines, or at least of all those that
    /// begin with `x-authara-` or `webhook-`, in any letter case.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_lines<'h>(
        &self,
        lines: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: &[u8],
    ) -> Result<WebhookEvent, WebhookError> {
        let rules = &*self.0;
        if body.len() > rules.max_body_bytes {
            return Err(WebhookError::TooLarge { limit_bytes: rules.max_body_bytes });
        }
        let headers = Headers::pick(lines);
        let secret_position = rules.check_body_signature(headers.signature, body)?;
        let is_timed = rules.check_time(&headers, body)?;
        let envelope = Envelope::read(body)?;
        envelope.check_headers(&headers, is_timed)?;
        let event = envelope.into_event(secret_position)?;
        rules.check_age(event.created_at)?;
        Ok(event)
    }

    /// Most bytes that a body may have.
    pub fn max_body_bytes(&self) -> usize {
        self.0.max_body_bytes
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }
}

impl Rules {
    /// The position of the secret that the body was signed with.
    fn check_body_signature(&self, line: Line<'_>, body: &[u8]) -> Result<usize, WebhookError> {
        let value = match line {
            Line::Absent => return Err(WebhookError::SignatureMissing),
            Line::Several => return Err(WebhookError::SignatureMalformed),
            Line::One(value) => value,
        };
        let tag = read_body_signature(value).ok_or(WebhookError::SignatureMalformed)?;
        let position = self.secrets.iter().position(|secret| secret.verify(&[body], &tag));
        position.ok_or(WebhookError::SignatureMismatch)
    }

    /// Says whether there is a signed time, which is a good one then.
    ///
    /// Whoever replays a delivery can leave these headers out, because older servers do not send
    /// them. Only demanding them closes that gap.
    fn check_time(&self, headers: &Headers<'_>, body: &[u8]) -> Result<bool, WebhookError> {
        let (id, timestamp, signatures) = match (headers.time_id, headers.timestamp, headers.time_signature) {
            // An id alone is somebody else's header.
            (_, Line::Absent, Line::Absent) if self.requires_signed_time => return Err(WebhookError::TimeMissing),
            (_, Line::Absent, Line::Absent) => return Ok(false),
            (Line::One(id), Line::One(timestamp), Line::One(signatures)) => (id, timestamp, signatures),
            _ => return Err(WebhookError::TimeMalformed),
        };
        let seconds = read_timestamp(timestamp).ok_or(WebhookError::TimeMalformed)?;
        let parts = timed(id, timestamp, body);
        let tags = read_time_signatures(signatures);
        let is_signed = self.secrets.iter().any(|secret| tags.iter().any(|tag| secret.verify(&parts, tag)));
        if !is_signed {
            return Err(WebhookError::TimeMismatch);
        }
        let off_by_seconds = self.clock.now().timestamp().abs_diff(seconds);
        if off_by_seconds > self.time_tolerance.as_secs() {
            return Err(WebhookError::TimeOutOfTolerance { off_by_seconds });
        }
        Ok(true)
    }

    fn check_age(&self, created_at: DateTime<Utc>) -> Result<(), WebhookError> {
        let age = self.clock.now().signed_duration_since(created_at);
        // An event of the future has no age: clocks differ, and redelivery only makes events older.
        let is_too_old = self.max_age.is_some_and(|most| age.to_std().is_ok_and(|age| age > most));
        if is_too_old { Err(WebhookError::TooOld) } else { Ok(()) }
    }
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier")
            .field("secrets", &self.0.secrets.len())
            .field("max_body_bytes", &self.0.max_body_bytes)
            .field("time_tolerance", &self.0.time_tolerance)
            .field("requires_signed_time", &self.0.requires_signed_time)
            .field("max_age", &self.0.max_age)
            .finish_non_exhaustive()
    }
}

/// A body that is JSON and has the members that every event has.
struct Envelope {
    /// As sent, because the headers repeat it letter for letter.
    id_text: String,
    id: Uuid,
    event_type: String,
    created_at: DateTime<Utc>,
    data: Value,
}

impl Envelope {
    fn read(body: &[u8]) -> Result<Self, WebhookError> {
        let fault = |fault: json::JsonError| WebhookError::malformed(fault.to_string());
        let mut members = json::parse_object(body, MAX_DEPTH).map_err(fault)?;
        let id_text = take_text(&mut members, "id")?;
        let id = Uuid::try_parse(&id_text).map_err(|_| WebhookError::malformed("id is not a UUID"))?;
        let event_type = take_text(&mut members, "type")?;
        let created_at = DateTime::parse_from_rfc3339(&take_text(&mut members, "created_at")?)
            .map_err(|_| WebhookError::malformed("created_at is not a time"))?
            .to_utc();
        let data = members.remove("data").unwrap_or_default();
        Ok(Self { id_text, id, event_type, created_at, data })
    }

    /// The headers are not what is signed, so that somebody may have changed them: they count for
    /// nothing, but must not contradict the body.
    fn check_headers(&self, headers: &Headers<'_>, is_timed: bool) -> Result<(), WebhookError> {
        let checks = [
            (EVENT_HEADER, headers.event.agrees_with(&self.event_type)),
            (DELIVERY_HEADER, headers.delivery.agrees_with(&self.id_text)),
            (TIME_ID_HEADER, !is_timed || headers.time_id.agrees_with(&self.id_text)),
        ];
        match checks.into_iter().find(|(_, agrees)| !agrees) {
            Some((header, _)) => Err(WebhookError::HeaderMismatch { header }),
            None => Ok(()),
        }
    }

    fn into_event(self, secret_position: usize) -> Result<WebhookEvent, WebhookError> {
        let kind = EventKind::read(self.event_type, self.data)?;
        Ok(WebhookEvent { id: self.id, created_at: self.created_at, kind, secret_position })
    }
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<String, WebhookError> {
    match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(WebhookError::malformed(format!("{name} is missing or no text"))),
    }
}
