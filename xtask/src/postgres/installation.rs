//! Finding a PostgreSQL server on this machine, and installing one where there is none.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::PROGRAMS_FOLDER;
use crate::machine::{self, Software};
use crate::workspace::capture;

/// The programs a throw-away server needs, all of one version and therefore of one folder.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "pg_isready"];

/// Where distributions put each version apart: folder, what precedes the version, what follows it.
const VERSIONED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

static POSTGRESQL: Software = Software {
    name: "PostgreSQL",
    packages: [
        ("apt-get", &["postgresql"]),
        ("dnf", &["postgresql-server"]),
        ("apk", &["postgresql"]),
        ("pacman", &["postgresql"]),
        ("brew", &["postgresql"]),
    ],
    otherwise: "name the folder of its programs in AUTHARA_POSTGRES_BIN; \
        `cargo xtask test --sqlite-only` does without",
};

/// A folder whose programs have been seen to answer.
pub(super) struct Installation {
    folder: PathBuf,
}

impl Installation {
    /// The installation that the environment names, or one on this machine, after installing it if
    /// need be.
    ///
    /// # Errors
    ///
    /// When the one that is named does not work, or there is none and none could be installed, with
    /// the command that would do it.
    pub(super) fn find_or_install() -> Result<Self, String> {
        if let Some(folder) = std::env::var_os(PROGRAMS_FOLDER).filter(|folder| !folder.is_empty()) {
            return Self::named(PathBuf::from(folder));
        }
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        machine::install(&POSTGRESQL)?;
        let programs = PROGRAMS.join(", ");
        Self::find().ok_or_else(|| format!("PostgreSQL was installed, but no folder has all of {programs}"))
    }

    /// The installation in the folder that somebody chose.
    fn named(folder: PathBuf) -> Result<Self, String> {
        if works(&folder) {
            return Ok(Self { folder });
        }
        let programs = PROGRAMS.join(", ");
        Err(format!("{PROGRAMS_FOLDER} names {}, which has not all of {programs}", folder.display()))
    }

    /// The first folder whose programs answer: the search path as it is, then the newest version.
    fn find() -> Option<Self> {
        let mut folders = machine::search_path();
        folders.extend(versioned_folders());
        folders.into_iter().find(|folder| works(folder)).map(|folder| Self { folder })
    }

    /// The folder of the programs.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// PostgreSQL's own load generator: beside the server, or on the search path where a distribution
    /// counts it among the clients.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn load_generator(&self) -> Result<PathBuf, String> {
        let beside = self.program("pgbench");
        if beside.is_file() {
            return Ok(beside);
        }
        let folder = self.folder.display();
        machine::find_program("pgbench")
            .ok_or_else(|| format!("pgbench is neither in {folder} nor on the search path; install it"))
    }
}

/// Whether all programs are there and answer for themselves.
///
/// A name alone proves nothing: there are stubs, and wrappers around what has been removed.
fn works(folder: &Path) -> bool {
    PROGRAMS.iter().all(|program| {
        let path = folder.join(program);
        path.is_file() && capture(Command::new(path).arg("--version")).is_ok_and(|answer| answer.contains("PostgreSQL"))
    })
}

/// The folders of single versions, the newest version first.
fn versioned_folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (parent, before, after) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(parent) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(before)).and_then(version);
            if let Some(number) = number {
                found.push((number, entry.path().join(after)));
            }
        }
    }
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// A version as numbers that compare: `9.6` comes before `10`.
fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_manager_is_told_what_to_install() {
        machine::assert_installable(&POSTGRESQL);
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("9.6") < version("10"));
        assert!(version("15") < version("16"));
        assert_eq!(version("16"), Some(vec![16]));
    }

    #[test]
    fn what_is_not_a_version_is_not_taken_for_one() {
        for text in ["", "common", "15rc1", "jit", "-15"] {
            assert_eq!(version(text), None, "{text}");
        }
    }

    #[test]
    fn a_folder_without_the_programs_is_no_installation() {
        assert!(!works(Path::new("/nowhere")));
        let refused = Installation::named(PathBuf::from("/nowhere")).err();
        assert!(refused.is_some_and(|reason| reason.starts_with("AUTHARA_POSTGRES_BIN names /nowhere, ")));
    }
}
