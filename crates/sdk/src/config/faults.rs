//! What is wrong with a configuration: all of it at once, by name, never by value.

use std::error::Error;
use std::fmt;

/// One thing to change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The environment variable of the setting, also when the builder was used.
    pub variable: &'static str,
    /// What is wrong, as the rest of a sentence that begins with the name.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// The configuration cannot be used. Prints one line for each fault, and no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<Fault>);

impl ConfigError {
    /// The faults, in the order in which they were found; at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// A configuration with this one fault.
    pub(crate) fn one(variable: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(vec![Fault { variable, message }])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for ConfigError {}

/// Collects faults, so that a configuration is mended in one round instead of ten.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub(crate) fn add(&mut self, variable: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.0.push(Fault { variable, message });
    }

    /// Takes the value, or notes why there is none.
    pub(crate) fn note<T>(&mut self, name: &'static str, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.add(name, message)).ok()
    }

    /// Has something been said about this variable, or about the file that stands in for it?
    pub(crate) fn concern(&self, variable: &str) -> bool {
        self.0.iter().any(|fault| fault.variable.starts_with(variable))
    }

    /// Is there nothing to complain about?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that was found.
    pub(crate) fn into_error(self) -> ConfigError {
        ConfigError(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_line_and_begins_with_its_variable() {
        let mut faults = Faults::default();
        assert!(faults.is_empty());
        assert_eq!(faults.note("A", Ok(1)), Some(1));
        assert_eq!(faults.note::<()>("A_FILE", Err("is wrong".into())), None);
        faults.add("B", "is missing");
        assert!(faults.concern("A") && !faults.concern("C"));
        let error = faults.into_error();
        assert_eq!(error.to_string(), "A_FILE: is wrong\nB: is missing");
        assert_eq!(error.faults().len(), 2);
    }
}
