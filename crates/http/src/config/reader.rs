//! All variables of one start, checked against the table: what the parts of the configuration are
//! built from.
//!
//! A value that is wrong is noted once and then counts as its default, so that the rest of the
//! configuration can be checked too.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use authara_core::secret::SecretText;
use authara_core::session::RotationPolicy;
use chrono::TimeDelta;
use ipnet::IpNet;

use super::environment::Environment;
use super::faults::{ConfigError, Faults, Warning};
use super::kind::{Kind, loosely};
use super::source::Source;
use super::values;
use super::variable::{Required, Variable};
use super::variables::{self, VARIABLES};

/// How much of a wrong value a message repeats.
const SHOWN_CHARACTERS: usize = 60;

/// See the module's description.
pub(super) struct Reader<'a> {
    source: &'a Source,
    texts: BTreeMap<&'static str, SecretText>,
    faults: Faults,
    warnings: Vec<Warning>,
}

impl<'a> Reader<'a> {
    /// Reads and checks every variable of the table.
    pub(super) fn new(source: &'a Source) -> Self {
        let mut reader =
            Self { source, texts: BTreeMap::new(), faults: Faults::default(), warnings: source.unknown_names() };
        for variable in VARIABLES {
            if let Some(text) = reader.accept(variable) {
                reader.texts.insert(variable.name, text);
            }
        }
        reader
    }

    /// The text that holds for this variable, after complaining about the one given.
    fn accept(&mut self, variable: &Variable) -> Option<SecretText> {
        let default = || variable.default.map(SecretText::new);
        let text = match self.source.find(variable) {
            Ok(Some(text)) => text,
            Ok(None) => return default(),
            Err(fault) => {
                self.faults.push(fault);
                return default();
            }
        };
        if let Err(expected) = variable.kind.check(text.expose()) {
            self.faults.add(variable.name, complaint(variable, &expected, text.expose()));
            return default();
        }
        if variable.asks_too_much(text.expose()) {
            let what = match variable.kind {
                Kind::Enum { .. } => text.expose(),
                _ => "what this switches on",
            };
            self.faults.add(variable.name, format!("{what} is not available yet"));
        }
        Some(text)
    }

    /// Notes the absence of what this environment and database cannot do without.
    pub(super) fn check_required(&mut self, environment: Environment, on_postgres: bool) {
        if !environment.is_production() {
            return;
        }
        // Most people who see this wanted to try the server out, and never said "production".
        let hint = if self.text("APP_ENV").is_some() {
            ""
        } else {
            "; without APP_ENV the server is in production unless both AUTHARA_LISTEN_ADDR and \
             PUBLIC_URL stay on this machine"
        };
        let source = self.source;
        for variable in VARIABLES.iter().filter(|variable| !source.has(variable)) {
            let message = match variable.required {
                Required::Production => format!("is required in production{hint}"),
                Required::ProductionPostgres if on_postgres => {
                    format!("is required in production with PostgreSQL{hint}")
                }
                Required::ProductionPostgres | Required::Never => continue,
            };
            self.faults.add(variable.name, message);
        }
    }

    /// Hands out what was built of the variables, unless there were faults.
    pub(super) fn finish<T>(self, built: T) -> Result<(T, Vec<Warning>), ConfigError> {
        if self.faults.is_empty() { Ok((built, self.warnings)) } else { Err(self.faults.into()) }
    }

    /// Complains about a variable, whatever stands in it.
    pub(super) fn fault(&mut self, name: &str, message: impl Into<String>) {
        self.faults.add(name, message);
    }

    /// Complains about what stands in a variable, and repeats it where that is allowed.
    pub(super) fn refuse(&mut self, name: &str, expected: &str) {
        let message = match (variables::find(name), self.text(name)) {
            (Some(variable), Some(text)) => complaint(variable, expected, text),
            _ => expected.to_owned(),
        };
        self.faults.add(name, message);
    }

    /// Remarks on a variable without preventing the start.
    pub(super) fn warn(&mut self, name: &str, message: impl Into<String>) {
        self.warnings.push(Warning::new(name, message));
    }

    /// Did the operator set this variable, to whatever?
    pub(super) fn is_given(&self, name: &str) -> bool {
        variables::find(name).is_some_and(|variable| self.source.has(variable))
    }

    /// The text of a variable, or its default.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        debug_assert!(variables::find(name).is_some(), "{name} is not in the table");
        self.texts.get(name).map(SecretText::expose)
    }

    /// A truth value; false where there is neither value nor default.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.read(name, values::boolean).unwrap_or_default()
    }

    /// A number in the table's range; 0 where there is neither value nor default.
    pub(super) fn number(&self, name: &str) -> u32 {
        let number = self.read(name, values::integer).unwrap_or_default();
        u32::try_from(number).unwrap_or_default()
    }

    /// A duration in the table's range; zero where there is neither value nor default.
    pub(super) fn duration(&self, name: &str) -> TimeDelta {
        self.read(name, values::duration).unwrap_or_default()
    }

    /// When a refresh rotates.
    pub(super) fn rotation(&self, name: &str) -> RotationPolicy {
        self.read(name, values::rotation).unwrap_or(RotationPolicy::Always)
    }

    /// An address to listen on.
    pub(super) fn socket_address(&self, name: &str) -> SocketAddr {
        self.read(name, values::socket_address).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    /// Networks; none where there is neither value nor default.
    pub(super) fn networks(&self, name: &str) -> Vec<IpNet> {
        self.read(name, values::networks).unwrap_or_default()
    }

    /// A word in its canonical spelling.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.text(name).map(loosely)
    }

    /// Only well-formed texts are kept, so a second failure cannot happen.
    fn read<T>(&self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        self.text(name).and_then(|text| read(text).ok())
    }
}

fn complaint(variable: &Variable, expected: &str, text: &str) -> String {
    if !variable.is_quotable() {
        return expected.to_owned();
    }
    let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    let more = if shown.len() < text.len() { "..." } else { "" };
    format!("{expected} (got {shown:?}{more})")
}
