//! The house rules of the document, each broken once.

use authara_contract_check::{Finding, rules};

use crate::sample::{Case, SAMPLE, assert_found, parsed};

const FILE: &str = "contract/openapi.yaml";
const LIST: &str = "GET /auth/things";
const RENAME: &str = "PUT /auth/things/{thingID}";
const SCHEME: &str = "contract/openapi.yaml components.securitySchemes.csrfHeader";
const RENAMED: &str = "contract/openapi.yaml components.schemas.Rename";
const NAME: &str = "contract/openapi.yaml components.schemas.Rename.properties.name";

fn check(yaml: &str) -> Vec<Finding> {
    rules::check(&parsed(yaml))
}

#[rustfmt::skip] // One case, one row: it is a table.
const SCHEMAS: &[Case] = &[
    Case { from: "          minLength: 3\n", to: "          minLenght: 3\n", place: NAME, problem: "`minLenght`", remedy: "mend its name" },
    Case { from: "          minLength: 3\n", to: "          nullable: true\n", place: NAME, problem: "`nullable`", remedy: "not `required`" },
    Case { from: "          minLength: 3\n", to: "          oneOf: [{type: string}]\n", place: NAME, problem: "`oneOf`", remedy: "one shape" },
    Case { from: "          type: string\n          minLength: 3\n", to: "          minLength: 3\n", place: NAME, problem: "exactly one type", remedy: "one `type`" },
    Case { from: "          type: string\n          minLength: 3\n", to: "          type: [string, integer]\n", place: NAME, problem: "exactly one type", remedy: "one `type`" },
    Case { from: "          type: string\n          minLength: 3\n", to: "          type: text\n", place: NAME, problem: "exactly one type", remedy: "one `type`" },
    Case { from: "          type: string\n          minLength: 3\n          maxLength: 40\n", to: "          type: object\n          additionalProperties: false\n          properties:\n            first: {type: string}\n", place: NAME, problem: "without a name", remedy: "components.schemas" },
    Case { from: "          type: string\n          minLength: 3\n          maxLength: 40\n", to: "          type: object\n          additionalProperties: false\n", place: NAME, problem: "only be empty", remedy: "give it members" },
    Case { from: "          type: string\n          minLength: 3\n          maxLength: 40\n", to: "          type: object\n", place: NAME, problem: "nothing is said", remedy: "additionalProperties: true" },
    Case { from: "        remark:\n          type: string\n", to: "        remark: text\n", place: "contract/openapi.yaml components.schemas.Rename.properties.remark", problem: "is no schema", remedy: "a `type`" },
    Case { from: "    Rename:\n      type: object\n      additionalProperties: false\n", to: "    Rename:\n      type: object\n", place: RENAMED, problem: "not closed", remedy: "additionalProperties: false" },
    Case { from: "      required: [name]\n", to: "      required: [title]\n", place: RENAMED, problem: "`title`", remedy: "add the member" },
    Case { from: "          items:\n            $ref: '#/components/schemas/Thing'\n", to: "", place: "contract/openapi.yaml components.schemas.Things.properties.things", problem: "a list of anything", remedy: "`items`" },
    Case { from: "            $ref: '#/components/schemas/Thing'\n", to: "            $ref: '#/components/schemas/Thing'\n            description: One.\n", place: "contract/openapi.yaml components.schemas.Things.properties.things.items", problem: "beside `$ref`", remedy: "what it refers to" },
    Case { from: "        kind: big\n", to: "        kind: huge\n", place: "contract/openapi.yaml components.schemas.Thing", problem: "does not conform: /kind", remedy: "mend the example" },
    Case { from: "          default: red\n", to: "          default: blue\n", place: "contract/openapi.yaml components.schemas.Rename.properties.colour", problem: "the default \"blue\"", remedy: "mend the default" },
    Case { from: "            error: {code: service_unavailable}\n", to: "            error: {code: 7}\n", place: "contract/openapi.yaml components.responses.Later.content.application/json", problem: "does not conform: /error/code", remedy: "mend the example" },
];

