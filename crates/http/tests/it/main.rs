//! The server as it is reached: real sockets, both databases, one module a subject.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, and helpers of tests do too"
)]

mod browser;
mod wire;
mod world;

mod sanity;
