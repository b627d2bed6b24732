//! Schemas: one type each, no composition, and whatever has members is named and closed.

use serde_json::{Map, Value};

use super::finding;
use crate::document::{Document, is_reference, place, visit};
use crate::finding::Finding;

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Keywords that leave open what a value is; generators give up on them.
const COMPOSITION: [&str; 6] = ["oneOf", "anyOf", "allOf", "not", "nullable", "discriminator"];

/// The keywords that this document, its checks and its generators understand.
const KEYWORDS: [&str; 21] = [
    "type",
    "description",
    "title",
    "example",
    "deprecated",
    "default",
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "items",
    "minItems",
    "maxItems",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
];

/// A schema and where it is.
pub(super) struct Found<'a> {
    pub(super) place: String,
    pub(super) schema: &'a Value,
    /// Does it stand below `components.schemas`, with a name of its own?
    is_named: bool,
}

/// Every schema of the document, those within others included.
pub(super) fn all(document: &Document) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    visit(document.raw(), &mut |trail, schema| match trail {
        ["components", "schemas", _] => collect(place(trail), schema, true, &mut found),
        // A member that is called `schema` is found within its owner.
        [.., owner, "schema"] if *owner != "properties" => collect(place(trail), schema, false, &mut found),
        _ => {}
    });
    found
}

fn collect<'a>(place: String, schema: &'a Value, is_named: bool, found: &mut Vec<Found<'a>>) {
    for (name, member) in members(schema) {
        collect(format!("{place}.properties.{name}"), member, false, found);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(part) = schema.get(key).filter(|part| part.is_object()) {
            collect(format!("{place}.{key}"), part, false, found);
        }
    }
    found.push(Found { place, schema, is_named });
}

fn members(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// What is wrong with schemas.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    all(document).iter().flat_map(faults).collect()
}

fn faults(found: &Found<'_>) -> Vec<Finding> {
    let place = found.place.as_str();
    let Some(keywords) = found.schema.as_object() else {
        return vec![finding(place, "is no schema", "write an object with a `type`")];
    };
    if is_reference(found.schema) {
        let problem = "has keywords beside `$ref`, which readers of OpenAPI 3.0 pass over";
        let alone = keywords.len() == 1;
        return if alone { Vec::new() } else { vec![finding(place, problem, "move them to what it refers to")] };
    }
    let mut findings = unknown_keywords(place, keywords);
    match keywords.get("type").and_then(Value::as_str) {
        Some("object") => findings.extend(object(found, keywords)),
        Some("array") if !keywords.contains_key("items") => {
            findings.push(finding(place, "is a list of anything", "say with `items` what it is a list of"));
        }
        Some(kind) if TYPES.contains(&kind) => {}
        _ => {
            let remedy = format!("write one `type` of {}", TYPES.join(", "));
            findings.push(finding(place, "has not exactly one type", remedy));
        }
    }
    findings
}

fn unknown_keywords(place: &str, keywords: &Map<String, Value>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for keyword in keywords.keys().map(String::as_str) {
        if COMPOSITION.contains(&keyword) {
            let remedy = "describe one shape; what may be missing is simply not `required`";
            findings.push(finding(place, format!("uses `{keyword}`"), remedy));
        } else if !KEYWORDS.contains(&keyword) && !keyword.starts_with("x-") {
            let problem = format!("uses `{keyword}`, which nobody reads");
            findings.push(finding(place, problem, "mend its name, or take it out"));
        }
    }
    findings
}

/// What is wrong with an object beyond what may be wrong with any schema.
fn object(found: &Found<'_>, keywords: &Map<String, Value>) -> Vec<Finding> {
    let place = found.place.as_str();
    let mut findings = Vec::new();
    let is_closed = keywords.get("additionalProperties") == Some(&Value::Bool(false));
    let is_free = keywords.contains_key("additionalProperties") && !is_closed;
    if members(found.schema).next().is_some() {
        if !is_closed {
            let problem = "is an object with members that is not closed";
            findings.push(finding(place, problem, "add `additionalProperties: false`"));
        }
        if !found.is_named {
            let problem = "is an object with members and without a name";
            findings.push(finding(place, problem, "name it below `components.schemas` and refer to it"));
        }
    } else if is_closed {
        findings.push(finding(place, "is an object that can only be empty", "leave it out, or give it members"));
    } else if !is_free {
        let problem = "is an object about which nothing is said";
        findings.push(finding(place, problem, "write `additionalProperties: true` if it is free-form on purpose"));
    }
    for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !members(found.schema).any(|(member, _)| member == name) {
            let problem = format!("requires `{name}`, which is none of its members");
            findings.push(finding(place, problem, "mend the name, or add the member"));
        }
    }
    findings
}
