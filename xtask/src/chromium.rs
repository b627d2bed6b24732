//! A browser for the tests of the pages: Chromium with the driver of the same version, and a font to
//! show words in.
//!
//! - `AUTHARA_CHROMIUM`: the absolute path of the browser.
//! - `AUTHARA_CHROMEDRIVER`: the absolute path of its driver.
//!
//! Either may be set by whoever calls: then it is used as it is, and nothing is installed. The browser
//! is not started here: how it is started, and as whom, is a matter of the tests.

mod font;
mod program;

use std::ffi::OsString;
use std::process::Command;

use self::program::{Program, Role};
use crate::machine::{self, Software};

const BROWSER: &str = "AUTHARA_CHROMIUM";
const DRIVER: &str = "AUTHARA_CHROMEDRIVER";

static CHROMIUM: Software = Software {
    name: "Chromium with its driver",
    packages: [
        ("apt-get", &["chromium", "chromium-driver"]),
        ("dnf", &["chromium", "chromedriver"]),
        ("apk", &["chromium", "chromium-chromedriver"]),
        ("pacman", &["chromium"]),
        ("brew", &["google-chrome", "chromedriver"]),
    ],
    otherwise: "name the two programs in AUTHARA_CHROMIUM and AUTHARA_CHROMEDRIVER; \
        `cargo xtask test --no-browser` does without",
};

/// A browser and the driver that steers it, both seen to answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chromium {
    browser: Program,
    driver: Program,
}

impl Chromium {
    /// The browser named in the environment, or one on this machine; installs Chromium and a font if
    /// need be.
    ///
    /// # Errors
    ///
    /// When what is named does not work or does not fit, or there is nothing and it cannot be installed.
    pub(crate) fn ready() -> Result<Self, String> {
        let browser = named(BROWSER, std::env::var_os(BROWSER), Role::Browser)?;
        let driver = named(DRIVER, std::env::var_os(DRIVER), Role::Driver)?;
        let may_install = browser.is_none() && driver.is_none();
        let found = match Self::find(browser.as_ref(), driver.as_ref()) {
            Err(_) if may_install => {
                machine::install(&CHROMIUM)?;
                Self::find(None, None).map_err(|reason| format!("Chromium was installed, but {reason}"))?
            }
            found => found?,
        };
        font::find_or_install()?;
        println!("Chromium: {}, driven by {}", found.browser, found.driver);
        Ok(found)
    }

    /// What was named, completed by what is on this machine.
    fn find(browser: Option<&Program>, driver: Option<&Program>) -> Result<Self, String> {
        let candidates = |named: Option<&Program>, role: Role| match named {
            Some(named) => vec![named.clone()],
            None => role.find_all(),
        };
        choose(&candidates(browser, Role::Browser), &candidates(driver, Role::Driver))
    }

    /// Tells a program where the browser and its driver are.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env(BROWSER, self.browser.path()).env(DRIVER, self.driver.path());
    }
}

/// Makes a program do without a browser, whatever the environment says.
pub(crate) fn leave_out(command: &mut Command) {
    command.env_remove(BROWSER).env_remove(DRIVER);
}

/// The program that somebody has named in this variable, if anybody has.
///
/// # Errors
///
/// When it is not there, or is something else.
fn named(variable: &str, path: Option<OsString>, role: Role) -> Result<Option<Program>, String> {
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let refused = || format!("{variable} names {}, which is not the absolute path of a {role}", path.display());
    Program::at(path.as_ref(), role).map(Some).ok_or_else(refused)
}

/// The first browser with a driver of its own version: a driver refuses every other.
///
/// # Errors
///
/// When there is no such pair, with all that there is.
fn choose(browsers: &[Program], drivers: &[Program]) -> Result<Chromium, String> {
    let pair = browsers.iter().find_map(|browser| {
        let driver = drivers.iter().find(|driver| driver.version() == browser.version())?;
        Some(Chromium { browser: browser.clone(), driver: driver.clone() })
    });
    let listed = |programs: &[Program]| match programs {
        [] => "none".to_owned(),
        some => some.iter().map(Program::to_string).collect::<Vec<_>>().join(", "),
    };
    pair.ok_or_else(|| {
        let (browsers, drivers) = (listed(browsers), listed(drivers));
        format!("no browser has a driver of its own version here; browsers: {browsers}; drivers: {drivers}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(path: &str, version: u32) -> Program {
        Program::of_version(path, version)
    }

    #[test]
    fn every_package_manager_is_told_what_to_install() {
        machine::assert_installable(&CHROMIUM);
    }

    #[test]
    fn the_first_browser_that_has_a_driver_of_its_version_is_chosen() {
        let browsers = [program("/a/chromium", 150), program("/b/chromium", 156), program("/c/chrome", 149)];
        let drivers = [program("/a/chromedriver", 149), program("/b/chromedriver", 156)];
        let chosen = choose(&browsers, &drivers).unwrap();
        assert_eq!(chosen, Chromium { browser: browsers[1].clone(), driver: drivers[1].clone() });
    }

    #[test]
    fn where_none_fits_all_that_is_there_is_named() {
        let reason = choose(&[program("/a/chromium", 156)], &[program("/a/chromedriver", 150)]).unwrap_err();
        assert!(reason.contains("/a/chromium (156)") && reason.contains("/a/chromedriver (150)"), "{reason}");
        let reason = choose(&[], &[program("/a/chromedriver", 150)]).unwrap_err();
        assert!(reason.contains("browsers: none;"), "{reason}");
    }

    #[test]
    fn a_name_that_leads_nowhere_is_an_error_and_no_name_is_none() {
        for path in ["/nowhere/chromium", "chromium"] {
            let refused = named(BROWSER, Some(path.into()), Role::Browser).unwrap_err();
            assert!(refused.starts_with(&format!("AUTHARA_CHROMIUM names {path}, ")), "{refused}");
        }
        assert_eq!(named(DRIVER, None, Role::Driver), Ok(None));
        assert_eq!(named(DRIVER, Some(OsString::new()), Role::Driver), Ok(None));
    }

    #[test]
    fn a_program_is_told_of_both_or_of_neither() {
        let told = |command: &Command, name: &str| {
            let value = command.get_envs().find(|(told, _)| *told == name).and_then(|(_, value)| value);
            value.map(|value| value.to_string_lossy().into_owned())
        };
        let chromium = Chromium { browser: program("/a/chromium", 156), driver: program("/a/chromedriver", 156) };
        let mut command = Command::new("true");
        chromium.tell(&mut command);
        assert_eq!(told(&command, "AUTHARA_CHROMIUM").as_deref(), Some("/a/chromium"));
        assert_eq!(told(&command, "AUTHARA_CHROMEDRIVER").as_deref(), Some("/a/chromedriver"));
        leave_out(&mut command);
        assert_eq!(command.get_envs().count(), 2);
        assert!(command.get_envs().all(|(_, value)| value.is_none()));
    }
}
