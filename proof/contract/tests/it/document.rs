//! What keeps a document from being understood.

use authara_contract_check::Document;
use authara_contract_check::document::Access;
use serde_json::json;

use crate::sample::{Case, SAMPLE, assert_found, document};

const FILE: &str = "contract/openapi.yaml";
const LIST: &str = "GET /auth/things";
const RENAME: &str = "PUT /auth/things/{thingID}";

#[rustfmt::skip] // One case, one row: it is a table.
const CASES: &[Case] = &[
    Case { from: "openapi: 3.0.3", to: "openapi: [", place: FILE, problem: "YAML", remedy: "the line" },
    Case { from: "  version: 1.2.3\n", to: "", place: FILE, problem: "no `info.version`", remedy: FILE },
    Case { from: "\npaths:\n", to: "\nroutes:\n", place: FILE, problem: "no `paths`", remedy: FILE },
    Case { from: "      operationId: listThings\n", to: "", place: LIST, problem: "no `operationId`", remedy: FILE },
    Case { from: "      summary: List\n", to: "      sumary: List\n", place: LIST, problem: "`sumary`", remedy: "mend its name" },
    Case { from: "  /auth/things:\n", to: "  /auth/things:\n    parameters: []\n", place: "/auth/things", problem: "`parameters`", remedy: FILE },

    // References
    Case { from: "schemas/Things'", to: "schemas/Thangs'", place: "GET /auth/things 200 content application/json schema", problem: "Thangs", remedy: "below `components`" },
    Case { from: "parameters/Audience'", to: "parameters/Audience2'", place: "GET /auth/things parameters", problem: "Audience2", remedy: "below `components`" },
    Case { from: "schemas/APIError'", to: "schemas/ApiError'", place: "contract/openapi.yaml components.schemas.ErrorResponse.properties.error", problem: "ApiError", remedy: "below `components`" },
    Case { from: "schemas/APIError'", to: "schemas/ErrorResponse/properties/error'", place: "contract/openapi.yaml components.schemas.ErrorResponse.properties.error", problem: "leads nowhere", remedy: "mend the reference" },

    // Annotations
    Case { from: "x-authara-bearer: accepted", to: "x-authara-barer: accepted", place: LIST, problem: "`x-authara-barer`", remedy: "annotations.rs" },
    Case { from: "  title: Sample", to: "  title: Sample\n  x-authara-access: public", place: "contract/openapi.yaml info", problem: "`x-authara-access`", remedy: FILE },
    Case { from: "      x-authara-access: user\n      x-authara-bearer", to: "      x-authara-bearer", place: LIST, problem: "no `x-authara-access`", remedy: "`public` or `user`" },
    Case { from: "      x-authara-access: user\n      x-authara-csrf", to: "      x-authara-access: all\n      x-authara-csrf", place: RENAME, problem: "\"all\"", remedy: "`public` or `user`" },
    Case { from: "x-authara-csrf: required", to: "x-authara-csrf: true", place: RENAME, problem: "`x-authara-csrf`", remedy: "`required`" },
    Case { from: "x-authara-bearer: accepted", to: "x-authara-bearer: welcome", place: LIST, problem: "`x-authara-bearer`", remedy: "`accepted`" },
    Case { from: "x-authara-availability: google-enabled", to: "x-authara-availability: [google-enabled]", place: RENAME, problem: "`x-authara-availability`", remedy: "one word" },
    Case { from: "[authara_csrf]", to: "authara_csrf", place: RENAME, problem: "`x-authara-set-cookies`", remedy: "a list" },
    Case { from: "[authara_access]", to: "[1]", place: RENAME, problem: "`x-authara-clear-cookies`", remedy: "a list" },
    Case { from: "'503': [service_unavailable]", to: "'503': service_unavailable", place: LIST, problem: "for 503", remedy: "a list of codes" },
    Case { from: "'503': [service_unavailable]", to: "'503': []", place: LIST, problem: "for 503", remedy: "a list of codes" },
    Case { from: "'503': [service_unavailable]", to: "later: [service_unavailable]", place: LIST, problem: "for later", remedy: "a status" },
    Case { from: "      x-authara-error-codes:\n        '401': [unauthorized]\n        '503': [service_unavailable]\n", to: "", place: LIST, problem: "no map `x-authara-error-codes`", remedy: "`{}` for none" },

    // Security
    Case { from: "      security:\n        - accessCookie: []\n      x-", to: "      x-", place: LIST, problem: "`security`", remedy: "`security: []`" },
    Case { from: "        - accessCookie: []\n      x-", to: "        - accessCookie: []\n        - csrfCookie: []\n      x-", place: LIST, problem: "more than one alternative", remedy: "x-authara-bearer" },
    Case { from: "        - accessCookie: []\n      x-", to: "        - accesCookie: []\n      x-", place: LIST, problem: "`accesCookie`", remedy: "securitySchemes" },

    // Requests and answers
    Case { from: "          in: path\n", to: "", place: RENAME, problem: "`name` or `in`", remedy: "complete the parameter" },
    Case { from: "          schema:\n            type: string\n            format: uuid\n", to: "", place: RENAME, problem: "the parameter `thingID`", remedy: "`schema`" },
    Case { from: "          in: path\n", to: "          in: path\n          style: matrix\n", place: RENAME, problem: "`style`", remedy: "take it out" },
    Case { from: "        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/Rename'", to: "        content:\n          text/plain:\n            schema:\n              $ref: '#/components/schemas/Rename'", place: RENAME, problem: "something else than `application/json`", remedy: "application/json" },
    Case { from: "        '200':\n", to: "        default:\n", place: LIST, problem: "`default`", remedy: "each status" },
    Case { from: "                $ref: '#/components/schemas/Things'", to: "                $ref: '#/components/schemas/Things'\n              examples: {}", place: "GET /auth/things 200", problem: "`examples`", remedy: "mend its name" },
    Case { from: "              schema:\n                $ref: '#/components/schemas/Things'", to: "              example: {}", place: "GET /auth/things 200", problem: "no schema for `application/json`", remedy: "`schema`" },
    Case { from: "    RequestId:\n      schema:\n        type: string\n        minLength: 1\n", to: "    RequestId:\n      required: true\n", place: "GET /auth/things 200", problem: "the header `X-Request-Id`", remedy: "`schema`" },
];

