//! Schemas as statements. What a schema says of requests is a demand, and of answers an offer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::facts::{Facts, Limit, Rule};
use crate::document::reference_name;

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// From the caller to the server.
    Request,
    /// From the server to the caller.
    Answer,
}

impl Side {
    /// The rule for what narrows a value.
    fn narrowing(self) -> Rule {
        match self {
            Self::Request => Rule::Demand,
            Self::Answer => Rule::Offer,
        }
    }

    fn limit(self, limit: Limit) -> Rule {
        match self {
            Self::Request => Rule::DemandedLimit(limit),
            Self::Answer => Rule::OfferedLimit(limit),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "in requests",
            Self::Answer => "in answers",
        })
    }
}

const LIMITS: [(&str, Limit); 8] = [
    ("maxLength", Limit::Upper),
    ("maximum", Limit::Upper),
    ("maxItems", Limit::Upper),
    ("maxProperties", Limit::Upper),
    ("minLength", Limit::Lower),
    ("minimum", Limit::Lower),
    ("minItems", Limit::Lower),
    ("minProperties", Limit::Lower),
];

/// States what schemas say, each named one once for each way that it travels.
pub(super) struct Writer<'a> {
    pub(super) facts: Facts,
    named: &'a BTreeMap<String, Value>,
    written: BTreeSet<(Side, String)>,
}

impl<'a> Writer<'a> {
    /// A writer that finds named schemas here. Their names are promised too: they become names in
    /// generated code.
    pub(super) fn new(named: &'a BTreeMap<String, Value>) -> Self {
        let mut facts = Facts::default();
        for name in named.keys() {
            facts.state(format!("schema {name}"), Rule::Offer, "");
        }
        Self { facts, named, written: BTreeSet::new() }
    }

    /// States what the schema of `owner` says.
    pub(super) fn schema(&mut self, owner: &str, schema: &Value, side: Side) {
        let reference = reference_name(schema);
        let kind = reference.or_else(|| schema.get("type")?.as_str()).unwrap_or("anything");
        self.facts.state_of(owner, format!("{owner} type"), Rule::Settled, kind);
        match reference {
            Some(name) => self.named(name, side),
            None => self.keywords(owner, schema, side),
        }
    }

    fn named(&mut self, name: &str, side: Side) {
        let named = self.named;
        if let Some(schema) = named.get(name)
            && self.written.insert((side, name.to_owned()))
        {
            let subject = format!("schema {name} {side}");
            self.facts.state_of(&format!("schema {name}"), &subject, Rule::Scope, "");
            self.schema(&subject, schema, side);
        }
    }

    fn keywords(&mut self, owner: &str, schema: &Value, side: Side) {
        for (keyword, limit) in LIMITS {
            if let Some(value) = schema.get(keyword) {
                self.facts.state_of(owner, format!("{owner} {keyword}"), side.limit(limit), value.to_string());
            }
        }
        for keyword in ["pattern", "format"] {
            if let Some(value) = schema.get(keyword).and_then(Value::as_str) {
                self.facts.state_of(owner, format!("{owner} {keyword}"), side.narrowing(), value);
            }
        }
        if let Some(value) = schema.get("default") {
            self.facts.state_of(owner, format!("{owner} default"), Rule::Settled, value.to_string());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let subject = format!("{owner} enum");
            self.facts.state_of(owner, &subject, side.narrowing(), "");
            for value in values {
                self.facts.state_of(&subject, format!("{owner} value {value}"), Rule::Offer, "");
            }
        }
        if let Some(items) = schema.get("items") {
            self.part(owner, "items", items, side);
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                self.facts.state_of(owner, format!("{owner} without other members"), side.narrowing(), "");
            }
            Some(members) if members.is_object() => self.part(owner, "members of any name", members, side),
            _ => {}
        }
        self.members(owner, schema, side);
    }

    fn part(&mut self, owner: &str, name: &str, schema: &Value, side: Side) {
        let subject = format!("{owner} {name}");
        self.facts.state_of(owner, &subject, Rule::Scope, "");
        self.schema(&subject, schema, side);
    }

    fn members(&mut self, owner: &str, schema: &Value, side: Side) {
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let subject = format!("{owner} member `{name}`");
            self.facts.state_of(owner, &subject, Rule::Offer, "");
            self.schema(&subject, member, side);
        }
        // Of the object and not of the member: a member that is new and required is a demand.
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let subject = format!("{owner} member `{name}` always");
            self.facts.state_of(owner, subject, side.narrowing(), "");
        }
    }
}
