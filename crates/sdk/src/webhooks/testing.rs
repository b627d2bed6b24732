//! Signed deliveries for an application's tests.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::signature::{
    DELIVERY_HEADER, EVENT_HEADER, SIGNATURE_HEADER, TIME_ID_HEADER, TIME_SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
    sign_with_time,
};
use crate::clock::Clock;

/// Counts the events that were made, so that each has an id of its own.
static MADE: AtomicU64 = AtomicU64::new(1);

/// A delivery as the server makes it: headers, and the very bytes that they sign.
///
/// ```
/// use authara_client::webhooks::WebhookVerifier;
/// use authara_client::webhooks::testing::Delivery;
/// use serde_json::json;
///
/// let secret = "a secret of at least thirty-two bytes";
/// let verifier = WebhookVerifier::builder().secret(secret).build()?;
/// let data = json!({"user_id": "c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60"});
/// let delivery = Delivery::new("user.deleted", data).sign(secret);
/// let event = verifier.verify(&delivery.headers, &delivery.body)?;
/// assert_eq!(event.kind.name(), "user.deleted");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The headers; other ones can be added.
    pub headers: HeaderMap,
    /// The body. What changes it breaks the signature.
    pub body: Vec<u8>,
    id: Uuid,
}

impl Delivery {
    /// Makes an event of this type that happens now, with an id that no other one has in this process.
    pub fn new(event_type: &str, data: Value) -> Self {
        let id = Uuid::from_u128(MADE.fetch_add(1, Ordering::Relaxed).into());
        Self::of(id, event_type, Clock::system().now(), data)
    }

    /// Makes an event with this id and time.
    pub fn of(id: Uuid, event_type: &str, created_at: DateTime<Utc>, data: Value) -> Self {
        let mut envelope = Map::new();
        for (name, text) in [
            ("id", id.to_string()),
            ("type", event_type.to_owned()),
            ("created_at", created_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        ] {
            envelope.insert(name.to_owned(), Value::String(text));
        }
        envelope.insert("data".to_owned(), data);
        let mut delivery = Self { id, ..Self::raw(Value::Object(envelope).to_string()) };
        delivery.insert(EVENT_HEADER, event_type);
        delivery.insert(DELIVERY_HEADER, &id.to_string());
        delivery
    }

    /// Takes a body as it is, for what no server would send.
    pub fn raw(body: impl Into<Vec<u8>>) -> Self {
        let mut delivery = Self { headers: HeaderMap::new(), body: body.into(), id: Uuid::nil() };
        delivery.insert("content-type", "application/json");
        delivery
    }

    /// Signs the body.
    pub fn sign(mut self, secret: &str) -> Self {
        let signature = sign(secret, &self.body);
        self.insert(SIGNATURE_HEADER, &signature);
        self
    }

    /// Signs this time and the body together, as newer servers do beside the other signature.
    pub fn sign_with_time(mut self, secret: &str, sent_at: DateTime<Utc>) -> Self {
        let (id, timestamp) = (self.id.to_string(), sent_at.timestamp());
        let signature = sign_with_time(secret, &id, timestamp, &self.body);
        self.insert(TIME_ID_HEADER, &id);
        self.insert(TIMESTAMP_HEADER, &timestamp.to_string());
        self.insert(TIME_SIGNATURE_HEADER, &signature);
        self
    }

    /// Puts a header in the place of those with its name. One that cannot travel is left out.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.insert(name, value);
        self
    }

    fn insert(&mut self, name: &'static str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
    }
}
