//! What this machine has, and installing what it lacks through the distribution's package manager.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{capture, run};

/// Something that packages provide, by the name each package manager knows them by.
pub(crate) struct Software {
    /// What it is called in sentences.
    pub(crate) name: &'static str,
    /// For each package manager, named by its program, the packages to install.
    pub(crate) packages: [(&'static str, &'static [&'static str]); 5],
    /// What somebody can do who has to do without our installing it, after "install it, or".
    pub(crate) otherwise: &'static str,
}

/// How a package manager is told to install packages, whose names follow the last command.
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
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"],
        ],
    },
    Manager { program: "dnf", needs_root: true, commands: &[&["dnf", "install", "-y"]] },
    Manager { program: "apk", needs_root: true, commands: &[&["apk", "add", "--no-cache"]] },
    Manager { program: "pacman", needs_root: true, commands: &[&["pacman", "-Sy", "--noconfirm", "--needed"]] },
    Manager { program: "brew", needs_root: false, commands: &[&["brew", "install"]] },
];

/// Whether this is root.
pub(crate) fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim() == "0")
}

/// The folders in which a command is looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// The first program of this name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Is this continuous integration, where nobody reads what was left out?
pub(crate) fn is_ci() -> bool {
    says_ci(std::env::var_os("CI").as_deref())
}

/// Does this sub-command of cargo get `--locked`? On a build machine everything that builds does:
/// what is judged there is what the lock file names (S-183). A developer may be changing it.
pub(crate) fn is_locked(sub_command: &str, is_ci: bool) -> bool {
    is_ci && matches!(sub_command, "build" | "test" | "clippy" | "doc" | "run")
}

/// Does this value of the variable `CI` say so?
fn says_ci(value: Option<&OsStr>) -> bool {
    value.is_some_and(|value| !value.is_empty())
}

/// Installs the packages of this software, saying so.
///
/// # Errors
///
/// When there is no package manager that is known here, or root is needed and cannot be had, or the
/// package manager fails; with what to do instead.
pub(crate) fn install(software: &Software) -> Result<(), String> {
    let Software { name, otherwise, .. } = software;
    let missing = |what: &str| format!("{name} is not installed here; install {what}, or {otherwise}");
    let manager =
        MANAGERS.iter().find(|manager| find_program(manager.program).is_some()).ok_or_else(|| missing("it"))?;
    let commands = manager.commands_for(software);
    let typed: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
    let typed = typed.join(" && ");
    let elevation: &[&str] = if !manager.needs_root || is_root() {
        &[]
    } else if capture(Command::new("sudo").args(["-n", "true"])).is_ok() {
        &["sudo", "-n"]
    } else {
        return Err(missing(&format!("it as root with `{typed}`")));
    };

    println!("{name} is missing: installing it with `{typed}`");
    let mut last = Ok(());
    for words in &commands {
        let mut words = elevation.iter().chain(words);
        if let Some(program) = words.next() {
            last = run(Command::new(program).args(words));
        }
    }
    last.map_err(|reason| format!("{name} could not be installed: {reason}"))
}

impl Manager {
    /// The commands with which this manager installs the software.
    fn commands_for(&self, software: &Software) -> Vec<Vec<&'static str>> {
        let packages = software.packages.iter().find(|(manager, _)| *manager == self.program);
        let mut commands: Vec<Vec<&'static str>> = self.commands.iter().map(|words| words.to_vec()).collect();
        if let (Some(install), Some((_, packages))) = (commands.last_mut(), packages) {
            install.extend_from_slice(packages);
        }
        commands
    }
}

/// Fails a test unless every package manager is told what to install.
#[cfg(test)]
pub(crate) fn assert_installable(software: &Software) {
    for manager in &MANAGERS {
        let packages = software.packages.iter().find(|(name, _)| *name == manager.program);
        assert!(packages.is_some_and(|(_, packages)| !packages.is_empty()), "{} by {}", software.name, manager.program);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SOFTWARE: Software = Software {
        name: "Something",
        packages: [
            ("apt-get", &["some-thing"]),
            ("dnf", &["something"]),
            ("apk", &["something"]),
            ("pacman", &["something"]),
            ("brew", &["something", "else"]),
        ],
        otherwise: "do without",
    };

    #[test]
    fn the_packages_are_named_in_the_last_command_only() {
        let apt = MANAGERS.iter().find(|manager| manager.program == "apt-get").unwrap();
        let commands = apt.commands_for(&SOFTWARE);
        assert_eq!(commands[0].last(), Some(&"update"));
        assert!(commands[1].ends_with(&["--no-install-recommends", "some-thing"]));
        let brew = MANAGERS.iter().find(|manager| manager.program == "brew").unwrap();
        assert_eq!(brew.commands_for(&SOFTWARE), [["brew", "install", "something", "else"]]);
    }

    #[test]
    fn ci_is_where_the_variable_is_set_and_not_empty() {
        assert!(!says_ci(None));
        assert!(!says_ci(Some(OsStr::new(""))));
        assert!(says_ci(Some(OsStr::new("true"))));
        assert!(says_ci(Some(OsStr::new("0"))));
    }

    #[test]
    fn a_program_is_found_by_name_and_one_that_is_not_there_is_not() {
        assert!(find_program("sh").is_some());
        assert!(find_program("no-such-program-anywhere").is_none());
    }
}
