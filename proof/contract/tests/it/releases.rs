//! What each change to the contract asks of the next release.

mod accepting;
mod events;
mod operations;
mod variables;

use authara_contract_check::files::Files;
use authara_contract_check::versioning::{Comparison, Level, Texts, Version};

use crate::sample::{SAMPLE, assert_among, edited};

/// One change, and what it asks of a release; `back` is for the opposite change.
struct Row {
    from: &'static str,
    to: &'static str,
    there: Level,
    back: Level,
    /// What the statement is about that changes.
    subject: &'static str,
}

const fn row(from: &'static str, to: &'static str, there: Level, back: Level, subject: &'static str) -> Row {
    Row { from, to, there, back, subject }
}

const DOCUMENT: &str = "openapi.yaml";
const VARIABLES: &str = "config.yaml";
const EVENTS: &str = "webhooks.yaml";

/// The files of a small contract, without events.
fn texts() -> Texts {
    let texts = Texts::current(&Files::find()).expect("the real files can be read");
    texts.with(DOCUMENT, Some(SAMPLE)).with(VARIABLES, Some(variables::SAMPLE)).with(EVENTS, None)
}

fn compared(baseline: &Texts, current: &Texts) -> Comparison {
    Comparison::of(baseline, current).expect("both can be read")
}

