//! Routes that are served and not promised, and the other way round.

use authara_contract_check::Document;
use authara_contract_check::files::Files;
use authara_contract_check::served::{Route, check, routes};

use crate::sample::{assert_among, edited, parsed};

fn contract() -> (String, Document) {
    let text = Files::find().read("contract/openapi.yaml").expect("the contract is there");
    let document = parsed(&text);
    (text, document)
}

fn route(method: &str, path: &str) -> Route {
    Route { method: method.to_owned(), path: path.to_owned() }
}

#[test]
fn a_promised_route_that_is_gone_is_found() {
    let (_, document) = contract();
    for (method, path) in [("PUT", "/auth/api/v1/account/password"), ("GET", "/auth/ready")] {
        let rest: Vec<Route> = routes().into_iter().filter(|one| *one != route(method, path)).collect();
        assert_eq!(rest.len(), routes().len() - 1, "{path}");
        let place = format!("{method} {path}");
        assert_among(&check(&document, &rest), &place, "promised but not served", "crates/http/src/api.rs", path);
    }
}

#[test]
fn a_served_route_that_nobody_promised_is_found() {
    let (text, document) = contract();
    let mut more = routes();
    more.push(route("POST", "/auth/api/v1/account"));
    more.push(route("GET", "/auth/metrics"));
    let findings = check(&document, &more);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    for place in ["POST /auth/api/v1/account", "GET /auth/metrics"] {
        assert_among(&findings, place, "served but not promised", "contract/openapi.yaml", place);
    }
    let renamed = parsed(&edited(&text, "  /auth/api/v1/tokens/refresh:\n", "  /auth/api/v1/tokens/renew:\n"));
    let findings = check(&renamed, &routes());
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_among(&findings, "POST /auth/api/v1/tokens/renew", "not served", "ROUTES", "the new name");
    assert_among(&findings, "POST /auth/api/v1/tokens/refresh", "not promised", "describe it", "the old name");
}

#[test]
fn a_page_is_neither_promised_nor_gone() {
    let (text, document) = contract();
    let rest: Vec<Route> = routes().into_iter().filter(|one| one.path != "/auth/signup").collect();
    let findings = check(&document, &rest);
    assert_among(&findings, "/auth/signup", "listed as a page and not served", "served.rs", "a page is gone");
    let promised = parsed(&edited(&text, "  /auth/version:\n", "  /auth/login:\n"));
    let findings = check(&promised, &routes());
    assert_among(&findings, "GET /auth/login", "and yet it is listed as a page", "PAGES", "a promised page");
}

#[test]
fn the_name_of_a_parameter_makes_no_other_route() {
    let (_, document) = contract();
    let renamed = routes().into_iter().map(|one| route(&one.method, &one.path.replace("{session}", "{other}")));
    assert_eq!(check(&document, &renamed.collect::<Vec<_>>()), Vec::new());
}