#[rustfmt::skip] // One case, one row: it is a table.
const OPERATIONS: &[Case] = &[
    Case { from: "operationId: renameThing", to: "operationId: listThings", place: RENAME, problem: "which another one has", remedy: "rename the newer one" },
    Case { from: "operationId: renameThing", to: "operationId: rename-thing", place: RENAME, problem: "no name of a function", remedy: "letters and digits" },
    Case { from: "          csrfHeader: []\n", to: "", place: RENAME, problem: "one half of the CSRF pair", remedy: "both `csrfCookie` and `csrfHeader`" },
    Case { from: "      x-authara-csrf: required\n", to: "", place: RENAME, problem: "not say the same", remedy: "x-authara-csrf: required" },
    Case { from: "          csrfCookie: []\n          csrfHeader: []\n", to: "", place: RENAME, problem: "not say the same", remedy: "x-authara-csrf: required" },
    Case { from: "          csrfCookie: []\n          csrfHeader: []\n      x-authara-access: user\n      x-authara-csrf: required\n", to: "      x-authara-access: user\n", place: RENAME, problem: "without the CSRF pair", remedy: "`csrfCookie` and `csrfHeader`" },
    Case { from: "    put:\n", to: "    get:\n", place: "GET /auth/things/{thingID}", problem: "changes nothing", remedy: "take `x-authara-csrf`" },
    Case { from: "        - accessCookie: []\n      x-", to: "        - csrfCookie: []\n          csrfHeader: []\n      x-", place: LIST, problem: "asks for no access cookie", remedy: "`accessCookie`" },
    Case { from: "        - accessCookie: []\n      x-", to: "        - csrfCookie: []\n          csrfHeader: []\n      x-", place: LIST, problem: "accepts a bearer token in place of a cookie", remedy: "`x-authara-bearer`" },
    Case { from: "        '403': [forbidden]\n", to: "        '403': [not_found]\n", place: RENAME, problem: "403 `forbidden`", remedy: "x-authara-error-codes" },
    Case { from: "        '401': [unauthorized]\n        '503'", to: "        '503'", place: LIST, problem: "401 `unauthorized`", remedy: "x-authara-error-codes" },
    Case { from: "x-authara-availability: google-enabled", to: "x-authara-availability: on-sundays", place: RENAME, problem: "`on-sundays`", remedy: "AVAILABILITIES" },
    Case { from: "        '404': [not_found]\n", to: "        '404': [forbidden]\n", place: RENAME, problem: "never answers 404", remedy: "`not_found`" },
    Case { from: "[authara_csrf]", to: "[authara_oven]", place: RENAME, problem: "`authara_oven` in `x-authara-set-cookies`", remedy: "add the scheme" },
    Case { from: "[authara_access]", to: "[authara_oven]", place: RENAME, problem: "`authara_oven` in `x-authara-clear-cookies`", remedy: "add the scheme" },
    Case { from: "        - name: thingID\n", to: "        - name: thing\n", place: RENAME, problem: "has `{thingID}` in its path", remedy: "`in: path`" },
    Case { from: "        - name: thingID\n", to: "        - name: thing\n", place: RENAME, problem: "declares the path parameter `thing`", remedy: "into the path" },
    Case { from: "          in: path\n          required: true\n", to: "          in: path\n", place: RENAME, problem: "optional path parameter", remedy: "required: true" },
    Case { from: "          in: path\n", to: "          in: cookie\n", place: RENAME, problem: "in a cookie", remedy: "query or the path" },
    Case { from: "            type: string\n            format: uuid\n", to: "            type: array\n            items: {type: string}\n", place: RENAME, problem: "no single value", remedy: "string, integer" },
    Case { from: "        default: app\n", to: "", place: LIST, problem: "without the default `app`", remedy: "default: app" },
    Case { from: "in: header, name: X-CSRF-Token", to: "in: header, name: X-Other", place: SCHEME, problem: "generators do not know", remedy: "`X-CSRF-Token`" },
    Case { from: "{type: apiKey, in: header, name: X-CSRF-Token}", to: "{type: http, scheme: bearer}", place: SCHEME, problem: "generators do not know", remedy: "x-authara-auth-mode" },
    Case { from: "{type: apiKey, in: header, name: X-CSRF-Token}", to: "{type: http, scheme: bearer, x-authara-auth-mode: internal_bearer}", place: RENAME, problem: "combines the internal token", remedy: "leave the others out" },
];

