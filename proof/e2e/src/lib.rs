//! The real server in a real browser: Chromium, steered over `WebDriver`, uses the hosted pages as a
//! person does.
//!
//! `cargo xtask e2e` runs the tests, as `cargo xtask test` does among all others; both install the
//! browser where it is missing and tell the tests where it is. Every test has a server, a database
//! and browsers of its own, on loopback addresses, and ends what it started. What the pages looked
//! like is put into `target/screenshots`.

pub mod application;
pub mod axe;
mod browser;
mod command;
mod driver;
mod look;
mod visit;

pub use browser::Browser;
pub use look::{DARK, LIGHT, Look, Scheme};
pub use visit::{PASSWORD, Visit, on_postgres, on_sqlite, on_sqlite_with, pictures};
