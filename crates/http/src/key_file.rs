//! The generated key ring: a file in the data folder that holds exactly the text of
//! `AUTHARA_JWT_KEYS`, so that an application can point `AUTHARA_JWT_KEYS_FILE` at it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use authara_core::keys::KeyRing;
use authara_flows::{Clock, Rng};

/// Keys that stay behind a new active one: two rotations in a row sign nobody out.
const KEPT: usize = 2;

/// Where the ring is.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("jwt-keys")
}

/// Reads the ring, or makes it on the first start.
///
/// # Errors
///
/// A sentence, which never holds any of the ring.
pub fn load_or_generate(data_dir: &Path, clock: &Clock, rng: &Rng) -> Result<KeyRing, String> {
    let path = path(data_dir);
    match read(&path) {
        Ok(Some(ring)) => return Ok(ring),
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    let ring = KeyRing::generate(&new_id(clock), &mut rng.clone());
    write(&path, &ring)?;
    Ok(ring)
}

/// Puts a new key in front. The server takes it up when it starts again.
///
/// # Errors
///
/// A sentence.
pub fn rotate(data_dir: &Path, clock: &Clock, rng: &Rng) -> Result<KeyRing, String> {
    let path = path(data_dir);
    let ring = read(&path)?.ok_or_else(|| format!("there is no key ring at {}", path.display()))?;
    let id = free_id(&ring, &new_id(clock));
    let rotated = ring.rotated(&id, KEPT, &mut rng.clone());
    write(&path, &rotated)?;
    Ok(rotated)
}

/// The name, or the name with a number if a key made in the same second has it.
fn free_id(ring: &KeyRing, name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|id| ring.find(id).is_none()).unwrap_or_else(|| name.to_owned())
}

/// A name for a new key: when it was made.
pub fn new_id(clock: &Clock) -> String {
    clock.now().format("k%Y%m%d%H%M%S").to_string()
}

fn read(path: &Path) -> Result<Option<KeyRing>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => zeroize_on_drop(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    KeyRing::parse(text.expose(), None).map(Some).map_err(|error| format!("{}: {error}", path.display()))
}

fn zeroize_on_drop(text: String) -> authara_core::secret::SecretText {
    authara_core::secret::SecretText::new(text)
}

/// Writes beside the target and renames, so that a crash leaves the old ring or the new one.
fn write(path: &Path, ring: &KeyRing) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let beside = path.with_extension("new");
    let _ = std::fs::remove_file(&beside);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&beside).map_err(failed)?;
    file.write_all(ring.to_text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}