#[rustfmt::skip] // One case, one row: it is a table.
const ANSWERS: &[Case] = &[
    Case { from: "        '503': [service_unavailable]\n", to: "", place: "GET /auth/things 503", problem: "without error codes", remedy: "x-authara-error-codes" },
    Case { from: "        '503':\n          $ref: '#/components/responses/Later'\n", to: "", place: "GET /auth/things 503", problem: "but no answer", remedy: "`responses`" },
    Case { from: "        '204':\n          description: Renamed.\n", to: "", place: RENAME, problem: "never succeeds", remedy: "answer of a success" },
    Case { from: "        '204':\n", to: "        '303':\n", place: "PUT /auth/things/{thingID} 303", problem: "redirects", remedy: "a success or a refusal" },
    Case { from: "          description: Renamed.\n", to: "          description: Renamed.\n          content:\n            application/json:\n              schema: {type: string}\n", place: "PUT /auth/things/{thingID} 204", problem: "which 204 cannot have", remedy: "`content`" },
    Case { from: "        '204':\n", to: "        '200':\n", place: "PUT /auth/things/{thingID} 200", problem: "no schema for its body", remedy: "make it a 204" },
    Case { from: "        '503':\n          $ref: '#/components/responses/Later'\n", to: "        '503':\n          $ref: '#/components/responses/Error'\n", place: "GET /auth/things 503", problem: "does not say when", remedy: "`Retry-After`" },
    Case { from: "    RetryAfter:\n      required: true\n", to: "    RetryAfter:\n", place: "GET /auth/things 503", problem: "does not say when", remedy: "`Retry-After`" },
    Case { from: "      description: No.\n      content:\n        application/json:\n          schema:\n            $ref: '#/components/schemas/ErrorResponse'", to: "      description: No.\n      content:\n        application/json:\n          schema:\n            $ref: '#/components/schemas/APIError'", place: "GET /auth/things 401", problem: "the one body of refusals", remedy: "`ErrorResponse`" },
    Case { from: "      description: No.\n      content:\n        application/json:\n", to: "      description: No.\n      content:\n        text/plain:\n", place: "PUT /auth/things/{thingID} 404", problem: "the one body of refusals", remedy: "`application/json`" },
];

#[rustfmt::skip] // One case, one row: it is a table.
const UNUSED: &[Case] = &[
    Case { from: "\n  schemas:\n", to: "\n  schemas:\n    Lost: {type: string}\n", place: "contract/openapi.yaml components.schemas.Lost", problem: "used by no operation", remedy: FILE },
    Case { from: "\n  parameters:\n", to: "\n  parameters:\n    Lost: {name: x, in: query, schema: {type: string}}\n", place: "contract/openapi.yaml components.parameters.Lost", problem: "used by no operation", remedy: FILE },
    Case { from: "\n  headers:\n", to: "\n  headers:\n    Lost: {schema: {type: string}}\n", place: "contract/openapi.yaml components.headers.Lost", problem: "used by no operation", remedy: FILE },
    Case { from: "\n  responses:\n", to: "\n  responses:\n    Lost: {description: x}\n", place: "contract/openapi.yaml components.responses.Lost", problem: "used by no operation", remedy: FILE },
    Case { from: "  securitySchemes:\n", to: "  securitySchemes:\n    lost: {type: apiKey, in: cookie, name: x}\n", place: "contract/openapi.yaml components.securitySchemes.lost", problem: "used by no operation", remedy: FILE },
    // Only what an operation leads to counts: two that lead to each other do not.
    Case { from: "\n  schemas:\n", to: "\n  schemas:\n    Lost: {type: array, items: {$ref: '#/components/schemas/Found'}}\n    Found: {type: array, items: {$ref: '#/components/schemas/Lost'}}\n", place: "contract/openapi.yaml components.schemas.Found", problem: "used by no operation", remedy: FILE },
];

#[test]
fn a_schema_that_generators_cannot_read_is_found() {
    assert_found(SAMPLE, SCHEMAS, check);
}

#[test]
fn an_operation_that_contradicts_itself_is_found() {
    assert_found(SAMPLE, OPERATIONS, check);
}

#[test]
fn an_answer_without_shape_is_found() {
    assert_found(SAMPLE, ANSWERS, check);
}

#[test]
fn what_no_operation_uses_is_found() {
    assert_found(SAMPLE, UNUSED, check);
}

#[test]
fn a_free_form_object_may_stand_inline() {
    let from = "          type: string\n          minLength: 3\n          maxLength: 40\n";
    let to = "          type: object\n          additionalProperties: true\n";
    let free = SAMPLE.replace(from, to).replace("        name: Robin\n", "        name: {first: Robin}\n");
    assert_eq!(check(&free), Vec::new());
}
