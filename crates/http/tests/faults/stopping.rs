//! SIGTERM.

use authara_faults::Place;
use authara_faults::scenario::shutdown;

use crate::{places, server};

#[test]
fn s175_a_server_that_is_asked_to_stop_answers_every_request_that_it_has_taken() {
    for place in places() {
        shutdown::with_requests_in_flight(place, 200);
    }
}

#[test]
fn s175_a_second_signal_ends_the_server_at_once() {
    shutdown::by_a_second_signal(&Place::new(server()));
}
