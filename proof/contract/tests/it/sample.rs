//! A small contract, and ways to break it.

use authara_contract_check::{Document, Finding};

/// The small contract.
pub const SAMPLE: &str = include_str!("sample.yaml");

/// One way of failing: an edit, and what has to be found because of it.
pub struct Case {
    /// What is taken out; it must stand there once.
    pub from: &'static str,
    /// What is put in its place.
    pub to: &'static str,
    /// Where the finding is.
    pub place: &'static str,
    /// What the problem has to mention.
    pub problem: &'static str,
    /// What the remedy has to mention: what to edit.
    pub remedy: &'static str,
}

/// A text with one edit.
pub fn edited(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "to be edited, this must stand there once: {from}");
    text.replacen(from, to, 1)
}

/// The small contract as a document.
pub fn document() -> Document {
    parsed(SAMPLE)
}

/// A contract that can be read.
pub fn parsed(yaml: &str) -> Document {
    Document::parse(yaml).expect("the sample can be read")
}

/// Makes each edit of `text` and looks for its finding.
pub fn assert_found(text: &str, cases: &[Case], check: impl Fn(&str) -> Vec<Finding>) {
    assert_eq!(check(text), Vec::new(), "before any edit");
    for Case { from, to, place, problem, remedy } in cases {
        let findings = check(&edited(text, from, to));
        assert_among(&findings, place, problem, remedy, to);
    }
}

/// One of the findings is this one.
pub fn assert_among(findings: &[Finding], place: &str, problem: &str, remedy: &str, case: &str) {
    let is_it = |finding: &Finding| {
        finding.place == place && finding.problem.contains(problem) && finding.remedy.contains(remedy)
    };
    assert!(findings.iter().any(is_it), "{case}\nexpected {place}: {problem} -> {remedy}\nfound {findings:#?}");
}
