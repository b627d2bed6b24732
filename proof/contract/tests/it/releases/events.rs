//! Changes to `webhooks.yaml`, and the file itself.

use authara_contract_check::versioning::Level::{Major, Minor, Patch};

use super::{EVENTS, Row, assert_levels, compared, row, texts};

const SAMPLE: &str = "
events:
  - name: user.created
    description: Somebody signed up.
    payload:
      $ref: '#/components/schemas/UserCreated'
  - name: user.deleted
components:
  schemas:
    UserCreated:
      type: object
      additionalProperties: false
      required: [id]
      properties:
        id: {type: string, format: uuid}
        email: {type: string}
";

#[rustfmt::skip] // One change, one row: it is a table.
const ROWS: &[Row] = &[
    row("name: user.deleted", "name: user.removed", Major, Major, "event user.deleted"),
    row("  - name: user.deleted\n", "", Major, Minor, "event user.deleted"),
    row("        email: {type: string}\n", "", Major, Minor, "schema UserCreated in answers member `email`"),
    row("required: [id]", "required: [id, email]", Minor, Major, "schema UserCreated in answers member `email` always"),
    row("id: {type: string, format: uuid}", "id: {type: integer}", Major, Major, "schema UserCreated in answers member `id` type"),
    row("Somebody signed up.", "There is a new user.", Patch, Patch, "wording"),
];

#[test]
fn every_change_of_an_event_has_its_level() {
    assert_levels(EVENTS, SAMPLE, ROWS);
}

#[test]
fn the_first_events_are_an_addition_and_without_the_file_all_are_gone() {
    let with = texts().with(EVENTS, Some(SAMPLE));
    assert_eq!(compared(&texts(), &with).needed(), Some(Minor));
    let without = compared(&with, &texts());
    assert_eq!(without.needed(), Some(Major));
    assert!(without.report().contains("major  contract/webhooks.yaml event user.created: is gone\n"));
}
