//! docs/security.md against the tests: it names every test that carries the label of a security
//! requirement, and none that is not there.

use std::collections::BTreeSet;

use super::rules;
use crate::workspace::Workspace;

const GUIDE: &str = "docs/security.md";

/// Every name that stands on one side alone.
///
/// # Errors
///
/// When a file cannot be read.
pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>, String> {
    let guide = workspace.read(GUIDE)?;
    let mut written = BTreeSet::new();
    for path in rules::files(workspace, "*.rs")? {
        // Git still lists a file that was deleted and not yet committed as such.
        if workspace.path(&path).exists() {
            written.extend(functions(&workspace.read(&path)?).map(str::to_owned));
        }
    }
    Ok(compare(&named(&guide), &written))
}

fn compare(named: &BTreeSet<&str>, written: &BTreeSet<String>) -> Vec<String> {
    let gone = named.iter().filter(|name| !written.contains(**name));
    let gone = gone.map(|name| format!("{GUIDE}: names the test {name}, which is not there"));
    let left_out = written.iter().filter(|name| !named.contains(name.as_str()));
    let left_out = left_out.map(|name| format!("{GUIDE}: does not name the test {name}"));
    gone.chain(left_out).collect()
}

/// The labelled tests that the guide names.
fn named(guide: &str) -> BTreeSet<&str> {
    guide.split('`').skip(1).step_by(2).filter(|name| is_labelled(name)).collect()
}

/// The labelled functions of a source file.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    let names = source.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")?.split_once('(')
    });
    names.map(|(name, _)| name).filter(|name| is_labelled(name))
}

/// Does the name begin with labels (`h087_s083_`) of which one is that of a security requirement?
fn is_labelled(name: &str) -> bool {
    let mut labels = name.split('_').take_while(|part| is_label(part));
    labels.any(|label| label.starts_with('s'))
}

fn is_label(part: &str) -> bool {
    let digits = part.strip_prefix(['s', 'h', 'k']).unwrap_or_default();
    (2..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_gone_and_one_that_is_left_out_are_both_named() {
        let guide = "| S-052 | Kept. | `s052_here`, `h001_s052_gone`, step `deny` |";
        let source =
            "    #[test]\n    fn s052_here() {}\n    async fn k09_s087_new() {}\n    fn h012_of_the_api() {}\n";
        let written = functions(source).map(str::to_owned).collect();
        let faults = compare(&named(guide), &written);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("h001_s052_gone") && faults[1].contains("k09_s087_new"), "{faults:?}");
    }

    #[test]
    fn labels_lead_a_name() {
        assert!(is_labelled("s183_a") && is_labelled("h087_s083_a") && is_labelled("s050_to_s054_a"));
        assert!(!is_labelled("h087_a") && !is_labelled("a_s083") && !is_labelled("s_a") && !is_labelled("s1_a"));
    }
}
