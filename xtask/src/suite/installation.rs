//! Finding a PostgreSQL server on this machine, and installing one where there is none.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::is_root;
use crate::workspace::{capture, run};

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

/// A folder whose programs have been seen to answer.
pub(super) struct Installation {
    folder: PathBuf,
}

/// A package manager and how it installs a PostgreSQL server.
struct Manager {
    program: &'static str,
    needs_root: bool,
    /// Only the last one has to succeed: a list that is partly out of date may still serve.
    commands: &'static [&'static [&'static str]],
}

static MANAGERS: [Manager; 5] = [
    Manager {
        program: "apt-get",
        needs_root: true,
        commands: &[
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update"],
            &[
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "install",
                "-y",
                "--no-install-recommends",
                "postgresql",
            ],
        ],
    },
    Manager { program: "dnf", needs_root: true, commands: &[&["dnf", "install", "-y", "postgresql-server"]] },
    Manager { program: "apk", needs_root: true, commands: &[&["apk", "add", "--no-cache", "postgresql"]] },
    Manager {
        program: "pacman",
        needs_root: true,
        commands: &[&["pacman", "-Sy", "--noconfirm", "--needed", "postgresql"]],
    },
    Manager { program: "brew", needs_root: false, commands: &[&["brew", "install", "postgresql"]] },
];

impl Installation {
    /// The installation on this machine, after installing it if need be.
    ///
    /// # Errors
    ///
    /// When there is none and none could be installed, with the command that would do it.
    pub(super) fn find_or_install() -> Result<Self, String> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        install()?;
        Self::find().ok_or_else(|| {
            let programs = PROGRAMS.join(", ");
            format!("PostgreSQL was installed, but no folder has all of {programs}")
        })
    }

    /// The first folder whose programs answer: the search path as it is, then the newest version.
    fn find() -> Option<Self> {
        let mut folders = search_path();
        folders.extend(versioned_folders());
        folders.into_iter().find(|folder| works(folder)).map(|folder| Self { folder })
    }

    /// The path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
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

/// The folders in which a command is looked for.
fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
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

/// Installs PostgreSQL through the distribution's package manager, saying so.
fn install() -> Result<(), String> {
    let manager = MANAGERS
        .iter()
        .find(|manager| search_path().iter().any(|folder| folder.join(manager.program).is_file()))
        .ok_or_else(|| format!("no PostgreSQL server is installed here; {}", without("it")))?;
    let typed: Vec<String> = manager.commands.iter().map(|words| words.join(" ")).collect();
    let typed = typed.join(" && ");
    let elevation: &[&str] = if !manager.needs_root || is_root() {
        &[]
    } else if capture(Command::new("sudo").args(["-n", "true"])).is_ok() {
        &["sudo", "-n"]
    } else {
        let advice = without(&format!("it as root with `{typed}`"));
        return Err(format!("no PostgreSQL server is installed here; {advice}"));
    };

    println!("PostgreSQL is missing: installing it with `{typed}`");
    let mut last = Ok(());
    for words in manager.commands {
        let mut words = elevation.iter().chain(*words);
        if let Some(program) = words.next() {
            last = run(Command::new(program).args(words));
        }
    }
    last.map_err(|reason| format!("PostgreSQL could not be installed: {reason}"))
}

/// What somebody can do who has to do without our installing it.
fn without(what: &str) -> String {
    format!("install {what}, or name a server in AUTHARA_TEST_POSTGRES_URL, or use --sqlite-only")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
