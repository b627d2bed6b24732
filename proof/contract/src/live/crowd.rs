//! Trying too often: 429 where the document lists it, and nowhere else.

use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;
use chrono::TimeDelta;

use super::exchange::Witness;
use super::place::Place;
use super::stage::{Stage as _, usual};
use super::wire::Request;
use super::{provocations, ready};
use crate::document::{Document, Operation};

/// Limits here admit one try; a try that counts on two counters may need a third.
const TRIES: usize = 3;

/// Longer than the time over which anything is counted.
const UNTIL_FORGOTTEN: TimeDelta = TimeDelta::days(2);

/// Asks every operation too often, at a place where once is often.
///
/// What succeeds changes what the next try meets, so the first write fails: the try is counted and
/// nothing comes of it. And what is counted may be failures alone, so those are repeated as well.
pub async fn run(document: &Document, place: &Place, witness: &mut Witness) {
    for operation in document.operations.iter().filter(|operation| place.offers(operation)) {
        place.app.clock.advance(UNTIL_FORGOTTEN);
        let person = place.person(usual(operation)).await;
        let request = ready::request(document, operation, &person);
        place.faults.order(FaultPoint::Write, FaultKind::Unavailable, 0);
        repeat(place, operation, &request, "again and again", witness).await;
        place.settle().await;
        for entry in provocations::of(operation).filter(|entry| entry.status == 401) {
            place.app.clock.advance(UNTIL_FORGOTTEN);
            let person = place.person(entry.who).await;
            let request = (entry.bend)(ready::request(document, operation, &person), &person);
            repeat(place, operation, &request, &format!("{}, again and again", entry.what), witness).await;
        }
    }
}

async fn repeat(place: &Place, operation: &Operation, request: &Request, what: &str, witness: &mut Witness) {
    for _ in 0..TRIES {
        let exchange = witness.ask(place.address(), operation, what, request).await;
        if exchange.status() == Some(429) {
            break;
        }
    }
}
