//! Components: nothing is described that no operation uses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::finding;
use crate::document::{Document, FILE, visit};
use crate::finding::Finding;

/// The sections whose entries are referred to.
const SECTIONS: [&str; 4] = ["schemas", "parameters", "headers", "responses"];

/// What is described and not used.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    let raw = document.raw();
    let reached = reached(raw);
    let mut unused = Vec::new();
    for section in SECTIONS {
        for name in names(raw, section) {
            if !reached.contains(format!("#/components/{section}/{name}").as_str()) {
                unused.push(format!("{FILE} components.{section}.{name}"));
            }
        }
    }
    for name in names(raw, "securitySchemes") {
        if !document.operations.iter().any(|operation| operation.security.contains(name)) {
            unused.push(format!("{FILE} components.securitySchemes.{name}"));
        }
    }
    unused.into_iter().map(|place| finding(place, "is used by no operation", "use it, or take it out")).collect()
}

fn names<'a>(raw: &'a Value, section: &str) -> impl Iterator<Item = &'a String> {
    let components = raw.get("components").and_then(|components| components.get(section));
    components.and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys)
}

/// Every reference that can be followed from an operation.
fn reached(raw: &Value) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Value> = raw.get("paths").into_iter().collect();
    while let Some(part) = open.pop() {
        visit(part, &mut |_, value| {
            let reference = value.get("$ref").and_then(Value::as_str);
            if let Some(reference) = reference.filter(|reference| reached.insert(*reference)) {
                open.extend(reference.strip_prefix('#').and_then(|pointer| raw.pointer(pointer)));
            }
        });
    }
    reached
}
