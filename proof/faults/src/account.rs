//! Who runs a PostgreSQL server: it refuses to run as root, so root hands it to another user.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Names the user with fewer rights; `cargo xtask` sets it.
const NAME: &str = "AUTHARA_POSTGRES_ACCOUNT";

/// The user a program runs as.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Account {
    /// Whoever runs this.
    Own,
    /// Somebody with fewer rights, by number.
    Other {
        /// The user's number.
        uid: u32,
        /// The number of the user's group.
        gid: u32,
    },
}

impl Account {
    /// Ourselves; for root the user that the environment names, or the one that packages make for
    /// this, or whoever may do least.
    pub(crate) fn choose() -> Self {
        if number(&["-u"]) != Some(0) {
            return Self::Own;
        }
        let given = std::env::var(NAME).ok().filter(|name| !name.is_empty());
        let found = given.iter().map(String::as_str).chain(["postgres", "nobody"]).find_map(Self::named);
        found.expect("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
    }

    /// The user of this name, if there is one.
    fn named(name: &str) -> Option<Self> {
        Some(Self::Other { uid: number(&["-u", name])?, gid: number(&["-g", name])? })
    }

    /// A program that this account runs.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // A locale that is not installed would be one more way to fail.
        command.env("LC_ALL", "C").stdin(Stdio::null());
        if let Self::Other { uid, gid } = self {
            // This also gives up root's other groups.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder of ours this account's.
    pub(crate) fn take_over(self, folder: &Path) {
        if let Self::Other { uid, gid } = self {
            chown(folder, Some(uid), Some(gid)).expect("root gives a folder away");
        }
    }
}

/// A number that `id` prints.
fn number(arguments: &[&str]) -> Option<u32> {
    let printed = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(printed.stdout).ok()?.trim().parse().ok()
}
