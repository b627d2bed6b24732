//! How scenarios went, as a table.

use std::any::Any;
use std::fmt;
use std::time::{Duration, Instant};

use crate::scenario::Figures;

/// One scenario on one database, ready to run.
pub struct Trial {
    /// What happens, with the number of the promise in front.
    pub name: &'static str,
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Runs it. A promise that does not hold is a panic.
    pub run: Box<dyn FnOnce() -> Figures + Send>,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("name", &self.name).field("database", &self.database).finish_non_exhaustive()
    }
}

/// How a scenario went.
#[derive(Debug)]
pub struct Verdict {
    name: &'static str,
    database: &'static str,
    /// The figures, or why it failed.
    outcome: Result<Figures, String>,
    took: Duration,
}

impl Trial {
    /// Runs the scenario to its end, whatever that is.
    pub fn judge(self) -> Verdict {
        let started = Instant::now();
        let Self { name, database, run } = self;
        // On a thread of its own: a panic ends that, and what it had started with it.
        let ended = std::thread::spawn(run).join();
        Verdict { name, database, outcome: ended.map_err(|panic| message(&*panic)), took: started.elapsed() }
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

impl Verdict {
    /// Did the promise hold?
    pub fn is_good(&self) -> bool {
        self.outcome.is_ok()
    }
}

/// One line of the table: scenario, database, result, seconds, figures.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (result, text) = match &self.outcome {
            Ok(figures) => ("ok", figures),
            Err(message) => ("FAILED", message),
        };
        // Of an assertion that compares, both sides are worth seeing.
        let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        write!(f, "{:<44}{:<10}{result:<8}{:>8.1}  {text}", self.name, self.database, self.took.as_secs_f64())
    }
}

/// The table with its headings.
pub fn table(verdicts: &[Verdict]) -> String {
    let mut lines = vec![format!("{:<44}{:<10}{:<8}{:>8}  figures", "scenario", "database", "result", "seconds")];
    lines.extend(verdicts.iter().map(Verdict::to_string));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(run: fn() -> Figures) -> Trial {
        Trial { name: "s000 a scenario", database: "sqlite", run: Box::new(run) }
    }

    #[test]
    fn what_holds_has_figures_and_what_does_not_has_the_reason() {
        let good = trial(|| "3 kills".to_owned()).judge();
        assert!(good.is_good());
        let bad = trial(|| {
            assert_eq!(1, 2, "two tokens");
            String::new()
        });
        let bad = bad.judge();
        assert!(!bad.is_good());
        let table = table(&[good, bad]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert!(lines[1].contains("ok") && lines[1].ends_with("3 kills"), "{table}");
        assert!(lines[2].contains("FAILED") && lines[2].contains("two tokens left: 1 right: 2"), "{table}");
    }
}
