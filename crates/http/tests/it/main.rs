//! The server as it is reached: real sockets, both databases, one module a subject.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, and helpers of tests do too"
)]

mod access_tokens;
mod account;
mod account_pages;
mod bodies;
mod browser;
mod by_hand;
mod connections;
mod contract;
mod cookie_effects;
mod cookies;
mod csrf;
mod escaping;
mod framing;
mod headers;
mod heads;
mod in_parts;
mod injection;
mod limits;
mod pages;
mod passwords;
mod paths;
mod refreshing;
mod return_targets;
mod routing;
mod sanity;
mod signing_in;
mod signing_up;
mod sockets;
mod static_files;
mod swaps;
mod validation;
mod verifying;
mod wire;
mod world;
