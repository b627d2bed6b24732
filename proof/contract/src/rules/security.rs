//! Security schemes: cookies, the one header, and the token of the internal API.

use serde_json::Value;

use super::finding;
use crate::document::{Document, FILE};
use crate::finding::Finding;

/// The header in which the CSRF value is repeated.
const CSRF_HEADER: &str = "X-CSRF-Token";

/// The token with which applications call the internal API.
const INTERNAL: &str = "internal_bearer";

/// What is wrong with security schemes.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    let schemes = document.raw().pointer("/components/securitySchemes").and_then(Value::as_object);
    let mut findings = Vec::new();
    for (name, scheme) in schemes.into_iter().flatten() {
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let is_known = match (text("type"), text("in"), text("scheme")) {
            ("apiKey", "cookie", _) => !text("name").is_empty(),
            ("apiKey", "header", _) => text("name") == CSRF_HEADER,
            ("http", _, "bearer") => is_internal(scheme),
            _ => false,
        };
        if !is_known {
            findings.push(finding(
                format!("{FILE} components.securitySchemes.{name}"),
                "is a scheme that generators do not know",
                format!(
                    "make it a cookie, the header `{CSRF_HEADER}`, or an HTTP bearer scheme with \
                     `x-authara-auth-mode: {INTERNAL}`"
                ),
            ));
        }
    }
    for operation in document.operations.iter().filter(|operation| operation.security.len() > 1) {
        let has_internal = schemes
            .is_some_and(|schemes| operation.security.iter().any(|name| schemes.get(name).is_some_and(is_internal)));
        if has_internal {
            let problem = "combines the internal token with other schemes";
            findings.push(finding(operation.place(), problem, "leave the others out"));
        }
    }
    findings
}

fn is_internal(scheme: &Value) -> bool {
    scheme.get("x-authara-auth-mode").and_then(Value::as_str) == Some(INTERNAL)
}
