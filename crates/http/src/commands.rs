//! The command line. Whatever goes wrong is one clear line on standard error and a non-zero code.

mod backup;
mod check_config;
mod end_all_sessions;
mod healthcheck;
mod keys;
mod migrate;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Source};
use crate::core_dump;

/// Authara: sign-up, sign-in and sessions for the application beside it.
///
/// Without a command it serves. In an empty folder and without configuration it makes ./data with
/// a SQLite database and a key ring, and listens on 127.0.0.1:8080.
///
/// Everything is configured by environment variables; docs/configuration.md lists them, and
/// `check-config` tells what is wrong with them.
#[derive(Debug, Parser)]
#[command(name = "authara-server", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (the default).
    Serve,
    /// Bring the database schema to this version. SQLite does that by itself when serving starts.
    Migrate,
    /// Make or rotate the keys that sign access tokens.
    #[command(subcommand)]
    Keys(Keys),
    /// Copy the SQLite database into a new file, also while the server runs.
    Backup {
        /// The file to make; it must not exist yet.
        file: PathBuf,
    },
    /// End every session, also while the server runs, so that everybody has to sign in again: after
    /// a restore, or when something leaked.
    EndAllSessions {
        /// End only those of the account with this e-mail address.
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
    /// Ask the running server whether it is ready; fails when it is not.
    Healthcheck,
    /// Check the configuration, say everything that is wrong with it, and change nothing.
    CheckConfig,
    /// Print the version.
    Version,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Print a new key ring, for `AUTHARA_JWT_KEYS`.
    Generate,
    /// Put a new key in front of the ring in the data folder. Older keys go on verifying; the
    /// server takes the new one up when it starts again.
    Rotate,
}

/// Runs what the command line asks for.
pub fn run() -> ExitCode {
    core_dump::forbid();
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    let outcome = match command {
        Command::Serve => serve::run(),
        Command::Migrate => migrate::run(),
        Command::Keys(Keys::Generate) => {
            keys::generate();
            Ok(())
        }
        Command::Keys(Keys::Rotate) => keys::rotate(),
        Command::Backup { file } => backup::run(&file),
        Command::EndAllSessions { user } => end_all_sessions::run(user.as_deref()),
        Command::Healthcheck => healthcheck::run(),
        Command::CheckConfig => check_config::run(),
        Command::Version => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("authara-server: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the configuration; warnings go to standard error.
fn load_config() -> Result<Config, String> {
    let source = Source::from_environment();
    let (config, warnings) = match Config::load(&source) {
        Ok(loaded) => loaded,
        Err(error) => {
            for warning in source.unknown_names() {
                eprintln!("authara-server: warning: {warning}");
            }
            let lines: Vec<String> = error.faults().iter().map(ToString::to_string).collect();
            return Err(lines.join("\nauthara-server: "));
        }
    };
    for warning in warnings {
        eprintln!("authara-server: warning: {warning}");
    }
    Ok(config)
}
