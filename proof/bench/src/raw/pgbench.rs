//! Raw transactions on PostgreSQL, by PostgreSQL's own load generator: pgbench with prepared
//! statements, on tables like the server's.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bulk;
use crate::place::{PostgresDatabase, SCHEMA};

/// Names the program, where it is not on the path.
const PGBENCH: &str = "AUTHARA_BENCH_PGBENCH";

/// The statements of a refresh that rotates, without the server: look the token up with its session
/// and owner, spend it, store its successor, note its first use.
const REFRESH: &str = include_str!("../../sql/refresh.pgbench");
/// One row a transaction.
const INSERT: &str = include_str!("../../sql/insert.pgbench");
/// What both work on.
const TABLES: &str = include_str!("../../sql/raw_postgres.sql");

/// A database for raw transactions.
#[derive(Debug)]
pub(crate) struct Raw {
    database: PostgresDatabase,
    program: PathBuf,
    /// Does it run a transaction again after a conflict, as the server does? From version 15 on.
    retries: bool,
}

/// One kind of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// A refresh that rotates, SERIALIZABLE.
    Refresh,
    /// One row.
    Insert,
}

impl Raw {
    /// Makes the database.
    ///
    /// # Errors
    ///
    /// A sentence, also when there is no pgbench.
    pub(crate) fn create() -> Result<Self, String> {
        let program = std::env::var_os(PGBENCH).map_or_else(|| PathBuf::from("pgbench"), PathBuf::from);
        let asked = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
        let printed = asked.map_err(|error| format!("{} does not start: {error}", program.display()))?.stdout;
        let version = major_version(&String::from_utf8_lossy(&printed)).ok_or("pgbench does not tell its version")?;
        Ok(Self { database: PostgresDatabase::create()?, program, retries: version >= 15 })
    }

    /// Transactions a second on so many connections. The tables are made anew for each run.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn rate(&self, script: Script, clients: u32, measured: Duration, scratch: &Path) -> Result<f64, String> {
        bulk::run(&mut bulk::postgres(self.database.url())?, TABLES)?;
        let file = scratch.join("script.pgbench");
        std::fs::write(&file, script.text()).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--define=k=0"]);
        command.arg(format!("--client={clients}")).arg(format!("--jobs={}", clients.min(2)));
        command.arg(format!("--time={}", measured.as_secs().max(1)));
        if self.retries {
            command.arg("--max-tries=12");
        }
        command.arg("--file").arg(&file).arg(self.database.url());
        command.env("PGOPTIONS", format!("-c search_path={SCHEMA}")).stdin(Stdio::null());
        let ended = command.output().map_err(|error| format!("pgbench does not start: {error}"))?;
        let (printed, said) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        if !ended.status.success() {
            return Err(format!("pgbench failed: {}", said.trim()));
        }
        rate_in(&printed).ok_or_else(|| format!("pgbench told no rate: {}", said.trim()))
    }
}

impl Script {
    fn text(self) -> &'static str {
        match self {
            Self::Refresh => REFRESH,
            Self::Insert => INSERT,
        }
    }
}

/// `pgbench (PostgreSQL) 15.18 (Debian ..)`, or `17beta1`.
fn major_version(printed: &str) -> Option<u32> {
    let (_, version) = printed.split_once("(PostgreSQL) ")?;
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

/// `tps = 3512.170614 (without initial connection time)`.
fn rate_in(printed: &str) -> Option<f64> {
    let rest = printed.lines().find_map(|line| line.strip_prefix("tps = "))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_a_number_in_front() {
        assert_eq!(major_version("pgbench (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("pgbench (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_version("pgbench (PostgreSQL) 17"), Some(17));
        assert_eq!(major_version("psql 15"), None);
    }

    #[test]
    fn the_rate_is_that_of_finished_transactions() {
        let printed = "number of failed transactions: 0 (0.000%)\nlatency average = 2.277 ms\n\
            initial connection time = 9.124 ms\ntps = 3512.5 (without initial connection time)\n";
        assert_eq!(rate_in(printed).map(|rate| rate.to_string()).as_deref(), Some("3512.5"));
        assert_eq!(rate_in("pgbench: error\n"), None);
    }

    #[test]
    fn both_scripts_count_on_in_every_transaction() {
        for script in [Script::Refresh, Script::Insert] {
            assert!(script.text().trim_end().ends_with("\\set k :k + 1"), "{script:?}");
        }
    }
}
