//! The house rules of `contract/openapi.yaml`, which its first lines state: with them, generators
//! of modest demands can read it, and every check can rely on it.

mod answers;
mod examples;
mod operations;
mod parameters;
mod schemas;
mod security;
mod usage;

use crate::document::{Document, FILE};
use crate::finding::Finding;

/// Everything in the document that is against its house rules.
pub fn check(document: &Document) -> Vec<Finding> {
    let rules: [fn(&Document) -> Vec<Finding>; 7] = [
        schemas::check,
        examples::check,
        operations::check,
        parameters::check,
        security::check,
        answers::check,
        usage::check,
    ];
    rules.iter().flat_map(|rule| rule(document)).collect()
}

/// A finding that is mended in the document.
fn finding(place: impl Into<String>, problem: impl Into<String>, remedy: impl std::fmt::Display) -> Finding {
    Finding::new(place, problem, format!("{remedy} in {FILE}"))
}
