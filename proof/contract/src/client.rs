//! SDK: it has a method for each operation, which calls it as the contract says.

use authara_client::contract::KnownOperation;

use crate::document::{Document, Operation};
use crate::finding::Finding;
use crate::served::shape;

/// The prefix below which the SDK keeps its paths.
const PREFIX: &str = "/auth";

/// Where the SDK's operations are.
const TABLE: &str = "crates/sdk/src/client/operation.rs";

/// The schemes whose cookies the SDK has to forward, by its own names for these.
const COOKIES: [(&str, &str); 3] = [("accessCookie", "access"), ("refreshCookie", "refresh"), ("csrfCookie", "csrf")];

/// Everything that the SDK has a method for.
pub fn known() -> Vec<KnownOperation> {
    authara_client::contract::operations().collect()
}

/// Where the SDK and the document differ.
pub fn check(document: &Document, known: &[KnownOperation]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in &document.operations {
        match known.iter().find(|known| known.id == operation.id) {
            Some(known) => findings.extend(differences(operation, known)),
            None => findings.push(Finding::new(
                operation.place(),
                format!("has no method in the SDK (`{}`)", operation.id),
                format!("add it to {TABLE}, write its method, and list both in crates/sdk/src/client/contract.rs"),
            )),
        }
    }
    for known in known.iter().filter(|known| document.operation(known.id).is_none()) {
        findings.push(Finding::new(
            format!("{TABLE} {}", known.id),
            "is an operation of the SDK that the contract does not have",
            "mend its id, or take it and its method out",
        ));
    }
    findings
}

fn differences(operation: &Operation, known: &KnownOperation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut compare = |what: &str, promised: String, built: String| {
        if promised != built {
            findings.push(Finding::new(
                operation.place(),
                format!("has {what} {promised} in the contract and {built} in the SDK (`{}`)", operation.id),
                format!("mend it in {TABLE}"),
            ));
        }
    };
    let yes_no = |yes: bool| String::from(if yes { "yes" } else { "no" });
    let audience = operation.parameters.iter().any(|one| one.location == "query" && one.name == "audience");
    compare("the method", operation.method.clone(), known.method.clone());
    compare("the path", shape(&operation.path), shape(&format!("{PREFIX}{}", known.path)));
    compare("CSRF pair:", yes_no(operation.csrf), yes_no(known.csrf));
    compare("bearer token:", yes_no(operation.bearer), yes_no(known.bearer));
    compare("audience:", yes_no(audience), yes_no(known.audience));
    for (scheme, cookie) in COOKIES {
        // More may be sent: a sign-in ends the session that it replaces.
        if operation.security.iter().any(|asked| asked == scheme) && !known.cookies.contains(&cookie) {
            let problem = format!("asks for `{scheme}`, which the SDK does not send (`{}`)", operation.id);
            findings.push(Finding::new(operation.place(), problem, format!("add the cookie in {TABLE}")));
        }
    }
    findings
}
