//! Which tests are chosen by the words for `cargo test`, and the commands that build and run them.

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::Command;

use crate::workspace::Workspace;

/// The package whose tests look at the pages through a browser, at a server process of their own.
pub(super) const BROWSER_TESTS: &str = "authara-e2e";

/// The package of that server.
const SERVER: &str = "authara-server";

/// The tests that somebody chose with words for `cargo test`.
#[derive(Clone, Copy)]
pub(super) struct Selection<'a> {
    words: &'a [OsString],
}

impl<'a> Selection<'a> {
    /// The tests that these words choose.
    pub(super) fn new(words: &'a [OsString]) -> Self {
        Self { words }
    }

    /// The words for cargo; those after `--` are for the tests themselves.
    fn for_cargo(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.words.iter().take_while(|word| *word != "--").map(|word| word.to_string_lossy())
    }

    /// The packages that are chosen by name; none where all are.
    fn packages(self) -> Vec<String> {
        let mut packages = Vec::new();
        let mut words = self.for_cargo();
        while let Some(word) = words.next() {
            if word == "-p" || word == "--package" {
                packages.push(words.next().unwrap_or_default().into_owned());
            } else if let Some(package) = word.strip_prefix("--package=").or_else(|| word.strip_prefix("-p")) {
                packages.push(package.trim_start_matches('=').to_owned());
            }
        }
        packages
    }

    /// Are tests chosen that need a browser? A pattern of names may well mean them.
    pub(super) fn needs_browser(self) -> bool {
        let packages = self.packages();
        let may_mean = |package: &String| package.contains(BROWSER_TESTS) || package.contains(['*', '?', '[']);
        packages.is_empty() || packages.iter().any(may_mean)
    }

    /// The command that builds the server for tests that start one without being in its package.
    ///
    /// Where the whole workspace is tested, cargo builds it for the tests of its own package. It is
    /// built by itself, so that it has the features with which it is shipped.
    pub(super) fn build_server(self, workspace: &Workspace) -> Option<Command> {
        let is_named = !self.packages().is_empty();
        (is_named && self.needs_browser()).then(|| {
            let mut command = workspace.cargo(&["build", "--package", SERVER]);
            // The tests take the server of their own profile, and another would be one of long ago.
            if self.for_cargo().any(|word| word == "--release" || word == "-r") {
                command.arg("--release");
            }
            command
        })
    }

    /// The command that runs the tests, with those of the browser or without.
    ///
    /// # Errors
    ///
    /// When they are left out and asked for by name.
    pub(super) fn test(self, workspace: &Workspace, without_browser: bool) -> Result<Command, String> {
        let mut command = workspace.cargo(&["test"]);
        // Cargo would let `--workspace` win over the choice of a package.
        if self.packages().is_empty() {
            command.arg("--workspace");
            if without_browser {
                command.args(["--exclude", BROWSER_TESTS]);
            }
        } else if without_browser && self.needs_browser() {
            return Err(format!("--no-browser leaves {BROWSER_TESTS} out, which is chosen by name: drop one of them"));
        }
        // Otherwise cargo stops after the first failing binary, and the total would not be one.
        if !self.for_cargo().any(|word| word == "--no-fail-fast") {
            command.arg("--no-fail-fast");
        }
        command.args(self.words);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    /// The command as words, without what only a build machine adds, which is another test's matter.
    fn written(command: &Command) -> Vec<String> {
        command.get_args().map(|word| word.to_string_lossy().into_owned()).filter(|word| word != "--locked").collect()
    }

    fn tested(words: &[&str]) -> Vec<String> {
        written(&Selection::new(&owned(words)).test(&Workspace::find(), false).unwrap())
    }

    fn built(words: &[&str]) -> Option<Vec<String>> {
        Selection::new(&owned(words)).build_server(&Workspace::find()).as_ref().map(written)
    }

    #[test]
    fn everything_is_tested_to_the_end_unless_chosen_otherwise() {
        assert_eq!(tested(&[]), ["test", "--workspace", "--no-fail-fast"]);
        assert_eq!(
            tested(&["refresh", "--", "--nocapture"]),
            ["test", "--workspace", "--no-fail-fast", "refresh", "--", "--nocapture"]
        );
        assert_eq!(tested(&["-p", "authara-core", "--no-fail-fast"]), ["test", "-p", "authara-core", "--no-fail-fast"]);
        assert_eq!(tested(&["--package=authara-core"]), ["test", "--no-fail-fast", "--package=authara-core"]);
    }

    #[test]
    fn what_the_tests_themselves_are_told_chooses_no_package() {
        assert_eq!(
            tested(&["--", "-p", "--no-fail-fast"]),
            ["test", "--workspace", "--no-fail-fast", "--", "-p", "--no-fail-fast"]
        );
    }

    #[test]
    fn packages_are_read_however_they_are_written() {
        let words = ["-p", "a", "-pb", "--package", "c", "--package=d", "-p=e", "--profile", "f", "--", "-p", "g"];
        assert_eq!(Selection::new(&owned(&words)).packages(), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_browser_is_needed_only_where_its_tests_are_chosen() {
        let needs = |words: &[&str]| Selection::new(&owned(words)).needs_browser();
        let with: [&[&str]; 5] = [
            &[],
            &["login"],
            &["-p", "authara-e2e"],
            &["-p", "authara-core", "-pauthara-e2e@0.1.0"],
            &["--package", "authara-*"],
        ];
        for words in with {
            assert!(needs(words), "{words:?}");
        }
        let without: [&[&str]; 2] = [&["-p", "authara-core"], &["--package=xtask", "authara-e2e"]];
        for words in without {
            assert!(!needs(words), "{words:?}");
        }
    }

    #[test]
    fn a_browser_that_is_left_out_takes_its_tests_along() {
        let without = |words: &[&str]| Selection::new(&owned(words)).test(&Workspace::find(), true);
        let all = written(&without(&["login"]).unwrap());
        assert_eq!(all, ["test", "--workspace", "--exclude", "authara-e2e", "--no-fail-fast", "login"]);
        assert_eq!(written(&without(&["-p", "xtask"]).unwrap()), ["test", "--no-fail-fast", "-p", "xtask"]);
        for contradiction in [["-p", "authara-e2e"], ["-p", "authara-*"]] {
            assert!(without(&contradiction).is_err(), "{contradiction:?}");
        }
    }

    #[test]
    fn the_server_is_built_for_tests_that_are_chosen_without_it() {
        assert_eq!(built(&["-p", "authara-e2e", "login"]).unwrap(), ["build", "--package", "authara-server"]);
        let released = built(&["-p", "authara-e2e", "--release"]).unwrap();
        assert_eq!(released, ["build", "--package", "authara-server", "--release"]);
        assert_eq!(built(&[]), None);
        assert_eq!(built(&["-p", "authara-core"]), None);
    }
}
