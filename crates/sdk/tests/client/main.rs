//! The API client against a server that answers from a script.

mod answers;
mod flows;
mod limits;
mod operations;
mod stub;
