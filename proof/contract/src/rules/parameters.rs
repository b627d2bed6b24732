//! Parameters: plain values in the path and in the query.

use serde_json::Value;

use super::finding;
use crate::document::{Document, Operation, Parameter};
use crate::finding::Finding;

/// What is wrong with parameters.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    document.operations.iter().flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Finding> {
    let place = operation.place();
    let mut findings: Vec<Finding> = operation.parameters.iter().flat_map(|one| faults(operation, one)).collect();
    for name in templates(&operation.path) {
        let declared = operation.parameters.iter().any(|one| one.location == "path" && one.name == name);
        if !declared {
            let problem = format!("has `{{{name}}}` in its path and no such parameter");
            findings.push(finding(&place, problem, "declare it with `in: path`"));
        }
    }
    findings
}

fn faults(operation: &Operation, parameter: &Parameter) -> Vec<Finding> {
    let place = operation.place();
    let name = parameter.name.as_str();
    let mut findings = Vec::new();
    match parameter.location.as_str() {
        "path" if !templates(&operation.path).any(|template| template == name) => {
            let problem = format!("declares the path parameter `{name}`, which its path does not have");
            findings.push(finding(&place, problem, format!("write `{{{name}}}` into the path")));
        }
        "path" if !parameter.required => {
            let problem = format!("has the optional path parameter `{name}`");
            findings.push(finding(&place, problem, "write `required: true`"));
        }
        "path" | "query" => {}
        location => {
            let problem = format!("has the parameter `{name}` in a {location}, where generators do not send any");
            findings.push(finding(&place, problem, "move it to the query or the path"));
        }
    }
    let kind = parameter.schema.get("type").and_then(Value::as_str);
    if !kind.is_some_and(|kind| ["string", "integer", "number", "boolean"].contains(&kind)) {
        let problem = format!("has the parameter `{name}`, which is no single value");
        findings.push(finding(&place, problem, "give its schema one of the types string, integer, number, boolean"));
    }
    // Generators rely on the default of this one.
    if name == "audience" && parameter.schema.get("default").and_then(Value::as_str) != Some("app") {
        let problem = "has the parameter `audience` without the default `app`";
        findings.push(finding(&place, problem, "add `default: app` to its schema"));
    }
    findings
}

/// The names in braces in a path.
fn templates(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
