//! `end-all-sessions`: the operator's word against every session, or those of one account.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::http::{log_in, refresh, sign_up, user_status};
use crate::process::Place;

const COMMAND: &str = "end-all-sessions";
const DANA: &str = "dana@example.org";
const ERIN: &str = "erin@example.org";

/// The server beside the command hears of ended sessions from the change feed.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// The server refuses this access token, or does so soon.
pub fn assert_refused_soon(address: SocketAddr, access: &str, what: &str) {
    let deadline = Instant::now() + MAX_DELAY;
    while user_status(address, access) != 401 {
        assert!(Instant::now() < deadline, "{what}: the access token still opens the door");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn s162_beside_a_running_server_everybodys_session_ends_and_people_sign_in_again() {
    for place in Place::on_each_database() {
        let name = place.name();
        let server = place.serve();
        let address = server.address;
        let held = [sign_up(address, DANA), log_in(address, DANA).tokens(), sign_up(address, ERIN)];
        let printed = place.run(&[COMMAND]).expect_success();
        assert!(printed.starts_with("Ended 3 sessions.\n"), "{name}: {printed}");
        assert!(printed.contains("within 10 minutes"), "{name}: {printed}");
        for (number, tokens) in held.iter().enumerate() {
            assert_refused_soon(address, &tokens.access, &format!("{name}, {number}"));
            assert_eq!(refresh(address, &tokens.refresh).status, 401, "{name}, {number}");
        }
        let again = log_in(address, DANA).tokens();
        assert_eq!(user_status(address, &again.access), 200, "{name}");
        assert_eq!(refresh(address, &again.refresh).status, 200, "{name}");
        // Not only in the memory of this server.
        server.kill();
        let server = place.serve();
        for (number, tokens) in held.iter().enumerate() {
            assert_eq!(user_status(server.address, &tokens.access), 401, "{name}, {number}");
            assert_eq!(refresh(server.address, &tokens.refresh).status, 401, "{name}, {number}");
        }
        assert_eq!(user_status(server.address, &again.access), 200, "{name}");
        let printed = place.run(&[COMMAND]).expect_success();
        assert!(printed.starts_with("Ended 1 session.\n"), "{name}: {printed}");
    }
}

#[test]
fn s162_sessions_end_while_no_server_runs_as_well() {
    for place in Place::on_each_database() {
        let name = place.name();
        let server = place.serve();
        let tokens = sign_up(server.address, DANA);
        assert_eq!(server.stop().status.code(), Some(0), "{name}");
        let printed = place.run(&[COMMAND]).expect_success();
        assert!(printed.starts_with("Ended 1 session.\n"), "{name}: {printed}");
        let server = place.serve();
        assert_eq!(user_status(server.address, &tokens.access), 401, "{name}");
        assert_eq!(refresh(server.address, &tokens.refresh).status, 401, "{name}");
        assert_eq!(log_in(server.address, DANA).status, 200, "{name}");
    }
}

#[test]
fn s162_the_sessions_of_one_account_can_be_ended_alone() {
    for place in Place::on_each_database() {
        let name = place.name();
        let server = place.serve();
        let address = server.address;
        let danas = [sign_up(address, DANA), log_in(address, DANA).tokens()];
        let erins = sign_up(address, ERIN);
        let printed = place.run(&[COMMAND, "--user", "DANA@example.org"]).expect_success();
        assert_eq!(printed, "Ended 2 sessions of dana@example.org.\n", "{name}");
        for tokens in &danas {
            assert_refused_soon(address, &tokens.access, name);
            assert_eq!(refresh(address, &tokens.refresh).status, 401, "{name}");
        }
        assert_eq!(user_status(address, &erins.access), 200, "{name}");
        assert_eq!(refresh(address, &erins.refresh).status, 200, "{name}");
        let complaint = place.run(&[COMMAND, "--user", "nobody@example.org"]).expect_complaint();
        assert_eq!(complaint, "no account has the address nobody@example.org", "{name}");
    }
}

#[test]
fn s162_where_there_is_no_database_none_is_made() {
    let place = Place::new();
    let complaint = place.run(&[COMMAND]).expect_complaint();
    assert!(complaint.contains("there is no database at ./data/authara.db"), "{complaint}");
    let complaint = place.run(&[COMMAND, "--user", "nobody"]).expect_complaint();
    assert!(complaint.starts_with("--user: "), "{complaint}");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}
