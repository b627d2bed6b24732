//! Where the contract's files are. Only this module reads and writes them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::document;
use crate::finding::Finding;

/// The files of one workspace.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Those of the workspace that this program belongs to, from whichever folder it was started in.
    ///
    /// Cargo says at run time which crate was started; the path known at compile time is for
    /// somebody who starts the program by hand.
    pub fn find() -> Self {
        let crate_root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_root.ancestors().find(|folder| folder.join(document::FILE).is_file());
        Self::at(root.unwrap_or(&crate_root))
    }

    /// Those below this folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The path of a file, given relative to the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The text of a file that has to be there.
    ///
    /// # Errors
    ///
    /// A finding about the file when it cannot be read.
    pub fn read(&self, relative: &str) -> Result<String, Finding> {
        self.read_if_there(relative)?
            .ok_or_else(|| Finding::new(relative, "is missing", "bring it back; it is part of the contract"))
    }

    /// The text of a file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// A finding about the file when it is there and cannot be read.
    pub fn read_if_there(&self, relative: &str) -> Result<Option<String>, Finding> {
        match std::fs::read_to_string(self.path(relative)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Finding::new(relative, format!("cannot be read: {error}"), "make it a readable file")),
        }
    }

    /// Makes one file a copy of another, or removes it when there is no other.
    ///
    /// # Errors
    ///
    /// A finding about the file that could not be written.
    pub fn mirror(&self, from: &str, to: &str) -> Result<(), Finding> {
        let (source, target) = (self.path(from), self.path(to));
        let done = if source.exists() { copy(&source, &target) } else { remove(&target) };
        done.map_err(|error| {
            Finding::new(to, format!("cannot be made a copy of {from}: {error}"), "make its folder writable")
        })
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(from, to).map(drop)
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
