//! Rules about the text of the source files that no lint covers.
//!
//! What is left for later is an issue, not a mark in the code, and a test that does not run is no
//! test. The length of a file is reported but is nobody's fault: some things are long.

use std::io::ErrorKind;

use crate::workspace::{self, Workspace};

/// Something that may not be in a committed source file.
struct Forbidden {
    text: &'static str,
    instead: &'static str,
}

/// Written in pieces, so that this file does not offend against itself.
static FORBIDDEN: [Forbidden; 6] = [
    Forbidden { text: concat!("todo", "!("), instead: "write it, or open an issue" },
    Forbidden { text: concat!("unimplemented", "!("), instead: "write it, or open an issue" },
    Forbidden { text: concat!("dbg", "!("), instead: "use `tracing`, or take it out" },
    Forbidden { text: concat!("#[", "ignore"), instead: "assert the known flaw as it is, with a note" },
    Forbidden { text: concat!("FIX", "ME"), instead: "fix it, or open an issue" },
    Forbidden { text: concat!("XX", "X"), instead: "say it in a sentence, or open an issue" },
];

/// With more lines than this a file is named in the report. House style is 50 to 300.
const LONG_FILE_LINES: usize = 400;

/// Every forbidden text with its place and what to do instead; reports long files on the way.
///
/// # Errors
///
/// When the files cannot be listed or one of them cannot be read.
pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let mut long = Vec::new();
    for path in files(workspace, "*.rs")? {
        let text = match std::fs::read_to_string(workspace.path(&path)) {
            Ok(text) => text,
            // Git still lists a file that was deleted and not yet committed as such.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{path} cannot be read: {error}")),
        };
        faults.extend(faults_in(&path, &text));
        let lines = text.lines().count();
        if lines > LONG_FILE_LINES {
            long.push((lines, path));
        }
    }
    long.sort_unstable();
    for (lines, path) in long.into_iter().rev() {
        println!("long file, not a fault: {path} has {lines} lines");
    }
    Ok(faults)
}

/// The files of this pattern that git knows or would add, relative to the root.
///
/// # Errors
///
/// When git does not list them.
pub(super) fn files(workspace: &Workspace, pattern: &str) -> Result<Vec<String>, String> {
    // Build machines often check out as another user, which git distrusts unless told.
    let mut list = workspace.command("git");
    list.args(["-c", "safe.directory=*", "ls-files", "-z"]);
    list.args(["--cached", "--others", "--exclude-standard", "--", pattern]);
    let listed = workspace::capture(&mut list)?;
    Ok(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// The faults in one file.
fn faults_in(path: &str, text: &str) -> Vec<String> {
    let faults = text.lines().enumerate().flat_map(|(index, line)| {
        let faults = FORBIDDEN.iter().filter(move |forbidden| mentions(line, forbidden.text));
        faults.map(move |Forbidden { text, instead }| format!("{path}:{}: `{text}` may not stay: {instead}", index + 1))
    });
    faults.collect()
}

/// Whether a line has this text, and not merely as a part of a longer word.
fn mentions(line: &str, text: &str) -> bool {
    let in_word = |next: Option<char>| next.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(text).any(|(start, found)| {
        let (before, rest) = line.split_at(start);
        let glued_before = text.starts_with(char::is_alphanumeric) && in_word(before.chars().next_back());
        let after = rest.strip_prefix(found).and_then(|after| after.chars().next());
        let glued_after = text.ends_with(char::is_alphanumeric) && in_word(after);
        !glued_before && !glued_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forbidden_text_is_found_with_its_line() {
        for Forbidden { text, .. } in &FORBIDDEN {
            let source = format!("fn main() {{\n    {text} }}\n");
            let faults = faults_in("src/main.rs", &source);
            assert_eq!(faults.len(), 1, "{text}");
            assert!(faults[0].starts_with("src/main.rs:2: "), "{}", faults[0]);
        }
    }

    #[test]
    fn an_ignored_test_is_found_with_and_without_a_reason() {
        let [open, reason] = [concat!("#[", "ignore]"), concat!("#[", "ignore = \"slow\"]")];
        assert_eq!(faults_in("a.rs", open).len(), 1);
        assert_eq!(faults_in("a.rs", reason).len(), 1);
    }

    #[test]
    fn a_longer_word_is_another_word() {
        let mark = concat!("XX", "X");
        assert!(mentions(&format!("// {mark}: later"), mark));
        assert!(mentions(mark, mark));
        assert!(!mentions(&format!("\"{mark}X-{mark}X\""), mark));
        assert!(!mentions(&format!("name.{mark}_{mark}"), mark));
        let macro_call = concat!("dbg", "!(");
        assert!(mentions(&format!("std::{macro_call}1)"), macro_call));
        assert!(!mentions(&format!("my_{macro_call}1)"), macro_call));
    }

    #[test]
    fn ordinary_source_has_no_fault() {
        let source = "//! What is to do is in the issues.\nfn ignored() { assert!(true_enough()); }\n";
        assert_eq!(faults_in("a.rs", source), Vec::<String>::new());
    }
}
