//! `cargo xtask contract-check`, `bench`, `soak` and `fuzz`: prepares what a proof needs, and starts it.
//!
//! The proofs are programs of crates of their own: they contain the whole server, which somebody who
//! only wants `cargo xtask check` need not compile. What takes part in the tests is built as the
//! tests are, so that nothing is compiled twice; what is measured is built as it is shipped.

mod schemathesis;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::machine;
use crate::postgres::{self, Durability, Postgres};
use crate::workspace::{self, Workspace};

const LEFT_OUT: &str = "\
*** schemathesis is left out: nobody asks the server what no one here has thought of. ***";

/// Holds the server, its configuration and the SDK against contract/
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct ContractCheck {
    /// Only say which release the changes since the last one need; fail when this one is too small
    #[arg(
        long,
        value_name = "BUMP",
        value_parser = ["patch", "minor", "major"],
        conflicts_with_all = ["accept", "static_only", "no_schemathesis"]
    )]
    release: Option<String>,
    /// A step of releasing: make the contract of now the one that later changes are held against
    #[arg(long, conflicts_with_all = ["static_only", "no_schemathesis"])]
    accept: bool,
    /// Start nothing: compare files and tables only
    #[arg(long)]
    static_only: bool,
    /// Leave schemathesis out; refused when CI is set
    #[arg(long)]
    no_schemathesis: bool,
}

/// A program that proves something.
struct Proof {
    /// The folder of its crate, relative to the root.
    folder: &'static str,
    /// The name of the binary.
    binary: &'static str,
}

const CONTRACT_CHECK: Proof = Proof { folder: "proof/contract", binary: "contract-check" };
const BENCH: Proof = Proof { folder: "proof/bench", binary: "bench" };
const SOAK: Proof = Proof { folder: "proof/faults", binary: "soak" };
const FUZZ: Proof = Proof { folder: "fuzz", binary: "fuzz" };

/// Holds the server and the SDK against the contract.
///
/// Where schemathesis cannot be had, everything else is checked before that is reported as the
/// failure it is.
///
/// # Errors
///
/// When something is left out where that is forbidden, or cannot be had, built or started.
pub(crate) fn contract_check(workspace: &Workspace, wanted: &ContractCheck) -> Result<ExitCode, String> {
    refuse_in_ci(wanted, machine::is_ci())?;
    let target = workspace.target_folder()?;
    let without = wanted.no_schemathesis || wanted.starts_nothing();
    let generator = if without { Ok(None) } else { schemathesis::program(workspace, &target).map(Some) };
    build_all(workspace)?;

    let mut command = CONTRACT_CHECK.command(workspace, &target.join("debug"));
    command.args(wanted.arguments(generator.as_ref().ok().and_then(Option::as_deref)));
    let postgres = if wanted.starts_nothing() {
        postgres::leave_out(&mut command);
        None
    } else {
        let postgres = Postgres::ready(Durability::Off)?;
        postgres.tell(&mut command);
        Some(postgres)
    };
    let ended = workspace::run_as_ours(&mut command)?;
    drop(postgres);
    if wanted.no_schemathesis {
        println!("\n{LEFT_OUT}");
    }
    generator.map(|_| ended)
}

