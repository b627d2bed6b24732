//! Routes: what is served is promised, and what is promised is served.

use authara_server::{api, pages};

use crate::document::{Document, FILE};
use crate::finding::Finding;

/// The pages: routes for people with browsers, which are no part of the contract.
const PAGES: [&str; 20] = [
    "/auth",
    "/auth/",
    "/auth/account",
    "/auth/account/delete",
    "/auth/confirm",
    "/auth/login",
    "/auth/logout",
    "/auth/providers/password/add",
    "/auth/providers/password/change",
    "/auth/providers/password/link",
    "/auth/sessions/logout",
    "/auth/sessions/refresh",
    "/auth/sessions/revoke-other",
    "/auth/sessions/{id}/revoke",
    "/auth/signup",
    "/auth/signup/check",
    "/auth/static/{name}",
    "/auth/successful-deletion",
    "/auth/user/delete",
    "/auth/user/username",
];

/// One route of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// In upper case.
    pub method: String,
    /// The whole path, with parameters in braces.
    pub path: String,
}

/// Every route of the server.
pub fn routes() -> Vec<Route> {
    let api = api::ROUTES.iter().map(|(method, path, _)| (*method, format!("{}{path}", api::PUBLIC)));
    let pages = pages::ROUTES.iter().map(|(method, path, _)| (*method, (*path).to_owned()));
    api.chain(pages).map(|(method, path)| Route { method: method.to_owned(), path }).collect()
}

/// What is served and not promised, or promised and not served.
pub fn check(document: &Document, routes: &[Route]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in &document.operations {
        let served = routes.iter().any(|route| is_same(&operation.method, &operation.path, &route.method, &route.path));
        if !served {
            findings.push(Finding::new(
                operation.place(),
                "is promised but not served",
                format!("add it to ROUTES in crates/http/src/api.rs, or take it out of {FILE}"),
            ));
        }
    }
    for Route { method, path } in routes {
        let is_promised = document.operations.iter().any(|one| is_same(&one.method, &one.path, method, path));
        let is_page = PAGES.contains(&path.as_str());
        let place = format!("{method} {path}");
        if is_promised && is_page {
            findings.push(Finding::new(
                place,
                "is promised, and yet it is listed as a page",
                format!("take it out of PAGES in proof/contract/src/served.rs, or out of {FILE}"),
            ));
        } else if !is_promised && !is_page {
            findings.push(Finding::new(
                place,
                "is served but not promised",
                format!("describe it in {FILE}; a page goes to PAGES in proof/contract/src/served.rs instead"),
            ));
        }
    }
    for page in PAGES.iter().filter(|page| !routes.iter().any(|route| route.path == **page)) {
        let problem = "is listed as a page and not served";
        findings.push(Finding::new(*page, problem, "take it out of PAGES in proof/contract/src/served.rs"));
    }
    findings
}

/// Do they mean the same requests?
fn is_same(method: &str, path: &str, other_method: &str, other_path: &str) -> bool {
    method == other_method && shape(path) == shape(other_path)
}

/// A path without the names of its parameters, which make no difference to a request.
pub(crate) fn shape(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    parts.join("/")
}
