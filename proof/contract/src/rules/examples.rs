//! Examples and defaults: what the document shows has to be what it promises.

use serde_json::Value;

use super::{finding, schemas};
use crate::document::{Document, place, visit};
use crate::finding::Finding;

/// What is wrong with examples and defaults.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    for found in schemas::all(document) {
        for key in ["example", "default"] {
            if let Some(value) = found.schema.get(key) {
                findings.extend(faults(document, &found.place, key, found.schema, value));
            }
        }
    }
    // Those beside a schema instead of within: of parameters, headers and bodies.
    visit(document.raw(), &mut |trail, owner| {
        if let (Some(schema), Some(example)) = (owner.get("schema"), owner.get("example"))
            && trail.last() != Some(&"properties")
        {
            findings.extend(faults(document, &place(trail), "example", schema, example));
        }
    });
    findings
}

fn faults(document: &Document, place: &str, key: &str, schema: &Value, value: &Value) -> Option<Finding> {
    let objections = document.validate(schema, value);
    let problem = || format!("has the {key} {value}, which does not conform: {}", objections.join("; "));
    (!objections.is_empty()).then(|| finding(place, problem(), format!("mend the {key} or the schema")))
}
