//! A table of variables and a file about them that do not agree.

use authara_contract_check::Finding;
use authara_contract_check::configuration::{Promises, Variable, check};

use crate::sample::{assert_among, edited};

const FILE: &str = "contract/config.yaml";
const TABLE: &str = "crates/http/src/config/variables.rs";

const SAMPLE: &str = "
file_variables: Secrets may be given as NAME_FILE.
variables:
  - name: APP_LEVEL
    group: runtime
    type: enum
    values: [low, high]
    default: low
    secret: false
    required: never
    available: true
    description: How high.
  - name: APP_TOKEN
    group: tokens
    type: string
    secret: true
    required: production
    available: true
    description: What nobody may see.
";

fn parsed(yaml: &str) -> Promises {
    Promises::parse(yaml).expect("the sample can be read")
}

/// The table that the sample describes.
fn built() -> Vec<Variable> {
    let mut built = parsed(SAMPLE).variables;
    for variable in &mut built {
        variable.description.clear();
    }
    built
}

fn after(from: &str, to: &str) -> Vec<Finding> {
    check(&parsed(&edited(SAMPLE, from, to)), &built())
}

#[test]
fn the_sample_and_its_table_agree() {
    assert_eq!(check(&parsed(SAMPLE), &built()), Vec::new());
}

#[test]
fn every_difference_between_file_and_table_is_found() {
    for (from, to, name, problem) in [
        ("group: runtime", "group: tokens", "APP_LEVEL", "the group tokens, but runtime in the server"),
        ("type: string", "type: csv", "APP_TOKEN", "the type csv, but string in the server"),
        ("values: [low, high]", "values: [low, mid]", "APP_LEVEL", "the values low, mid, but low, high in the server"),
        ("default: low", "default: high", "APP_LEVEL", "the default \"high\", but \"low\" in the server"),
        ("    default: low\n", "", "APP_LEVEL", "the default none, but \"low\" in the server"),
        ("secret: true", "secret: false", "APP_TOKEN", "the secret false, but true in the server"),
        ("required: never", "required: production", "APP_LEVEL", "the required production, but never in the server"),
        (
            "required: never\n    available: true",
            "required: never\n    available: false",
            "APP_LEVEL",
            "the available false, but true in the server",
        ),
    ] {
        let findings = after(from, to);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_among(&findings, &format!("{FILE} {name}"), problem, TABLE, to);
    }
}

#[test]
fn a_variable_on_one_side_only_is_found() {
    let findings = after("name: APP_TOKEN", "name: APP_TOKENS");
    assert_eq!(findings.len(), 2, "{findings:#?}");
    let place = format!("{FILE} APP_TOKENS");
    assert_among(&findings, &place, "the server does not know it", "VARIABLES", "promised only");
    assert_among(&findings, &format!("{TABLE} APP_TOKEN"), "not promised", "describe it", "known only");
}

#[test]
fn another_order_is_found() {
    let mut turned = built();
    turned.reverse();
    let findings = check(&parsed(SAMPLE), &turned);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let place = format!("{FILE} APP_LEVEL");
    assert_among(&findings, &place, "stands where the server has APP_TOKEN", "the same order", "turned");
}

#[test]
fn a_file_that_breaks_its_own_rules_is_found() {
    let place = format!("{FILE} APP_LEVEL");
    assert_among(&after("How high.", "How high"), &place, "not described in sentences", "full stop", "no stop");
    assert_among(&after("    description: How high.\n", ""), &place, "not described", FILE, "no description");
    assert_among(&after("NAME_FILE", "NAME"), FILE, "may come from files", "`file_variables`", "no files");
    let findings = after("name: APP_TOKEN", "name: APP_LEVEL");
    assert_among(&findings, &place, "is described twice", FILE, "twice");
}

#[test]
fn a_file_that_is_not_understood_is_found() {
    for (from, to) in [
        ("variables:\n", "variabels:\n"),
        ("    secret: true\n", ""),
        ("    secret: true\n", "    secret: maybe\n"),
        ("    secret: true\n", "    secret: true\n    colour: red\n"),
        ("file_variables: ", "file_variables: ["),
    ] {
        let finding = Promises::parse(&edited(SAMPLE, from, to)).unwrap_err();
        assert_among(&[finding], FILE, "is not understood", "the line", to);
    }
}
