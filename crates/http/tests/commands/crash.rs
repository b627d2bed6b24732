//! What a restart after `kill -9` does not forget. Kills under load are in `tests/faults`.

use crate::http::{refresh, sign_up, user_status};
use crate::process::Place;

const ROTATION: &str = "AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL";

/// One place for each database, where every refresh rotates.
fn rotating() -> Vec<Place> {
    Place::on_each_database().into_iter().map(|place| place.with(ROTATION, "always")).collect()
}

#[test]
fn s052_a_family_that_a_replay_ended_is_still_ended_after_a_restart() {
    for place in rotating() {
        let name = place.name();
        let server = place.serve();
        let first = sign_up(server.address, "dana@example.org");
        let second = refresh(server.address, &first.refresh).tokens();
        let third = refresh(server.address, &second.refresh).tokens();
        assert_eq!(refresh(server.address, &first.refresh).status, 401, "{name}");
        // Killed, so that nothing that was only in memory is left.
        server.kill();
        let server = place.serve();
        for (number, tokens) in [first, second, third].iter().enumerate() {
            assert_eq!(user_status(server.address, &tokens.access), 401, "{name}, token {number}");
            assert_eq!(refresh(server.address, &tokens.refresh).status, 401, "{name}, token {number}");
        }
    }
}

#[test]
fn s053_a_token_spent_before_a_restart_is_recognised_after_it() {
    for place in rotating() {
        let name = place.name();
        let server = place.serve();
        let first = sign_up(server.address, "dana@example.org");
        let second = refresh(server.address, &first.refresh).tokens();
        let third = refresh(server.address, &second.refresh).tokens();
        server.kill();
        let server = place.serve();
        assert_eq!(user_status(server.address, &third.access), 200, "{name}");
        assert_eq!(refresh(server.address, &first.refresh).status, 401, "{name}");
        assert_eq!(refresh(server.address, &third.refresh).status, 401, "{name}: the family lives on");
        assert_eq!(user_status(server.address, &third.access), 401, "{name}: the access token lives on");
    }
}

#[test]
fn s051_a_refresh_whose_answer_was_lost_in_a_crash_is_repaired_by_repeating_it() {
    for place in rotating() {
        let name = place.name();
        let place = place.with("AUTHARA_REFRESH_TOKEN_GRACE", "60s");
        let server = place.serve();
        let first = sign_up(server.address, "dana@example.org");
        let lost = refresh(server.address, &first.refresh).tokens();
        server.kill();
        let server = place.serve();
        let repeated = refresh(server.address, &first.refresh);
        assert_eq!(repeated.status, 200, "{name}");
        assert_eq!(repeated.tokens().refresh, lost.refresh, "{name}: another successor");
    }
}
