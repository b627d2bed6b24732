//! Who runs the PostgreSQL server: it refuses to run as root, so root hands it to another user.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::machine::is_root;
use crate::workspace::capture;

/// The user a program runs as.
#[derive(Clone, Copy)]
pub(super) enum Account {
    /// Whoever runs this.
    Own,
    /// Somebody with fewer rights, by number.
    Other {
        /// The user's name.
        name: &'static str,
        /// The user's number.
        uid: u32,
        /// The number of the user's group.
        gid: u32,
    },
}

impl Account {
    /// Ourselves; for root the user that the package made for this, or whoever may do least.
    ///
    /// # Errors
    ///
    /// When this is root and there is nobody else.
    pub(super) fn choose() -> Result<Self, String> {
        if !is_root() {
            return Ok(Self::Own);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(Self::named)
            .ok_or_else(|| "PostgreSQL refuses to run as root, and there is no user postgres or nobody".to_owned())
    }

    /// The user of this name, if there is one.
    fn named(name: &'static str) -> Option<Self> {
        let number = |flag: &str| -> Option<u32> {
            let printed = capture(Command::new("id").args([flag, name])).ok()?;
            printed.trim().parse().ok()
        };
        Some(Self::Other { name, uid: number("-u")?, gid: number("-g")? })
    }

    /// The name by which others find this account; `None` for whoever runs this.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::Other { name, .. } => Some(name),
        }
    }

    /// A program that this account runs.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // A locale that is not installed would be one more way to fail.
        command.env("LC_ALL", "C");
        if let Self::Other { uid, gid, .. } = self {
            // This also gives up root's other groups.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder of ours this account's.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub(super) fn take_over(self, folder: &Path) -> std::io::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, .. } => chown(folder, Some(uid), Some(gid)),
        }
    }
}
