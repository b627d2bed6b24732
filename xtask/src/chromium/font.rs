//! A font: without one a browser paints no word, and every screenshot is of empty boxes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{self, Software};
use crate::workspace::capture;

/// Where systems keep their fonts.
const FOLDERS: [&str; 4] = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"];

/// The same for a person, relative to the home folder.
const OWN_FOLDERS: [&str; 2] = [".local/share/fonts", ".fonts"];

/// How the names of files end in which a browser finds letters.
const ENDINGS: [&str; 3] = ["ttf", "otf", "ttc"];

/// `DejaVu` has the Hebrew and Arabic letters of the names in the tests too.
static FONT: Software = Software {
    name: "A font",
    packages: [
        ("apt-get", &["fonts-dejavu-core"]),
        ("dnf", &["dejavu-sans-fonts"]),
        ("apk", &["font-dejavu"]),
        ("pacman", &["ttf-dejavu"]),
        ("brew", &["font-dejavu"]),
    ],
    otherwise: "put one into ~/.local/share/fonts; `cargo xtask test --no-browser` does without",
};

/// Sees to it that this machine has a font.
///
/// # Errors
///
/// When there is none and none could be installed.
pub(super) fn find_or_install() -> Result<(), String> {
    if is_there() {
        return Ok(());
    }
    machine::install(&FONT)?;
    if is_there() { Ok(()) } else { Err("a font was installed, but none is to be found".to_owned()) }
}

/// Is there a font of which a browser will know?
fn is_there() -> bool {
    // Who keeps fonts elsewhere has told this program where, which need not be there.
    let is_listed = || capture(&mut Command::new("fc-list")).is_ok_and(|fonts| !fonts.trim().is_empty());
    folders().iter().any(|folder| holds_font(folder)) || is_listed()
}

fn folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let own = home.iter().flat_map(|home| OWN_FOLDERS.map(|folder| home.join(folder)));
    own.chain(FOLDERS.map(PathBuf::from)).collect()
}

/// Is there a font in this folder, or in one below it? Links to folders are not followed.
fn holds_font(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) { holds_font(&path) } else { is_font(&path) }
    })
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| ENDINGS.iter().any(|font| ending.eq_ignore_ascii_case(font)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_manager_is_told_what_to_install() {
        machine::assert_installable(&FONT);
    }

    #[test]
    fn a_font_is_known_by_the_ending_of_its_name() {
        for name in ["DejaVuSans.ttf", "Cantarell-VF.otf", "NotoSansCJK-Regular.ttc", "ARIAL.TTF"] {
            assert!(is_font(Path::new(name)), "{name}");
        }
        for name in ["fonts.dir", "README", "ttf", ".uuid", "icons.svg"] {
            assert!(!is_font(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_font_is_found_in_a_folder_of_a_folder_and_nowhere_else() {
        let folder = std::env::temp_dir().join(format!("authara-fonts-{}", std::process::id()));
        let inner = folder.join("truetype/dejavu");
        std::fs::create_dir_all(&inner).unwrap();
        let before = holds_font(&folder);
        std::fs::write(inner.join("DejaVuSans.ttf"), "").unwrap();
        let after = holds_font(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!((before, after), (false, true));
        assert!(!holds_font(Path::new("/nowhere")));
    }
}
