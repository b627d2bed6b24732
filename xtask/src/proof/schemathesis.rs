//! schemathesis in a virtual environment of its own, in exactly the versions of `xtask/schemathesis.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{self, Software};
use crate::workspace::{self, Workspace, capture};

/// The packages with their versions, relative to the root. Nothing else is installed.
const VERSIONS: &str = "xtask/schemathesis.txt";

/// The names of interpreters that may do, the usual one first.
const INTERPRETERS: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// Ends well where Python is new enough for the versions and can make virtual environments, which
/// some distributions leave out.
const PROBE: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

static PYTHON: Software = Software {
    name: "Python with virtual environments",
    packages: [
        ("apt-get", &["python3", "python3-venv"]),
        ("dnf", &["python3"]),
        ("apk", &["python3"]),
        ("pacman", &["python"]),
        ("brew", &["python"]),
    ],
    otherwise: "leave it out with --no-schemathesis, except in CI",
};

/// The program, after making its virtual environment below the target folder if it is not there, or
/// is one for other versions.
///
/// # Errors
///
/// When there is no Python and none can be installed, or a package cannot be had.
pub(super) fn program(workspace: &Workspace, target: &Path) -> Result<PathBuf, String> {
    let versions = workspace.read(VERSIONS)?;
    let folder = target.join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let marker = folder.join("versions.txt");
    if std::fs::read_to_string(&marker).is_ok_and(|made_for| made_for == versions) && answers(&program) {
        return Ok(program);
    }

    println!("schemathesis: making a virtual environment in {}", folder.display());
    make(&interpreter()?, &folder, &workspace.path(VERSIONS))
        .map_err(|reason| format!("schemathesis, which contract-check needs, is not to be had: {reason}"))?;
    if !answers(&program) {
        return Err(format!("schemathesis was installed, but {} does not answer", program.display()));
    }
    // Last, so that an environment that is not complete is made anew.
    std::fs::write(&marker, versions).map_err(|error| format!("{} cannot be written: {error}", marker.display()))?;
    Ok(program)
}

/// Makes the environment anew and fills it.
fn make(interpreter: &Path, folder: &Path, versions: &Path) -> Result<(), String> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("{} cannot be removed: {error}", folder.display()))?;
    }
    workspace::run(Command::new(interpreter).args(["-m", "venv"]).arg(folder))?;
    let pip = || {
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
        pip
    };
    let mut install = pip();
    // Wheels only: a source package runs whatever it likes while it is built.
    install.args(["install", "--quiet", "--retries", "2", "--timeout", "30", "--no-deps", "--only-binary", ":all:"]);
    workspace::run(install.arg("--requirement").arg(versions))
        .map_err(|reason| format!("{reason}; is the Python package index within reach?"))?;
    // Without dependencies of their own choice, the packages have to be enough for each other.
    capture(pip().arg("check")).map(|_answer| ())
}

/// Does the program run at all? An environment breaks when the Python below it goes.
fn answers(program: &Path) -> bool {
    capture(Command::new(program).arg("--version")).is_ok()
}

/// A Python that will do, after installing one if need be.
fn interpreter() -> Result<PathBuf, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    machine::install(&PYTHON)?;
    find().ok_or_else(|| "Python was installed, but it is older than 3.11".to_owned())
}

fn find() -> Option<PathBuf> {
    let suitable = |program: &PathBuf| capture(Command::new(program).args(["-c", PROBE])).is_ok();
    INTERPRETERS.iter().filter_map(|name| machine::find_program(name)).find(suitable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_manager_is_told_what_to_install() {
        machine::assert_installable(&PYTHON);
    }

    #[test]
    fn every_package_has_exactly_one_version() {
        let versions = Workspace::find().read(VERSIONS).unwrap();
        let packages: Vec<&str> = versions.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(packages.iter().any(|line| line.starts_with("schemathesis==")));
        for line in packages {
            let (name, version) = line.split_once("==").unwrap();
            assert!(!name.is_empty() && version.starts_with(|first: char| first.is_ascii_digit()), "{line}");
            assert!(!version.contains([' ', '*', ',', ';']), "{line}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_does_not_answer() {
        assert!(!answers(Path::new("/nowhere/schemathesis")));
    }
}
