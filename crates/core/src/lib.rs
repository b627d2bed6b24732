//! What is true in Authara: ids, secrets, sessions, tokens, organizations, the decisions about
//! them, and the wire types that server and SDK share.
//!
//! Invariants:
//!
//! - Nothing here does I/O, reads a clock, spawns or awaits. Time and randomness come in as
//!   arguments.
//! - Nothing here knows a framework or a database.
//! - No function stores or logs a clear-text secret; types that hold one print `[redacted]`.
//! - There is one normalising function for each identity: [`email`], [`username`],
//!   [`client_address`].

pub mod audience;
pub mod client_address;
pub mod colour;
pub mod cookies;
pub mod csrf;
pub mod email;
pub mod event;
pub mod id;
pub mod json;
pub mod keys;
pub mod limit;
pub mod organization;
pub mod password;
pub mod return_to;
pub mod role;
pub mod secret;
pub mod session;
pub mod time;
pub mod token;
pub mod user;
pub mod user_agent;
pub mod username;
pub mod wire;
