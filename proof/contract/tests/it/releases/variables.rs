//! Changes to `config.yaml`.

use authara_contract_check::versioning::Level::{Major, Minor, Patch};

use super::{Row, VARIABLES, assert_levels, row};

pub(super) const SAMPLE: &str = "
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
    available: false
    description: What nobody may see.
";

const NEW: &str = "variables:
  - name: APP_NEW
    group: runtime
    type: string
    secret: false
    required: never
    available: true
    description: Something new.
";

const NEW_AND_REQUIRED: &str = "variables:
  - name: APP_NEW
    group: runtime
    type: string
    secret: false
    required: production
    available: true
    description: Something new.
";

#[rustfmt::skip] // One change, one row: it is a table.
const ROWS: &[Row] = &[
    row("name: APP_LEVEL", "name: APP_HEIGHT", Major, Major, "APP_LEVEL"),
    row("variables:\n", NEW, Minor, Major, "APP_NEW"),
    row("variables:\n", NEW_AND_REQUIRED, Major, Major, "APP_NEW required in production"),
    row("type: string", "type: csv", Major, Major, "APP_TOKEN type"),
    row("default: low", "default: high", Major, Major, "APP_LEVEL default"),
    row("    default: low\n", "", Major, Major, "APP_LEVEL default"),
    row("secret: false", "secret: true", Major, Major, "APP_LEVEL secret"),
    row("required: never", "required: production", Major, Minor, "APP_LEVEL required in production"),
    row("required: production", "required: production-postgres", Minor, Major, "APP_TOKEN required in production"),
    row("required: never", "required: production-postgres", Major, Minor, "APP_LEVEL required in production with PostgreSQL"),
    row("available: false", "available: true", Minor, Major, "APP_TOKEN available"),
    row("values: [low, high]", "values: [low, high, higher]", Minor, Major, "APP_LEVEL value higher"),
    row("group: runtime", "group: tokens", Patch, Patch, "wording"),
    row("How high.", "How high it is.", Patch, Patch, "wording"),
];

#[test]
fn every_change_of_a_variable_has_its_level() {
    assert_levels(VARIABLES, SAMPLE, ROWS);
}