/// Makes each change to one file, there and back.
fn assert_levels(file: &str, base: &str, rows: &[Row]) {
    for Row { from, to, there, back, subject } in rows {
        let changed = edited(base, from, to);
        for (old, new, level) in [(base, changed.as_str(), there), (changed.as_str(), base, back)] {
            let comparison = compared(&texts().with(file, Some(old)), &texts().with(file, Some(new)));
            let report = comparison.report();
            let found = comparison.changes.iter().map(|(_, change)| change.level).max();
            assert_eq!(found, Some(*level), "{subject}, {from:?} to {to:?}\n{report}");
            let is_there = comparison.changes.iter().any(|(place, one)| *place == file && one.subject == *subject);
            assert!(is_there, "{subject}, {from:?} to {to:?}\n{report}");
        }
    }
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

/// The small contract with another version and, if wanted, without the bearer token of an operation.
fn at(version: &str, is_broken: bool) -> Texts {
    let text = edited(SAMPLE, "version: 1.2.3", &format!("version: {version}"));
    let text = if is_broken { edited(&text, "      x-authara-bearer: accepted\n", "") } else { text };
    texts().with(DOCUMENT, Some(&text))
}

#[test]
fn nothing_has_changed_between_a_contract_and_itself() {
    let comparison = compared(&texts(), &at("9.9.9", false));
    assert_eq!((comparison.changes.len(), comparison.needed()), (0, None));
    assert_eq!(comparison.report(), "nothing has changed since 1.2.3\n");
    assert_eq!(comparison.check_release(Level::Patch), None);
}

#[test]
fn a_break_is_found_until_the_version_admits_it() {
    let place = "contract/openapi.yaml GET /auth/things bearer token";
    for (released, now, next) in [
        ("1.2.3", "1.2.3", "2.0.0"),
        ("1.2.3", "1.2.4", "2.0.0"),
        ("1.2.3", "1.3.0", "2.0.0"),
        ("0.4.2", "0.4.3", "0.5.0"),
        ("0.4.2", "0.3.0", "0.5.0"),
    ] {
        let current = at(now, true);
        let findings = compared(&at(released, false), &current).check(&current, version(now));
        assert_eq!(findings.len(), 1, "{released} to {now}: {findings:#?}");
        let remedy = format!("Cargo.toml and in contract/openapi.yaml to {next}");
        assert_among(&findings, place, "is gone, which breaks", &remedy, now);
    }
    for (released, now) in [("1.2.3", "2.0.0"), ("1.2.3", "2.1.7"), ("0.4.2", "0.5.0"), ("0.4.2", "1.0.0")] {
        let current = at(now, true);
        let findings = compared(&at(released, false), &current).check(&current, version(now));
        assert_eq!(findings, Vec::new(), "{released} to {now}");
    }
}

#[test]
fn the_document_tells_the_version_of_the_workspace() {
    let current = at("1.2.4", false);
    let findings = compared(&texts(), &current).check(&current, version("1.3.0"));
    let place = "contract/openapi.yaml info.version";
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_among(&findings, place, "is 1.2.4, and the workspace has 1.3.0", "Cargo.toml", "another version");
    let current = at("next", false);
    let findings = compared(&texts(), &current).check(&current, version("1.3.0"));
    assert_among(&findings, place, "no version such as 1.2.3", "write the version", "no version");
}

#[test]
fn a_release_that_is_too_small_is_refused_with_the_one_that_is_needed() {
    let wording = ("the newest first", "the oldest first");
    let addition = ("'503': [service_unavailable]", "'503': [service_unavailable, forbidden]");
    let removal = ("      x-authara-bearer: accepted\n", "");
    let levels = [Level::Patch, Level::Minor, Level::Major];
    for (released, (from, to), needed, next) in [
        ("1.2.3", wording, Level::Patch, "1.2.4"),
        ("1.2.3", addition, Level::Minor, "1.3.0"),
        ("1.2.3", removal, Level::Major, "2.0.0"),
        ("0.4.2", wording, Level::Patch, "0.4.3"),
        ("0.4.2", addition, Level::Patch, "0.4.3"),
        ("0.4.2", removal, Level::Minor, "0.5.0"),
    ] {
        let before = edited(SAMPLE, "version: 1.2.3", &format!("version: {released}"));
        let current = texts().with(DOCUMENT, Some(&edited(&before, from, to)));
        let comparison = compared(&at(released, false), &current);
        assert_eq!(comparison.needed(), Some(needed), "{released} {to:?}");
        assert!(
            comparison.report().ends_with(&format!("need a {needed} release: {next}\n")),
            "{}",
            comparison.report()
        );
        for chosen in levels {
            let finding = comparison.check_release(chosen);
            assert_eq!(finding.is_some(), chosen < needed, "{released} {to:?} {chosen}");
            if let Some(finding) = finding {
                assert_among(&[finding], "Cargo.toml version", &format!("need a {needed} one"), next, to);
            }
        }
    }
}

#[test]
fn the_report_begins_with_the_gravest_change() {
    let text = edited(SAMPLE, "'503': [service_unavailable]", "'503': [service_unavailable, forbidden]");
    let text = edited(&text, "      x-authara-bearer: accepted\n", "");
    let report = compared(&texts(), &texts().with(DOCUMENT, Some(&text))).report();
    let expected = "\
major  contract/openapi.yaml GET /auth/things bearer token: is gone
minor  contract/openapi.yaml GET /auth/things 503 code forbidden: is new
since 1.2.3 the changes need a major release: 2.0.0
";
    assert_eq!(report, expected);
}

#[test]
fn a_baseline_that_cannot_be_read_is_found_in_its_own_file() {
    for (file, text, place, problem) in [
        (DOCUMENT, "openapi: [", "contract/baseline/openapi.yaml info.version", "no version"),
        (DOCUMENT, "info: {version: 1.2.3}", "contract/baseline/openapi.yaml: contract/openapi.yaml", "no `paths`"),
        (VARIABLES, "variables: 7", "contract/baseline/config.yaml: contract/config.yaml", "not understood"),
        (EVENTS, "events: 7", "contract/baseline/webhooks.yaml: contract/webhooks.yaml", "no list `events`"),
        (EVENTS, "events: [{}]", "contract/baseline/webhooks.yaml: contract/webhooks.yaml", "without a name"),
        (EVENTS, "events: [", "contract/baseline/webhooks.yaml: contract/webhooks.yaml", "as YAML"),
    ] {
        let findings = Comparison::of(&texts().with(file, Some(text)), &texts()).unwrap_err();
        assert_among(&findings, place, problem, "", text);
    }
}
