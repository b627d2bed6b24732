//! How Authara is reached: JSON API, hosted pages, workers, command line.
//!
//! Invariants:
//!
//! - A handler is short: typed input in, one flow, a shaped answer out. Rules live below.
//! - Who is calling is settled by one extractor, [`api::call::Call`], in the order of the contract.
//! - Only [`config`] reads the environment.
//! - No word that a person sees is written in Rust: they are in `templates/`.

pub mod api;
pub mod assets;
pub mod boot;
pub mod brand;
pub mod commands;
pub mod config;
pub mod core_dump;
pub mod data_dir;
pub mod key_file;
pub mod logging;
pub mod messages;
pub mod middleware;
pub mod pages;
pub mod request;
pub mod server;
pub mod state;
pub mod workers;

pub use server::{Options, Running, start, start_with};
pub use state::{Server, Settings};
