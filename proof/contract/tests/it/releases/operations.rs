//! Changes to `openapi.yaml`.

use authara_contract_check::versioning::Level::{Major, Minor, Patch};

use super::{DOCUMENT, Row, assert_levels, compared, row, texts};
use crate::sample::SAMPLE;

#[rustfmt::skip] // One change, one row: it is a table.
const OPERATIONS: &[Row] = &[
    row("  /auth/things:\n", "  /auth/items:\n", Major, Major, "GET /auth/things"),
    row("    put:\n", "    post:\n", Major, Major, "PUT /auth/things/{thingID}"),
    row("listThings", "allThings", Major, Major, "GET /auth/things operation id"),
    row("x-authara-access: user\n      x-authara-bearer", "x-authara-access: public\n      x-authara-bearer", Minor, Major, "GET /auth/things sign-in"),
    row("      x-authara-csrf: required\n", "", Minor, Major, "PUT /auth/things/{thingID} CSRF pair"),
    row("      x-authara-bearer: accepted\n", "", Major, Minor, "GET /auth/things bearer token"),
    row("      x-authara-availability: google-enabled\n", "", Minor, Major, "PUT /auth/things/{thingID} availability"),
    row("google-enabled", "challenges-enabled", Major, Major, "PUT /auth/things/{thingID} availability"),
    row("        - accessCookie: []\n      x-", "        - accessCookie: []\n          csrfCookie: []\n      x-", Major, Minor, "GET /auth/things security csrfCookie"),
    row("      x-authara-set-cookies: [authara_csrf]\n", "", Major, Minor, "PUT /auth/things/{thingID} set cookie authara_csrf"),
    row("      x-authara-clear-cookies: [authara_access]\n", "", Major, Minor, "PUT /auth/things/{thingID} cleared cookie authara_access"),
    row("name: authara_access", "name: access", Major, Major, "security scheme accessCookie name"),

    // Answers
    row("'503': [service_unavailable]", "'503': [service_unavailable, forbidden]", Minor, Major, "GET /auth/things 503 code forbidden"),
    row("        '503':\n          $ref: '#/components/responses/Later'\n", "", Major, Minor, "GET /auth/things 503"),
    row("        '204':\n", "        '202':\n          description: Soon.\n        '204':\n", Major, Major, "PUT /auth/things/{thingID} 202"),
    row("    RequestId:\n", "    RequestId:\n      required: true\n", Minor, Major, "GET /auth/things 200 header X-Request-Id always"),
    row("          headers:\n            X-Request-Id:\n              $ref: '#/components/headers/RequestId'\n", "", Major, Minor, "GET /auth/things 200 header X-Request-Id"),
    row("            application/json:\n              schema:\n                $ref: '#/components/schemas/Things'", "            text/plain:\n              schema:\n                $ref: '#/components/schemas/Things'", Major, Major, "GET /auth/things 200 application/json"),
    row("schemas/Things'", "schemas/Thing'", Major, Major, "GET /auth/things 200 application/json type"),

    // Requests
    row("      parameters:\n        - $ref: '#/components/parameters/Audience'\n", "", Major, Minor, "GET /auth/things query parameter `audience`"),
    row("      required: false\n", "      required: true\n", Major, Minor, "GET /auth/things query parameter `audience` always"),
    row("enum: [app, admin]", "enum: [app]", Major, Minor, "GET /auth/things query parameter `audience` value \"admin\""),
    row("default: app", "default: admin", Major, Major, "GET /auth/things query parameter `audience` default"),
    row("      requestBody:\n        required: true\n", "      requestBody:\n", Minor, Major, "PUT /auth/things/{thingID} body always"),
    row("      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/Rename'\n", "", Major, Major, "PUT /auth/things/{thingID} body"),
    row("            type: string\n            format: uuid\n", "            type: string\n", Minor, Major, "PUT /auth/things/{thingID} path parameter `thingID` format"),

    // A whole operation, whose demands are nothing new to anybody.
    row("\ncomponents:\n", "
  /auth/rooms:
    post:
      operationId: addRoom
      security: [{csrfCookie: [], csrfHeader: []}]
      x-authara-access: public
      x-authara-csrf: required
      x-authara-error-codes: {}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Rename'}}}}
      responses:
        '204': {description: Added.}

components:
", Minor, Major, "POST /auth/rooms"),

    // Words
    row("the newest first", "the oldest first", Patch, Patch, "wording"),
    row("        name: Robin\n", "        name: Robyn\n", Patch, Patch, "wording"),
];

#[rustfmt::skip] // One change, one row: it is a table.
const SCHEMAS: &[Row] = &[
    // What is sent
    row("      required: [name]\n", "      required: [name, remark]\n", Major, Minor, "schema Rename in requests member `remark` always"),
    row("        remark:\n          type: string\n", "", Major, Minor, "schema Rename in requests member `remark`"),
    row("        remark:\n", "        note:\n", Major, Major, "schema Rename in requests member `remark`"),
    row("maxLength: 40", "maxLength: 20", Major, Minor, "schema Rename in requests member `name` maxLength"),
    row("          maxLength: 40\n", "", Minor, Major, "schema Rename in requests member `name` maxLength"),
    row("minLength: 3", "minLength: 5", Major, Minor, "schema Rename in requests member `name` minLength"),
    row("          minLength: 3\n", "          minLength: 3\n          pattern: '^[a-z]+$'\n", Major, Minor, "schema Rename in requests member `name` pattern"),
    row("enum: [red, green]", "enum: [red, green, blue]", Minor, Major, "schema Rename in requests member `colour` value \"blue\""),
    row("          enum: [red, green]\n", "", Minor, Major, "schema Rename in requests member `colour` enum"),
    row("default: red", "default: green", Major, Major, "schema Rename in requests member `colour` default"),
    row("          default: red\n", "", Major, Major, "schema Rename in requests member `colour` default"),
    row("          type: string\n          minLength: 3\n", "          type: integer\n", Major, Major, "schema Rename in requests member `name` type"),
    row("    Rename:\n      type: object\n      additionalProperties: false\n", "    Rename:\n      type: object\n      additionalProperties: true\n", Minor, Major, "schema Rename in requests without other members"),

    // What is answered
    row("        nickname:\n          type: string\n", "", Major, Minor, "schema Thing in answers member `nickname`"),
    row("        nickname:\n", "        alias:\n", Major, Major, "schema Thing in answers member `nickname`"),
    row("      required: [id, kind]\n", "      required: [id]\n", Major, Minor, "schema Thing in answers member `kind` always"),
    row("enum: [big, small]", "enum: [big, small, huge]", Minor, Major, "schema Thing in answers member `kind` value \"huge\""),
    row("          enum: [big, small]\n", "", Major, Minor, "schema Thing in answers member `kind` enum"),
    row("maxItems: 100", "maxItems: 200", Major, Minor, "schema Things in answers member `things` maxItems"),
    row("        id:\n          type: string\n          format: uuid\n", "        id:\n          type: string\n", Major, Minor, "schema Thing in answers member `id` format"),
    row("            $ref: '#/components/schemas/Thing'\n", "            type: string\n", Major, Major, "schema Things in answers member `things` items type"),
    row("            - not_found\n", "            - not_found\n            - rate_limited\n", Minor, Major, "schema APIError in answers member `code` value \"rate_limited\""),
];

#[test]
fn every_change_of_an_operation_has_its_level() {
    assert_levels(DOCUMENT, SAMPLE, OPERATIONS);
}

#[test]
fn every_change_of_a_schema_has_its_level_by_the_way_it_travels() {
    assert_levels(DOCUMENT, SAMPLE, SCHEMAS);
}

#[test]
fn the_name_of_a_schema_is_promised_too() {
    let renamed = SAMPLE.replace("schemas/Rename'", "schemas/Renaming'").replace("    Rename:\n", "    Renaming:\n");
    let comparison = compared(&texts(), &texts().with(DOCUMENT, Some(&renamed)));
    let gone = comparison.changes.iter().find(|(_, change)| change.subject == "schema Rename").unwrap();
    assert_eq!((gone.1.what.as_str(), gone.1.level), ("is gone", Major));
}
