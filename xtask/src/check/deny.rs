//! What the dependencies are allowed to be, judged by cargo-deny with `deny.toml`.
//!
//! Licences, bans and sources are judged from the lock file alone. Advisories need a database from
//! the network: where it cannot be fetched they are reported as not checked, never as clean.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::{Verdict, command, judged};
use crate::workspace::{self, Workspace};

/// How long the advisory database may take; a network that swallows packets takes for ever.
const FETCH_LIMIT: Duration = Duration::from_secs(120);

/// Bans, licences and sources.
pub(super) fn policy(workspace: &Workspace) -> Verdict {
    deny(workspace, &["check", "bans", "licenses", "sources"])
}

/// Known vulnerabilities and yanked versions.
///
/// Fetching comes first and by itself: cargo-deny has one exit code for a finding and for a
/// database it could not get, and only the first is a fault.
pub(super) fn advisories(workspace: &Workspace) -> Verdict {
    let mut fetch = match tool(workspace) {
        Ok(deny) => deny,
        Err(reason) => return judged(Err(reason)),
    };
    if let Err(reason) = run_within(fetch.args(["fetch", "db"]), FETCH_LIMIT) {
        println!("NOT CHECKED: the advisory database could not be fetched: {reason}");
        println!("Whether a dependency has a known vulnerability is unknown; run this again online.");
        return Verdict::NotChecked;
    }
    deny(workspace, &["check", "--disable-fetch", "advisories"])
}

/// Runs cargo-deny, whose own output says what is wrong.
fn deny(workspace: &Workspace, args: &[&str]) -> Verdict {
    match tool(workspace) {
        Ok(mut deny) => command(deny.args(args)),
        Err(reason) => judged(Err(reason)),
    }
}

/// `cargo deny`, installed if it has to be.
fn tool(workspace: &Workspace) -> Result<Command, String> {
    let home = tools_home(workspace);
    if let Ok(deny) = installed(workspace, &home) {
        return Ok(deny);
    }
    println!("cargo-deny is missing: installing it into {}, about 3 minutes", home.display());
    let mut install = workspace.cargo(&["install", "cargo-deny", "--locked", "--root"]);
    workspace::run(install.arg(&home))?;
    installed(workspace, &home)
}

/// `cargo deny` if it answers, the user's own before ours.
fn installed(workspace: &Workspace, home: &Path) -> Result<Command, String> {
    let command = || {
        let mut command = workspace.cargo(&["deny"]);
        command.env("PATH", path_with(home));
        command
    };
    workspace::capture(command().arg("--version"))?;
    Ok(command())
}

/// Where tools are kept that a check has to build: outside of the target folder, so that they
/// survive `cargo clean` and serve every clone.
fn tools_home(workspace: &Workspace) -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .map_or_else(|| workspace.path("target/tools"), |cache| cache.join("authara-tools"))
}

/// The search path with our tools after everything else.
fn path_with(home: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([home.join("bin")]);
    // Only a folder with a separator in its name cannot be joined, and such a folder is of no use.
    std::env::join_paths(folders).unwrap_or(path)
}

/// Runs a command to its end, or ends it when it takes too long.
fn run_within(command: &mut Command, limit: Duration) -> Result<(), String> {
    let mut child = command.spawn().map_err(|error| workspace::not_started(command, &error))?;
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("it ended with {status}")),
            Ok(None) if started.elapsed() < limit => thread::sleep(Duration::from_millis(100)),
            Ok(None) => {
                // Its end was what we wanted, and whoever is gone already cannot be ended.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took longer than {limit:?}"));
            }
            Err(error) => return Err(format!("its end was not learned: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_hangs_is_ended_and_one_that_fails_is_told() {
        let ample = Duration::from_secs(60);
        assert_eq!(run_within(&mut Command::new("true"), ample), Ok(()));
        assert!(run_within(&mut Command::new("false"), ample).is_err());
        let hung = run_within(Command::new("sleep").arg("60"), Duration::from_millis(300));
        assert_eq!(hung, Err("it took longer than 300ms".to_owned()));
    }
}
