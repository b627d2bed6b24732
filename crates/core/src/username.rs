//! User names: validity, equality, and the name that a new account gets.

/// Names that would let somebody pose as the operator (S-127).
const RESERVED: [&str; 6] = ["admin", "root", "authara", "support", "security", "system"];
const MAX_BASE_BYTES: usize = 24;

/// Why a chosen user name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameError {
    /// Not 3 to 30 characters of `[A-Za-z0-9_-]`.
    Malformed,
    /// Kept for the operator.
    Reserved,
}

/// Checks a name that somebody chose.
///
/// # Errors
///
/// [`UsernameError`] says which rule it breaks.
pub fn check_chosen(name: &str) -> Result<(), UsernameError> {
    let is_allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
    if !(3..=30).contains(&name.len()) || !name.bytes().all(is_allowed) {
        return Err(UsernameError::Malformed);
    }
    if RESERVED.contains(&folded(name).as_str()) { Err(UsernameError::Reserved) } else { Ok(()) }
}

/// The form under which a name is unique: `Dana` and `dana` are one name.
pub fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The name of a new account: the plain characters of the local part of its address, at most 24,
/// a dash, and `number`, which the caller draws from 10000 to 99999.
pub fn generated(local_part: &str, number: u32) -> String {
    let base = base(local_part).to_ascii_lowercase();
    format!("{}-{number}", if base.is_empty() { "user" } else { &base })
}

/// Keeps ASCII letters, digits and `_`; a run of anything else becomes one `-`; at most 24 bytes,
/// with no `-` or `_` at either end.
fn base(local_part: &str) -> String {
    let mut kept = String::with_capacity(local_part.len());
    for c in local_part.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            kept.push(c);
        } else if !kept.is_empty() && !kept.ends_with('-') {
            kept.push('-');
        }
    }
    let is_separator = |c| c == '-' || c == '_';
    let stripped = kept.trim_matches(is_separator);
    let cut = stripped.get(..MAX_BASE_BYTES).unwrap_or(stripped);
    cut.trim_matches(is_separator).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h173_a_name_is_made_from_the_local_part() {
        for (local, expected) in [
            ("user_Name-123", "user_Name-123"),
            ("john   doe", "john-doe"),
            ("john -.- doe", "john-doe"),
            ("___john", "john"),
            ("...---___", ""),
            ("älex müller", "lex-m-ller"),
            ("a.b+c", "a-b-c"),
            ("__x__", "x"),
            ("+", ""),
            ("dana--q", "dana-q"),
        ] {
            assert_eq!(base(local), expected, "{local}");
        }
    }

    #[test]
    fn h174_a_long_local_part_is_cut_to_24_and_stripped_again() {
        assert_eq!(base(&"a".repeat(40)), "a".repeat(24));
        assert_eq!(base(&format!("{}.bcd", "a".repeat(23))), "a".repeat(23));
    }

    #[test]
    fn h172_the_number_follows_a_dash() {
        assert_eq!(generated("Dana", 48213), "dana-48213");
        assert_eq!(generated("+", 10000), "user-10000");
        assert_eq!(generated(&"x".repeat(99), 99999).len(), 30);
    }

    #[test]
    fn s127_h176_chosen_names_have_3_to_30_plain_characters() {
        let thirty = "a".repeat(30);
        for good in ["abc", "A-b_9", thirty.as_str()] {
            assert_eq!(check_chosen(good), Ok(()), "{good}");
        }
        let long = "a".repeat(31);
        for bad in ["", "ab", long.as_str(), "a b", "a.b", "äbc", "abc\n"] {
            assert_eq!(check_chosen(bad), Err(UsernameError::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn s127_reserved_names_cannot_be_chosen_in_any_case() {
        for name in ["admin", "Root", "AUTHARA", "support", "Security", "system"] {
            assert_eq!(check_chosen(name), Err(UsernameError::Reserved), "{name}");
        }
        assert_eq!(folded("Alice"), folded("aLICE"));
    }
}
