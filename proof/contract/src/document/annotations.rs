//! The annotations that say what OpenAPI has no words for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::references::{place, visit};
use super::{Access, FILE};
use crate::finding::Finding;

/// Every annotation of an operation.
const KNOWN: [&str; 7] = [
    "x-authara-access",
    "x-authara-csrf",
    "x-authara-bearer",
    "x-authara-availability",
    "x-authara-set-cookies",
    "x-authara-clear-cookies",
    "x-authara-error-codes",
];

/// The annotation of a security scheme that tells servers from users.
const AUTH_MODE: &str = "x-authara-auth-mode";

/// The annotations of one operation.
pub(super) struct Annotations {
    pub(super) access: Access,
    pub(super) csrf: bool,
    pub(super) bearer: bool,
    pub(super) availability: Option<String>,
    pub(super) set_cookies: Vec<String>,
    pub(super) clear_cookies: Vec<String>,
    pub(super) error_codes: BTreeMap<u16, Vec<String>>,
}

/// Reads the annotations of one operation.
pub(super) fn read(place: &str, facts: &Value, findings: &mut Vec<Finding>) -> Annotations {
    let mut reader = Reader { place, facts, findings };
    if facts.get("x-authara-access").is_none() {
        reader.report("has no `x-authara-access`", "say `public` or `user`");
    }
    let access = reader.word("x-authara-access", &["public", "user"]);
    Annotations {
        access: if access == Some("user") { Access::User } else { Access::Public },
        csrf: reader.word("x-authara-csrf", &["required"]).is_some(),
        bearer: reader.word("x-authara-bearer", &["accepted"]).is_some(),
        availability: reader.text("x-authara-availability"),
        set_cookies: reader.cookies("x-authara-set-cookies"),
        clear_cookies: reader.cookies("x-authara-clear-cookies"),
        error_codes: reader.error_codes(),
    }
}

struct Reader<'a> {
    place: &'a str,
    facts: &'a Value,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, problem: impl Into<String>, remedy: &str) {
        self.findings.push(Finding::new(self.place, problem, format!("{remedy} in {FILE}")));
    }

    fn word(&mut self, name: &str, allowed: &[&str]) -> Option<&'a str> {
        let value = self.facts.get(name)?;
        let word = value.as_str().filter(|word| allowed.contains(word));
        if word.is_none() {
            let remedy = format!("write `{}`, or leave the annotation out", allowed.join("` or `"));
            self.report(format!("has `{name}` with the value {value}"), &remedy);
        }
        word
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.facts.get(name)?;
        if !value.is_string() {
            self.report(format!("has `{name}` with the value {value}"), "write one word");
        }
        value.as_str().map(str::to_owned)
    }

    fn cookies(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.facts.get(name) else {
            return Vec::new();
        };
        let words = words(value);
        if words.is_none() {
            self.report(format!("has `{name}` with the value {value}"), "write a list of names of cookies");
        }
        words.unwrap_or_default()
    }

    fn error_codes(&mut self) -> BTreeMap<u16, Vec<String>> {
        const NAME: &str = "x-authara-error-codes";
        let Some(by_status) = self.facts.get(NAME).and_then(Value::as_object) else {
            self.report(format!("has no map `{NAME}`"), "list the codes by status, or write `{}` for none");
            return BTreeMap::new();
        };
        let mut error_codes = BTreeMap::new();
        for (status, codes) in by_status {
            let (number, codes) = (status.parse::<u16>(), words(codes).filter(|codes| !codes.is_empty()));
            if let (Ok(number), Some(codes)) = (number, codes) {
                error_codes.insert(number, codes);
            } else {
                self.report(
                    format!("has `{NAME}` with something else than codes for {status}"),
                    "write a status in quotes and a list of codes",
                );
            }
        }
        error_codes
    }
}

/// A list of texts; `None` for anything else.
fn words(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Every annotation that nobody reads, because of its name or its place.
pub(super) fn unknown(raw: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    visit(raw, &mut |trail, _| {
        let Some((name, above)) = trail.split_last() else { return };
        let is_read = match above {
            ["paths", _, _] => KNOWN.contains(name),
            ["components", "securitySchemes", _] => *name == AUTH_MODE,
            // Names that the document chose, and what stands below an annotation.
            [.., "properties" | "schemas" | "headers"] => true,
            _ => above.iter().any(|key| key.starts_with("x-")),
        };
        if name.starts_with("x-") && !is_read {
            findings.push(Finding::new(
                place(above),
                format!("has the annotation `{name}`, which nobody reads here"),
                format!(
                    "mend its name or its place in {FILE}; a new one is made known in \
                     proof/contract/src/document/annotations.rs and explained at the top of {FILE}"
                ),
            ));
        }
    });
    findings
}
