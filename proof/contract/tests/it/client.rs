//! An SDK that lacks an operation, has one too many, or calls one in another way.

use authara_client::contract::KnownOperation;
use authara_contract_check::client::check;

use crate::sample::{assert_among, document};

const LIST: &str = "GET /auth/things";
const RENAME: &str = "PUT /auth/things/{thingID}";
const TABLE: &str = "crates/sdk/src/client/operation.rs";

fn list() -> KnownOperation {
    KnownOperation {
        id: "listThings",
        method: "GET".to_owned(),
        path: "/things".to_owned(),
        csrf: false,
        bearer: true,
        audience: true,
        cookies: vec!["access"],
    }
}

fn rename() -> KnownOperation {
    KnownOperation {
        id: "renameThing",
        method: "PUT".to_owned(),
        path: "/things/{id}".to_owned(),
        csrf: true,
        bearer: false,
        audience: false,
        cookies: vec!["access", "refresh", "csrf"],
    }
}

#[test]
fn an_sdk_that_sends_more_cookies_than_asked_for_agrees() {
    assert_eq!(check(&document(), &[list(), rename()]), Vec::new());
}

#[test]
fn an_operation_without_a_method_is_found() {
    let findings = check(&document(), &[rename()]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_among(&findings, LIST, "no method in the SDK (`listThings`)", "crates/sdk/src/client/contract.rs", "none");
}

#[test]
fn a_method_without_an_operation_is_found() {
    let other = KnownOperation { id: "meltThing", ..rename() };
    let findings = check(&document(), &[list(), rename(), other]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let place = format!("{TABLE} meltThing");
    assert_among(&findings, &place, "does not have", "take it and its method out", "one too many");
}

#[test]
fn each_difference_in_how_it_is_called_is_found() {
    for (known, problem) in [
        (KnownOperation { method: "PATCH".to_owned(), ..rename() }, "the method PUT in the contract and PATCH"),
        (KnownOperation { path: "/thing/{id}".to_owned(), ..rename() }, "/auth/thing/{} in the SDK"),
        (KnownOperation { csrf: false, ..rename() }, "CSRF pair: yes in the contract and no"),
        (KnownOperation { bearer: true, ..rename() }, "bearer token: no in the contract and yes"),
        (KnownOperation { audience: true, ..rename() }, "audience: no in the contract and yes"),
        (KnownOperation { cookies: vec!["access"], ..rename() }, "`csrfCookie`, which the SDK does not send"),
    ] {
        let findings = check(&document(), &[list(), known]);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_among(&findings, RENAME, problem, TABLE, problem);
    }
}
