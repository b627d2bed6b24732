//! More clients than a server is made for, and the same clients for longer.

use std::time::Duration;

use authara_faults::Place;
use authara_faults::scenario::endurance::{self, at_half_capacity};
use authara_faults::scenario::overload::{self, Work, at_four_times_capacity};
use authara_faults::scenario::pool;

use crate::{on_postgres, places, server};

#[test]
fn s169_two_hundred_clients_of_two_connections_are_served_or_told_to_come_back() {
    if let Some(place) = on_postgres() {
        pool::of_two(place, 200, Duration::from_secs(4));
    }
}

/// Of the capacity that was measured a moment before, as much as has to be left while other tests
/// come and go: a server that collapses serves next to nothing.
const LEAST_PERCENT: u64 = 15;

fn a_storm(many: usize) -> overload::Scale {
    overload::Scale {
        few: 8,
        many,
        calm: Duration::from_secs(2),
        storm: Duration::from_secs(3),
        least_percent: LEAST_PERCENT,
        beyond_budget_mib: 120,
        recovery: Duration::from_secs(30),
    }
}

#[test]
fn s174_with_four_times_too_many_logins_the_server_goes_on_serving_and_is_soon_itself_again() {
    // More clients than may wait for their hash.
    at_four_times_capacity(Place::new(server()), Work::Logins, a_storm(160));
}

#[test]
fn s174_with_four_times_too_many_refreshes_the_server_goes_on_serving_and_is_soon_itself_again() {
    for place in places() {
        at_four_times_capacity(place, Work::Refreshes, a_storm(64));
    }
}

#[test]
fn s181_under_a_mixed_load_memory_files_and_threads_stay_what_they_were() {
    let scale = endurance::Scale {
        clients: 6,
        calm: Duration::from_secs(2),
        lasting: Duration::from_secs(8),
        most_growth_percent: 40,
    };
    for place in places() {
        at_half_capacity(place, scale);
    }
}
