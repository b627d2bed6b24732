//! Target 8, the grammar: the strict reader of JSON that request bodies and tokens go through.

use authara_core::json::{self, MAX_DEPTH};
use serde_json::Value;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "json_text",
    json_text,
    &[
        "{",
        "}",
        "[",
        "]",
        "{}",
        "[]",
        ",",
        ":",
        "\"",
        "\"a\":",
        "\"a\":1",
        "null",
        "true",
        "false",
        "NaN",
        "Infinity",
        "-0",
        "1e999",
        "1E-400",
        "0.1",
        "01",
        "18446744073709551616",
        "\\u0000",
        "\\ud800",
        "\\udc00",
        "\\u0061",
        "\\n",
        "//",
        "/**/",
        "\u{feff}",
        "\u{2028}",
    ],
)
.with(|| {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    vec![nested(MAX_DEPTH), nested(MAX_DEPTH + 1), nested(20_000), "{\"a\":".repeat(20_000).into_bytes()]
});

/// What the strict reader accepts, a lenient one reads as the same value; it is not deep, holds no
/// NUL, and names no member twice.
pub fn json_text(data: &[u8]) {
    let Ok(value) = json::parse(data, MAX_DEPTH) else { return };
    let lenient: Result<Value, _> = serde_json::from_slice(data);
    assert_eq!(lenient.ok().as_ref(), Some(&value), "two readers differ");
    assert!(depth(&value) <= MAX_DEPTH, "{} levels", depth(&value));
    assert!(!has_nul(&value), "NUL in {value}");

    if let Value::Object(members) = &value {
        assert_eq!(json::parse_object(data, MAX_DEPTH).as_ref(), Ok(members));
        // The same object with its first member once more, in front.
        if let (Some(name), Some(start)) = (members.keys().next(), data.iter().position(|byte| *byte == b'{')) {
            let (before, rest) = data.split_at(start);
            let again = format!("{{{}:null,", Value::from(name.as_str()));
            let twice = [before, again.as_bytes(), rest.get(1..).unwrap_or_default()].concat();
            assert_eq!(json::parse(&twice, MAX_DEPTH), Err(json::JsonError::DuplicateMember), "{value}");
        }
    } else {
        assert!(json::parse_object(data, MAX_DEPTH).is_err(), "no object: {value}");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}
