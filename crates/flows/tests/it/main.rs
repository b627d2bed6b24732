//! Every use case on both databases: its refusals, its races, and what it leaves behind.

#[macro_use]
mod assertions;

mod access;
mod account;
mod clean_up;
mod clock;
mod clock_jumps;
mod confirm;
mod crowd;
mod delete_account;
mod delete_account_races;
mod end_all_sessions;
mod guessing;
mod hashing;
mod limits;
mod login;
mod logout;
mod passwords;
mod people;
mod properties_account;
mod properties_signup;
mod race_suite;
mod refresh;
mod refresh_properties;
mod refresh_races;
mod reuse;
mod sessions;
mod signup;
mod timing;
mod username;
