//! `contract-check`: holds the server, its configuration and the SDK against the contract, and the
//! contract against the last release. `cargo xtask contract-check` runs it.

use std::path::PathBuf;
use std::process::ExitCode;

use authara_contract_check::check::{Run, standing};
use authara_contract_check::document::Document;
use authara_contract_check::files::Files;
use authara_contract_check::finding::Finding;
use authara_contract_check::versioning::{self, Comparison, Level, Texts, Version};
use authara_contract_check::{live, schemathesis};
use clap::{Parser, ValueEnum};

/// The command line, as `contract-check --help` explains it.
#[derive(Debug, Parser)]
#[command(name = "contract-check", about = "Holds what Authara does against what it promises")]
struct CommandLine {
    /// Start nothing: compare files and tables only
    #[arg(long, conflicts_with = "schemathesis")]
    static_only: bool,
    /// Also run this program, schemathesis, against the server
    #[arg(long, value_name = "PROGRAM")]
    schemathesis: Option<PathBuf>,
    /// Only say which release the changes since the last one need; fail when this one is too small
    #[arg(long, value_name = "BUMP", conflicts_with_all = ["static_only", "schemathesis", "accept"])]
    release: Option<Release>,
    /// A step of releasing: make the contract of now the one that later changes are held against
    #[arg(long, conflicts_with_all = ["static_only", "schemathesis"])]
    accept: bool,
}

/// Which number of the version a release raises.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Release {
    Patch,
    Minor,
    Major,
}

fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let files = Files::find();
    let Some(workspace) = Version::parse(env!("CARGO_PKG_VERSION")) else {
        eprintln!("error: the version in Cargo.toml is not three numbers, as in 1.2.3");
        return ExitCode::FAILURE;
    };
    if let Some(release) = arguments.release {
        return ended(suits(&files, release));
    }
    if arguments.accept {
        return ended(versioning::accept(&files, workspace));
    }
    let mut run = Run::default();
    let document = standing(&files, workspace, &mut run);
    if !arguments.static_only {
        actix_web::rt::System::new().block_on(moving(document.as_ref(), arguments.schemathesis, &mut run));
    }
    print!("\n{}", run.table());
    if run.has_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The checks that start a server.
async fn moving(document: Option<&Document>, program: Option<PathBuf>, run: &mut Run) {
    match document {
        Some(document) => run.check_later("live", live::run(document)).await,
        None => run.skip("live"),
    }
    if let Some(program) = program {
        let work = async { schemathesis::run(&program).await.err().unwrap_or_default() };
        run.check_later("schemathesis", work).await;
    }
}

/// Does a release of this kind suit the changes since the last one?
fn suits(files: &Files, release: Release) -> Result<(), Vec<Finding>> {
    let chosen = match release {
        Release::Patch => Level::Patch,
        Release::Minor => Level::Minor,
        Release::Major => Level::Major,
    };
    let comparison = Comparison::of(&Texts::baseline(files)?, &Texts::current(files)?)?;
    print!("{}", comparison.report());
    comparison.check_release(chosen).map_or(Ok(()), |finding| Err(vec![finding]))
}

/// Prints what was found, and ends accordingly.
fn ended(result: Result<(), Vec<Finding>>) -> ExitCode {
    let findings = result.err().unwrap_or_default();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
