//! What a check has to say: where, what is wrong, and what to edit.

use std::fmt;

/// One thing that is wrong with the contract or with what should keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A file or an operation, such as `POST /auth/api/v1/login 401`.
    pub place: String,
    /// What is wrong, as the rest of a sentence that begins with the place.
    pub problem: String,
    /// What to edit, in the imperative.
    pub remedy: String,
}

impl Finding {
    /// A finding of these three parts.
    pub fn new(place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// The same in the file of this name, for a finding that would otherwise be looked for in another.
    pub fn within(self, file: &str) -> Self {
        Self { place: format!("{file}: {}", self.place), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    -> {}", self.place, self.problem, self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_where_what_and_what_to_edit() {
        let finding = Finding::new("GET /x", "is not served", "add it to ROUTES");
        assert_eq!(finding.to_string(), "GET /x: is not served\n    -> add it to ROUTES");
        assert_eq!(finding.within("a.yaml").place, "a.yaml: GET /x");
    }
}
