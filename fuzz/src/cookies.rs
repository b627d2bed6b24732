//! Target 6: the reader of `Cookie` headers, duplicates included.

use std::collections::BTreeSet;

use authara_core::cookies::CookieValue;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "cookies",
    cookies,
    &[
        NAME,
        "authara_csrf=",
        "authara_csrf=a",
        "authara_csrf=b",
        "authara_csrf=\"a\"",
        "__Host-authara_csrf=a",
        "Authara_csrf=a",
        "=",
        ";",
        "; ",
        ",",
        "\"",
        "\t",
        " ",
        "\n",
        "$Version=1",
        "%61",
    ],
);

const NAME: &str = "authara_csrf";

/// A cookie is one value exactly when all its non-empty occurrences agree. The order of headers and
/// of pairs decides nothing, and neither do other cookies.
///
/// Each line of the input is one header.
pub fn cookies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let headers: Vec<&str> = text.split('\n').collect();
    let found = CookieValue::find(headers.iter().copied(), NAME);

    let distinct: BTreeSet<&str> = headers.iter().flat_map(|header| header.split(';')).filter_map(value_of).collect();
    let mut values = distinct.iter();
    let expected = match (values.next(), values.next()) {
        (None, _) => CookieValue::Absent,
        (Some(value), None) => CookieValue::One(value),
        (Some(_), Some(_)) => CookieValue::Conflict,
    };
    assert_eq!(found, expected, "{text:?}");
    assert_eq!(found.one().is_some(), distinct.len() == 1, "{text:?}");

    let reversed: Vec<String> =
        headers.iter().rev().map(|header| header.split(';').rev().collect::<Vec<_>>().join(";")).collect();
    assert_eq!(CookieValue::find(reversed.iter().map(String::as_str), NAME), found, "the other way round: {text:?}");
    let others = ["theme=dark; authara_access=x", "xauthara_csrf=y; authara_csrfx=z"];
    assert_eq!(CookieValue::find(headers.iter().copied().chain(others), NAME), found, "beside others: {text:?}");
}

/// The value in this pair, if it is about our cookie and not empty.
fn value_of(pair: &str) -> Option<&str> {
    let blank = [' ', '\t'];
    let (name, value) = pair.split_once('=')?;
    let value = value.trim_matches(blank);
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = inner.unwrap_or(value);
    (name.trim_matches(blank) == NAME && !value.is_empty()).then_some(value)
}
