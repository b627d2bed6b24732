//! What is left after `kill -9`, and what a restart does not forget.

use std::net::SocketAddr;
use std::time::Duration;

use crate::http::{refresh, sign_up, try_refresh, user_status};
use crate::process::Place;

const ROTATION: &str = "AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL";

/// One place for each database, where every refresh rotates.
fn rotating() -> Vec<Place> {
    Place::on_each_database().into_iter().map(|place| place.with(ROTATION, "always")).collect()
}

/// Refreshes until the server is gone. Gives the last token that arrived, and how many did.
fn refresh_until_gone(address: SocketAddr, mut token: String) -> (String, usize) {
    let mut count = 0;
    while let Ok(answer) = try_refresh(address, &token) {
        assert_eq!(answer.status, 200, "{}", answer.json);
        token = answer.tokens().refresh;
        count += 1;
    }
    (token, count)
}

#[test]
fn s164_a_server_killed_while_people_refresh_signs_nobody_out() {
    const CLIENTS: usize = 4;
    const ROUNDS: u64 = 10;
    for place in rotating() {
        let name = place.name();
        // A restart on a busy machine may take longer than the default of 10 s.
        let place = place.with("AUTHARA_REFRESH_TOKEN_GRACE", "60s").with("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", "100");
        let mut server = place.serve();
        let address = server.address;
        let mut held: Vec<String> =
            (0..CLIENTS).map(|number| sign_up(address, &format!("client{number}@example.org")).refresh).collect();
        let mut exchanged = 0;
        for round in 0..ROUNDS {
            let address = server.address;
            let start = |token: String| std::thread::spawn(move || refresh_until_gone(address, token));
            let clients: Vec<_> = held.drain(..).map(start).collect();
            std::thread::sleep(Duration::from_millis(60 + 37 * round));
            server.kill();
            let last: Vec<(String, usize)> = clients.into_iter().map(|client| client.join().unwrap()).collect();
            server = place.serve();
            for (number, (token, count)) in last.into_iter().enumerate() {
                exchanged += count;
                // Whether or not the answer to the last request was lost, its sender repeats it.
                let repaired = refresh(server.address, &token);
                assert_eq!(repaired.status, 200, "{name}, round {round}, client {number}: {}", repaired.json);
                let again = refresh(server.address, &token);
                assert_eq!(again.status, 200, "{name}, round {round}, client {number}: {}", again.json);
                let successor = repaired.tokens().refresh;
                assert_eq!(again.tokens().refresh, successor, "{name}, round {round}: there are two live successors");
                held.push(successor);
            }
        }
        assert!(exchanged > CLIENTS, "{name}: the clients hardly got to refresh ({exchanged})");
    }
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
