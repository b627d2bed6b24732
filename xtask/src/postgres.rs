//! PostgreSQL for tests and measurements: somebody's server or a throw-away one, and what the
//! programs that are started are told of it.
//!
//! - `AUTHARA_TEST_POSTGRES_URL`: a server on which one may create databases.
//! - `AUTHARA_TEST_REQUIRE_POSTGRES`: a test fails that would otherwise pass over a missing server.
//! - `AUTHARA_POSTGRES_BIN`: the folder of `initdb`, `postgres`, `pg_ctl` and `pg_isready`, for those
//!   who start and stop a server of their own.
//! - `AUTHARA_POSTGRES_ACCOUNT`: the name of the user who has to run these programs, and to whom a
//!   database folder has to belong. Absent unless this is root, as whom they refuse to run.
//! - `AUTHARA_BENCH_PGBENCH`: PostgreSQL's own load generator; for measurements only.
//!
//! The first and the third may be set by whoever calls: then they are used as they are.

mod account;
mod installation;
mod server;

use std::ffi::OsString;
use std::process::Command;

use self::account::Account;
use self::installation::Installation;
use self::server::Server;
pub(crate) use self::server::{Durability, durable_temp_dir};

const URL: &str = "AUTHARA_TEST_POSTGRES_URL";
const REQUIRED: &str = "AUTHARA_TEST_REQUIRE_POSTGRES";
const PROGRAMS_FOLDER: &str = "AUTHARA_POSTGRES_BIN";
const ACCOUNT: &str = "AUTHARA_POSTGRES_ACCOUNT";
const LOAD_GENERATOR: &str = "AUTHARA_BENCH_PGBENCH";

/// A PostgreSQL server that is ready, with the programs it is made of.
pub(crate) struct Postgres {
    source: Source,
    installation: Installation,
    account: Account,
}

/// Where the server comes from.
enum Source {
    /// Somebody else's, at this address.
    Given(OsString),
    /// Our own, which ends with this value.
    Own(Server),
}

impl Postgres {
    /// The server named in the environment, or a new one of our own; installs PostgreSQL if need be.
    ///
    /// Whoever names a server still needs the programs: what becomes of a server that stops can only
    /// be tried on one that may be stopped.
    ///
    /// # Errors
    ///
    /// When there is no PostgreSQL and it cannot be installed, or the server does not start.
    pub(crate) fn ready(durability: Durability) -> Result<Self, String> {
        let installation = Installation::find_or_install()?;
        let account = Account::choose()?;
        let source = match std::env::var_os(URL).filter(|url| !url.is_empty()) {
            Some(url) => {
                println!("PostgreSQL: the server named by {URL}");
                Source::Given(url)
            }
            None => Source::Own(Server::start(&installation, account, durability)?),
        };
        Ok(Self { source, installation, account })
    }

    /// Tells a program where the server is and how it may start one of its own, and that it may not
    /// do without.
    pub(crate) fn tell(&self, command: &mut Command) {
        let url = match &self.source {
            Source::Given(url) => url.clone(),
            Source::Own(server) => server.url().into(),
        };
        command.env(URL, url).env(REQUIRED, "1").env(PROGRAMS_FOLDER, self.installation.folder());
        match self.account.name() {
            Some(name) => command.env(ACCOUNT, name),
            None => command.env_remove(ACCOUNT),
        };
    }

    /// Tells a program besides where PostgreSQL's own load generator is.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn tell_load_generator(&self, command: &mut Command) -> Result<(), String> {
        command.env(LOAD_GENERATOR, self.installation.load_generator()?);
        Ok(())
    }
}

/// Makes a program do without PostgreSQL, whatever the environment says.
pub(crate) fn leave_out(command: &mut Command) {
    for name in [URL, REQUIRED, PROGRAMS_FOLDER, ACCOUNT] {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_without_is_told_nothing() {
        let mut command = Command::new("true");
        command.env(URL, "postgres://somewhere").env(REQUIRED, "1");
        leave_out(&mut command);
        assert!(command.get_envs().all(|(_, value)| value.is_none()));
        assert_eq!(command.get_envs().count(), 4);
    }
}
