//! Making the contract of now the last release.

use std::fs;

use authara_contract_check::files::Files;
use authara_contract_check::versioning::{Texts, accept};
use tempfile::TempDir;

use super::{DOCUMENT, EVENTS, VARIABLES, variables, version};
use crate::sample::{SAMPLE, assert_among, edited};

/// A workspace with nothing but a contract, which was never released.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("contract")).expect("a folder");
    write(&folder, DOCUMENT, SAMPLE);
    write(&folder, VARIABLES, variables::SAMPLE);
    write(&folder, EVENTS, "events: [{name: user.created}]");
    folder
}

fn write(folder: &TempDir, file: &str, text: &str) {
    fs::write(folder.path().join("contract").join(file), text).expect("a file is written");
}

fn released(folder: &TempDir, file: &str) -> Option<String> {
    fs::read_to_string(folder.path().join("contract/baseline").join(file)).ok()
}

#[test]
fn the_first_release_makes_the_baseline() {
    let folder = workspace();
    let files = Files::at(folder.path());
    let findings = Texts::baseline(&files).unwrap_err();
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_among(&findings, "contract/baseline/openapi.yaml", "is missing", "bring it back", "no baseline");
    assert_among(&findings, "contract/baseline/config.yaml", "is missing", "bring it back", "no baseline");
    accept(&files, version("1.2.3")).unwrap();
    assert_eq!(released(&folder, DOCUMENT).as_deref(), Some(SAMPLE));
    assert_eq!(released(&folder, VARIABLES).as_deref(), Some(variables::SAMPLE));
    assert_eq!(released(&folder, EVENTS).as_deref(), Some("events: [{name: user.created}]"));
}

#[test]
fn a_break_is_accepted_only_with_a_version_that_admits_it() {
    let folder = workspace();
    let files = Files::at(folder.path());
    accept(&files, version("1.2.3")).unwrap();
    fs::remove_file(folder.path().join("contract").join(EVENTS)).unwrap();
    let findings = accept(&files, version("1.2.3")).unwrap_err();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_among(&findings, "contract/webhooks.yaml event user.created", "is gone", "2.0.0", "no events");
    assert!(released(&folder, EVENTS).is_some());
    write(&folder, DOCUMENT, &edited(SAMPLE, "version: 1.2.3", "version: 2.0.0"));
    accept(&files, version("2.0.0")).unwrap();
    assert_eq!(released(&folder, EVENTS), None);
    assert!(released(&folder, DOCUMENT).is_some_and(|text| text.contains("version: 2.0.0")));
}
