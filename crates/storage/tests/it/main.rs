//! The store on both databases: its schema, its three doors, and every query.

#[macro_use]
mod assertions;

mod accounts;
mod back_up;
mod catalogue;
mod clean_up;
mod crowd;
mod faults;
mod feed;
mod migrations;
mod organizations;
mod raw;
mod rows;
mod sessions;
mod tokens;
mod transactions;
