//! Values made from schemas: such that conform, and such that do not.

use serde_json::{Map, Value, json};

use crate::document::{Document, reference_name};

/// An id that nothing has.
pub const NOBODYS_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A word that no enumeration has.
const NO_WORD: &str = "none-of-these";

/// The schema itself, where this one stands for a named one.
pub fn resolved<'a>(document: &'a Document, schema: &'a Value) -> &'a Value {
    reference_name(schema).and_then(|name| document.schemas.get(name)).unwrap_or(schema)
}

/// A value that conforms: the schema's own example, or one with what is required and nothing else.
pub fn conforming(document: &Document, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let first_word = schema.get("enum").and_then(|words| words.get(0));
    if let Some(value) = schema.get("example").or(schema.get("default")).or(first_word) {
        return value.clone();
    }
    match text(schema, "type") {
        "object" => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let members = required.filter_map(Value::as_str).filter_map(|name| {
                let member = property(document, schema, name)?;
                Some((name.to_owned(), conforming(document, member)))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        "array" => json!([]),
        "boolean" => json!(true),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ => match text(schema, "format") {
            "uuid" => json!(NOBODYS_ID),
            "email" => json!("somebody@example.org"),
            "date-time" => json!("2026-09-21T14:13:20Z"),
            _ => json!("x".repeat(length(schema, "minLength").unwrap_or(1).max(1))),
        },
    }
}

/// A text for a parameter that its schema does not allow; `None` where every text is allowed.
pub fn unfit_text(document: &Document, schema: &Value) -> Option<&'static str> {
    let schema = resolved(document, schema);
    let is_closed = schema.get("enum").is_some() || schema.get("format").is_some();
    (is_closed || text(schema, "type") != "string").then_some(NO_WORD)
}

/// Values that a member's schema does not allow, each with a word for it.
pub fn unfit_values(document: &Document, schema: &Value) -> Vec<(&'static str, Value)> {
    let schema = resolved(document, schema);
    let mut values = vec![("null", Value::Null)];
    match text(schema, "type") {
        "string" => values.push(("a number", json!(7))),
        "object" => values.push(("a list", json!([]))),
        _ => values.push(("an object", json!({}))),
    }
    if schema.get("enum").is_some() || schema.get("format").is_some() {
        values.push(("an unknown word", json!(NO_WORD)));
    }
    if let Some(least) = length(schema, "minLength").filter(|least| *least > 0) {
        values.push(("too short a text", json!("x".repeat(least - 1))));
    }
    if let Some(most) = length(schema, "maxLength") {
        values.push(("too long a text", json!("x".repeat(most + 1))));
    }
    values
}

/// A member of an object.
pub fn property<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Option<&'a Value> {
    Some(resolved(document, schema.get("properties")?.get(name)?))
}

/// A number of the schema that counts something.
pub fn length(schema: &Value, key: &str) -> Option<usize> {
    schema.get(key)?.as_u64().and_then(|length| usize::try_from(length).ok())
}

fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::document;
    use super::*;

    #[test]
    fn every_named_schema_has_a_conforming_value_even_without_its_examples() {
        let mut document = document();
        for (name, schema) in document.schemas.clone() {
            assert_eq!(document.validate(&schema, &conforming(&document, &schema)), [""; 0], "{name}");
        }
        for schema in document.schemas.values_mut() {
            schema.as_object_mut().unwrap().remove("example");
        }
        // Texts with a pattern are beyond what is made up, and alternatives of members too.
        for name in ["APIError", "AuthUser", "OrganizationSummary", "AccountSession", "SignupRequest"] {
            let schema = &document.schemas[name];
            assert_eq!(document.validate(schema, &conforming(&document, schema)), [""; 0], "{name}");
        }
    }

    #[test]
    fn unfit_values_do_not_conform() {
        let document = document();
        for (name, schema) in &document.schemas {
            for (member, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                for (what, value) in unfit_values(&document, schema) {
                    assert!(!document.validate(schema, &value).is_empty(), "{name}.{member}: {what}");
                }
            }
        }
    }
}
