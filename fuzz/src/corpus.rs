//! The committed inputs, and the folder for new findings.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::Target;

/// Where inputs are that a target always tries, one file each.
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// The inputs of a target: its files in the order of their names, and those that are made at run
/// time.
///
/// # Errors
///
/// A sentence: the folder or a file cannot be read, or there is no file in it.
pub fn load(target: &Target) -> Result<Vec<Vec<u8>>, String> {
    let folder = folder(target.name);
    let listed = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in listed {
        paths.push(entry.map_err(|error| format!("{}: {error}", folder.display()))?.path());
    }
    if paths.is_empty() {
        return Err(format!("{} holds no input", folder.display()));
    }
    paths.sort();
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut inputs = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    inputs.extend((target.made)());
    Ok(inputs)
}

/// Keeps an input that broke something, under a name made of its content, and gives its path.
///
/// # Errors
///
/// What the file system says.
pub fn keep_crash(target: &str, input: &[u8]) -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes").join(target);
    std::fs::create_dir_all(&folder)?;
    let hash = Sha256::digest(input);
    let name = hash.iter().take(8).fold(0_u64, |name, byte| (name << 8) | u64::from(*byte));
    let path = folder.join(format!("{name:016x}"));
    std::fs::write(&path, input)?;
    Ok(path)
}
