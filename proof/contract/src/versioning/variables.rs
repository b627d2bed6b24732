//! `config.yaml` as statements.

use super::facts::{Facts, Rule};
use crate::configuration::{Promises, Variable};
use crate::finding::Finding;

/// What the file says.
///
/// # Errors
///
/// What keeps it from being understood.
pub(super) fn facts(yaml: &str) -> Result<Facts, Vec<Finding>> {
    let promises = Promises::parse(yaml).map_err(|finding| vec![finding])?;
    let mut facts = Facts::default();
    for variable in &promises.variables {
        state(variable, &mut facts);
    }
    Ok(facts)
}

fn state(variable: &Variable, facts: &mut Facts) {
    let name = variable.name.as_str();
    facts.state(name, Rule::Offer, "");
    // Of the file and not of the variable: a new one that has to be set keeps a server from
    // starting that started before.
    if variable.required != "never" {
        facts.state(format!("{name} required in production with PostgreSQL"), Rule::Demand, "");
    }
    if variable.required == "production" {
        facts.state(format!("{name} required in production"), Rule::Demand, "");
    }
    let mut state = |what: &str, rule, value: &str| facts.state_of(name, format!("{name} {what}"), rule, value);
    state("type", Rule::Settled, &variable.kind);
    // A secret may come from a file and is never shown: both are relied on.
    state("secret", Rule::Settled, if variable.secret { "true" } else { "false" });
    if let Some(default) = &variable.default {
        state("default", Rule::Settled, default);
    }
    if variable.available {
        state("available", Rule::Offer, "");
    }
    for value in &variable.values {
        state(&format!("value {value}"), Rule::Offer, "");
    }
}
