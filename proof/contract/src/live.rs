//! The real server against `contract/openapi.yaml`: every operation is called in every way that the
//! document speaks of, and every answer is held against it.
//!
//! | file | what it is about |
//! | --- | --- |
//! | `routes` | what is promised is there, what is not is refused in the envelope |
//! | `security` | credentials, CSRF pair and bearer tokens are asked for as annotated |
//! | `inputs` | bodies and parameters that break the document are refused |
//! | `provocations` | answers that take something particular |
//! | `faults`, `crowd` | trouble with the store, and trying too often |
//! | `judge` | is an answer one that is promised? |
//! | `coverage` | was everything that is promised seen? |
//!
//! A new operation joins by being described. What only it can be brought to do goes into
//! `provocations`, what it reads in its body or path into `ready`, and who it succeeds for into
//! `stage`.

mod coverage;
mod crowd;
mod exchange;
mod faults;
mod inputs;
mod judge;
mod person;
mod place;
mod provocations;
mod ready;
mod routes;
mod sample;
mod security;
mod stage;
mod wire;

use std::collections::BTreeMap;

use self::exchange::Witness;
use self::place::{Limits, Place, places};
use self::stage::Stage as _;
use crate::document::Document;
use crate::finding::Finding;

/// Starts the server on each database that is at hand and holds it against the document.
///
/// SQLite always is; PostgreSQL is named by `AUTHARA_TEST_POSTGRES_URL`. Takes some ten seconds for
/// each, and must be called on an actix system.
///
/// # Panics
///
/// When a server or its database cannot be started.
pub async fn run(document: &Document) -> Vec<Finding> {
    let mut all = Vec::new();
    let calm = places(Limits::Wide).await;
    let crowded = places(Limits::Once).await;
    for (calm, crowded) in calm.into_iter().zip(crowded) {
        let findings = prove(document, &calm, &crowded).await;
        all.extend(findings.into_iter().map(|finding| (calm.name, finding)));
        calm.stop().await;
        crowded.stop().await;
    }
    merge(all)
}

async fn prove(document: &Document, calm: &Place, crowded: &Place) -> Vec<Finding> {
    let mut witness = Witness::default();
    let mut findings = routes::check(document, calm, &mut witness).await;
    findings.extend(security::check(document, calm, &mut witness).await);
    findings.extend(inputs::check(document, calm, &mut witness).await);
    findings.extend(provocations::check(document, calm, &mut witness).await);
    crowd::run(document, crowded, &mut witness).await;
    faults::run(document, calm, &mut witness).await;
    findings.extend(judge::judge_all(document, &witness.exchanges));
    // What no server here is configured for was told by `routes`.
    let mut offered = document.clone();
    offered.operations.retain(|operation| calm.offers(operation));
    findings.extend(coverage::check(&offered, coverage::EXCUSED, &witness.exchanges));
    findings
}

/// Tells what was found on several databases once, with their names.
fn merge(all: Vec<(&'static str, Finding)>) -> Vec<Finding> {
    let mut merged: Vec<(Finding, Vec<&'static str>)> = Vec::new();
    let mut known = BTreeMap::new();
    for (name, finding) in all {
        let index = *known.entry((finding.place.clone(), finding.problem.clone())).or_insert(merged.len());
        match merged.get_mut(index) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => merged.push((finding, vec![name])),
        }
    }
    let told = |(finding, names): (Finding, Vec<&str>)| {
        let problem = format!("{} [{}]", finding.problem, names.join(", "));
        Finding { problem, ..finding }
    };
    merged.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests;
