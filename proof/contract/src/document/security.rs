//! What an operation asks callers to present.

use serde_json::Value;

use super::FILE;
use crate::finding::Finding;

/// The names of the schemes of the one alternative. `security: []` asks for nothing.
pub(super) fn read(place: &str, facts: &Value, raw: &Value, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut report = |problem: String, remedy: &str| {
        findings.push(Finding::new(place, problem, format!("{remedy} in {FILE}")));
    };
    let Some(alternatives) = facts.get("security").and_then(Value::as_array) else {
        report("does not list its `security`".to_owned(), "write `security: []` for none, or one alternative");
        return Vec::new();
    };
    if alternatives.len() > 1 {
        report(
            "has more than one alternative of `security`, which generators cannot tell apart".to_owned(),
            "keep one; a bearer token in place of cookies is said by `x-authara-bearer: accepted`",
        );
    }
    let schemes = alternatives.first().and_then(Value::as_object);
    let names: Vec<String> = schemes.into_iter().flatten().map(|(name, _)| name.clone()).collect();
    for name in &names {
        let known = raw.pointer("/components/securitySchemes").and_then(|schemes| schemes.get(name));
        if known.is_none() {
            report(
                format!("asks for the security scheme `{name}`, which does not exist"),
                "mend the name, or add the scheme below `components.securitySchemes`",
            );
        }
    }
    names
}
