//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// The command line, as `cargo xtask bench --help` explains it.
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    bin_name = "cargo xtask bench",
    about = "Measures the release server against what this machine can do",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// A process that the run starts: this binary again.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// The load generator
    #[command(hide = true)]
    Load {
        /// The plan, as JSON
        plan: PathBuf,
    },
    /// The bare handler
    #[command(hide = true)]
    Bare {
        /// The answer to replay, as JSON
        replay: PathBuf,
    },
}

/// What one run measures, and where its results go.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The release server
    #[arg(long, value_name = "FILE", default_value = "target/release/authara-server")]
    pub(crate) server: PathBuf,
    /// Only this database
    #[arg(long, value_enum)]
    pub(crate) database: Option<Database>,
    /// Only these measurements, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME")]
    pub(crate) only: Vec<Measurement>,
    /// One second each, without growth and clean-up: shows that everything works, not how fast
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) quick: bool,
    /// How long each load is measured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: Option<u64>,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Show the change since these results
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
    /// Put the table into docs/performance.md
    #[arg(long)]
    pub(crate) write_docs: bool,
}

/// A database that the server supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Database {
    /// A file of the server's own
    Sqlite,
    /// The server named by `AUTHARA_TEST_POSTGRES_URL`
    Postgres,
}

impl Database {
    /// Both, in the order in which they are measured.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name in tables and results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// The size of the binary
    Size,
    /// From the start of the process to the first answer
    Start,
    /// Idle, and under a flood of logins
    Memory,
    /// GET user
    User,
    /// GET csrf
    Csrf,
    /// POST tokens/refresh
    Refresh,
    /// POST login, and what others feel meanwhile
    Login,
    /// The same among a million users
    Growth,
    /// POST tokens/refresh while a million lapsed rows are deleted
    CleanUp,
}

impl Measurement {
    /// Takes minutes, and says nothing in one second.
    fn is_long(self) -> bool {
        matches!(self, Self::Growth | Self::CleanUp)
    }
}

impl Options {
    /// How long each load is measured.
    pub(crate) fn measured(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { self.seconds.unwrap_or(5) })
    }

    /// How long each load runs before that.
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 2 })
    }

    /// Is this to be measured?
    pub(crate) fn wants(&self, measurement: Measurement) -> bool {
        if self.only.is_empty() { !(self.quick && measurement.is_long()) } else { self.only.contains(&measurement) }
    }

    /// Is anything of these to be measured?
    pub(crate) fn wants_any(&self, measurements: &[Measurement]) -> bool {
        measurements.iter().any(|measurement| self.wants(*measurement))
    }

    /// The databases to measure on.
    pub(crate) fn databases(&self) -> Vec<Database> {
        Database::ALL.into_iter().filter(|database| self.database.is_none_or(|only| only == *database)).collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn options(words: &[&str]) -> Options {
        CommandLine::try_parse_from(["bench"].iter().chain(words)).unwrap().options
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn everything_is_measured_for_five_seconds_unless_told_otherwise() {
        let all = options(&[]);
        assert!(all.wants(Measurement::Growth) && all.wants(Measurement::Size));
        assert_eq!(all.databases(), Database::ALL);
        assert_eq!((all.warm_up(), all.measured()), (Duration::from_secs(2), Duration::from_secs(5)));
        assert_eq!(options(&["--seconds", "30"]).measured(), Duration::from_secs(30));
    }

    #[test]
    fn a_quick_run_leaves_out_what_takes_minutes_unless_it_is_asked_for() {
        let quick = options(&["--quick"]);
        assert!(quick.wants(Measurement::User) && !quick.wants(Measurement::Growth));
        assert!(!quick.wants(Measurement::CleanUp));
        assert_eq!(quick.measured(), Duration::from_secs(1));
        assert!(options(&["--quick", "--only", "clean-up"]).wants(Measurement::CleanUp));
    }

    #[test]
    fn only_what_is_named_is_measured() {
        let some = options(&["--only", "user,login", "--database", "postgres"]);
        assert!(some.wants(Measurement::User) && some.wants(Measurement::Login) && !some.wants(Measurement::Csrf));
        assert!(some.wants_any(&[Measurement::Csrf, Measurement::Login]));
        assert_eq!(some.databases(), [Database::Postgres]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [&["--only", "logout"][..], &["--seconds", "0"], &["--quick", "--seconds", "3"], &["other"]] {
            assert!(CommandLine::try_parse_from(["bench"].iter().chain(words)).is_err(), "{words:?}");
        }
    }

    #[test]
    fn the_parts_take_a_file_each() {
        let part = |words: [&str; 3]| CommandLine::try_parse_from(words).unwrap().part;
        assert!(matches!(part(["bench", "load", "plan.json"]), Some(Part::Load { .. })));
        assert!(matches!(part(["bench", "bare", "replay.json"]), Some(Part::Bare { .. })));
    }
}
