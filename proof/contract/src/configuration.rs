//! Configuration: `contract/config.yaml` and the server's own table say the same of each variable.

use authara_server::config::kind::Kind;
use authara_server::config::variables::VARIABLES;
use serde::Deserialize;

use crate::finding::Finding;

/// Where the variables are promised, relative to the root of the workspace.
pub const FILE: &str = "contract/config.yaml";

/// Where the server's table is.
const TABLE: &str = "crates/http/src/config/variables.rs";

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promises {
    /// What holds for the files of all secrets.
    pub file_variables: String,
    /// The variables in the order of the file.
    pub variables: Vec<Variable>,
}

/// One environment variable, as an operator knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The part of the server that it belongs to.
    pub group: String,
    /// The type, one of those that the file explains.
    #[serde(rename = "type")]
    pub kind: String,
    /// The accepted words of an `enum`.
    #[serde(default)]
    pub values: Vec<String>,
    /// What holds when it is absent, as one would write it.
    pub default: Option<String>,
    /// Is its value never shown, and may it come from `NAME_FILE`?
    pub secret: bool,
    /// When its absence is a fault: `never`, `production`, `production-postgres`.
    pub required: String,
    /// Does anything act on it?
    pub available: bool,
    /// For people; the server's table has none.
    #[serde(default)]
    pub description: String,
}

impl Promises {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What keeps it from being understood.
    pub fn parse(yaml: &str) -> Result<Self, Finding> {
        serde_saphyr::from_str(yaml).map_err(|error| {
            Finding::new(FILE, format!("is not understood: {error}"), "mend the line that the message names")
        })
    }
}

/// The server's own table. It has no descriptions.
pub fn built() -> Vec<Variable> {
    let row = |variable: &authara_server::config::variable::Variable| Variable {
        name: variable.name.to_owned(),
        group: variable.group.name().to_owned(),
        kind: variable.kind.name().to_owned(),
        values: match variable.kind {
            Kind::Enum { values, .. } => values.iter().map(|&word| word.to_owned()).collect(),
            _ => Vec::new(),
        },
        default: variable.default.map(str::to_owned),
        secret: variable.secret,
        required: variable.required.name().to_owned(),
        available: variable.available,
        description: String::new(),
    };
    VARIABLES.iter().map(row).collect()
}

/// Where the file and the table differ, and where the file breaks its own rules.
pub fn check(promises: &Promises, built: &[Variable]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !promises.file_variables.contains("_FILE") {
        let problem = "does not say that secrets may come from files";
        findings.push(Finding::new(FILE, problem, "explain `NAME_FILE` in `file_variables`"));
    }
    let promised = &promises.variables;
    for (index, variable) in promised.iter().enumerate() {
        let place = format!("{FILE} {}", variable.name);
        if promised.iter().take(index).any(|earlier| earlier.name == variable.name) {
            findings.push(Finding::new(&place, "is described twice", format!("take one of both out of {FILE}")));
        }
        if !variable.description.ends_with('.') {
            let problem = "is not described in sentences";
            findings.push(Finding::new(&place, problem, format!("end its description in {FILE} with a full stop")));
        }
        match built.iter().find(|built| built.name == variable.name) {
            Some(built) => findings.extend(differences(&place, variable, built)),
            None => findings.push(Finding::new(
                place,
                "is promised, but the server does not know it",
                format!("add it to VARIABLES in {TABLE}, or take it out of {FILE}"),
            )),
        }
    }
    for variable in built.iter().filter(|built| !promised.iter().any(|one| one.name == built.name)) {
        findings.push(Finding::new(
            format!("{TABLE} {}", variable.name),
            "is known to the server but not promised",
            format!("describe it in {FILE}, then run `cargo xtask docs`"),
        ));
    }
    findings.extend(order(promised, built));
    findings
}

fn differences(place: &str, promised: &Variable, built: &Variable) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut compare = |what: &str, promised: String, built: String| {
        if promised != built {
            findings.push(Finding::new(
                place,
                format!("has the {what} {promised}, but {built} in the server"),
                format!("make `{what}` in {FILE} and the row in {TABLE} agree"),
            ));
        }
    };
    let default = |of: &Variable| of.default.as_ref().map_or_else(|| "none".to_owned(), |text| format!("{text:?}"));
    compare("group", promised.group.clone(), built.group.clone());
    compare("type", promised.kind.clone(), built.kind.clone());
    compare("values", promised.values.join(", "), built.values.join(", "));
    compare("default", default(promised), default(built));
    compare("secret", promised.secret.to_string(), built.secret.to_string());
    compare("required", promised.required.clone(), built.required.clone());
    compare("available", promised.available.to_string(), built.available.to_string());
    findings
}

/// Both are read side by side, so they keep the same order.
fn order(promised: &[Variable], built: &[Variable]) -> Option<Finding> {
    let known_to = |others: &[Variable], name: &str| others.iter().any(|other| other.name == name);
    let promised_order = promised.iter().map(|one| one.name.as_str()).filter(|name| known_to(built, name));
    let built_order = built.iter().map(|one| one.name.as_str()).filter(|name| known_to(promised, name));
    let (moved, other) = promised_order.zip(built_order).find(|(one, other)| one != other)?;
    Some(Finding::new(
        format!("{FILE} {moved}"),
        format!("stands where the server has {other}"),
        format!("give both the same order, in {FILE} or in {TABLE}"),
    ))
}
