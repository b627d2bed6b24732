//! Where the workspace is, and how its commands are started.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use serde::Deserialize;

use crate::machine;

/// The checked-out workspace; every command runs in its root.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the workspace this program belongs to, from whichever folder it was started in.
    ///
    /// Cargo says at run time where the crate is. The path known at compile time is only for
    /// somebody who starts the program by hand: the target folder may have been moved since.
    pub(crate) fn find() -> Self {
        let crate_root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_root.parent().map_or_else(|| crate_root.clone(), Path::to_path_buf);
        Self { root }
    }

    /// The path of a file or folder, given relative to the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Reads a file, given relative to the root.
    ///
    /// # Errors
    ///
    /// The reason, with the path, when the file cannot be read as text.
    pub(crate) fn read(&self, relative: &str) -> Result<String, String> {
        std::fs::read_to_string(self.path(relative)).map_err(|error| format!("{relative} cannot be read: {error}"))
    }

    /// A command in the root of the workspace.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The same cargo that started this program, so that a `+toolchain` on it is honoured.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        if let Some((sub_command, rest)) = args.split_first() {
            command.arg(sub_command);
            if machine::is_locked(sub_command, machine::is_ci()) {
                command.arg("--locked");
            }
            command.args(rest);
        }
        command
    }

    /// The folder in which cargo builds, wherever the environment or cargo's configuration puts it.
    ///
    /// # Errors
    ///
    /// When cargo cannot read the manifests.
    pub(crate) fn target_folder(&self) -> Result<PathBuf, String> {
        // Without the dependencies' own dependencies: nothing is resolved, so nothing is fetched.
        let json = capture(&mut self.cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Metadata =
            serde_json::from_str(&json).map_err(|error| format!("`cargo metadata` is not understood: {error}"))?;
        Ok(metadata.target_directory)
    }
}

/// The part of what `cargo metadata` says that tells where cargo builds.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Runs a command to its end with its output on the terminal.
///
/// # Errors
///
/// What was run and how it ended, unless it ended well.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", describe(command))) }
}

/// Runs a command to its end and gives what it printed to its standard output.
///
/// # Errors
///
/// What was run, how it ended and what it printed to its standard error, unless it ended well.
pub(crate) fn capture(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` ended with {}: {}", describe(command), output.status, said.trim()))
}

/// Runs a command to its end with its output on the terminal, and gives its own exit code.
///
/// # Errors
///
/// When it does not start.
pub(crate) fn run_as_ours(command: &mut Command) -> Result<ExitCode, String> {
    command.status().map(exit_code).map_err(|error| not_started(command, &error))
}

/// A program's exit code; one that a signal left out counts as a failure.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    if status.success() {
        return ExitCode::SUCCESS;
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Why a command did not even start, as a sentence.
pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` did not start: {error}", describe(command))
}

/// The command as one would type it; of a program's path only the name.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
