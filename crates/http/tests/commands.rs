//! The binary as an operator runs it: one process a server, in a folder of its own, with an
//! environment that holds nothing but what the test puts there.

use authara_faults::http;

#[path = "commands/installation.rs"]
mod installation;
#[path = "commands/process.rs"]
mod process;
#[path = "commands/walk.rs"]
mod walk;

#[path = "commands/backup.rs"]
mod backup;
#[path = "commands/configuration.rs"]
mod configuration;
#[path = "commands/crash.rs"]
mod crash;
#[cfg(target_os = "linux")]
#[path = "commands/hashing.rs"]
mod hashing;
#[path = "commands/keys.rs"]
mod keys;
#[path = "commands/log.rs"]
mod log;
#[path = "commands/migrate.rs"]
mod migrate;
#[path = "commands/postgres_peer.rs"]
mod postgres_peer;
#[path = "commands/restore.rs"]
mod restore;
#[path = "commands/secrets.rs"]
mod secrets;
#[path = "commands/sessions.rs"]
mod sessions;
#[path = "commands/start.rs"]
mod start;
#[path = "commands/stop.rs"]
mod stop;
