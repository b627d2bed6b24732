//! The folder for the server's own files, and the lock that keeps a second server out.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Makes the folder, readable by its owner only, if it is not there.
///
/// # Errors
///
/// A sentence.
pub fn prepare(folder: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| format!("cannot make the data folder {}: {error}", folder.display()))
}

/// Held for as long as a server uses the database file.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock beside a SQLite file: one server for each.
///
/// # Errors
///
/// A sentence, also when another server holds it.
pub fn lock(database: &Path) -> Result<Lock, String> {
    let path = lock_path(database);
    let failed = |error: &dyn std::fmt::Display| format!("cannot lock {}: {error}", path.display());
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).mode(0o600).open(&path).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => {
            Err(format!("another server is using {}; one can serve a SQLite file at a time", database.display()))
        }
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}
