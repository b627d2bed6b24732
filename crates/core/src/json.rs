//! Strict JSON (RFC 8259): what two readers could understand differently is refused.
//!
//! Duplicate members, trailing bytes, a byte-order mark, NUL in text and deep nesting never get
//! further than this module. Used for request bodies and for the parts of a token.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is not acceptable JSON. Says where the trouble is, never what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, not UTF-8, a number out of range, or bytes after the value.
    Syntax,
    /// One object names a member twice (RFC 8259 section 4 leaves the meaning open).
    DuplicateMember,
    /// Nested deeper than allowed.
    TooDeep,
    /// A NUL character in text, which the databases cannot store.
    Nul,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not valid JSON",
            Self::DuplicateMember => "a member occurs twice",
            Self::TooDeep => "nested too deeply",
            Self::Nul => "text contains a NUL character",
        })
    }
}

impl std::error::Error for JsonError {}

/// Nesting that request bodies and tokens may use.
pub const MAX_DEPTH: usize = 32;

/// Reads one JSON value that fills the whole input.
///
/// # Errors
///
/// [`JsonError`] names the first rule that the input breaks.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Value, JsonError> {
    let fault = Cell::new(JsonError::Syntax);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth_left: max_depth, fault: &fault }.deserialize(&mut reader).map_err(|_| fault.get())?;
    reader.end().map_err(|_| JsonError::Syntax)?;
    Ok(value)
}

/// Reads one JSON object that fills the whole input.
///
/// # Errors
///
/// As [`parse`]; a value that is not an object is [`JsonError::Syntax`].
pub fn parse_object(bytes: &[u8], max_depth: usize) -> Result<Map<String, Value>, JsonError> {
    match parse(bytes, max_depth)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError::Syntax),
    }
}

#[derive(Clone, Copy)]
struct Node<'f> {
    depth_left: usize,
    fault: &'f Cell<JsonError>,
}

impl Node<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| self.refuse(JsonError::TooDeep))?;
        Ok(Self { depth_left, ..self })
    }

    fn refuse<E: serde::de::Error>(self, fault: JsonError) -> E {
        self.fault.set(fault);
        E::custom("refused")
    }

    fn text<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') { Err(self.refuse(JsonError::Nul)) } else { Ok(text) }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.to_owned()).map(Value::String)
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.text(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let name = self.text(name)?;
            let value = members.next_value_seed(inner)?;
            if map.insert(name, value).is_some() {
                return Err(self.refuse(JsonError::DuplicateMember));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s151_what_two_readers_could_understand_differently_is_refused() {
        for (text, verdict) in [
            (r#"{"a":1}"#, Ok(())),
            (" {\"a\":[1,2.5,-3,true,null,\"x\"]}\n", Ok(())),
            (r#"{"a":1,"a":1}"#, Err(JsonError::DuplicateMember)),
            (r#"{"b":{"a":1,"a":2}}"#, Err(JsonError::DuplicateMember)),
            (r#"{"a":1} trailing"#, Err(JsonError::Syntax)),
            (r#"{"a":1}{"#, Err(JsonError::Syntax)),
            ("\u{feff}{}", Err(JsonError::Syntax)),
            ("", Err(JsonError::Syntax)),
            ("{", Err(JsonError::Syntax)),
            ("{'a':1}", Err(JsonError::Syntax)),
            (r#"{"a":1e999}"#, Err(JsonError::Syntax)),
            (r#"{"a":"\ud800"}"#, Err(JsonError::Syntax)),
            (r#"{"a":"x\u0000y"}"#, Err(JsonError::Nul)),
            (r#"{"a\u0000":1}"#, Err(JsonError::Nul)),
        ] {
            assert_eq!(parse(text.as_bytes(), MAX_DEPTH).map(|_| ()), verdict, "{text}");
        }
        assert_eq!(parse(b"{\"a\":\"\xff\"}", MAX_DEPTH), Err(JsonError::Syntax));
    }

    #[test]
    fn s151_nesting_is_bounded() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(nested(32).as_bytes(), 32).is_ok());
        assert_eq!(parse(nested(33).as_bytes(), 32), Err(JsonError::TooDeep));
        assert!(parse(nested(100_000).as_bytes(), 32).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let _ = parse(&bytes, MAX_DEPTH);
        }
    }
}
