//! Was everything that the document lists brought about? What nobody has seen is not proved.

use super::exchange::Exchange;
use super::wire::{Answer, SetCookie};
use crate::document::{Document, FILE, Operation};
use crate::finding::Finding;

const TEACH: &str = "or teach proof/contract/src/live/provocations.rs how to bring it about";

/// An answer that is listed and that no server gives yet.
pub struct Excused {
    operation: &'static str,
    status: u16,
    code: &'static str,
}

/// Each with the reason.
pub const EXCUSED: &[Excused] = &[
    // The document describes servers that verify addresses first, which cannot be configured yet.
    Excused { operation: "signupDirect", status: 404, code: "not_found" },
];

/// Everything that is listed and was not seen, and everything that was excused for nothing.
pub fn check(document: &Document, excused: &[Excused], exchanges: &[Exchange]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in &document.operations {
        let own: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.operation == operation.id).collect();
        findings.extend(unseen_answers(operation, excused, &own));
        findings.extend(unseen_cookies(operation, &own));
    }
    findings
}

/// Every pair of status and code that the document lists; a success has no code.
fn pairs(operation: &Operation) -> Vec<(u16, Option<&str>)> {
    let mut pairs = Vec::new();
    for status in operation.responses.keys() {
        match operation.error_codes.get(status) {
            Some(codes) => pairs.extend(codes.iter().map(|code| (*status, Some(code.as_str())))),
            None => pairs.push((*status, None)),
        }
    }
    pairs
}

fn unseen_answers(operation: &Operation, excused: &[Excused], own: &[&Exchange]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (status, code) in pairs(operation) {
        let is_seen = own.iter().any(|exchange| exchange.ended_with(status, code));
        let is_excused =
            excused.iter().any(|one| one.operation == operation.id && one.status == status && code == Some(one.code));
        if is_seen == is_excused {
            let name = code.map_or_else(|| "the answer".to_owned(), |code| format!("`{code}`"));
            let (problem, remedy) = if is_seen {
                ("is excused and was brought about", format!("take it out of EXCUSED in {}", file!()))
            } else {
                ("is listed and nothing brought it about", format!("take it out of {FILE}, {TEACH}"))
            };
            findings.push(Finding::new(operation.place_of(status), format!("{name} {problem}"), remedy));
        }
    }
    findings
}

fn unseen_cookies(operation: &Operation, own: &[&Exchange]) -> Vec<Finding> {
    let answers = || own.iter().filter_map(|exchange| exchange.answer.as_ref().ok());
    let touches = |answer: &Answer, name: &str, deletes: bool| {
        answer.cookies().iter().any(|SetCookie { name: other, is_deletion }| other == name && *is_deletion == deletes)
    };
    let mut unseen = Vec::new();
    for name in &operation.set_cookies {
        if !answers().any(|answer| answer.is_success() && touches(answer, name, false)) {
            unseen.push(("x-authara-set-cookies", name, "no success set it"));
        }
    }
    for name in &operation.clear_cookies {
        if !answers().any(|answer| touches(answer, name, true)) {
            unseen.push(("x-authara-clear-cookies", name, "no answer deleted it"));
        }
    }
    let finding = |(annotation, name, what): (&str, &String, &str)| {
        let problem = format!("lists the cookie {name} in `{annotation}`, and {what}");
        Finding::new(operation.place(), problem, format!("take it out of the annotation in {FILE}, {TEACH}"))
    };
    unseen.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::document;
    use super::*;

    /// The document with this operation alone.
    fn only(id: &str) -> Document {
        let mut document = document();
        document.operations.retain(|operation| operation.id == id);
        document
    }

    fn exchange(operation: &str, status: u16, code: Option<&str>, cookies: &[&str]) -> Exchange {
        let headers = cookies.iter().map(|line| ("set-cookie".to_owned(), (*line).to_owned())).collect();
        let body = code.map(|code| format!(r#"{{"error":{{"code":"{code}","message":"No."}}}}"#)).unwrap_or_default();
        let answer = Ok(Answer { status, headers, body: body.into_bytes() });
        Exchange { operation: operation.to_owned(), what: "in a test".to_owned(), answer }
    }

    fn places(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.place.as_str()).collect()
    }

    #[test]
    fn what_nobody_has_seen_is_found() {
        let document = only("getReadiness");
        let found = |exchanges: Vec<Exchange>| check(&document, &[], &exchanges);
        let well = || exchange("getReadiness", 200, None, &[]);
        let ill = |operation: &str, code: &str| exchange(operation, 503, Some(code), &[]);
        let alone = found(vec![well()]);
        assert_eq!(places(&alone), ["GET /auth/ready 503"]);
        assert!(alone.iter().all(|finding| finding.problem.starts_with("`service_unavailable` ")), "{alone:?}");
        let other_code = found(vec![well(), ill("getReadiness", "rate_limited")]);
        assert_eq!(places(&other_code), ["GET /auth/ready 503"]);
        let elsewhere = found(vec![well(), ill("getVersion", "service_unavailable")]);
        assert_eq!(places(&elsewhere), ["GET /auth/ready 503"]);
        assert_eq!(found(vec![well(), ill("getReadiness", "service_unavailable")]), vec![]);
        assert_eq!(places(&found(vec![ill("getReadiness", "service_unavailable")])), ["GET /auth/ready 200"]);
    }

    #[test]
    fn an_excuse_holds_until_the_answer_is_seen() {
        let document = only("getReadiness");
        let excused = [Excused { operation: "getReadiness", status: 503, code: "service_unavailable" }];
        let mut exchanges = vec![exchange("getReadiness", 200, None, &[])];
        assert_eq!(check(&document, &excused, &exchanges), vec![]);
        exchanges.push(exchange("getReadiness", 503, Some("service_unavailable"), &[]));
        let found = check(&document, &excused, &exchanges);
        assert!(matches!(found.as_slice(), [finding] if finding.remedy.contains("EXCUSED")), "{found:?}");
    }

    #[test]
    fn a_cookie_that_nobody_set_or_deleted_is_found() {
        let mut document = only("logout");
        for operation in &mut document.operations {
            operation.responses.retain(|status, _| *status == 204);
        }
        let told = |lines: &[&str]| -> Vec<String> {
            let found = check(&document, &[], &[exchange("logout", 204, None, lines)]);
            found.into_iter().map(|finding| finding.problem).collect()
        };
        let clear = ["authara_access=; Max-Age=0", "authara_refresh=; Max-Age=0"];
        let nothing: Vec<String> = Vec::new();
        assert_eq!(told(&[clear[0], clear[1], "authara_csrf=x"]), nothing);
        let found = told(&[clear[0], clear[1]]);
        assert!(matches!(found.as_slice(), [problem] if problem.contains("authara_csrf")), "{found:?}");
        let found = told(&[clear[0], "authara_refresh=x; Max-Age=600", "authara_csrf=x"]);
        assert!(matches!(found.as_slice(), [problem] if problem.contains("authara_refresh")), "{found:?}");
    }
}
