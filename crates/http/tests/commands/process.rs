//! Starting the binary, as `authara-faults` does it: this one, which cargo has built for these tests.

use std::ops::Deref;
use std::path::Path;

pub use authara_faults::{Process, Serving, free_port, mode};

/// Where one installation lives: its folder and its environment.
pub struct Place(authara_faults::Place);

impl Place {
    /// An empty folder, and a port that the system chooses.
    pub fn new() -> Self {
        Self(authara_faults::Place::new(server()))
    }

    /// One place for each database that is at hand: SQLite as a newcomer has it, and a migrated
    /// database on PostgreSQL.
    pub fn on_each_database() -> Vec<Self> {
        authara_faults::Place::on_each_database(server()).into_iter().map(Self).collect()
    }

    /// Sets a variable; a later value of the same name holds.
    pub fn with(self, name: &str, value: &str) -> Self {
        Self(self.0.with(name, value))
    }
}

impl Deref for Place {
    type Target = authara_faults::Place;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

fn server() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_authara-server"))
}
