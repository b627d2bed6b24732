//! Faults on purpose, a few seconds of each: what `cargo xtask soak` does for as long as the promises
//! say. The limits are lenient, because the machine may be busy with other tests; what may never
//! happen may not happen here either.

use std::path::Path;

use authara_faults::Place;
use authara_faults::postgres::Database;

#[path = "faults/crashes.rs"]
mod crashes;
#[path = "faults/outages.rs"]
mod outages;
#[path = "faults/repeating.rs"]
mod repeating;
#[path = "faults/two_servers.rs"]
mod two_servers;

// What a process takes, and what it has not read yet, is asked of `/proc`.
#[cfg(target_os = "linux")]
#[path = "faults/load.rs"]
mod load;
#[cfg(target_os = "linux")]
#[path = "faults/stopping.rs"]
mod stopping;

/// The server that cargo has built for these tests.
fn server() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_authara-server"))
}

/// A place for each database that is at hand.
fn places() -> Vec<Place> {
    Place::on_each_database(server())
}

/// A place on PostgreSQL, if that is at hand.
fn on_postgres() -> Option<Place> {
    Database::at_hand().map(|database| Place::on(server(), database))
}
