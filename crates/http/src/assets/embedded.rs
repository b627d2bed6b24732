//! The files that are built in, plain and compressed, and those that the operator has in their place.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Where the operator's files are, in the folder of what they replace.
const FOLDER: &str = "assets";

/// One file. `build.rs` made the compressed forms.
#[derive(Debug)]
pub(super) struct Embedded {
    /// The name up to the point.
    pub(super) stem: &'static str,
    /// The name behind the point.
    pub(super) extension: &'static str,
    pub(super) media_type: &'static str,
    pub(super) plain: &'static [u8],
    pub(super) brotli: &'static [u8],
    pub(super) gzip: &'static [u8],
}

macro_rules! embedded {
    ($stem:literal, $extension:literal, $media_type:literal) => {
        Embedded {
            stem: $stem,
            extension: $extension,
            media_type: $media_type,
            plain: include_bytes!(concat!("../../../../assets/", $stem, ".", $extension)),
            brotli: include_bytes!(concat!(env!("OUT_DIR"), "/", $stem, ".", $extension, ".br")),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $stem, ".", $extension, ".gz")),
        }
    };
}

/// The style sheet.
pub(super) static CSS: Embedded = embedded!("authara", "css", "text/css; charset=utf-8");
/// The script.
pub(super) static JS: Embedded = embedded!("authara", "js", "text/javascript; charset=utf-8");
/// The icon.
pub(super) static FAVICON: Embedded = embedded!("favicon", "svg", "image/svg+xml");

impl Embedded {
    /// As the operator's file is called.
    fn name(&self) -> String {
        format!("{}.{}", self.stem, self.extension)
    }

    /// The operator's file, if there is one.
    pub(super) fn replacement(&self, folder: Option<&Path>) -> Result<Option<Vec<u8>>, String> {
        let Some(folder) = folder else { return Ok(None) };
        let path = folder.join(FOLDER).join(self.name());
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

/// Refuses files that replace nothing: whoever put them there means another name. Hidden ones are
/// passed over, because editors and mounted volumes put their own things there.
pub(super) fn check_names(folder: &Path) -> Result<(), String> {
    let folder = folder.join(FOLDER);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    let known = [&CSS, &JS, &FAVICON].map(Embedded::name);
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !known.contains(&name) {
            let path = folder.join(name);
            return Err(format!("{}: replaces no asset; there are {}", path.display(), known.join(", ")));
        }
    }
    Ok(())
}
