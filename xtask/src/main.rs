//! The project's own tools: `cargo xtask check`, `test`, `e2e`, `contract-check`, `bench`, `soak`,
//! `fuzz` and `docs`.
//!
//! Nothing in here is shipped and no other crate sees it. The tools run on Unix, need nothing but a
//! Rust toolchain to start, and say so before they install anything.

mod check;
mod chromium;
mod docs;
mod machine;
mod node;
mod postgres;
mod proof;
mod suite;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::proof::ContractCheck;
use crate::suite::LeftOut;
use crate::workspace::Workspace;

/// The command line, as `cargo xtask --help` explains it.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", about = "The project's own tools")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

/// One sub-command with its options.
#[derive(Debug, PartialEq, Eq, Subcommand)]
enum Task {
    /// Everything about a change that can be judged without running it
    ///
    /// Runs every step even after one failed, and ends with a table of results and times.
    Check,
    /// Writes docs/configuration.md from contract/config.yaml
    Docs {
        /// Write nothing; fail when the file is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// All tests, on both databases and in a browser; further arguments go to `cargo test`
    ///
    /// Starts a throw-away PostgreSQL server, and installs PostgreSQL and Chromium when they are missing.
    /// `AUTHARA_TEST_POSTGRES_URL` names a server to use instead, `AUTHARA_CHROMIUM` and
    /// `AUTHARA_CHROMEDRIVER` a browser and its driver.
    Test {
        /// Leave PostgreSQL out; refused when CI is set
        #[arg(long)]
        sqlite_only: bool,
        /// Leave the browser out, and the tests that need one; refused when CI is set
        #[arg(long)]
        no_browser: bool,
        /// Passed on to `cargo test` as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// The tests in a browser alone, on both databases; further arguments go to `cargo test`
    ///
    /// They are part of `cargo xtask test`; this builds and runs nothing else. A name chooses some.
    #[command(name = "e2e")]
    EndToEnd {
        /// Passed on to `cargo test` as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Holds the server, its configuration and the SDK against contract/
    ///
    /// Starts the real server on both databases and provokes every documented answer, and lets
    /// schemathesis think of more. Installs PostgreSQL and Python when they are missing, and
    /// schemathesis into a virtual environment below the target folder.
    ContractCheck(ContractCheck),
    /// Measures the release server against what this machine can do
    ///
    /// `cargo xtask bench -- --help` explains its options.
    Bench {
        /// Passed on to the measuring program as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Kills, cuts off, fills up and floods the release server for a long time
    ///
    /// `cargo xtask soak -- --help` explains its options. The short forms are among the tests.
    Soak {
        /// Passed on to the program as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Feeds the parsers what nobody would send in good faith
    ///
    /// `cargo xtask fuzz -- --help` explains its options.
    Fuzz {
        /// Passed on to the program as they are: `--seconds N`, and the name of a target
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let raw: Vec<OsString> = std::env::args_os().collect();
    let workspace = Workspace::find();
    let ended = match parse(&raw) {
        Task::Check => Ok(check::run(&workspace)),
        Task::Docs { check: true } => docs::verify(&workspace).map(|()| ExitCode::SUCCESS),
        Task::Docs { check: false } => docs::write(&workspace).map(|()| ExitCode::SUCCESS),
        Task::Test { sqlite_only, no_browser, args } => {
            suite::run(&workspace, LeftOut { postgres: sqlite_only, browser: no_browser }, &args)
        }
        Task::EndToEnd { args } => suite::end_to_end(&workspace, &args),
        Task::ContractCheck(wanted) => proof::contract_check(&workspace, &wanted),
        Task::Bench { args } => proof::bench(&workspace, &args),
        Task::Soak { args } => proof::soak(&workspace, &args),
        Task::Fuzz { args } => proof::fuzz(&workspace, &args),
    };
    ended.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::FAILURE
    })
}

/// Reads the command line; on a mistake prints what is wrong and ends the process.
fn parse(raw: &[OsString]) -> Task {
    match CommandLine::parse_from(raw).task {
        Task::Test { sqlite_only, no_browser, args } => {
            let args = with_separator(raw, args);
            Task::Test { sqlite_only, no_browser, args }
        }
        Task::EndToEnd { args } => Task::EndToEnd { args: with_separator(raw, args) },
        task => task,
    }
}

/// Gives a leading `--` back, which the parser takes for its own.
///
/// In `cargo xtask test -- --nocapture` it belongs to `cargo test`, as it does in
/// `cargo xtask test --lib -- --nocapture`, where the parser leaves it alone.
fn with_separator(raw: &[OsString], mut args: Vec<OsString>) -> Vec<OsString> {
    let before = raw.iter().rev().nth(args.len());
    if before.is_some_and(|word| word == "--") {
        args.insert(0, OsString::from("--"));
    }
    args
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn task(words: &[&str]) -> Task {
        let raw: Vec<OsString> = ["xtask"].iter().chain(words).map(OsString::from).collect();
        parse(&raw)
    }

    fn test_with(sqlite_only: bool, args: &[&str]) -> Task {
        let args = args.iter().map(OsString::from).collect();
        Task::Test { sqlite_only, no_browser: false, args }
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn arguments_reach_cargo_test_as_they_were_written() {
        let written: [&[&str]; 5] = [
            &["-p", "authara-core", "--lib"],
            &["--", "--nocapture"],
            &["refresh", "--", "--nocapture", "--test-threads=1"],
            &["--no-fail-fast", "--", "--", "x"],
            &[],
        ];
        for args in written {
            let words: Vec<&str> = ["test"].iter().chain(args).copied().collect();
            assert_eq!(task(&words), test_with(false, args), "{words:?}");
        }
    }

    #[test]
    fn leaving_postgresql_out_is_an_option_of_ours() {
        assert_eq!(task(&["test", "--sqlite-only"]), test_with(true, &[]));
        assert_eq!(task(&["test", "--sqlite-only", "--", "--nocapture"]), test_with(true, &["--", "--nocapture"]));
        assert_eq!(task(&["test", "--sqlite-only", "--lib", "name"]), test_with(true, &["--lib", "name"]));
    }

    #[test]
    fn leaving_the_browser_out_is_an_option_of_ours_too() {
        let left_out = |sqlite_only: bool, args: &[&str]| {
            let args = args.iter().map(OsString::from).collect();
            Task::Test { sqlite_only, no_browser: true, args }
        };
        assert_eq!(task(&["test", "--no-browser"]), left_out(false, &[]));
        assert_eq!(task(&["test", "--no-browser", "--sqlite-only", "name"]), left_out(true, &["name"]));
        // What follows a word for `cargo test` is for `cargo test`, which refuses it.
        assert_eq!(task(&["test", "name", "--no-browser"]), test_with(false, &["name", "--no-browser"]));
    }

    #[test]
    fn the_tests_in_a_browser_take_arguments_as_all_tests_do() {
        let written: [&[&str]; 4] = [&[], &["login"], &["--", "--nocapture"], &["login", "--", "--nocapture"]];
        for args in written {
            let words: Vec<&str> = ["e2e"].iter().chain(args).copied().collect();
            let args = args.iter().map(OsString::from).collect();
            assert_eq!(task(&words), Task::EndToEnd { args }, "{words:?}");
        }
    }

    #[test]
    fn a_proof_gets_its_arguments_as_they_were_written_but_for_a_leading_separator() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(task(&["bench", "--only", "user"]), Task::Bench { args: args(&["--only", "user"]) });
        assert_eq!(task(&["bench", "--", "--help"]), Task::Bench { args: args(&["--help"]) });
        assert_eq!(task(&["soak", "--kills", "3"]), Task::Soak { args: args(&["--kills", "3"]) });
        assert_eq!(task(&["fuzz", "jwt", "--seconds", "9"]), Task::Fuzz { args: args(&["jwt", "--seconds", "9"]) });
        assert_eq!(task(&["soak"]), Task::Soak { args: Vec::new() });
    }

    #[test]
    fn the_contract_is_checked_as_a_whole_unless_asked_otherwise() {
        assert_eq!(task(&["contract-check"]), Task::ContractCheck(ContractCheck::default()));
        assert_ne!(task(&["contract-check", "--static-only"]), Task::ContractCheck(ContractCheck::default()));
        let bump = ["xtask", "contract-check", "--release", "tiny"];
        assert!(CommandLine::try_parse_from(bump).is_err());
    }

    #[test]
    fn docs_are_written_unless_only_checked() {
        assert_eq!(task(&["docs"]), Task::Docs { check: false });
        assert_eq!(task(&["docs", "--check"]), Task::Docs { check: true });
    }
}
