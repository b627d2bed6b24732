//! Stopping the server, and asking from outside whether it runs.

use crate::http;
use crate::process::{Place, Serving, free_port};

/// A server that has answered a request.
fn well(place: &Place) -> Serving {
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/auth/health"), 200);
    server
}

#[test]
fn s175_sigterm_and_ctrl_c_end_the_server_with_code_0() {
    let place = Place::new();
    let ended = well(&place).stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
    let ended = well(&place).interrupt();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
}

#[test]
fn s176_healthcheck_succeeds_while_the_server_is_ready_and_fails_once_it_is_not() {
    let place = Place::new();
    let server = well(&place);
    let place = place.with("AUTHARA_LISTEN_ADDR", &server.address.to_string());
    let asked = place.run(&["healthcheck"]);
    assert_eq!(asked.status.code(), Some(0), "{}", asked.said());
    server.stop();
    let complaint = place.run(&["healthcheck"]).expect_complaint();
    assert!(complaint.contains("not ready"), "{complaint}");
}

#[test]
fn s176_healthcheck_fails_where_nothing_ever_listened_and_makes_nothing() {
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", &format!("127.0.0.1:{}", free_port()));
    place.run(&["healthcheck"]).expect_complaint();
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}
