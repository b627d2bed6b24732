//! The binary as an operator runs it: one process a server, in a folder of its own, with an
//! environment that holds nothing but what the test puts there.

#[path = "commands/http.rs"]
mod http;
#[path = "commands/process.rs"]
mod process;

#[path = "commands/backup.rs"]
mod backup;
#[path = "commands/configuration.rs"]
mod configuration;
#[path = "commands/crash.rs"]
mod crash;
#[path = "commands/keys.rs"]
mod keys;
#[path = "commands/migrate.rs"]
mod migrate;
#[path = "commands/start.rs"]
mod start;
#[path = "commands/stop.rs"]
mod stop;
