//! What people do with the hosted pages, in a real browser.

mod account;
mod embedding;
mod gallery;
mod keyboard;
mod sign_in;
mod tabs;
mod weight;
mod without_scripts;
