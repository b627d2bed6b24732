//! A flood of logins with wrong passwords (S-008).

use std::net::SocketAddr;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use super::{Figures, HASHING_BUDGET_MIB, quiet, until_answered, wide};
use crate::Place;
use crate::crowd::together;
use crate::gauge::peak_mib;
use crate::http::{Connection, PASSWORD, Request, Visitor, get_status, sign_up};

/// What the server promises while it is flooded.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Memory beyond the hashing budget, in MiB.
    pub beyond_budget_mib: u64,
    /// An answer of the health check.
    pub health: Duration,
}

/// Logs in with wrong passwords until the time is over. Gives how many were checked, and how many
/// were sent away because too many others waited.
fn guess_until(end: Instant, address: SocketAddr, guess: &Request) -> (usize, usize) {
    let mut connection = Connection::open(address).expect("the server listens");
    let (mut checked, mut later) = (0, 0);
    while Instant::now() < end {
        let answer = connection.ask(guess).expect("the server answers");
        if answer.status == 401 {
            checked += 1;
        } else {
            assert!(answer.is_unavailable(), "{}: {}", answer.status, answer.json);
            later += 1;
        }
    }
    (checked, later)
}

/// The longest that the health check takes until the time is over.
fn slowest_health_check(end: Instant, address: SocketAddr) -> Duration {
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let asked = Instant::now();
        assert_eq!(get_status(address, "/auth/health"), 200);
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(20));
    }
    slowest
}

/// Guesses passwords over so many connections. Memory stays within what the operator chose, the
/// health check answers meanwhile, what is too much is sent away at once, and the right password
/// works afterwards.
pub fn of_wrong_passwords(place: Place, connections: usize, lasting: Duration, bounds: Bounds) -> Figures {
    let budget = HASHING_BUDGET_MIB.to_string();
    let place = quiet(wide(place)).with("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", &budget);
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    sign_up(address, "dana@example.org");

    let end = Instant::now() + lasting;
    let (tallies, health) = scope(|scope| {
        let watching = scope.spawn(move || slowest_health_check(end, address));
        let tallies = together(connections, |number| {
            // Known and unknown accounts cost the same.
            let name = if number.is_multiple_of(2) { "dana".to_owned() } else { format!("nobody{number}") };
            guess_until(end, address, &visitor.login(&format!("{name}@example.org"), "not the right one"))
        });
        (tallies, watching.join().expect("the health check answers"))
    });
    let checked: usize = tallies.iter().map(|(checked, _)| checked).sum();
    let later: usize = tallies.iter().map(|(_, later)| later).sum();
    let peak = peak_mib(server.id());
    let most = HASHING_BUDGET_MIB + bounds.beyond_budget_mib;
    assert!(checked > 0, "no password was checked");
    assert!(later > 0, "nobody was sent away although {connections} wanted in at once");
    assert!(peak <= most, "{peak} MiB, and {most} MiB were allowed");
    assert!(health <= bounds.health, "a health check took {health:?}");
    until_answered(address, &visitor.login("dana@example.org", PASSWORD), 200, Duration::from_secs(30));
    format!("{checked} checked, {later} sent away, at most {peak} MiB, health within {health:.0?}")
}
