//! Runs checks one after the other, whatever became of the ones before, and keeps the table.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::configuration::{self, Promises};
use crate::document::{self, Document};
use crate::files::Files;
use crate::finding::Finding;
use crate::versioning::{Comparison, Texts, Version};
use crate::{client, codes, rules, served};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Passed,
    /// Something was found, and has been printed.
    Failed,
    /// What it needs was not to be had, because another check failed.
    NotChecked,
}

/// One line of the closing table.
#[derive(Clone, Copy, Debug)]
struct Report {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// The checks that have been made so far.
#[derive(Debug, Default)]
pub struct Run(Vec<Report>);

/// A check that needs nothing but the document and the code.
type OfDocument = (&'static str, fn(&Document) -> Vec<Finding>);

const OF_DOCUMENT: [OfDocument; 4] = [
    ("house rules", rules::check),
    ("routes", |document| served::check(document, &served::routes())),
    ("error codes", |document| codes::check(document, &codes::sent())),
    ("SDK", |document| client::check(document, &client::known())),
];

/// Every check that starts nothing. Gives the document, if it could be read.
pub fn standing(files: &Files, workspace: Version, run: &mut Run) -> Option<Document> {
    let read = || Document::parse(&files.read(document::FILE).map_err(one)?);
    let document = run.step("document", read);
    for (name, check) in OF_DOCUMENT {
        match &document {
            Some(document) => run.check(name, || check(document)),
            None => run.skip(name),
        }
    }
    run.check("configuration", || {
        let promises = files.read(configuration::FILE).and_then(|text| Promises::parse(&text));
        promises.map_or_else(one, |promises| configuration::check(&promises, &configuration::built()))
    });
    if document.is_some() {
        run.step("baseline", || {
            let current = Texts::current(files)?;
            let comparison = Comparison::of(&Texts::baseline(files)?, &current)?;
            print!("{}", comparison.report());
            all_or_none(comparison.check(&current, workspace))
        });
    } else {
        run.skip("baseline");
    }
    document
}

impl Run {
    /// Makes a check that ends with something to go on with.
    pub fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T, Vec<Finding>>) -> Option<T> {
        println!("\n== {name}");
        let started = Instant::now();
        match work() {
            Ok(done) => {
                self.record(name, started, &[]);
                Some(done)
            }
            Err(findings) => {
                self.record(name, started, &findings);
                None
            }
        }
    }

    /// Makes a check.
    pub fn check(&mut self, name: &'static str, work: impl FnOnce() -> Vec<Finding>) {
        self.step(name, || all_or_none(work()));
    }

    /// Makes a check that has to wait for something.
    pub async fn check_later(&mut self, name: &'static str, work: impl Future<Output = Vec<Finding>>) {
        println!("\n== {name}");
        let started = Instant::now();
        let findings = work.await;
        self.record(name, started, &findings);
    }

    /// Notes a check that cannot be made.
    pub fn skip(&mut self, name: &'static str) {
        self.0.push(Report { name, verdict: Verdict::NotChecked, took: Duration::ZERO });
    }

    fn record(&mut self, name: &'static str, started: Instant, findings: &[Finding]) {
        for finding in findings {
            println!("{finding}");
        }
        let verdict = if findings.is_empty() { Verdict::Passed } else { Verdict::Failed };
        self.0.push(Report { name, verdict, took: started.elapsed() });
    }

    /// Has every check been made, and found nothing?
    pub fn has_passed(&self) -> bool {
        self.0.iter().all(|report| report.verdict == Verdict::Passed)
    }

    /// The closing table: check, result, seconds.
    pub fn table(&self) -> String {
        let mut table = format!("{:<16}{:<14}{:>8}\n", "check", "result", "seconds");
        for report in &self.0 {
            let result = match report.verdict {
                Verdict::Passed => "ok",
                Verdict::Failed => "FAILED",
                Verdict::NotChecked => "not checked",
            };
            let seconds = report.took.as_secs_f64();
            // Writing to a `String` cannot fail.
            let _ = writeln!(table, "{:<16}{result:<14}{seconds:>8.1}", report.name);
        }
        table
    }
}

fn one(finding: Finding) -> Vec<Finding> {
    vec![finding]
}

fn all_or_none(findings: Vec<Finding>) -> Result<(), Vec<Finding>> {
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding::new("GET /x", "is not served", "add it to ROUTES")
    }

    #[test]
    fn one_finding_fails_the_run_and_the_others_are_still_made() {
        let mut run = Run::default();
        run.check("first", || vec![finding()]);
        assert_eq!(run.step("second", || Ok(7)), Some(7));
        assert!(!run.has_passed());
        let results: Vec<String> = run.table().lines().skip(1).map(|line| line[..24].trim_end().to_owned()).collect();
        assert_eq!(results, ["first           FAILED", "second          ok"]);
    }

    #[test]
    fn what_was_not_checked_is_no_success() {
        let mut run = Run::default();
        run.check("first", Vec::new);
        assert!(run.has_passed());
        run.skip("second");
        assert!(!run.has_passed());
        assert!(run.table().contains("second          not checked"));
    }

    #[test]
    fn without_a_document_what_needs_one_is_not_checked() {
        let mut run = Run::default();
        let nowhere = Files::at("/nowhere/at/all");
        assert!(standing(&nowhere, Version::parse("1.0.0").unwrap(), &mut run).is_none());
        assert_eq!(run.table().matches("not checked").count(), OF_DOCUMENT.len() + 1);
        assert_eq!(run.table().matches("FAILED").count(), 2);
    }
}
