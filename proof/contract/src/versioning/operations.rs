//! `openapi.yaml` as statements.

use serde_json::Value;

use super::facts::{Facts, Rule};
use super::schemas::{Side, Writer};
use crate::document::{Access, Document, Operation, Response};
use crate::finding::Finding;

/// What the document says.
///
/// # Errors
///
/// What keeps it from being understood.
pub(super) fn facts(yaml: &str) -> Result<Facts, Vec<Finding>> {
    let document = Document::parse(yaml)?;
    let mut writer = Writer::new(&document.schemas);
    schemes(&document, &mut writer.facts);
    for operation in &document.operations {
        operation_facts(operation, &mut writer);
    }
    Ok(writer.facts)
}

fn schemes(document: &Document, facts: &mut Facts) {
    let schemes = document.raw().pointer("/components/securitySchemes").and_then(Value::as_object);
    for (name, scheme) in schemes.into_iter().flatten() {
        let subject = format!("security scheme {name}");
        facts.state(&subject, Rule::Offer, "");
        for key in ["type", "in", "name", "scheme"] {
            if let Some(value) = scheme.get(key).and_then(Value::as_str) {
                facts.state_of(&subject, format!("{subject} {key}"), Rule::Settled, value);
            }
        }
    }
}

fn operation_facts(operation: &Operation, writer: &mut Writer<'_>) {
    let subject = operation.place();
    let facts = &mut writer.facts;
    facts.state(&subject, Rule::Offer, "");
    let mut state = |what: &str, rule, value: &str| facts.state_of(&subject, format!("{subject} {what}"), rule, value);
    state("operation id", Rule::Settled, &operation.id);
    if operation.access == Access::User {
        state("sign-in", Rule::Demand, "");
    }
    if operation.csrf {
        state("CSRF pair", Rule::Demand, "");
    }
    if operation.bearer {
        state("bearer token", Rule::Offer, "");
    }
    if let Some(availability) = &operation.availability {
        state("availability", Rule::Demand, availability);
    }
    for scheme in &operation.security {
        state(&format!("security {scheme}"), Rule::Demand, "");
    }
    for cookie in &operation.set_cookies {
        state(&format!("set cookie {cookie}"), Rule::Offer, "");
    }
    for cookie in &operation.clear_cookies {
        state(&format!("cleared cookie {cookie}"), Rule::Offer, "");
    }
    requests(operation, &subject, writer);
    for (status, response) in &operation.responses {
        let place = operation.place_of(*status);
        // Callers treat an unknown refusal by its class, but not an unknown success.
        let rule = if *status >= 400 { Rule::Offer } else { Rule::Settled };
        writer.facts.state_of(&subject, &place, rule, "");
        for code in operation.error_codes.get(status).into_iter().flatten() {
            writer.facts.state_of(&place, format!("{place} code {code}"), Rule::Offer, "");
        }
        answer(&place, response, writer);
    }
}

fn requests(operation: &Operation, subject: &str, writer: &mut Writer<'_>) {
    for parameter in &operation.parameters {
        let place = format!("{subject} {} parameter `{}`", parameter.location, parameter.name);
        writer.facts.state_of(subject, &place, Rule::Offer, "");
        if parameter.required {
            writer.facts.state_of(subject, format!("{place} always"), Rule::Demand, "");
        }
        writer.schema(&place, &parameter.schema, Side::Request);
    }
    if let Some(body) = &operation.body {
        let place = format!("{subject} body");
        writer.facts.state_of(subject, &place, Rule::Offer, "");
        if body.required {
            writer.facts.state_of(subject, format!("{place} always"), Rule::Demand, "");
        }
        writer.schema(&place, &body.schema, Side::Request);
    }
}

fn answer(place: &str, response: &Response, writer: &mut Writer<'_>) {
    for (name, header) in &response.headers {
        let subject = format!("{place} header {name}");
        writer.facts.state_of(place, &subject, Rule::Offer, "");
        if header.required {
            writer.facts.state_of(place, format!("{subject} always"), Rule::Offer, "");
        }
        writer.schema(&subject, &header.schema, Side::Answer);
    }
    for (media_type, schema) in &response.content {
        let subject = format!("{place} {media_type}");
        writer.facts.state_of(place, &subject, Rule::Offer, "");
        writer.schema(&subject, schema, Side::Answer);
    }
}
