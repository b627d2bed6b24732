//! Rules for passwords: length and commonness, nothing else (NIST SP 800-63B-4 section 3.1.1.2).
//!
//! The embedded list holds well-known passwords of eight characters and more, lower case, one a
//! line, sorted by bytes. It was derived from the frequency list of the zxcvbn project (MIT,
//! Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.).

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::is_nfc;

/// Longest new password, in code points.
pub const MAX_LENGTH: usize = 128;
/// Longest password that is looked at anywhere, in bytes of UTF-8.
pub const MAX_BYTES: usize = 1024;

static COMMON: &str = include_str!("common_passwords.txt");

/// What the operator decides about new passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Fewest code points of a new password.
    pub min_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: 8 }
    }
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// Fewer code points than this.
    TooShort(usize),
    /// More code points than this.
    TooLong(usize),
    /// On the list of well-known passwords.
    Common,
    /// Made of the account's own address or name.
    Identity,
}

impl PasswordPolicy {
    /// Checks a password that somebody chose, used exactly as received. Length is counted in code
    /// points. `identities` are what an attacker tries first: the address and the user name.
    ///
    /// # Errors
    ///
    /// [`PasswordError`] names the first rule it breaks.
    pub fn check_new(&self, password: &str, identities: &[&str]) -> Result<(), PasswordError> {
        if password.len() > MAX_BYTES {
            return Err(PasswordError::TooLong(MAX_LENGTH));
        }
        let length = password.chars().count();
        if length < self.min_length {
            return Err(PasswordError::TooShort(self.min_length));
        }
        if length > MAX_LENGTH {
            return Err(PasswordError::TooLong(MAX_LENGTH));
        }
        let lower = password.to_lowercase();
        if is_common(&lower) {
            return Err(PasswordError::Common);
        }
        if identities.iter().any(|identity| is_made_of(&lower, &identity.to_lowercase())) {
            return Err(PasswordError::Identity);
        }
        Ok(())
    }
}

/// The form that is hashed: NFC, so that one text typed on two systems is one password.
///
/// Borrowed when the text is NFC already; then there is no second form to try.
pub fn canonical(password: &str) -> Cow<'_, str> {
    if is_nfc(password) { Cow::Borrowed(password) } else { Cow::Owned(password.nfc().collect()) }
}

/// Binary search over the lines of the embedded list.
fn is_common(lower: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let (Some(head), Some(tail)) = (COMMON.as_bytes().get(..middle), COMMON.as_bytes().get(middle..)) else {
            return false;
        };
        let start = head.iter().rposition(|&c| c == b'\n').map_or(0, |n| n + 1);
        let end = tail.iter().position(|&c| c == b'\n').map_or(COMMON.len(), |n| middle + n);
        let line = COMMON.as_bytes().get(start..end).unwrap_or_default();
        match line.cmp(lower.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// Is the password the identity, or the identity (or its local part) over and over?
fn is_made_of(lower: &str, identity: &str) -> bool {
    let local = identity.split_once('@').map_or(identity, |(local, _)| local);
    [identity, local]
        .into_iter()
        .filter(|word| !word.is_empty())
        .any(|word| lower.len().is_multiple_of(word.len()) && lower == word.repeat(lower.len() / word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: PasswordPolicy = PasswordPolicy { min_length: 8 };

    #[test]
    fn s003_length_is_counted_in_code_points() {
        let of = |n: usize, c: &str| c.repeat(n);
        for (password, expected) in [
            (of(7, "ü"), Err(PasswordError::TooShort(8))),
            (of(7, "🔑"), Err(PasswordError::TooShort(8))),
            (of(8, "ü"), Ok(())),
            (of(8, "🔑"), Ok(())),
            (of(64, "🔑"), Ok(())),
            (of(128, "🔑"), Ok(())),
            (of(129, "x"), Err(PasswordError::TooLong(128))),
            (of(1_000_000, "x"), Err(PasswordError::TooLong(128))),
            ("        ".to_owned(), Ok(())),
        ] {
            assert_eq!(POLICY.check_new(&password, &[]), expected, "{} bytes", password.len());
        }
        assert_eq!(PasswordPolicy { min_length: 15 }.check_new(&of(14, "x"), &[]), Err(PasswordError::TooShort(15)));
    }

    #[test]
    fn s006_well_known_passwords_and_own_names_are_refused() {
        assert!(COMMON.lines().count() >= 3000);
        assert!(COMMON.lines().all(|line| line.chars().count() >= 8 && line == line.to_lowercase()));
        assert!(COMMON.lines().zip(COMMON.lines().skip(1)).all(|(a, b)| a < b), "sorted, no line twice");
        for common in ["password123", "PASSWORD123", "12345678", "iloveyou"] {
            assert_eq!(POLICY.check_new(common, &[]), Err(PasswordError::Common), "{common}");
        }
        for line in COMMON.lines() {
            assert!(is_common(line), "{line}");
        }
        let identities = ["dana@example.org", "dana-48213"];
        for own in ["danadana", "DanaDana", "dana@example.org", "dana-48213", "danadanadana"] {
            assert_eq!(POLICY.check_new(own, &identities), Err(PasswordError::Identity), "{own}");
        }
        assert_eq!(POLICY.check_new("abcdwxyzabcdwxyzabcd", &identities), Ok(()));
        assert_eq!(POLICY.check_new("danadance", &identities), Ok(()));
    }

    #[test]
    fn s005_the_same_text_has_one_hashed_form() {
        assert_eq!(canonical("u\u{308}ber"), canonical("über"));
        assert!(matches!(canonical("  pa ss  "), Cow::Borrowed("  pa ss  ")));
    }
}
