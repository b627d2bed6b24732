//! Codes that the server, the list and the operations do not share.

use authara_contract_check::codes::check;

use crate::sample::{SAMPLE, assert_among, document, edited, parsed};

const PLACE: &str = "contract/openapi.yaml components.schemas.APIError.properties.code";

fn sent() -> Vec<String> {
    ["unauthorized", "forbidden", "not_found", "service_unavailable"].map(str::to_owned).to_vec()
}

#[test]
fn the_sample_and_its_server_agree() {
    assert_eq!(check(&document(), &sent()), Vec::new());
}

#[test]
fn a_code_on_one_side_only_is_found() {
    let mut more = sent();
    more.push("teapot".to_owned());
    assert_among(&check(&document(), &more), PLACE, "`teapot`, which the server can send", "add it", "sent only");
    let fewer = &sent()[1..];
    let findings = check(&document(), fewer);
    assert_among(&findings, PLACE, "`unauthorized`, which the server cannot send", "wire/error.rs", "listed only");
}

#[test]
fn a_code_of_an_operation_is_listed_and_a_listed_one_is_of_an_operation() {
    let mistyped = parsed(&edited(SAMPLE, "'404': [not_found]", "'404': [not_fond]"));
    let findings = check(&mistyped, &sent());
    let place = "PUT /auth/things/{thingID} 404";
    assert_among(&findings, place, "`not_fond`, which is not listed", "`APIError.code`", "mistyped");
    assert_among(&findings, PLACE, "`not_found`, which no operation answers with", "x-authara-error-codes", "unused");
}

#[test]
fn a_document_without_the_list_is_found() {
    let enumeration = "          enum:
            - unauthorized
            - forbidden
            - not_found
            - service_unavailable
";
    let without = parsed(&edited(SAMPLE, enumeration, ""));
    assert_among(&check(&without, &sent()), PLACE, "does not list", "`enum`", "no list");
}
