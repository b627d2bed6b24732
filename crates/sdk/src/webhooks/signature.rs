//! The two signatures of a delivery: over its body, and over its time and body.
//!
//! Both are HMAC-SHA256 (RFC 2104) under the bytes of the secret's text.

use authara_core::keys::MacKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The header with the event's type, for instance `user.created`.
pub const EVENT_HEADER: &str = "x-authara-event";
/// The header with the event's id, the same each time the event is delivered.
pub const DELIVERY_HEADER: &str = "x-authara-delivery";
/// The header with the signature over the body: `sha256=` and 64 hex digits.
pub const SIGNATURE_HEADER: &str = "x-authara-signature";
/// The event's id once more, covered by the signature in [`TIME_SIGNATURE_HEADER`] (Standard
/// Webhooks 1.0.0).
pub const TIME_ID_HEADER: &str = "webhook-id";
/// When this delivery was sent, in seconds since 1970 (Standard Webhooks 1.0.0).
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The signatures over id, time and body, with spaces between them: each is `v1,` and padded base64
/// (Standard Webhooks 1.0.0).
pub const TIME_SIGNATURE_HEADER: &str = "webhook-signature";

/// Bytes of an HMAC-SHA256.
const TAG_BYTES: usize = 32;
const BODY_PREFIX: &str = "sha256=";
const TIME_PREFIX: &str = "v1,";
/// A sender signs with a new and an old secret at most; more would only cost time.
const MAX_TIME_SIGNATURES: usize = 8;

/// The value of [`SIGNATURE_HEADER`] for a body: `sha256=` and 64 lower-case hex digits.
///
/// For tests and for senders. A receiver does not compare texts, but asks a
/// [`WebhookVerifier`](super::WebhookVerifier).
///
/// ```
/// use authara_client::webhooks::sign;
///
/// let value = sign("secret", br#"{"hello":"world"}"#);
/// assert_eq!(value, "sha256=2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778");
/// ```
pub fn sign(secret: &str, body: &[u8]) -> String {
    let tag = MacKey::new(secret.as_bytes()).sign(&[body]);
    let digits = tag.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    BODY_PREFIX.chars().chain(digits).collect()
}

/// The value of [`TIME_SIGNATURE_HEADER`] for an event's id, the time of the delivery in seconds since
/// 1970, and a body: `v1,` and 44 characters of padded base64.
pub fn sign_with_time(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let tag = MacKey::new(secret.as_bytes()).sign(&timed(id.as_bytes(), timestamp.as_bytes(), body));
    format!("{TIME_PREFIX}{}", STANDARD.encode(tag))
}

/// What the signature with time covers. Id and time are kept apart because a time has only digits,
/// and because the id is compared with that of the body.
pub(super) fn timed<'p>(id: &'p [u8], timestamp: &'p [u8], body: &'p [u8]) -> [&'p [u8]; 5] {
    [id, b".", timestamp, b".", body]
}

/// Reads the signature over the body: the prefix as it is, then 64 hex digits of either case.
pub(super) fn read_body_signature(value: &[u8]) -> Option<[u8; TAG_BYTES]> {
    let digits = value.strip_prefix(BODY_PREFIX.as_bytes())?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != TAG_BYTES || !rest.is_empty() {
        return None;
    }
    let mut tag = [0; TAG_BYTES];
    for (byte, [high, low]) in tag.iter_mut().zip(pairs) {
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(tag)
}

fn nibble(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Reads the signatures with time. Those of versions that nobody knows yet, and those that are none,
/// are passed over.
pub(super) fn read_time_signatures(value: &[u8]) -> Vec<[u8; TAG_BYTES]> {
    let entries = value.split(|byte| *byte == b' ').take(MAX_TIME_SIGNATURES);
    let encoded = entries.filter_map(|entry| entry.strip_prefix(TIME_PREFIX.as_bytes()));
    encoded.filter_map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect()
}

/// Reads a time: digits and nothing else.
pub(super) fn read_timestamp(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t30_bodies_have_known_signatures() {
        for (body, digits) in [
            (r#"{"hello":"world"}"#, "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778"),
            (
                r#"{"id": "3f", "data": {"user_id": "u"}, "type": "user.created", "created_at": "2026-03-20T12:00:00.123456789Z"}"#,
                "fde636c3e47d6c79fe23681e195b8fd8829c734599de73b6b651c933948c1394",
            ),
        ] {
            assert_eq!(sign("secret", body.as_bytes()), format!("sha256={digits}"));
        }
    }

    #[test]
    fn t30_a_signature_is_64_digits_of_either_case_after_its_prefix() {
        let good = sign("secret", b"x");
        let digits = &good[7..];
        let tag = MacKey::new(b"secret").sign(&[b"x"]);
        assert_eq!(read_body_signature(good.as_bytes()), Some(tag));
        let upper = format!("sha256={}", digits.to_ascii_uppercase());
        assert_eq!(read_body_signature(upper.as_bytes()), Some(tag));
        for bad in [
            String::new(),
            "sha256=".to_owned(),
            digits.to_owned(),
            format!("sha1={digits}"),
            format!("SHA256={digits}"),
            format!("sha256={}", &digits[..63]),
            format!("sha256={}", &digits[..62]),
            format!("sha256={digits}0"),
            format!("sha256={digits}00"),
            format!("sha256= {}", &digits[1..]),
            format!("sha256=+{}", &digits[1..]),
            format!("sha256=g{}", &digits[1..]),
            format!("sha256=0x{}", &digits[2..]),
            format!(" {good}"),
            format!("{good},{good}"),
        ] {
            assert_eq!(read_body_signature(bad.as_bytes()), None, "{bad}");
        }
        let mut not_text = good.into_bytes();
        not_text[10] = 0xff;
        assert_eq!(read_body_signature(&not_text), None);
    }

    #[test]
    fn signatures_with_time_are_a_list_of_versions() {
        let one = sign_with_time("secret", "a", 7, b"x");
        let tag = MacKey::new(b"secret").sign(&[b"a.7.x"]);
        assert_eq!(read_time_signatures(one.as_bytes()), [tag]);
        let list = format!("v1a,abc v1,!! v1,QUFB  {one} v2,x");
        assert_eq!(read_time_signatures(list.as_bytes()), [tag]);
        let late = format!("{}{one}", "v1,x ".repeat(MAX_TIME_SIGNATURES));
        assert!(read_time_signatures(late.as_bytes()).is_empty());
        assert!(read_time_signatures(b"").is_empty());
    }

    #[test]
    fn a_time_is_digits() {
        assert_eq!(read_timestamp(b"1790000000"), Some(1_790_000_000));
        for bad in [&b""[..], b"-1", b"+1", b" 1", b"1.5", b"0x1", b"99999999999999999999", b"\xff"] {
            assert_eq!(read_timestamp(bad), None);
        }
    }
}
