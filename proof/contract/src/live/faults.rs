//! Trouble with the store, for every operation: what it answers then, and what it does not.

use std::time::Duration;

use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;

use super::exchange::Witness;
use super::place::Place;
use super::provocations::with_browser;
use super::ready;
use super::stage::{Stage as _, usual};
use super::wire::Request;
use crate::document::{Document, Operation};

/// From then on in an outage nobody knows any more which sessions have ended (2 s), and whoever
/// needs to know asks the database.
const UNTIL_UNSURE: Duration = Duration::from_millis(2_600);

/// How often the moment is tried to be caught in which nobody knows yet, four times a second.
const TRIES: usize = 6;

/// Fails what the store does, one thing at a time and everything at once.
pub async fn run(document: &Document, place: &Place, witness: &mut Witness) {
    for operation in document.operations.iter().filter(|operation| place.offers(operation)) {
        for kind in [FaultKind::Query, FaultKind::Unavailable] {
            for point in [FaultPoint::Read, FaultPoint::Write, FaultPoint::Commit] {
                let request = from_browser(document, operation, place).await;
                place.faults.order(point, kind, 0);
                let what = format!("while the store fails ({kind:?} at {point:?})");
                witness.ask(place.address(), operation, what, &request).await;
                place.settle().await;
            }
        }
    }
    outage(document, place, witness).await;
    unsure(document, place, witness).await;
}

/// Everything is unavailable, for so long that memory does not help.
async fn outage(document: &Document, place: &Place, witness: &mut Witness) {
    let mut requests = Vec::new();
    for operation in document.operations.iter().filter(|operation| place.offers(operation)) {
        requests.push((operation, from_browser(document, operation, place).await));
    }
    place.faults.set_outage(true);
    tokio::time::sleep(UNTIL_UNSURE).await;
    for (operation, request) in requests {
        witness.ask(place.address(), operation, "during an outage of the store", &request).await;
    }
    place.faults.set_outage(false);
}

/// The store fails in the moment after an outage in which only it knows which sessions ended. Only
/// for operations that otherwise do without the store.
async fn unsure(document: &Document, place: &Place, witness: &mut Witness) {
    for operation in document.operations.iter().filter(|operation| place.offers(operation)) {
        for _ in 0..TRIES {
            let mut codes = operation.error_codes.get(&500).into_iter().flatten();
            if codes.all(|code| witness.saw(operation, 500, Some(code.as_str()))) {
                break;
            }
            let request = from_browser(document, operation, place).await;
            place.faults.set_outage(true);
            tokio::time::sleep(UNTIL_UNSURE).await;
            place.faults.order(FaultPoint::Read, FaultKind::Query, 0);
            place.faults.set_outage(false);
            witness.ask(place.address(), operation, "while the store fails after an outage", &request).await;
            place.settle().await;
        }
    }
}

/// The request of somebody whom nobody has met before, so that nothing about them is remembered,
/// with all cookies that a browser has.
async fn from_browser(document: &Document, operation: &Operation, place: &Place) -> Request {
    let person = place.person(usual(operation)).await;
    with_browser(ready::request(document, operation, &person), &person)
}
