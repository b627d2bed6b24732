//! Is every operation there, and is what is not there refused in the envelope?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::exchange::{Exchange, Witness};
use super::judge::judge;
use super::ready;
use super::sample::NOBODYS_ID;
use super::stage::{Stage, usual};
use super::wire::Request;
use crate::document::{Access, Document, FILE, Operation, Response};
use crate::finding::Finding;

/// Below this every answer is JSON.
const API: &str = "/auth/api/v1";

/// Methods with which paths are tried.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Calls every operation at its place, and much that is no operation.
pub async fn check(document: &Document, stage: &impl Stage, witness: &mut Witness) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in &document.operations {
        findings.extend(check_served(document, stage, witness, operation).await);
    }
    for (method, target) in strangers(document) {
        let answer = Request::new(method, &target).send(stage.address()).await;
        let nowhere = nowhere(method, &target);
        let exchange = Exchange { operation: nowhere.id.clone(), what: "what does not exist".to_owned(), answer };
        findings.extend(judge(document, &nowhere, &exchange));
    }
    findings
}

/// An operation that exists in this configuration does not answer like what does not exist, and one
/// that does not exist in it does.
async fn check_served(
    document: &Document,
    stage: &impl Stage,
    witness: &mut Witness,
    operation: &Operation,
) -> Option<Finding> {
    let person = stage.person(usual(operation)).await;
    let anonymous = ready::request(document, operation, &person).without_cookies();
    if !stage.offers(operation) {
        let exchange = witness.ask(stage.address(), operation, "where it is not available", &anonymous).await;
        let wanted = operation.availability.as_deref().unwrap_or_default();
        let (problem, remedy) = if exchange.ended_with(404, Some("not_found")) {
            let problem = format!("was not tried: no server here is configured for `{wanted}`");
            (problem, "start one in proof/contract/src/live/place.rs and name it in CONFIGURED".to_owned())
        } else {
            let problem = format!("answers {} where `{wanted}` is not configured", exchange.verdict());
            (problem, format!("mend the server, or `x-authara-availability` of `{}` in {FILE}", operation.id))
        };
        return Some(Finding::new(operation.place(), problem, remedy));
    }
    let unknown = Request::new(&operation.method, &format!("{API}/does-not-exist")).send(stage.address()).await;
    let exchange = witness.ask(stage.address(), operation, "by nobody", &anonymous).await;
    let is_unknown = match (&exchange.answer, &unknown) {
        (Ok(answer), Ok(unknown)) => match answer.status {
            404 => answer.body == unknown.body || !operation.responses.contains_key(&404),
            status => status == 405 && !operation.responses.contains_key(&405),
        },
        // That nothing came is told when the exchange is judged.
        _ => false,
    };
    is_unknown.then(|| {
        Finding::new(
            operation.place(),
            format!("is not served: {} is the answer to what does not exist", exchange.verdict()),
            format!("register it in ROUTES in crates/http/src/api.rs, or take it out of {FILE}"),
        )
    })
}

/// Requests below the prefix of the API that are no operation: unknown paths, and known ones with
/// every method that the document does not give them.
fn strangers(document: &Document) -> Vec<(&'static str, String)> {
    let mut strangers: Vec<(&str, String)> = Vec::new();
    for path in ["/does-not-exist", "/", "", "/account/does-not-exist"] {
        strangers.extend(["GET", "POST", "DELETE"].map(|method| (method, format!("{API}{path}"))));
    }
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in document.operations.iter().filter(|operation| operation.path.starts_with(API)) {
        known.entry(&operation.path).or_default().insert(&operation.method);
    }
    for (path, methods) in known {
        let parts = path.split('/').map(|part| if part.starts_with('{') { NOBODYS_ID } else { part });
        let target = parts.collect::<Vec<_>>().join("/");
        for method in METHODS.into_iter().filter(|method| !methods.contains(method)) {
            strangers.push((method, target.clone()));
        }
    }
    strangers
}

/// The operation that every unknown route is: it answers 404 in the envelope, and nothing else.
fn nowhere(method: &str, path: &str) -> Operation {
    let envelope = json!({"$ref": "#/components/schemas/ErrorResponse"});
    let content = BTreeMap::from([("application/json".to_owned(), envelope)]);
    Operation {
        id: "an unknown route".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        access: Access::Public,
        csrf: false,
        bearer: false,
        availability: None,
        set_cookies: Vec::new(),
        clear_cookies: Vec::new(),
        error_codes: BTreeMap::from([(404, vec!["not_found".to_owned()])]),
        security: Vec::new(),
        parameters: Vec::new(),
        body: None,
        responses: BTreeMap::from([(404, Response { headers: BTreeMap::new(), content })]),
    }
}
