//! What schemathesis tells of one run, and what of it is wrong.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document::FILE;
use crate::finding::Finding;

/// Lines of output that are shown where nothing more precise is known.
const LAST_LINES: usize = 30;

/// The report in JSON, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    /// Did it get to its end?
    complete: bool,
    operations: Operations,
    failures: Vec<Failure>,
    errors: Vec<Trouble>,
    /// For each operation, and in it for each phase, what became of requests that the document allows.
    valid_rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

#[derive(Debug, Deserialize)]
struct Operations {
    total: u64,
    tested: u64,
}

/// An answer that breaks the document, wherever it was given.
#[derive(Debug, Deserialize)]
struct Failure {
    code: String,
    title: String,
    operations: Vec<String>,
}

/// Something that kept it from testing.
#[derive(Debug, Deserialize)]
struct Trouble {
    title: String,
    count: u64,
}

#[derive(Debug, Deserialize)]
struct Rate {
    /// Answers that say the request was carried out.
    accepted: u64,
}

impl Report {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Why this is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Everything that is wrong with a run in this caller's name. `reaches` has the operations that have
    /// to have succeeded, `ended_well` is what its exit code says, `output` what it printed.
    pub(super) fn judge(&self, caller: &str, reaches: &[&str], ended_well: bool, output: &str) -> Vec<Finding> {
        let mut findings = self.failures(caller, output);
        let mut fault = |problem: String, remedy: &str| {
            findings.push(Finding::new(format!("schemathesis as {caller}"), problem, remedy));
        };
        for Trouble { title, count } in &self.errors {
            let end = end_of(output);
            fault(format!("met `{title}` {count} times:\n{end}"), "make it run; its output says what it misses");
        }
        let Operations { total, tested } = self.operations;
        if !self.complete || tested < total || total == 0 {
            let problem = format!("tested {tested} of {total} operations");
            fault(problem, "make it run to its end; its output says what it skipped");
        }
        for operation in reaches.iter().filter(|operation| !self.has_succeeded(operation)) {
            let remedy = "mend schemathesis/callers.py, or `reaches` in proof/contract/src/schemathesis.rs";
            fault(format!("never had {operation} succeed, and so did not get behind the credentials"), remedy);
        }
        if !ended_well && findings.is_empty() {
            let problem = format!("failed without saying why:\n{}", end_of(output));
            findings.push(Finding::new(format!("schemathesis as {caller}"), problem, "see what it printed"));
        }
        findings
    }

    /// Answers that break the document, one finding for each kind and operation.
    fn failures(&self, caller: &str, output: &str) -> Vec<Finding> {
        let each = self.failures.iter().flat_map(|failure| failure.operations.iter().map(move |on| (failure, on)));
        let findings = each.map(|(Failure { code, title, .. }, operation)| {
            let problem = format!("{title} ({code}), says schemathesis as {caller}:\n{}", about(operation, output));
            Finding::new(operation, problem, format!("mend the server, or {FILE} where it promises the wrong thing"))
        });
        findings.collect()
    }

    fn has_succeeded(&self, operation: &str) -> bool {
        self.valid_rates.get(operation).is_some_and(|phases| phases.values().any(|rate| rate.accepted > 0))
    }
}

/// The part of the output that is about this operation. It is headed by its name between underscores.
fn about(operation: &str, output: &str) -> String {
    let is_heading = |line: &str| line.starts_with("__") && line.trim_matches('_').trim() == operation;
    let is_end = |line: &str| line.starts_with("__") || line.starts_with("==");
    let part: Vec<&str> =
        output.lines().skip_while(|line| !is_heading(line)).skip(1).take_while(|line| !is_end(line)).collect();
    if part.is_empty() { end_of(output) } else { part.join("\n").trim_end().to_owned() }
}

/// The last lines of the output.
pub(super) fn end_of(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let start = lines.len().saturating_sub(LAST_LINES);
    lines.get(start..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const OUTPUT: &str = "\
=================================== FAILURES ===================================
____________________________ GET /auth/api/v1/csrf _____________________________
1. Test Case ID: Q2oSQ2

- ST108 Response violates schema

____________________________ GET /auth/api/v1/user _____________________________
1. Test Case ID: hQGpI5

- ST103 Undocumented status code

    Received: 401

=================================== WARNINGS ===================================
Nothing of interest
";

    const REACHES: &[&str] = &["GET /auth/api/v1/user"];

    /// The report of a run without a fault.
    fn clean() -> Value {
        json!({
            "schemathesis_version": "4.32.5",
            "complete": true,
            "operations": { "total": 18, "selected": 18, "tested": 18 },
            "failures": [],
            "errors": [],
            "valid_rates": { "GET /auth/api/v1/user": { "fuzzing": { "accepted": 1, "rejected": 0 } } },
        })
    }

    /// A clean report with one member replaced.
    fn with(member: &str, value: Value) -> Vec<Finding> {
        let mut report = clean();
        report[member] = value;
        Report::parse(&report.to_string()).unwrap().judge("visitor", REACHES, false, OUTPUT)
    }

    #[test]
    fn a_run_without_a_fault_has_no_finding() {
        let report = Report::parse(&clean().to_string()).unwrap();
        assert_eq!(report.judge("visitor", REACHES, true, OUTPUT), Vec::new());
    }

    #[test]
    fn a_failure_is_a_finding_on_each_operation_with_what_was_printed_of_it() {
        let operations = ["GET /auth/api/v1/csrf", "GET /auth/api/v1/user"];
        let failure = json!({ "code": "ST103", "title": "Undocumented status code", "operations": operations });
        let findings = with("failures", json!([failure]));
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[1].place, "GET /auth/api/v1/user");
        assert_eq!(
            findings[1].problem,
            "Undocumented status code (ST103), says schemathesis as visitor:\n\
             1. Test Case ID: hQGpI5\n\n- ST103 Undocumented status code\n\n    Received: 401"
        );
    }

    #[test]
    fn what_kept_it_from_testing_is_a_finding() {
        let findings = with("errors", json!([{ "title": "Network Error", "count": 18 }]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].problem.starts_with("met `Network Error` 18 times:\n"), "{}", findings[0]);
    }

    #[test]
    fn an_operation_that_was_not_tested_is_a_finding() {
        let findings = with("operations", json!({ "total": 18, "tested": 17 }));
        assert_eq!(findings[0].problem, "tested 17 of 18 operations");
        assert_eq!(with("operations", json!({ "total": 0, "tested": 0 })).len(), 1);
        assert_eq!(with("complete", json!(false)).len(), 1);
    }

    #[test]
    fn a_caller_who_never_got_in_is_a_finding() {
        let refused = json!({ "GET /auth/api/v1/user": { "fuzzing": { "accepted": 0 } } });
        for rates in [refused, json!({})] {
            let findings = with("valid_rates", rates);
            assert_eq!(findings.len(), 1);
            assert!(findings[0].problem.starts_with("never had GET /auth/api/v1/user succeed"), "{}", findings[0]);
        }
    }

    #[test]
    fn a_bad_end_without_a_reason_is_a_finding() {
        let report = Report::parse(&clean().to_string()).unwrap();
        let findings = report.judge("visitor", REACHES, false, OUTPUT);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].problem.ends_with("Nothing of interest"), "{}", findings[0]);
    }

    #[test]
    fn what_is_no_report_is_told_apart_from_a_clean_one() {
        assert!(Report::parse("").is_err());
        assert!(Report::parse("{}").is_err());
    }
}
