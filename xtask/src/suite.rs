//! `cargo xtask test`: all tests on both databases, and their total in one line.
//!
//! PostgreSQL is never left out in silence. Without `--sqlite-only` the tests are told that it has
//! to be there, and with it the missing half is announced before and after them.

mod tally;

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use self::tally::Tally;
use crate::machine;
use crate::postgres::{self, Durability, Postgres};
use crate::workspace::{self, Workspace};

const LEFT_OUT: &str = "\
*** PostgreSQL is left out: these tests say nothing about half of what is supported. ***";

/// Runs the tests with these arguments for `cargo test`, and ends as it does.
///
/// # Errors
///
/// When PostgreSQL is left out where that is forbidden, or no server can be had, or cargo does not
/// start.
pub(crate) fn run(workspace: &Workspace, sqlite_only: bool, args: &[OsString]) -> Result<ExitCode, String> {
    let mut command = cargo_test(workspace, args);
    let postgres = if sqlite_only {
        refuse_in_ci(machine::is_ci())?;
        println!("{LEFT_OUT}");
        postgres::leave_out(&mut command);
        None
    } else {
        let postgres = Postgres::ready(Durability::Off)?;
        postgres.tell(&mut command);
        Some(postgres)
    };

    let (status, tally) = run_and_count(&mut command)?;
    drop(postgres);
    if sqlite_only {
        println!("\n{LEFT_OUT}");
    }
    println!("\n{tally}");
    Ok(workspace::exit_code(status))
}

/// Leaving half of the tests out is for somebody at a keyboard who is told so.
fn refuse_in_ci(is_ci: bool) -> Result<(), String> {
    if is_ci {
        Err("CI is set, and there PostgreSQL may not be left out: run without --sqlite-only".to_owned())
    } else {
        Ok(())
    }
}

/// The command that runs the tests.
fn cargo_test(workspace: &Workspace, args: &[OsString]) -> Command {
    let mut command = workspace.cargo(&["test"]);
    // The words after `--` are for the tests themselves.
    let ours = || args.iter().take_while(|word| *word != "--").map(|word| word.to_string_lossy());
    // Cargo would let `--workspace` win over the choice of a package.
    let chosen = ours().any(|word| word.starts_with("-p") || word.starts_with("--package"));
    if !chosen {
        command.arg("--workspace");
    }
    // Otherwise cargo stops after the first failing binary, and the total would not be one.
    if !ours().any(|word| word == "--no-fail-fast") {
        command.arg("--no-fail-fast");
    }
    command.args(args);
    command
}

/// Runs the tests, showing what they print as they print it, and adds their results up.
fn run_and_count(command: &mut Command) -> Result<(ExitStatus, Tally), String> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| workspace::not_started(command, &error))?;
    let mut tally = Tally::default();
    let shown = match child.stdout.take() {
        Some(output) => pass_on(BufReader::new(output), &mut io::stdout().lock(), &mut tally),
        None => Ok(()),
    };
    // If we can no longer show anything, cargo ends too: our end of its output is closed by now.
    let status = child.wait().map_err(|error| format!("the end of the tests was lost: {error}"))?;
    shown.map_err(|error| format!("the tests' output could not be shown: {error}"))?;
    Ok((status, tally))
}

/// Passes output on piece by piece, so that a line that is still being written is seen too.
fn pass_on(mut from: impl BufRead, to: &mut impl Write, tally: &mut Tally) -> io::Result<()> {
    loop {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            return Ok(());
        }
        to.write_all(piece)?;
        to.flush()?;
        tally.read(piece);
        let length = piece.len();
        from.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(args: &[&str]) -> Vec<String> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let command = cargo_test(&Workspace::find(), &args);
        // On a build machine cargo is told to keep to the lock file, which is another test's matter.
        command.get_args().map(|word| word.to_string_lossy().into_owned()).filter(|word| word != "--locked").collect()
    }

    #[test]
    fn everything_is_tested_to_the_end_unless_chosen_otherwise() {
        assert_eq!(words(&[]), ["test", "--workspace", "--no-fail-fast"]);
        assert_eq!(
            words(&["refresh", "--", "--nocapture"]),
            ["test", "--workspace", "--no-fail-fast", "refresh", "--", "--nocapture"]
        );
        assert_eq!(words(&["-p", "authara-core", "--no-fail-fast"]), ["test", "-p", "authara-core", "--no-fail-fast"]);
        assert_eq!(words(&["--package=authara-core"]), ["test", "--no-fail-fast", "--package=authara-core"]);
    }

    #[test]
    fn what_the_tests_themselves_are_told_chooses_no_package() {
        assert_eq!(
            words(&["--", "-p", "--no-fail-fast"]),
            ["test", "--workspace", "--no-fail-fast", "--", "-p", "--no-fail-fast"]
        );
    }

    #[test]
    fn postgresql_may_be_left_out_only_where_somebody_reads_it() {
        assert!(refuse_in_ci(false).is_ok());
        assert!(refuse_in_ci(true).is_err());
    }

    #[test]
    fn output_is_passed_on_unchanged_while_it_is_counted() {
        let output = b"running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored\nno newline";
        let mut shown = Vec::new();
        let mut tally = Tally::default();
        // A tiny buffer tears every line apart.
        let torn = BufReader::with_capacity(3, output.as_slice());
        pass_on(torn, &mut shown, &mut tally).unwrap();
        assert_eq!(shown, output);
        assert_eq!(tally.to_string(), "1 passed, 0 failed");
    }
}
