//! `webhooks.yaml` as statements: a list `events`, each with a `name` and, if it is described, the
//! schema of its `payload`; named schemas are below `components.schemas`, as in `openapi.yaml`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::{Facts, Rule};
use super::schemas::{Side, Writer};
use crate::finding::Finding;

/// Where the events are promised, relative to the root of the workspace.
const FILE: &str = "contract/webhooks.yaml";

/// What the file says.
///
/// # Errors
///
/// What keeps it from being understood.
pub(super) fn facts(yaml: &str) -> Result<Facts, Vec<Finding>> {
    let not_understood = |problem: String, remedy: &str| vec![Finding::new(FILE, problem, remedy)];
    let raw: Value = serde_saphyr::from_str(yaml).map_err(|error| {
        not_understood(format!("cannot be read as YAML: {error}"), "mend the line that the message names")
    })?;
    let named = raw.pointer("/components/schemas").and_then(Value::as_object);
    let named: BTreeMap<String, Value> =
        named.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())).collect();
    let mut writer = Writer::new(&named);
    let Some(events) = raw.get("events").and_then(Value::as_array) else {
        return Err(not_understood("has no list `events`".to_owned(), "list the events below `events`"));
    };
    for event in events {
        let Some(name) = event.get("name").and_then(Value::as_str) else {
            return Err(not_understood(format!("has an event without a name: {event}"), "give it a `name`"));
        };
        let subject = format!("event {name}");
        writer.facts.state(&subject, Rule::Offer, "");
        if let Some(payload) = event.get("payload") {
            // Receivers get it unasked, as others get answers.
            writer.schema(&subject, payload, Side::Answer);
        }
    }
    Ok(writer.facts)
}
