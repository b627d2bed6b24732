//! The limits of this machine, measured without the server: hashing on all cores, and commits of
//! the database.

pub(crate) mod hashing;
pub(crate) mod pgbench;
pub(crate) mod sqlite;
