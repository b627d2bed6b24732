//! Error codes: the server can send those that the document lists, and no others.

use std::collections::BTreeSet;

use authara_core::wire::ErrorCode;
use serde_json::Value;

use crate::document::{Document, FILE};
use crate::finding::Finding;

/// The list of all codes in the document.
const LIST: &str = "/components/schemas/APIError/properties/code/enum";

/// Where the list is, as a finding names it.
const PLACE: &str = "contract/openapi.yaml components.schemas.APIError.properties.code";

/// Every code that the server can send.
pub fn sent() -> Vec<String> {
    ErrorCode::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}

/// Where the document's list, its operations and the server's own list differ.
pub fn check(document: &Document, sent: &[String]) -> Vec<Finding> {
    let listed = document.raw().pointer(LIST).and_then(Value::as_array);
    let Some(listed) = listed else {
        let remedy = format!("list all codes in its `enum` in {FILE}");
        return vec![Finding::new(PLACE, "does not list the error codes", remedy)];
    };
    let listed: BTreeSet<&str> = listed.iter().filter_map(Value::as_str).collect();
    let sent: BTreeSet<&str> = sent.iter().map(String::as_str).collect();
    let mut findings = Vec::new();
    for code in sent.difference(&listed) {
        let problem = format!("does not list `{code}`, which the server can send");
        findings.push(Finding::new(PLACE, problem, format!("add it to the `enum` in {FILE}")));
    }
    for code in listed.difference(&sent) {
        let problem = format!("lists `{code}`, which the server cannot send");
        let remedy = format!("take it out of {FILE}, or add it to ErrorCode in crates/core/src/wire/error.rs");
        findings.push(Finding::new(PLACE, problem, remedy));
    }
    let mut used = BTreeSet::new();
    for operation in &document.operations {
        for (status, codes) in &operation.error_codes {
            for code in codes {
                used.insert(code.as_str());
                if !listed.contains(code.as_str()) {
                    let problem = format!("has the error code `{code}`, which is not listed");
                    let remedy = format!("mend it, or add it to the `enum` of `APIError.code` in {FILE}");
                    findings.push(Finding::new(operation.place_of(*status), problem, remedy));
                }
            }
        }
    }
    for code in listed.difference(&used) {
        let problem = format!("lists `{code}`, which no operation answers with");
        let remedy = format!("name it in `x-authara-error-codes` of an operation in {FILE}, or take it out");
        findings.push(Finding::new(PLACE, problem, remedy));
    }
    findings
}
