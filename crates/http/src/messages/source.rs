//! One file of messages: read, parsed, and where each message in it begins.

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use super::language;

const MAX_KIB: u64 = 256;
const EXTENSION: &str = ".ftl";

/// A catalogue that parses.
#[derive(Debug)]
pub(super) struct Source {
    /// What the file is called in errors.
    pub(super) name: String,
    pub(super) resource: FluentResource,
    pub(super) entries: Vec<Entry>,
}

/// A message or a term as it is written down. The parser does not tell lines.
#[derive(Debug)]
pub(super) struct Entry {
    /// A term's begins with a hyphen.
    pub(super) key: String,
    /// Counted from 1.
    pub(super) line: usize,
    /// Names behind a `$`, in all variants.
    pub(super) variables: BTreeSet<String>,
}

impl Entry {
    pub(super) fn is_term(&self) -> bool {
        self.key.starts_with('-')
    }
}

impl Source {
    /// Parses a catalogue.
    ///
    /// # Errors
    ///
    /// `name:line: what is wrong`.
    pub(super) fn parse(name: &str, text: String) -> Result<Self, String> {
        let resource = FluentResource::try_new(text).map_err(|(resource, errors)| {
            let bytes = resource.source().as_bytes();
            errors.first().map_or_else(
                || format!("{name}: cannot be parsed"),
                |error| {
                    let line = line_of(bytes, error.pos.start);
                    let start = error.slice.as_ref().map_or(line, |slice| line_of(bytes, slice.start));
                    // A brace that is never closed is missed in a later line.
                    let begin = if start < line { format!(", in what begins in line {start}") } else { String::new() };
                    format!("{name}:{line}: {error}{begin}")
                },
            )
        })?;
        let entries = entries(resource.source());
        let mut first = BTreeMap::new();
        for Entry { key, line, .. } in &entries {
            if let Some(earlier) = first.insert(key, line) {
                return Err(format!("{name}:{line}: {key} is there twice, first in line {earlier}"));
            }
        }
        Ok(Self { name: name.to_owned(), resource, entries })
    }

    fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let failed = |error: io::Error| format!("{name}: {error}");
        let mut file = File::open(path).map_err(failed)?.take(MAX_KIB * 1024 + 1);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if file.limit() == 0 {
            return Err(format!("{name}: larger than {MAX_KIB} KiB"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            format!("{name}:{line}: not UTF-8")
        })?;
        // Some editors put a byte order mark in front.
        Self::parse(&name, text.trim_start_matches('\u{feff}').to_owned())
    }
}

/// The catalogues of a folder by their language tag. A folder that is not there has none. Hidden
/// files are passed over: editors and mounted volumes put their own things there.
///
/// # Errors
///
/// A sentence that names the file: see [`super::Catalogues::load`].
pub(super) fn read_folder(folder: &Path) -> Result<BTreeMap<String, Source>, String> {
    let mut found = BTreeMap::new();
    for path in paths(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let tag = name.strip_suffix(EXTENSION).and_then(language::identifier).ok_or_else(|| {
            format!("{}: is not named like a language, as de{EXTENSION} and pt-BR{EXTENSION} are", path.display())
        })?;
        match found.entry(tag.to_string()) {
            Place::Vacant(place) => place.insert(Source::read(&path)?),
            Place::Occupied(place) => {
                return Err(format!("{}: the same language as {}", path.display(), place.get().name));
            }
        };
    }
    Ok(found)
}

/// What is in a folder, sorted, so that the same fault is reported each time.
fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

fn line_of(bytes: &[u8], position: usize) -> usize {
    bytes.iter().take(position).filter(|byte| **byte == b'\n').count() + 1
}

/// Where the entries of a text that parses begin: only an entry begins a line with a name and an
/// equals sign. The lines that belong to it are indented, or begin with a bracket, a star or a brace.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        if let Some(key) = key(line) {
            entries.push(Entry { key: key.to_owned(), line: index + 1, variables: BTreeSet::new() });
        }
        if let Some(entry) = entries.last_mut() {
            entry.variables.extend(variables(line).map(str::to_owned));
        }
    }
    entries
}

fn key(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim_end_matches(' ');
    let name = key.strip_prefix('-').unwrap_or(key);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_part_of_name);
    is_name.then_some(key)
}

fn variables(line: &str) -> impl Iterator<Item = &str> {
    line.split('$').skip(1).filter_map(|rest| {
        let name = rest.split(|c: char| !is_part_of_name(c)).next()?;
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
    })
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_where_the_parser_finds_them() {
        let text = concat!(
            "# key = in a comment\n",
            "one = a = b $first\n",
            "-term = { $second ->\n",
            "[one] key = no key\n",
            "*[other] { $first }\n",
            "}\n",
            "\r\n",
            "Two_2   =\r\n",
            "    three = 3\r\n",
            "    .four = { \"$\" } $5 { $third-part }\r\n",
        );
        let source = Source::parse("x", text.to_owned()).unwrap();
        assert_eq!(source.resource.entries().count(), source.entries.len());
        let found = source.entries.iter().map(|entry| {
            let variables: Vec<&str> = entry.variables.iter().map(String::as_str).collect();
            format!("{} {} {}", entry.line, entry.key, variables.join(" "))
        });
        assert_eq!(found.collect::<Vec<_>>(), ["2 one first", "3 -term first second", "8 Two_2 third-part"]);
    }
}
