//! Is an answer one that the document promises? Nothing here asks anybody anything.

use std::collections::BTreeSet;

use serde_json::Value;

use super::exchange::Exchange;
use super::wire::{Answer, SetCookie};
use crate::document::{Document, FILE, Header, Operation, Response};
use crate::finding::Finding;

/// Headers that every answer may carry without being documented: those of the transport, and those
/// that tell browsers and caches what not to do. Cookies have annotations of their own.
const ORDINARY: [&str; 15] = [
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "referrer-policy",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
];

/// Everything that the document does not allow in this answer of the operation, and everything that
/// it promises and that is missing.
pub fn judge(document: &Document, operation: &Operation, exchange: &Exchange) -> Vec<Finding> {
    let answer = match &exchange.answer {
        Ok(answer) => answer,
        Err(why) => {
            let remedy = "mend the server: whatever is asked, it answers";
            return vec![Finding::new(operation.place(), format!("gave no answer: {why}"), remedy)];
        }
    };
    let place = operation.place_of(answer.status);
    let Some(promised) = operation.responses.get(&answer.status) else {
        let problem = "is answered, and the document does not list this status";
        let remedy = format!("mend the server, or add the status to `{}` in {FILE}", operation.id);
        return vec![Finding::new(place, problem, remedy)];
    };
    let mut judge = Judge { document, operation, answer, promised, place, findings: Vec::new() };
    judge.check_code();
    judge.check_body();
    judge.check_headers();
    judge.check_cookies();
    judge.findings
}

/// Judges all exchanges with operations of the document; the same fault of several is told once.
pub fn judge_all(document: &Document, exchanges: &[Exchange]) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for exchange in exchanges {
        let Some(operation) = document.operation(&exchange.operation) else { continue };
        for mut finding in judge(document, operation, exchange) {
            if told.insert((finding.place.clone(), finding.problem.clone())) {
                finding.problem = format!("{} (asked {})", finding.problem, exchange.what);
                findings.push(finding);
            }
        }
    }
    findings
}

struct Judge<'a> {
    document: &'a Document,
    operation: &'a Operation,
    answer: &'a Answer,
    promised: &'a Response,
    place: String,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn report(&mut self, problem: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding::new(&self.place, problem, remedy));
    }

    /// The code is one of the closed set for this status.
    fn check_code(&mut self) {
        let Some(code) = self.answer.code() else { return };
        let known = self.operation.error_codes.get(&self.answer.status);
        if !known.is_some_and(|codes| codes.contains(&code)) {
            self.report(
                format!("has the code `{code}`, which the document does not list for this status"),
                format!("mend the server, or `x-authara-error-codes` of `{}` in {FILE}", self.operation.id),
            );
        }
    }

    /// The body has the documented media type and shape, or there is none.
    fn check_body(&mut self) {
        let answer = self.answer;
        let media_type = answer.media_type();
        if self.promised.content.is_empty() {
            if !answer.body.is_empty() {
                let remedy = format!("send none, or give the answer a `content` in {FILE}");
                self.report(format!("has a body of {} bytes, and none is documented", answer.body.len()), remedy);
            }
            return;
        }
        let Some(schema) = self.promised.content.get(&media_type) else {
            let documented: Vec<&str> = self.promised.content.keys().map(String::as_str).collect();
            self.report(
                format!("is of the media type `{media_type}` instead of `{}`", documented.join("` or `")),
                format!("mend the server, or `content` of the answer in {FILE}"),
            );
            return;
        };
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        let text = String::from_utf8_lossy(&answer.body);
        let body = if is_json { serde_json::from_str(&text) } else { Ok(Value::String(text.into_owned())) };
        let objections = match &body {
            Ok(body) => self.document.validate(schema, body),
            Err(error) => vec![format!("it is no JSON: {error}")],
        };
        for objection in objections {
            let remedy = format!("mend what the server writes, or the schema of the answer in {FILE}");
            self.report(format!("has a body that breaks its schema: {objection}"), remedy);
        }
    }

    /// Every documented header is there once and in shape, and nothing else is said in headers.
    ///
    /// OpenAPI lets a header that is not marked `required` be absent. Here a documented one is a
    /// promise for every answer of its status, because clients that know of it count on it.
    fn check_headers(&mut self) {
        for (name, header) in &self.promised.headers {
            let values: Vec<&str> = self.answer.values(name).collect();
            match values.as_slice() {
                [] => self.report(format!("lacks the header {name}"), "mend the server: a documented header is sent"),
                [value] => self.check_header(name, header, value),
                _ => self.report(format!("has the header {name} more than once"), "mend the server: send it once"),
            }
        }
        for (name, _) in &self.answer.headers {
            let is_promised = self.promised.headers.keys().any(|promised| promised.eq_ignore_ascii_case(name));
            if !is_promised && !ORDINARY.contains(&name.as_str()) {
                self.report(
                    format!("has the header {name}, which is not documented"),
                    format!("send none, or document it in {FILE}; if every answer may have it, name it in {}", file!()),
                );
            }
        }
    }

    fn check_header(&mut self, name: &str, header: &Header, value: &str) {
        let is_integer = header.schema.get("type").is_some_and(|kind| kind == "integer");
        let number = value.parse::<i64>().ok().filter(|_| is_integer);
        let instance = number.map_or_else(|| Value::from(value), Value::from);
        for objection in self.document.validate(&header.schema, &instance) {
            let remedy = format!("mend the server, or the schema of the header in {FILE}");
            self.report(format!("has a header {name} that breaks its schema: {objection}"), remedy);
        }
    }

    /// Only annotated cookies are touched, each at most once.
    fn check_cookies(&mut self) {
        let cookies = self.answer.cookies();
        if cookies.len() != self.answer.values("set-cookie").count() {
            self.report("has a `Set-Cookie` that sets nothing", "mend the server: write `name=value` first");
        }
        let deletes = cookies.iter().any(|cookie| cookie.is_deletion);
        let mut touched = BTreeSet::new();
        for SetCookie { name, is_deletion } in &cookies {
            if !touched.insert(name) {
                self.report(format!("touches the cookie {name} twice"), "mend the server: browsers disagree on order");
            }
            let (verb, annotation, listed) = if *is_deletion {
                ("deletes", "x-authara-clear-cookies", self.operation.clear_cookies.contains(name))
            } else {
                ("sets", "x-authara-set-cookies", self.operation.set_cookies.contains(name))
            };
            if !listed {
                self.report(
                    format!("{verb} the cookie {name}, which is not annotated"),
                    format!("mend the server, or `{annotation}` of `{}` in {FILE}", self.operation.id),
                );
            } else if !is_deletion && !self.answer.is_success() && !deletes {
                // What ends a session brings the CSRF value of a visitor without one along.
                self.report(
                    format!("sets the cookie {name}, though it is neither a success nor the end of a session"),
                    "mend the server: a refusal leaves cookies as they are",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
