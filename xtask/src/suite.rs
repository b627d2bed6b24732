//! `cargo xtask test` and `e2e`: the tests on both databases and in a browser, and their total in one line.
//!
//! Nothing is left out in silence. Without `--sqlite-only` the tests are told that PostgreSQL has to be
//! there, and with it the missing half is announced before and after them. So it is with `--no-browser`.

mod left_out;
mod selection;
mod tally;

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

pub(crate) use self::left_out::LeftOut;
use self::selection::{BROWSER_TESTS, Selection};
use self::tally::Tally;
use crate::chromium::{self, Chromium};
use crate::machine;
use crate::node;
use crate::postgres::{self, Durability, Postgres};
use crate::workspace::{self, Workspace};

/// Runs the tests with these arguments for `cargo test`, and ends as it does.
///
/// # Errors
///
/// When something is left out where that is forbidden, or cannot be had or built, or cargo does not
/// start.
pub(crate) fn run(workspace: &Workspace, left_out: LeftOut, args: &[OsString]) -> Result<ExitCode, String> {
    left_out.refuse_in_ci(machine::is_ci())?;
    let selection = Selection::new(args);
    let mut command = selection.test(workspace, left_out.browser)?;
    for notice in left_out.notices() {
        println!("{notice}");
    }
    if left_out.browser {
        chromium::leave_out(&mut command);
    } else if selection.needs_browser() {
        Chromium::ready()?.tell(&mut command);
    }
    // Whoever chooses tests chooses among those of cargo.
    let with_node = !left_out.browser && args.is_empty();
    if with_node {
        node::ready()?;
    }
    if let Some(mut build) = selection.build_server(workspace) {
        workspace::run(&mut build)?;
    }
    let postgres = if left_out.postgres {
        postgres::leave_out(&mut command);
        None
    } else {
        let postgres = Postgres::ready(Durability::Off)?;
        postgres.tell(&mut command);
        Some(postgres)
    };

    let (status, tally) = run_and_count(&mut command)?;
    drop(postgres);
    let packages = if with_node { node::test(workspace) } else { Vec::new() };
    for notice in left_out.notices() {
        println!("\n{notice}");
    }
    println!("\n{tally}");
    for (package, outcome) in &packages {
        match outcome {
            Ok(()) => println!("{package}: passed"),
            Err(reason) => println!("{package}: FAILED: {reason}"),
        }
    }
    if packages.iter().any(|(_, outcome)| outcome.is_err()) {
        return Ok(ExitCode::FAILURE);
    }
    Ok(workspace::exit_code(status))
}

/// Runs the tests in a browser alone, with these further arguments for `cargo test`.
///
/// # Errors
///
/// As for [`run`].
pub(crate) fn end_to_end(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode, String> {
    let mut words: Vec<OsString> = vec!["--package".into(), BROWSER_TESTS.into()];
    words.extend_from_slice(args);
    run(workspace, LeftOut::default(), &words)
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
