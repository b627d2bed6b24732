//! The clients that are written in TypeScript: their own tests, by way of Node.js and npm, which are
//! installed where they are missing.

use std::path::Path;
use std::process::Command;

use crate::machine::{self, Software};
use crate::workspace::{self, Workspace};

/// Each with its lock file, and a script `test` that does everything.
const PACKAGES: [&str; 2] = ["clients/browser", "clients/contract-typescript"];

static NODE: Software = Software {
    name: "Node.js with npm",
    packages: [
        ("apt-get", &["nodejs", "npm"]),
        ("dnf", &["nodejs", "nodejs-npm"]),
        ("apk", &["nodejs", "npm"]),
        ("pacman", &["nodejs", "npm"]),
        ("brew", &["node"]),
    ],
    otherwise: "leave the clients in TypeScript out: `cargo xtask test --no-browser`",
};

/// Sees to it that there is Node.js.
///
/// # Errors
///
/// When it is missing and cannot be installed.
pub(crate) fn ready() -> Result<(), String> {
    let is_there = || ["node", "npm"].into_iter().all(|program| machine::find_program(program).is_some());
    if !is_there() {
        machine::install(&NODE)?;
    }
    if is_there() { Ok(()) } else { Err("Node.js was installed, but node or npm is not on the path".to_owned()) }
}

/// Runs the tests of every package, and says for each whether they passed.
pub(crate) fn test(workspace: &Workspace) -> Vec<(&'static str, Result<(), String>)> {
    let tested = PACKAGES.into_iter().map(|package| (package, test_package(&workspace.path(package))));
    tested.collect()
}

fn test_package(folder: &Path) -> Result<(), String> {
    for args in [&["ci", "--no-audit", "--no-fund"][..], &["test"]] {
        println!("\n== npm {} in {}", args.join(" "), folder.display());
        let mut npm = Command::new("npm");
        npm.args(args).current_dir(folder);
        workspace::run(&mut npm)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_can_be_installed_by_every_package_manager() {
        machine::assert_installable(&NODE);
    }

    #[test]
    fn every_package_brings_its_lock_file_without_naming_a_registry() {
        let workspace = Workspace::find();
        for package in PACKAGES {
            let lock = workspace.read(&format!("{package}/package-lock.json")).unwrap();
            assert!(lock.contains("\"integrity\""), "{package}");
            assert!(!lock.contains("\"resolved\""), "{package}");
        }
    }
}
