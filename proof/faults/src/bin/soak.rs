//! `soak`: every fault at full scale on both databases, one after another, and a table of verdicts.
//!
//! Ends by itself, with code 1 if a promise did not hold. `cargo xtask soak` builds the server and
//! provides PostgreSQL.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use authara_faults::scenario::plan::{Scale, trials};
use authara_faults::verdict::{Trial, Verdict, table};
use clap::Parser;

/// With `--quick` the mixed load lasts this long, and a server is killed this often.
const QUICK: Scale = Scale { kills: 5, endurance: Duration::from_secs(20), is_quick: true };

/// The command line, as `soak --help` explains it.
#[derive(Debug, Parser)]
#[command(name = "soak", about = "Does to a server what happens to servers, for as long as the promises say")]
struct CommandLine {
    /// The server's binary; a release build, or the figures say little
    #[arg(long)]
    server: PathBuf,
    /// Only scenarios whose name or database has this in it; may be given several times
    #[arg(long)]
    only: Vec<String>,
    /// How long the mixed load lasts
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// How often a server is killed, for each kind of load
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// A few seconds for each scenario, with lenient limits: shows that they work
    #[arg(long)]
    quick: bool,
}

impl CommandLine {
    fn scale(&self) -> Scale {
        if self.quick {
            return QUICK;
        }
        Scale { kills: self.kills, endurance: Duration::from_secs(self.minutes * 60), is_quick: false }
    }

    fn is_chosen(&self, trial: &Trial) -> bool {
        let has = |part: &String| trial.name.contains(part.as_str()) || trial.database == part;
        self.only.is_empty() || self.only.iter().any(has)
    }
}

fn main() -> ExitCode {
    let wanted = CommandLine::parse();
    if !wanted.server.is_file() {
        eprintln!("error: there is no server at {}", wanted.server.display());
        return ExitCode::FAILURE;
    }
    let trials = trials(&wanted.server, wanted.scale());
    let without_postgres = !trials.iter().any(|trial| trial.database == "postgres");
    let chosen: Vec<Trial> = trials.into_iter().filter(|trial| wanted.is_chosen(trial)).collect();
    if chosen.is_empty() {
        eprintln!("error: no scenario has any of {:?} in its name", wanted.only);
        return ExitCode::FAILURE;
    }
    let count = chosen.len();
    let mut verdicts: Vec<Verdict> = Vec::new();
    for (number, trial) in chosen.into_iter().enumerate() {
        println!("== {}/{count} {}, {}", number + 1, trial.name, trial.database);
        let verdict = trial.judge();
        println!("{verdict}");
        verdicts.push(verdict);
    }
    println!("\n{}", table(&verdicts));
    if without_postgres {
        println!("\n*** PostgreSQL is left out: this says nothing about half of what is supported. ***");
    }
    let failed = verdicts.iter().filter(|verdict| !verdict.is_good()).count();
    println!("\n{} of {count} hold", count - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn command_line(words: &[&str]) -> CommandLine {
        CommandLine::parse_from(["soak", "--server", "x"].iter().chain(words))
    }

    fn trial(name: &'static str, database: &'static str) -> Trial {
        Trial { name, database, run: Box::new(String::new) }
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn without_a_choice_everything_runs_for_half_an_hour_and_a_hundred_kills() {
        let wanted = command_line(&[]);
        assert_eq!((wanted.scale().kills, wanted.scale().endurance), (100, Duration::from_secs(1800)));
        assert!(wanted.is_chosen(&trial("s164 killed", "sqlite")));
    }

    #[test]
    fn a_choice_is_a_part_of_the_name_or_the_database() {
        let wanted = command_line(&["--only", "s164", "--only", "postgres"]);
        assert!(wanted.is_chosen(&trial("s164 killed", "sqlite")));
        assert!(wanted.is_chosen(&trial("s168 stopped", "postgres")));
        assert!(!wanted.is_chosen(&trial("s168 stopped", "sqlite")));
    }
}
