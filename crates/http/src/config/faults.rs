//! What is wrong with a configuration: all of it at once, by the names of the variables.
//!
//! No message here repeats the value of a secret; whoever adds one sees to that.

use std::error::Error;
use std::fmt;

/// One reason not to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The variable to change, as an operator spells it.
    pub variable: String,
    /// What is wrong with it, as the rest of a sentence that begins with the name.
    pub message: String,
}

impl Fault {
    /// Puts a message under the name of a variable.
    pub fn new(variable: impl Into<String>, message: impl Into<String>) -> Self {
        Self { variable: variable.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// Something that does not prevent a start, but is hardly what the operator meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The variable in question.
    pub variable: String,
    /// What is odd about it.
    pub message: String,
}

impl Warning {
    /// Puts a message under the name of a variable.
    pub fn new(variable: impl Into<String>, message: impl Into<String>) -> Self {
        Self { variable: variable.into(), message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// Collects faults, so that an operator mends a configuration in one round instead of ten.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Adds one by its parts.
    pub fn add(&mut self, variable: &str, message: impl Into<String>) {
        self.push(Fault::new(variable, message));
    }

    /// Is there nothing to complain about?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

/// The configuration cannot be used. Prints one line for each fault.
#[derive(Clone, Debug)]
pub struct ConfigError(Faults);

impl ConfigError {
    /// The faults, in the order in which they were found.
    pub fn faults(&self) -> &[Fault] {
        &self.0.0
    }
}

impl From<Faults> for ConfigError {
    fn from(faults: Faults) -> Self {
        Self(faults)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_line_and_begins_with_its_variable() {
        let mut faults = Faults::default();
        assert!(faults.is_empty());
        faults.add("A", "is wrong");
        faults.add("B", "is missing");
        assert_eq!(faults.to_string(), "A: is wrong\nB: is missing");
        let error = ConfigError::from(faults);
        assert_eq!(error.to_string(), "A: is wrong\nB: is missing");
        assert_eq!(error.faults().len(), 2);
    }
}
