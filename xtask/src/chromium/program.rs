//! Finding browsers and drivers on this machine, each with its version.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine;
use crate::workspace::capture;

/// What a program does in a test of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Shows the pages.
    Browser,
    /// Steers the browser, as a test tells it to.
    Driver,
}

/// A program that has said what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    /// The first number of its version, in which a browser and its driver have to agree.
    version: u32,
}

impl Role {
    /// What such programs are called on the search path, the usual name first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Browser => &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
            Self::Driver => &["chromedriver"],
        }
    }

    /// Where else distributions put them.
    fn places(self) -> &'static [&'static str] {
        match self {
            Self::Browser => &["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
            Self::Driver => &[
                "/usr/lib/chromium/chromedriver",
                "/usr/lib/chromium-browser/chromedriver",
                "/usr/lib64/chromium-browser/chromedriver",
            ],
        }
    }

    /// Every path at which there may be one, the preferred first.
    fn candidates(self, search_path: &[PathBuf]) -> Vec<PathBuf> {
        let named = self.names().iter().flat_map(|name| search_path.iter().map(move |folder| folder.join(name)));
        named.chain(self.places().iter().map(PathBuf::from)).collect()
    }

    /// All that there are on this machine, the preferred first.
    pub(super) fn find_all(self) -> Vec<Program> {
        let candidates = self.candidates(&machine::search_path());
        candidates.iter().filter_map(|path| Program::at(path, self)).collect()
    }

    /// The major version of a program of this role that answers so to `--version`.
    ///
    /// `Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)`, `Google Chrome 156.0.8078.79`,
    /// `ChromeDriver 156.0.8078.79 (e57f8f0-refs/branch-heads/8078@{#1})`
    fn version_in(self, answer: &str) -> Option<u32> {
        let is_driver = answer.contains("ChromeDriver");
        let is_ours = match self {
            Self::Browser => answer.contains("Chrom") && !is_driver,
            Self::Driver => is_driver,
        };
        let mut words = answer.split_whitespace();
        words.find_map(|word| word.split_once('.')?.0.parse::<u32>().ok()).filter(|_| is_ours)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Browser => "Chromium that works",
            Self::Driver => "chromedriver that works",
        })
    }
}

impl Program {
    /// The program at this absolute path, if it answers and is one of this role.
    ///
    /// A name alone proves nothing: where a distribution has moved a browser into another kind of
    /// package, a script of the old name tells so and fails.
    pub(super) fn at(path: &Path, role: Role) -> Option<Self> {
        if !(path.is_absolute() && path.is_file()) {
            return None;
        }
        let answer = capture(Command::new(path).arg("--version")).ok()?;
        Some(Self { path: path.to_owned(), version: role.version_in(&answer)? })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The first number of its version.
    pub(super) fn version(&self) -> u32 {
        self.version
    }

    /// One that need not be there.
    #[cfg(test)]
    pub(super) fn of_version(path: &str, version: u32) -> Self {
        Self { path: path.into(), version }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path.display(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_every_answer_that_is_known() {
        let answers = [
            (Role::Browser, "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n", 156),
            (Role::Browser, "Chromium 99.0.4844.51 snap\n", 99),
            (Role::Browser, "Google Chrome 149.0.7800.1 \n", 149),
            (Role::Browser, "Google Chrome for Testing 150.0.7871.100\n", 150),
            (Role::Driver, "ChromeDriver 156.0.8078.79 (e57f8f0-refs/branch-heads/8078@{#1})\n", 156),
        ];
        for (role, answer, version) in answers {
            assert_eq!(role.version_in(answer), Some(version), "{answer}");
        }
    }

    #[test]
    fn a_browser_is_not_taken_for_a_driver_nor_anything_else_for_either() {
        assert_eq!(Role::Driver.version_in("Chromium 156.0.8078.79\n"), None);
        assert_eq!(Role::Browser.version_in("ChromeDriver 156.0.8078.79 (e57f8f0)\n"), None);
        for answer in ["", "Mozilla Firefox 140.3.0esr\n", "Chromium\n", "Chromium of today\n"] {
            assert_eq!(Role::Browser.version_in(answer), None, "{answer}");
            assert_eq!(Role::Driver.version_in(answer), None, "{answer}");
        }
    }

    #[test]
    fn a_preferred_name_is_looked_for_in_every_folder_before_the_next_name() {
        let folders = ["/first", "/second"].map(PathBuf::from);
        let browsers = Role::Browser.candidates(&folders);
        let expected = ["/first/chromium", "/second/chromium", "/first/chromium-browser"].map(PathBuf::from);
        assert!(browsers.starts_with(&expected), "{browsers:?}");
        // A driver that does not fit may stand before one that does.
        let drivers = Role::Driver.candidates(&folders);
        let expected = ["/first/chromedriver", "/second/chromedriver", "/usr/lib/chromium/chromedriver"];
        assert!(drivers.starts_with(&expected.map(PathBuf::from)), "{drivers:?}");
    }

    #[test]
    fn what_does_not_answer_as_a_browser_is_none() {
        let another = machine::find_program("true").unwrap();
        assert_eq!(Program::at(&another, Role::Browser), None);
        assert_eq!(Program::at(Path::new("/nowhere/chromium"), Role::Browser), None);
        assert_eq!(Program::at(Path::new("chromium"), Role::Browser), None);
    }
}
