//! What a person or an application does with Authara: one file for each thing.
//!
//! Invariants:
//!
//! - Nothing here knows of HTTP: plain values in, an outcome out. A refusal that must leave a trace
//!   (an ended session, a spent token) is committed before it becomes an error.
//! - Hashing happens on its own bounded pool, before a transaction, never in one.
//! - Time, ids and randomness come from the [`App`] that is handed in.

pub mod access;
pub mod account;
mod app;
pub mod clean_up;
pub mod clock;
pub mod confirm;
pub mod current_user;
pub mod delete_account;
pub mod end_all_sessions;
pub mod error;
pub mod hashing;
pub mod issue;
pub mod limits;
pub mod login;
pub mod logout;
pub mod mint;
pub mod password;
pub mod refresh;
pub mod rng;
pub mod sessions;
pub mod signup;
#[cfg(feature = "testing")]
pub mod testing;
pub mod username;

pub use app::{App, Policies};
pub use clock::Clock;
pub use rng::Rng;
