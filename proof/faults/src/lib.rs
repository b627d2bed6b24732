//! Faults on purpose: what the real server does when it is killed, cut off, filled up or flooded
//! (security.md, sections 15 to 18).
//!
//! A scenario starts the server's binary in a folder of its own, does something to it that happens
//! to servers, and panics unless the promise holds. The tests of `authara-server` run the scenarios
//! for seconds, the binary `soak` for as long as the promise says. Nothing here is shipped, and the
//! server's own code is not a dependency: what is tested is what an operator runs.
//!
//! Only processes that were started here are signalled or ended, by their own id, and every load
//! goes to a loopback address and ends by itself.

mod account;
pub mod audit;
pub mod crowd;
pub mod gauge;
pub mod http;
mod place;
pub mod postgres;
pub mod process;
pub mod scenario;
pub mod sql;
pub mod verdict;

pub use place::Place;
pub use process::{Ended, Process, Serving, free_port, mode};
