//! The store on both databases: its schema, its four doors, and every query.

#[macro_use]
mod assertions;

mod accounts;
mod back_up;
mod catalogue;
mod clean_up;
mod crowd;
mod deletion;
mod faults;
mod feed;
mod live_ids;
mod migrations;
mod organizations;
mod pragmas;
mod properties_instants;
mod properties_users;
mod raw;
mod rows;
mod sessions;
mod stuck;
mod tokens;
mod transactions;
mod views;
