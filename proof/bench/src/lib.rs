//! `cargo xtask bench`: how fast the server is, held against what this machine can do.
//!
//! - The load comes from a process of its own, over loopback, and ends by itself.
//! - Every limit that a figure is held against is measured in the same run.
//! - An answer that was not expected makes a figure invalid; it is shown as such, never left out.
//! - Only processes that were started here are ended, by their own handle or id.
//!
//! `docs/performance.md` says what is measured and why.

mod answer;
mod bare;
mod bulk;
mod client;
mod docs;
mod figures;
mod generator;
mod latency;
mod load;
mod measure;
mod options;
mod people;
mod place;
mod raw;
mod requests;
mod results;
mod row;
mod run;
mod server;
mod site;
mod table;
mod usage;

use std::process::ExitCode;

use clap::Parser as _;

use options::{CommandLine, Part};

/// Does what the command line says: the whole run, or one of the processes that it is made of.
pub fn main() -> ExitCode {
    let CommandLine { part, options } = CommandLine::parse();
    let ended = match part {
        None => run::run(&options),
        Some(Part::Load { plan }) => load::run(&plan).map(|()| ExitCode::SUCCESS),
        Some(Part::Bare { replay }) => bare::run(&replay).map(|()| ExitCode::SUCCESS),
    };
    ended.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::FAILURE
    })
}
