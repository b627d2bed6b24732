//! The table in `docs/performance.md`.

use std::path::PathBuf;

use crate::results::Results;
use crate::table;

/// The page, relative to the root of the workspace.
const PAGE: &str = "docs/performance.md";
/// The table stands between these two lines.
const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Puts the table into the page.
///
/// # Errors
///
/// A sentence, when the page is not there or has no place for it.
pub(crate) fn write(results: &Results) -> Result<(), String> {
    let page = root().join(PAGE);
    let text = std::fs::read_to_string(&page).map_err(|error| format!("{PAGE} cannot be read: {error}"))?;
    let text = replaced(&text, &table::for_page(results))?;
    std::fs::write(&page, text).map_err(|error| format!("{PAGE} cannot be written: {error}"))
}

/// The root of the workspace. `cargo xtask bench` starts this in it; the place at which this was
/// built is for somebody who starts it by hand elsewhere.
fn root() -> PathBuf {
    let here = PathBuf::from(".");
    if here.join(PAGE).exists() { here } else { PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")) }
}

/// The page with another table.
fn replaced(page: &str, table: &str) -> Result<String, String> {
    let advice = || format!("{PAGE} needs one line {BEGIN} and behind it one line {END}");
    let (before, rest) = page.split_once(BEGIN).ok_or_else(advice)?;
    let (_, after) = rest.split_once(END).ok_or_else(advice)?;
    if [before, after].iter().any(|text| text.contains(BEGIN) || text.contains(END)) {
        return Err(advice());
    }
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("# Title\n\n{BEGIN}\nold\n{END}\n\nRest\n");
        let once = replaced(&page, "| a |\n").unwrap();
        assert_eq!(once, format!("# Title\n\n{BEGIN}\n\n| a |\n\n{END}\n\nRest\n"));
        assert_eq!(replaced(&once, "| a |\n").as_deref(), Ok(once.as_str()));
    }

    #[test]
    fn a_page_without_a_clear_place_is_left_alone() {
        for page in [
            String::new(),
            BEGIN.to_owned(),
            format!("{END}\n{BEGIN}\n"),
            format!("{BEGIN}\n{END}\n{BEGIN}\n{END}\n"),
            format!("{END}\n{BEGIN}\n{END}\n"),
        ] {
            assert!(replaced(&page, "table").is_err(), "{page}");
        }
    }

    #[test]
    fn the_page_has_a_place() {
        let text = std::fs::read_to_string(root().join(PAGE)).unwrap();
        assert!(replaced(&text, "table").is_ok());
    }
}
