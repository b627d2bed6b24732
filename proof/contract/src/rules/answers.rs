//! Answers: statuses and codes say the same, and every body has a schema.

use std::collections::BTreeSet;

use super::finding;
use crate::document::{Document, Operation, Response, reference_name};
use crate::finding::Finding;

/// The schema of every refusal.
const ERROR: &str = "ErrorResponse";

/// Operations whose success has an empty body although 204 would say so.
const EMPTY: [&str; 1] = [
    // Applications that read the answer as JSON whenever there is a body have long been told 200.
    "refreshSession",
];

/// Statuses that ask to try again later.
const LATER: [u16; 2] = [429, 503];

/// What is wrong with answers.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    document.operations.iter().flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Finding> {
    let mut findings = codes(operation);
    if !operation.responses.keys().any(|status| (200..300).contains(status)) {
        findings.push(finding(operation.place(), "never succeeds", "add the answer of a success"));
    }
    for (status, response) in &operation.responses {
        let place = operation.place_of(*status);
        let is_empty = response.content.is_empty();
        match *status {
            400.. => findings.extend(refusal(&place, *status, response)),
            300.. => {
                let problem = "redirects, which clients of an API follow without being asked";
                findings.push(finding(place, problem, "answer with a success or a refusal"));
            }
            204 if !is_empty => {
                findings.push(finding(place, "has a body, which 204 cannot have", "take `content` out"));
            }
            200..=203 | 205..=299 if is_empty && !EMPTY.contains(&operation.id.as_str()) => {
                let remedy = "add `content` with a schema, or make it a 204";
                findings.push(finding(place, "has no schema for its body", remedy));
            }
            _ => {}
        }
    }
    findings
}

/// The statuses with codes are the refusals, and the other way round.
fn codes(operation: &Operation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let annotated: BTreeSet<u16> = operation.error_codes.keys().copied().collect();
    let answered: BTreeSet<u16> = operation.refusals().map(|(status, _)| status).collect();
    for status in annotated.difference(&answered) {
        let problem = "has error codes but no answer";
        let remedy = "add it to `responses`, or take it out of `x-authara-error-codes`";
        findings.push(finding(operation.place_of(*status), problem, remedy));
    }
    for status in answered.difference(&annotated) {
        let problem = "is a refusal without error codes";
        let remedy = "add it to `x-authara-error-codes`, or take it out of `responses`";
        findings.push(finding(operation.place_of(*status), problem, remedy));
    }
    findings
}

fn refusal(place: &str, status: u16, response: &Response) -> Vec<Finding> {
    let mut findings = Vec::new();
    let json = response.content.get("application/json");
    if json.and_then(reference_name) != Some(ERROR) || response.content.len() != 1 {
        let problem = "is a refusal without the one body of refusals";
        let remedy = format!("give it `application/json` with the schema `{ERROR}`");
        findings.push(finding(place, problem, remedy));
    }
    if LATER.contains(&status) && !response.headers.get("Retry-After").is_some_and(|header| header.required) {
        let problem = "asks to try again and does not say when";
        findings.push(finding(place, problem, "add the required header `Retry-After`"));
    }
    findings
}
