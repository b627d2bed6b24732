//! Where Authara's facts are kept: diesel on SQLite and PostgreSQL, one query code base.
//!
//! Invariants:
//!
//! - [`Store::read`], [`Store::read_one`], [`Store::write`] and [`Store::write_one`] are the only
//!   doors. Each runs a closure on a blocking thread, never on an async worker.
//! - `Ok` commits, `Err` rolls back. A write closure may run twice: no hashing, mail or HTTP in it.
//! - Whatever may happen once is a conditional statement whose row count says who won.
//! - What must follow a commit is run here, not by a caller whose future may be dropped.
//! - Nothing here reads a clock or makes an id, and no clear-text secret arrives here.

#[macro_use]
mod tx;

pub mod auth_methods;
pub mod changes;
pub mod clean_up;
pub mod error;
pub mod faults;
pub mod installation;
pub mod known_addresses;
pub mod memberships;
mod memory;
mod migrations;
pub mod organizations;
pub mod platform_roles;
pub mod refresh_tokens;
pub mod revocations;
mod schema;
pub mod sessions;
mod sql;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod users;
mod views;

pub use error::{OpenError, StoreError};
pub use faults::{FaultPoint, Faults};
pub use revocations::{Revocations, Standing};
pub use store::{PostgresOptions, SqliteOptions, Store, StoreOptions};
pub use tx::Tx;
pub use views::View;
