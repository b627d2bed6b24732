//! Verifying and receiving, friendly and hostile (T-30 to T-33).

mod events;
mod receiving;

use std::time::Duration;

use chrono::TimeDelta;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use uuid::Uuid;

use super::testing::Delivery;
use super::{WebhookError, WebhookEvent, WebhookReceiver, WebhookVerifier, WebhookVerifierBuilder};
use crate::clock::Clock;
use crate::testing::{NOW, USER, now};

pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OLD_SECRET: &str = "fedcba9876543210fedcba9876543210";
const ID: &str = "3c1d7f52-0b7e-4f2c-9d8a-6a5b4c3d2e1f";

fn builder() -> WebhookVerifierBuilder {
    WebhookVerifier::builder().secret(SECRET).secret(OLD_SECRET).clock(Clock::fixed(now()))
}

fn verifier() -> WebhookVerifier {
    builder().build().unwrap()
}

pub(super) fn receiver() -> WebhookReceiver {
    WebhookReceiver::new(verifier())
}

fn unsigned() -> Delivery {
    Delivery::of(Uuid::try_parse(ID).unwrap(), "user.created", now(), json!({"user_id": USER}))
}

pub(super) fn delivery() -> Delivery {
    unsigned().sign(SECRET)
}

fn verify(delivery: &Delivery) -> Result<WebhookEvent, WebhookError> {
    verifier().verify(&delivery.headers, &delivery.body)
}

#[test]
fn t30_a_delivery_with_known_signatures_is_good() {
    // Made by another implementation, with keys in the server's order.
    let body = br#"{"id": "3c1d7f52-0b7e-4f2c-9d8a-6a5b4c3d2e1f", "data": {"user_id": "c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60"}, "type": "user.created", "created_at": "2026-03-20T12:00:00.123456789Z"}"#;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-authara-event", "user.created"),
        ("x-authara-delivery", ID),
        ("x-authara-signature", "sha256=e5b80a05598caa4150e581192536d0966f49b147240bdb4067d10e831277d7d7"),
        ("webhook-id", ID),
        ("webhook-timestamp", "1790000000"),
        ("webhook-signature", "v1,N8QqIligm/ZGWkjCp7eI4M1/vdL9mOBJqNnWZ82Yc+I="),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let event = builder().require_signed_time().build().unwrap().verify(&headers, body).unwrap();
    assert_eq!(event.id.to_string(), ID);
    assert_eq!(event.kind.name(), "user.created");
    assert_eq!(event.created_at.timestamp_subsec_nanos(), 123_456_789);
    assert_eq!(event.secret_position, 0);
}

#[test]
fn t30_one_changed_byte_anywhere_breaks_the_signature() {
    let good = delivery();
    for index in 0..good.body.len() {
        let mut changed = good.clone();
        changed.body[index] ^= 1;
        assert_eq!(verify(&changed), Err(WebhookError::SignatureMismatch), "{index}");
    }
    let mut longer = good;
    longer.body.push(b' ');
    assert_eq!(verify(&longer), Err(WebhookError::SignatureMismatch));
}

#[test]
fn r70_the_signature_is_checked_before_anything_is_read() {
    for (delivery, expected) in [
        (Delivery::raw("{"), WebhookError::SignatureMissing),
        (Delivery::raw("{").with_header("x-authara-signature", "sha256=00"), WebhookError::SignatureMalformed),
        (Delivery::raw("{").sign("another secret of 32 bytes or so"), WebhookError::SignatureMismatch),
        (Delivery::raw("{").sign(""), WebhookError::SignatureMismatch),
        (Delivery::raw(""), WebhookError::SignatureMissing),
    ] {
        let error = verify(&delivery).unwrap_err();
        assert_eq!(error, expected);
        assert!(error.is_signature() && error.status() == 401);
    }
}

#[test]
fn r70_several_signatures_are_refused_whichever_is_good() {
    let good = delivery();
    for other in ["sha256=00", good.headers["x-authara-signature"].to_str().unwrap()] {
        let mut twice = good.clone();
        twice.headers.append("x-authara-signature", HeaderValue::from_str(other).unwrap());
        assert_eq!(verify(&twice), Err(WebhookError::SignatureMalformed));
        let lines = [("X-Authara-Signature", other), ("x-authara-signature", other)];
        let lines = lines.map(|(name, value)| (name, value.as_bytes()));
        assert_eq!(verifier().verify_lines(lines, &good.body), Err(WebhookError::SignatureMalformed));
    }
}

#[test]
fn r71_every_secret_is_good_and_which_one_is_reported() {
    for (secret, position) in [(SECRET, 0), (OLD_SECRET, 1)] {
        assert_eq!(verify(&unsigned().sign(secret)).unwrap().secret_position, position);
    }
}

#[test]
fn r72_a_body_over_the_limit_is_not_looked_at() {
    let limit = delivery().body.len();
    let good = delivery();
    let with_limit = |bytes| builder().max_body_bytes(bytes).build().unwrap().verify(&good.headers, &good.body);
    assert!(with_limit(limit).is_ok());
    let error = with_limit(limit - 1).unwrap_err();
    assert_eq!((error.status(), error), (413, WebhookError::TooLarge { limit_bytes: limit - 1 }));
    let large = Delivery::raw(vec![b'x'; 1024 * 1024 + 1]);
    assert_eq!(verify(&large).unwrap_err().status(), 413);
}