#[test]
fn whatever_the_model_cannot_hold_is_found() {
    assert_found(SAMPLE, CASES, |yaml| Document::parse(yaml).err().unwrap_or_default());
}

#[test]
fn the_model_is_the_document_with_references_resolved() {
    let document = document();
    assert_eq!(document.version, "1.2.3");
    assert_eq!(document.schemas.len(), 5);
    let list = document.operation("listThings").unwrap();
    assert_eq!((list.place().as_str(), list.access, list.bearer, list.csrf), (LIST, Access::User, true, false));
    assert_eq!((list.parameters[0].name.as_str(), list.parameters[0].location.as_str()), ("audience", "query"));
    assert_eq!(list.security, ["accessCookie"]);
    assert_eq!(list.error_codes[&503], ["service_unavailable"]);
    assert!(list.responses[&503].headers["Retry-After"].required);
    assert!(!list.responses[&200].headers["X-Request-Id"].required);
    let rename = document.operation("renameThing").unwrap();
    assert_eq!((rename.place().as_str(), rename.bearer, rename.csrf), (RENAME, false, true));
    assert_eq!(rename.availability.as_deref(), Some("google-enabled"));
    assert_eq!(rename.set_cookies, ["authara_csrf"]);
    assert_eq!(rename.clear_cookies, ["authara_access"]);
    let body = rename.body.as_ref().unwrap();
    assert_eq!((body.required, &body.schema), (true, &json!({"$ref": "#/components/schemas/Rename"})));
    assert!(rename.responses[&204].content.is_empty());
    assert_eq!(document.operations.len(), 2);
}

#[test]
fn values_are_held_against_schemas_across_references() {
    let document = document();
    let things = json!({"$ref": "#/components/schemas/Things"});
    let id = "3f6f1c52-8a0e-7b1d-9c44-52d0c8a7e613";
    let good = json!({"things": [{"id": id, "kind": "big"}]});
    assert_eq!(document.validate(&things, &good), [""; 0]);
    for (bad, objection) in [
        (json!({}), "things"),
        (json!({"things": [{"id": id, "kind": "huge"}]}), "/things/0/kind"),
        (json!({"things": [{"id": "7", "kind": "big"}]}), "/things/0/id"),
        (json!({"things": [{"id": id, "kind": "big", "extra": 1}]}), "extra"),
        (json!({"things": [{"id": id}]}), "kind"),
        (json!([]), "object"),
    ] {
        let objections = document.validate(&things, &bad);
        assert!(objections.len() == 1 && objections[0].contains(objection), "{bad}: {objections:?}");
    }
}

#[test]
fn a_schema_that_cannot_be_used_is_no_schema_that_everything_conforms_to() {
    let document = document();
    for schema in [json!({"type": "text"}), json!({"type": "string", "format": "colour"}), json!({"$ref": "#/nowhere"})]
    {
        let objections = document.validate(&schema, &json!("x"));
        assert!(objections.len() == 1 && objections[0].contains("cannot be used"), "{schema}: {objections:?}");
    }
}
