//! The text of a key ring, as server and applications share it.

use authara_core::keys::{KeyRing, KeyRingError};
use authara_core::secret::SecretText;

use super::faults::ConfigError;
use super::variables;

/// Reads a key ring: `id:secret` separated by commas, white space around entries and their halves
/// ignored, empty entries skipped; the secret is padded standard base64 (RFC 4648 section 4) of at
/// least 32 bytes.
///
/// ```
/// let ring = authara_client::parse_keys("k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=,")?;
/// assert!(ring.find("k1").is_some());
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
///
/// # Errors
///
/// [`ConfigError`] names `AUTHARA_JWT_KEYS` and the position of the first faulty entry. It holds no
/// part of the text: whoever swaps id and secret must not find the secret in a log.
pub fn parse_keys(text: &str) -> Result<KeyRing, ConfigError> {
    read(text).map_err(|message| ConfigError::one(variables::KEYS, message))
}

/// The same, with the message alone.
pub(super) fn read(text: &str) -> Result<KeyRing, String> {
    let mut entries: Vec<&str> = Vec::new();
    for entry in text.split(',').map(str::trim) {
        // An entry that is repeated to the letter says nothing new; one that differs is a fault.
        if !entry.is_empty() && !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    let kept = SecretText::new(entries.join(","));
    KeyRing::parse(kept.expose(), None).map_err(|fault| describe(&fault, &entries))
}

/// What is wrong, with positions (from 1, empty entries not counted) in place of ids.
fn describe(fault: &KeyRingError, entries: &[&str]) -> String {
    let has_id = |entry: &&str, id: &str| entry.split(':').next().map(str::trim) == Some(id);
    let first = |id: &str| position(entries.iter().position(|entry| has_id(entry, id)));
    let last = |id: &str| position(entries.iter().rposition(|entry| has_id(entry, id)));
    match fault {
        KeyRingError::Empty => "must hold at least one key, as id:secret".to_owned(),
        KeyRingError::NotAPair(n) => format!("entry {n} is not of the form id:secret"),
        KeyRingError::BadId(n) => {
            format!("entry {n} has no usable id (1 to 128 visible ASCII characters)")
        }
        KeyRingError::NotBase64(id) => {
            let n = first(id);
            format!("the secret of entry {n} is not padded standard base64")
        }
        KeyRingError::TooShort(id) => {
            format!("the secret of entry {} has fewer than 32 bytes", first(id))
        }
        KeyRingError::DuplicateId(id) => format!("entry {} repeats an earlier id", last(id)),
        KeyRingError::DuplicateSecret(id) => {
            format!("entry {} repeats the secret of an earlier one", first(id))
        }
        // Only asked for with an active key, which verification does not need.
        KeyRingError::ActiveMissing(_) => "does not hold the active key".to_owned(),
    }
}

fn position(index: Option<usize>) -> usize {
    index.unwrap_or_default() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    const B: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";

    #[test]
    fn t01_white_space_empty_entries_and_literal_repeats_are_no_faults() {
        for text in [
            format!("k1:{A}"),
            format!(" k1 : {A} "),
            format!("k1:{A},"),
            format!(",,k1:{A}, ,"),
            format!("\nk1:{A}\n"),
            format!("k1:{A},k1:{A}"),
        ] {
            let ring = read(&text).unwrap();
            assert_eq!(ring.iter().count(), 1, "{text}");
        }
        assert_eq!(read(&format!("k1:{A},k2:{B}")).unwrap().iter().count(), 2);
    }

    #[test]
    fn t01_a_faulty_entry_is_named_by_its_position_and_never_quoted() {
        for (text, expected) in [
            (String::new(), "at least one key"),
            (" , ,".into(), "at least one key"),
            ("canarycanary".into(), "entry 1 is not of the form"),
            (format!("k1:{A},canary"), "entry 2 is not of the form"),
            (format!(":{A}"), "entry 1 has no usable id"),
            ("k1:".into(), "entry 1 has fewer than 32 bytes"),
            ("k1:Y2FuYXJ5".into(), "entry 1 has fewer than 32 bytes"),
            (format!("k1:{A},,k2:____"), "entry 2 is not padded standard"),
            (format!("k1:{}", A.trim_end_matches('=')), "entry 1 is not padded standard"),
            (format!("k1:{A},k1:{B}"), "entry 2 repeats an earlier id"),
            (format!("k1:{A},k2:{A}"), "entry 2 repeats the secret"),
            // Id and secret swapped: what is taken for the id is the secret.
            (format!("{A}:k1"), "entry 1 is not padded standard"),
        ] {
            let message = parse_keys(&text).unwrap_err().to_string();
            assert!(message.starts_with("AUTHARA_JWT_KEYS: "), "{message}");
            assert!(message.contains(expected), "{text}: {message}");
            for secret in ["canary", "Y2FuYXJ5", "QUFB", "QkJC"] {
                assert!(!message.contains(secret), "{message}");
            }
        }
    }
}
