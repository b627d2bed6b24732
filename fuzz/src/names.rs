//! Target 3: user names, chosen and generated. The name of a new organization is the generated user
//! name; there is no other door for organization names yet.

use authara_core::username;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "names",
    names,
    &["-", "_", ".", "+", "admin", "Root", "AUTHARA", "support", "security", "system", "a", "Z", "9", " ", "\u{e4}"],
)
.at_most(200);

/// A chosen name is accepted exactly when it has 3 to 30 plain characters and is not reserved in any
/// case; a generated name is always one that could have been chosen.
pub fn names(data: &[u8]) {
    const RESERVED: [&str; 6] = ["admin", "root", "authara", "support", "security", "system"];
    let text = String::from_utf8_lossy(data);
    let is_plain = |c: char| matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-');
    let is_reserved = RESERVED.iter().any(|reserved| text.eq_ignore_ascii_case(reserved));
    let may_be_chosen = (3..=30).contains(&text.chars().count()) && text.chars().all(is_plain) && !is_reserved;
    assert_eq!(username::check_chosen(&text).is_ok(), may_be_chosen, "{text:?}");

    let folded = username::folded(&text);
    assert_eq!(username::folded(&folded), folded, "folding twice is folding once");
    assert_eq!(username::check_chosen(&folded).is_ok(), may_be_chosen, "case decides nothing: {text:?}");

    // Any number of the five digits that callers draw.
    let number = data.iter().fold(10_000_u32, |number, byte| 10_000 + (number * 31 + u32::from(*byte)) % 90_000);
    let generated = username::generated(&text, number);
    assert_eq!(username::check_chosen(&generated), Ok(()), "{generated:?} of {text:?}");
    assert_eq!(username::folded(&generated), generated, "a generated name is lower case");
}
