//! `cargo xtask check`: everything about a change that can be judged without running it.
//!
//! Every step runs, whatever became of the ones before, so that one run shows all there is to fix.

mod deny;
mod imports;
mod promises;
mod rules;
mod supply;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::docs;
use crate::workspace::{self, Workspace};

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing to complain about.
    Passed,
    /// Something has to be fixed; the step has printed what.
    Failed,
    /// The step could not be carried out here, which is no fault of the change.
    NotChecked,
}

/// One thing that is checked.
struct Step {
    name: &'static str,
    /// Does the work, printing what there is to say.
    work: fn(&Workspace) -> Verdict,
}

/// One line of the closing table.
struct Report {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// The steps in the order they run: the quick ones that most often fail come first.
const STEPS: [Step; 10] = [
    Step { name: "imports", work: |workspace| found(imports::faults(workspace)) },
    Step { name: "rules", work: |workspace| found(rules::faults(workspace)) },
    Step { name: "promises", work: |workspace| found(promises::faults(workspace)) },
    Step { name: "supply chain", work: |workspace| found(supply::faults(workspace)) },
    Step { name: "generated docs", work: |workspace| judged(docs::verify(workspace)) },
    Step { name: "fmt", work: |workspace| command(&mut workspace.cargo(&["fmt", "--all", "--check"])) },
    Step { name: "clippy", work: clippy },
    Step { name: "doc", work: rustdoc },
    Step { name: "deny", work: deny::policy },
    Step { name: "advisories", work: deny::advisories },
];

/// Runs every step, prints the table, and fails if a step did.
pub(crate) fn run(workspace: &Workspace) -> ExitCode {
    let mut reports = Vec::new();
    for (index, step) in STEPS.iter().enumerate() {
        println!("\n== {}/{} {}", index + 1, STEPS.len(), step.name);
        let started = Instant::now();
        let verdict = (step.work)(workspace);
        reports.push(Report { name: step.name, verdict, took: started.elapsed() });
    }
    print!("\n{}", table(&reports));
    if reports.iter().any(|report| report.verdict == Verdict::Failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Clippy on all targets, with the features the tests use.
///
/// Never with `--all-features`: the dev-dependencies switch on what tests need, and a second set
/// of features would compile every dependency once more.
fn clippy(workspace: &Workspace) -> Verdict {
    command(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// The documentation of everything, private items included: a dead link there misleads too.
fn rustdoc(workspace: &Workspace) -> Verdict {
    let args = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    command(workspace.cargo(&args).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Runs a command; its own output says what is wrong.
fn command(command: &mut Command) -> Verdict {
    judged(workspace::run(command))
}

/// A result as a verdict; prints the reason of a failure.
fn judged(result: Result<(), String>) -> Verdict {
    match result {
        Ok(()) => Verdict::Passed,
        Err(reason) => {
            println!("{reason}");
            Verdict::Failed
        }
    }
}

/// A list of faults as a verdict; prints each on a line.
fn found(faults: Result<Vec<String>, String>) -> Verdict {
    judged(faults.and_then(|faults| if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }))
}

/// The closing table: step, result, seconds.
fn table(reports: &[Report]) -> String {
    let mut table = format!("{:<16}{:<14}{:>8}\n", "step", "result", "seconds");
    for report in reports {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_a_failure_from_what_could_not_be_checked() {
        let reports = [
            Report { name: "fmt", verdict: Verdict::Passed, took: Duration::from_millis(1234) },
            Report { name: "clippy", verdict: Verdict::Failed, took: Duration::from_secs(100) },
            Report { name: "advisories", verdict: Verdict::NotChecked, took: Duration::ZERO },
        ];
        let expected = "\
step            result         seconds
fmt             ok                 1.2
clippy          FAILED           100.0
advisories      not checked        0.0
";
        assert_eq!(table(&reports), expected);
    }

    #[test]
    fn one_fault_is_enough_to_fail_a_step() {
        assert_eq!(found(Ok(Vec::new())), Verdict::Passed);
        assert_eq!(found(Ok(vec!["a fault".to_owned()])), Verdict::Failed);
        assert_eq!(found(Err("not readable".to_owned())), Verdict::Failed);
    }
}
