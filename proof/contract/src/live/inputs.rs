//! Requests that break the document: bodies and parameters that no schema of it allows, and ids
//! that nothing has.

use serde_json::{Value, json};

use super::exchange::Witness;
use super::ready;
use super::sample::{self, NOBODYS_ID};
use super::stage::{Person, Stage, usual};
use super::wire::Request;
use crate::document::{Document, FILE, Operation};
use crate::finding::Finding;

const JSON: Option<&str> = Some("application/json");

/// How a broken request must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// With this status.
    Status(u16),
    /// With any refusal: a value that is out of bounds may also be a value that is wrong.
    Refusal,
}

struct Broken {
    what: String,
    request: Request,
    wanted: Wanted,
}

/// Sends every operation what it must refuse.
pub async fn check(document: &Document, stage: &impl Stage, witness: &mut Witness) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in document.operations.iter().filter(|operation| stage.offers(operation)) {
        let person = stage.person(usual(operation)).await;
        for Broken { what, request, wanted } in broken(document, operation, &person) {
            let exchange = witness.ask(stage.address(), operation, what.clone(), &request).await;
            let is_met = match wanted {
                Wanted::Status(status) => exchange.status() == Some(status),
                Wanted::Refusal => !exchange.is_success(),
            };
            if !is_met {
                let wanted = match wanted {
                    Wanted::Status(status) => status.to_string(),
                    Wanted::Refusal => "a refusal".to_owned(),
                };
                findings.push(Finding::new(
                    operation.place(),
                    format!("answers {} instead of {wanted} when asked {what}", exchange.verdict()),
                    format!("refuse it in the server, or allow it in the schema of `{}` in {FILE}", operation.id),
                ));
            }
        }
    }
    findings
}

fn broken(document: &Document, operation: &Operation, person: &Person) -> Vec<Broken> {
    let good = ready::request(document, operation, person);
    let mut all = broken_parameters(document, operation, person, &good);
    if let Some(body) = ready::body(document, operation, person) {
        all.extend(broken_bodies(document, operation, &body, &good));
    }
    all
}

/// Each parameter with a text that it may not have, and each id in the path as nobody's.
fn broken_parameters(document: &Document, operation: &Operation, person: &Person, good: &Request) -> Vec<Broken> {
    let mut all = Vec::new();
    let with = |name: &str, value: &str| {
        good.clone().at(&ready::target(operation, |parameter| {
            if parameter.name == name {
                Some(value.to_owned())
            } else {
                ready::parameter_value(document, parameter, person)
            }
        }))
    };
    for parameter in operation.parameters.iter().filter(|one| matches!(one.location.as_str(), "path" | "query")) {
        let name = &parameter.name;
        if let Some(value) = sample::unfit_text(document, &parameter.schema) {
            let what = format!("with `{value}` for the parameter {name}");
            all.push(Broken { what, request: with(name, value), wanted: Wanted::Status(400) });
        }
        let is_id = sample::resolved(document, &parameter.schema).get("format").is_some_and(|format| format == "uuid");
        if is_id && parameter.location == "path" {
            let what = format!("with nobody's id for the parameter {name}");
            all.push(Broken { what, request: with(name, NOBODYS_ID), wanted: Wanted::Status(404) });
        }
    }
    all
}

/// Bodies that are none, and the good body with one thing wrong about it.
fn broken_bodies(document: &Document, operation: &Operation, body: &Value, good: &Request) -> Vec<Broken> {
    let Some(promised) = &operation.body else { return Vec::new() };
    let mut all = Vec::new();
    let mut push = |what: String, request: Request, wanted: Wanted| all.push(Broken { what, request, wanted });
    let refused = Wanted::Status(400);
    for (what, text) in [
        ("with a body that is no JSON", "{"),
        ("with a list for a body", "[]"),
        ("with a text for a body", "\"x\""),
        ("with null for a body", "null"),
        ("with two bodies in one", "{}{}"),
    ] {
        push(what.to_owned(), good.clone().body(JSON, text), refused);
    }
    if promised.required {
        push("with an empty body".to_owned(), good.clone().body(JSON, ""), refused);
        push("without a body".to_owned(), good.clone().body(None, ""), refused);
    }
    push("with a body of another type".to_owned(), good.clone().body(Some("text/plain"), body.to_string()), refused);
    push("with a body of no type".to_owned(), good.clone().body(None, body.to_string()), refused);

    let schema = sample::resolved(document, &promised.schema);
    let members: Vec<&String> = body.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    if schema.get("additionalProperties") == Some(&json!(false)) {
        let what = "with a member that the document does not know".to_owned();
        push(what, good.clone().member("undocumented_member", "x"), refused);
    }
    // A member that is fine by itself may be one too many.
    if sample::length(schema, "maxProperties") == Some(members.len()) {
        let known = schema.get("properties").and_then(Value::as_object);
        for name in known.into_iter().flat_map(serde_json::Map::keys).filter(|name| !members.contains(name)) {
            let value = sample::property(document, schema, name).map(|member| sample::conforming(document, member));
            push(format!("with {name} beside everything else"), good.clone().member(name, value), refused);
        }
    }
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for name in members {
        if required.contains(&name.as_str()) {
            let mut rest = body.clone();
            if let Some(members) = rest.as_object_mut() {
                members.remove(name);
            }
            push(format!("without the member {name}"), good.clone().json(&rest), refused);
        }
        let Some(member) = sample::property(document, schema, name) else { continue };
        for (what, value) in sample::unfit_values(document, member) {
            // A text out of bounds may be refused as one that is wrong; another type is no text at all.
            let wanted = if value.is_string() { Wanted::Refusal } else { refused };
            push(format!("with {what} for the member {name}"), good.clone().member(name, value), wanted);
        }
    }
    all
}
