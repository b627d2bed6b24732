//! The API client against a server that answers from a script.

mod answers;
mod contract;
mod counting;
mod flows;
mod limits;
mod operations;
mod retries;
mod services;
mod stub;
mod token_sessions;
#[cfg(feature = "tracing")]
mod traces;