#[test]
fn r73_headers_may_be_absent_but_not_contradict_the_body() {
    let mut bare = delivery();
    bare.headers.remove("x-authara-event");
    bare.headers.remove("x-authara-delivery");
    assert!(verify(&bare).is_ok());
    let upper = ID.to_ascii_uppercase();
    for (header, value) in [
        ("x-authara-event", "user.deleted"),
        ("x-authara-event", ""),
        ("x-authara-delivery", "5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99"),
        ("x-authara-delivery", upper.as_str()),
    ] {
        let error = verify(&delivery().with_header(header, value)).unwrap_err();
        assert_eq!((error.status(), error), (400, WebhookError::HeaderMismatch { header }));
        let mut twice = delivery();
        let line = twice.headers[header].clone();
        twice.headers.append(header, line);
        assert_eq!(verify(&twice), Err(WebhookError::HeaderMismatch { header }));
    }
}

#[test]
fn r74_a_signed_time_may_be_off_by_the_tolerance_and_no_more() {
    for (seconds, is_good) in [(0, true), (300, true), (-300, true), (301, false), (-301, false), (1 << 40, false)] {
        let sent_at = now() + TimeDelta::seconds(seconds);
        let outcome = verify(&delivery().sign_with_time(SECRET, sent_at));
        let off_by_seconds = seconds.unsigned_abs();
        assert_eq!(outcome.is_ok(), is_good, "{seconds}");
        if let Err(error) = outcome {
            // A wrong clock must not cost events.
            assert_eq!((error.status(), error), (503, WebhookError::TimeOutOfTolerance { off_by_seconds }));
        }
    }
    let strict = builder().time_tolerance(Duration::ZERO).build().unwrap();
    let late = delivery().sign_with_time(SECRET, now() - TimeDelta::seconds(1));
    assert!(strict.verify(&late.headers, &late.body).is_err());
}

#[test]
fn r74_a_tampered_time_is_refused_and_an_absent_one_where_it_is_demanded() {
    let timed = || delivery().sign_with_time(SECRET, now());
    let later = (NOW + 1).to_string();
    for (header, value, expected) in [
        ("webhook-timestamp", later.as_str(), WebhookError::TimeMismatch),
        ("webhook-timestamp", "01790000000", WebhookError::TimeMismatch),
        ("webhook-timestamp", "-1", WebhookError::TimeMalformed),
        ("webhook-timestamp", "99999999999999999999", WebhookError::TimeMalformed),
        ("webhook-id", "5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99", WebhookError::TimeMismatch),
        ("webhook-signature", "", WebhookError::TimeMismatch),
        ("webhook-signature", "v1,AAAA", WebhookError::TimeMismatch),
    ] {
        assert_eq!(verify(&timed().with_header(header, value)), Err(expected), "{header}: {value}");
    }
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut lacking = timed();
        let line = lacking.headers.remove(header).unwrap();
        assert_eq!(verify(&lacking), Err(WebhookError::TimeMalformed), "{header}");
        lacking.headers.append(header, line.clone());
        lacking.headers.append(header, line);
        assert_eq!(verify(&lacking), Err(WebhookError::TimeMalformed), "{header}");
    }
    assert!(verify(&delivery().with_header("webhook-id", "somebody else's")).is_ok());
    let demanding = builder().require_signed_time().build().unwrap();
    let (with, without) = (timed(), delivery());
    assert!(demanding.verify(&with.headers, &with.body).is_ok());
    assert_eq!(demanding.verify(&without.headers, &without.body), Err(WebhookError::TimeMissing));
}

#[test]
fn r74_a_time_signed_for_another_event_does_not_fit() {
    let other = Delivery::new("user.deleted", json!({"user_id": USER})).sign_with_time(SECRET, now());
    let mut mixed = delivery();
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        mixed.headers.insert(header, other.headers[header].clone());
    }
    assert_eq!(verify(&mixed), Err(WebhookError::TimeMismatch));
}

#[test]
fn r74_the_age_of_an_event_is_bounded_only_on_demand() {
    let happened = |hours| {
        let created_at = now() - TimeDelta::hours(hours);
        Delivery::of(Uuid::nil(), "user.created", created_at, json!({"user_id": USER})).sign(SECRET)
    };
    assert!(verify(&happened(24 * 365)).is_ok());
    let bounded = builder().max_age(Duration::from_secs(3600)).build().unwrap();
    for (hours, expected) in [(2, Err(400)), (1, Ok(())), (0, Ok(())), (-2, Ok(()))] {
        let delivery = happened(hours);
        let outcome = bounded.verify(&delivery.headers, &delivery.body);
        assert_eq!(outcome.map(|_| ()).map_err(|error| error.status()), expected, "{hours}");
    }
}

proptest::proptest! {
    #[test]
    fn t33_any_headers_and_body_are_answered(
        signature in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        timestamp in "\\PC{0,30}",
        signatures in "v1,\\PC{0,60}",
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
    ) {
        let lines = [
            ("x-authara-signature", signature.as_slice()),
            ("webhook-id", &b"x"[..]),
            ("webhook-timestamp", timestamp.as_bytes()),
            ("webhook-signature", signatures.as_bytes()),
        ];
        proptest::prop_assert!(verifier().verify_lines(lines, &body).is_err());
        // And behind a good signature.
        let signed = super::sign(SECRET, &body);
        let lines = [("x-authara-signature", signed.as_bytes())];
        proptest::prop_assert!(verifier().verify_lines(lines, &body).is_err());
    }
}