/// Measures the server as it is shipped.
///
/// # Errors
///
/// When something it needs cannot be had, built or started.
pub(crate) fn bench(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode, String> {
    let (mut command, postgres) = released(workspace, &BENCH, "authara-bench", args)?;
    postgres.tell_load_generator(&mut command)?;
    // SQLite's files are measured on the same kind of disk as those of PostgreSQL.
    command.env("TMPDIR", postgres::durable_temp_dir());
    let ended = workspace::run_as_ours(&mut command);
    drop(postgres);
    ended
}

/// Does to the server as it is shipped what happens to servers, for a long time.
///
/// # Errors
///
/// When something it needs cannot be had, built or started.
pub(crate) fn soak(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode, String> {
    let (mut command, postgres) = released(workspace, &SOAK, "authara-faults", args)?;
    let ended = workspace::run_as_ours(&mut command);
    drop(postgres);
    ended
}

/// Feeds the parsers what nobody would send in good faith.
///
/// # Errors
///
/// When it cannot be built or started.
pub(crate) fn fuzz(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode, String> {
    let target = workspace.target_folder()?;
    build_all(workspace)?;
    workspace::run_as_ours(FUZZ.command(workspace, &target.join("debug")).args(args))
}

/// Leaving schemathesis out is for somebody at a keyboard who is told so.
fn refuse_in_ci(wanted: &ContractCheck, is_ci: bool) -> Result<(), String> {
    if is_ci && wanted.no_schemathesis {
        Err("CI is set, and there schemathesis may not be left out: run without --no-schemathesis".to_owned())
    } else {
        Ok(())
    }
}

/// Builds everything with the features that `cargo test --workspace` builds it with, for which what
/// is built here is then good too.
fn build_all(workspace: &Workspace) -> Result<(), String> {
    workspace::run(&mut workspace.cargo(&["build", "--workspace", "--all-targets"]))
}

/// A proof that is about the shipped server, with that server and a PostgreSQL server on which an
/// acknowledged commit is on disk.
fn released(
    workspace: &Workspace,
    proof: &Proof,
    package: &str,
    args: &[OsString],
) -> Result<(Command, Postgres), String> {
    let target = workspace.target_folder()?.join("release");
    // By itself, so that it has the features with which it is shipped, and not those of its tests.
    workspace::run(&mut workspace.cargo(&["build", "--release", "--package", "authara-server"]))?;
    workspace::run(&mut workspace.cargo(&["build", "--release", "--package", package]))?;
    let mut command = proof.command(workspace, &target);
    command.arg("--server").arg(target.join("authara-server")).args(args);
    let postgres = Postgres::ready(Durability::On)?;
    postgres.tell(&mut command);
    Ok((command, postgres))
}

impl Proof {
    /// The program as `cargo run` would start it, from among the binaries of one profile.
    fn command(&self, workspace: &Workspace, binaries: &Path) -> Command {
        let mut command = workspace.command(binaries.join(self.binary));
        // What cargo has set is about this crate.
        command.env("CARGO_MANIFEST_DIR", workspace.path(self.folder));
        command
    }
}

impl ContractCheck {
    /// Is it only about files, so that no server is needed?
    fn starts_nothing(&self) -> bool {
        self.static_only || self.accept || self.release.is_some()
    }

    /// The arguments of the program that does the work.
    fn arguments(&self, schemathesis: Option<&Path>) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if let Some(bump) = &self.release {
            arguments.extend([OsString::from("--release"), bump.into()]);
        }
        for (chosen, name) in [(self.accept, "--accept"), (self.static_only, "--static-only")] {
            if chosen {
                arguments.push(name.into());
            }
        }
        if let Some(program) = schemathesis {
            arguments.extend([OsString::from("--schemathesis"), program.into()]);
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_told_what_was_asked_for() {
        let everything = ContractCheck::default();
        assert_eq!(everything.arguments(Some(Path::new("/t/st"))), ["--schemathesis", "/t/st"]);
        let release = ContractCheck { release: Some("minor".to_owned()), ..ContractCheck::default() };
        assert_eq!(release.arguments(None), ["--release", "minor"]);
        let accept = ContractCheck { accept: true, ..ContractCheck::default() };
        assert_eq!(accept.arguments(None), ["--accept"]);
        let files = ContractCheck { static_only: true, ..ContractCheck::default() };
        assert_eq!(files.arguments(None), ["--static-only"]);
        assert!(!everything.starts_nothing());
        assert!([release, accept, files].iter().all(ContractCheck::starts_nothing));
    }

    #[test]
    fn schemathesis_may_be_left_out_only_where_somebody_reads_it() {
        let left_out = ContractCheck { no_schemathesis: true, ..ContractCheck::default() };
        assert!(refuse_in_ci(&left_out, false).is_ok());
        assert!(refuse_in_ci(&left_out, true).is_err());
        assert!(refuse_in_ci(&ContractCheck::default(), true).is_ok());
    }

    #[test]
    fn a_proof_is_started_as_cargo_would_start_it() {
        let workspace = Workspace::find();
        let command = SOAK.command(&workspace, Path::new("/built"));
        assert_eq!(command.get_program(), "/built/soak");
        assert_eq!(command.get_current_dir(), Some(workspace.path("").as_path()));
        let folder = workspace.path("proof/faults");
        let told = command.get_envs().find(|(name, _)| *name == "CARGO_MANIFEST_DIR");
        assert_eq!(told.and_then(|(_, value)| value), Some(folder.as_os_str()));
    }
}
