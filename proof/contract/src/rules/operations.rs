//! Operations: their names and their annotations, which have to agree with each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::finding;
use crate::document::{Access, Document, Operation};
use crate::finding::Finding;

/// The configurations in which an operation may exist, other than every one.
const AVAILABILITIES: [&str; 4] =
    ["challenges-disabled", "challenges-enabled", "google-enabled", "public-organization-management-enabled"];

/// What is wrong with operations.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    let cookies = cookies(document);
    let mut seen = BTreeSet::new();
    for operation in &document.operations {
        let place = operation.place();
        if !seen.insert(operation.id.as_str()) {
            let problem = format!("has the operation id `{}`, which another one has", operation.id);
            findings.push(finding(&place, problem, "rename the newer one"));
        }
        if !is_name(&operation.id) {
            let problem = format!("has the operation id `{}`, which is no name of a function", operation.id);
            findings.push(finding(&place, problem, "use letters and digits, beginning with a small letter,"));
        }
        findings.extend(rights(operation).into_iter().chain(availability(operation)));
        for (annotation, names) in
            [("x-authara-set-cookies", &operation.set_cookies), ("x-authara-clear-cookies", &operation.clear_cookies)]
        {
            for name in names.iter().filter(|name| !cookies.contains(name.as_str())) {
                let problem =
                    format!("names the cookie `{name}` in `{annotation}`, which no security scheme describes");
                findings.push(finding(&place, problem, "mend the name, or add the scheme"));
            }
        }
    }
    findings
}

/// The names of all cookies.
fn cookies(document: &Document) -> BTreeSet<String> {
    let schemes = document.raw().pointer("/components/securitySchemes").and_then(Value::as_object);
    let cookies = schemes.into_iter().flatten().map(|(_, scheme)| scheme);
    let cookies = cookies.filter(|scheme| scheme.get("in").is_some_and(|place| place == "cookie"));
    cookies.filter_map(|scheme| scheme.get("name")?.as_str().map(str::to_owned)).collect()
}

fn is_name(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Who may call it, and with what in hand: three statements that are made separately.
fn rights(operation: &Operation) -> Vec<Finding> {
    let place = operation.place();
    let asks = |scheme: &str| operation.security.iter().any(|name| name == scheme);
    let mut findings = Vec::new();
    let mut unless = |holds: bool, problem: &str, remedy: &str| {
        if !holds {
            findings.push(finding(&place, problem, remedy));
        }
    };
    unless(
        asks("csrfCookie") == asks("csrfHeader"),
        "asks for one half of the CSRF pair",
        "list both `csrfCookie` and `csrfHeader`, or neither,",
    );
    unless(
        operation.csrf == asks("csrfHeader"),
        "does not say the same by `x-authara-csrf` and `security`",
        "write `x-authara-csrf: required` together with `csrfCookie` and `csrfHeader`, or none of them,",
    );
    unless(
        !operation.csrf || operation.method != "GET",
        "asks for the CSRF pair although it changes nothing",
        "take `x-authara-csrf` and the two schemes out",
    );
    let by_cookie = asks("accessCookie") || asks("refreshCookie");
    unless(
        operation.csrf || operation.method == "GET" || !by_cookie,
        "changes something on the strength of cookies without the CSRF pair",
        "add `x-authara-csrf: required`, `csrfCookie` and `csrfHeader`",
    );
    unless(
        operation.access == Access::Public || asks("accessCookie"),
        "is for users but asks for no access cookie",
        "add `accessCookie` to its `security`, or say `x-authara-access: public`",
    );
    unless(
        !operation.bearer || asks("accessCookie"),
        "accepts a bearer token in place of a cookie that it does not ask for",
        "add `accessCookie` to its `security`, or take `x-authara-bearer` out",
    );
    for (asked, status, code) in
        [(operation.access == Access::User, 401, "unauthorized"), (operation.csrf, 403, "forbidden")]
    {
        let refuses = operation.error_codes.get(&status).is_some_and(|codes| codes.iter().any(|known| known == code));
        unless(
            !asked || refuses,
            &format!("does not say that it answers {status} `{code}` to callers without the right"),
            &format!("list {status} with `{code}` in `x-authara-error-codes` and in `responses`"),
        );
    }
    findings
}

fn availability(operation: &Operation) -> Vec<Finding> {
    let Some(availability) = operation.availability.as_deref() else {
        return Vec::new();
    };
    let place = operation.place();
    let mut findings = Vec::new();
    if !AVAILABILITIES.contains(&availability) {
        let problem = format!("is available with `{availability}`, which is no configuration that is known");
        let remedy = format!(
            "use one of {} (a new one is added to AVAILABILITIES in proof/contract/src/rules/operations.rs)",
            AVAILABILITIES.join(", ")
        );
        findings.push(finding(&place, problem, remedy));
    }
    if !operation.error_codes.get(&404).is_some_and(|codes| codes.iter().any(|code| code == "not_found")) {
        let problem = "is not always available but never answers 404 `not_found`";
        findings.push(finding(&place, problem, "list 404 with `not_found`"));
    }
    findings
}
