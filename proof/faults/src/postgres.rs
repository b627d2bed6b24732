//! PostgreSQL: a database of its own on the tests' server, and a server of its own where the server
//! itself is what fails.
//!
//! The tests' server is named by `AUTHARA_TEST_POSTGRES_URL`. A server of its own is made with the
//! programs in the folder that `AUTHARA_POSTGRES_BIN` names; it listens to this machine only, because it
//! asks nobody for a password. `cargo xtask` sets both. Without them the scenarios run on SQLite alone,
//! unless `AUTHARA_TEST_REQUIRE_POSTGRES` forbids that.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;

use crate::account::Account;
use crate::crowd::until;
use crate::process::free_port;

const SERVER: &str = "AUTHARA_TEST_POSTGRES_URL";
const PROGRAMS: &str = "AUTHARA_POSTGRES_BIN";
const REQUIRED: &str = "AUTHARA_TEST_REQUIRE_POSTGRES";

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The socket's address has room for 107 bytes, of which our own names take some 45.
const LONGEST_PARENT: usize = 60;

/// What is tested is the client of this server, so that nothing here has to outlive a power cut.
const SETTINGS: [&str; 5] =
    ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=100", "shared_buffers=64MB"];

/// Waits until whoever started it closes its input or is no more, then stops the server and removes
/// the folder. Arguments: `pg_ctl`, the folder.
const KEEPER: &str = r#"
while read -r line; do :; done
"$1" stop -D "$2/data" -m immediate -s
rm -rf -- "$2"
"#;

/// The value of a variable that names something of PostgreSQL's.
///
/// # Panics
///
/// When it is not set although PostgreSQL is required.
fn named_by(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
    assert!(
        value.is_some() || std::env::var_os(REQUIRED).is_none(),
        "PostgreSQL is required and {variable} is not set: run this with `cargo xtask`"
    );
    value
}

/// A database of its own on a server, gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Is there a tests' server?
    ///
    /// # Panics
    ///
    /// When there is none although PostgreSQL is required.
    pub fn is_at_hand() -> bool {
        named_by(SERVER).is_some()
    }

    /// An empty one on the tests' server; `None` where there is no such server.
    ///
    /// # Panics
    ///
    /// When it cannot be made, or PostgreSQL is required and missing.
    pub fn at_hand() -> Option<Self> {
        named_by(SERVER).map(|server| Self::create(&server))
    }

    /// An empty one on the server with this URL, whose user may create databases.
    pub fn create(server: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("authara_faults_{}_{number}", std::process::id());
        let mut conn = PgConnection::establish(server).expect("the PostgreSQL server answers");
        conn.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database is made");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        Self { server: server.to_owned(), url: format!("{base}/{name}"), name }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&self.server) {
            // A server that was killed may still have a connection for a moment.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// A PostgreSQL server of one's own, which can be stopped and started again. It ends, and its folder
/// goes, when this is dropped or when this process ends in whatever way.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    account: Account,
    folder: PathBuf,
    port: u16,
    /// In a process group of its own: Ctrl-C ends us without a word, and the keeper then sees its
    /// input end. So it does after `kill -9`.
    keeper: Child,
    server: Option<Child>,
}

impl Cluster {
    /// Does anybody say with which programs one is made?
    ///
    /// # Panics
    ///
    /// When nobody does although PostgreSQL is required.
    pub fn is_possible() -> bool {
        named_by(PROGRAMS).is_some()
    }

    /// Makes one and starts it; `None` where nobody says with which programs.
    ///
    /// # Panics
    ///
    /// When it does not start, or PostgreSQL is required and nobody says with which programs.
    pub fn start() -> Option<Self> {
        let programs = PathBuf::from(named_by(PROGRAMS)?);
        let account = Account::choose();
        let folder = new_folder(account);
        let mut keeper = account.command(Path::new("sh"));
        keeper.args(["-c", KEEPER, "keeper"]).arg(programs.join("pg_ctl")).arg(&folder);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let keeper = keeper.spawn().expect("a shell starts");
        let mut cluster = Self { programs, account, folder, port: free_port(), keeper, server: None };
        let mut initdb = cluster.command("initdb");
        initdb.args(["-D", "data", "-A", "trust", "-U", "authara", "--no-sync", "-E", "UTF8", "--locale=C"]);
        succeed(&mut initdb);
        cluster.start_again();
        Some(cluster)
    }

    /// Where it is; the user may create databases.
    pub fn url(&self) -> String {
        format!("postgres://authara@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the stopped server on the same port, and waits until it accepts connections.
    pub fn start_again(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).expect("the server's log");
        let also_log = log.try_clone().expect("a second handle on the log");
        let mut postgres = self.command("postgres");
        postgres.args(["-D", "data", "-p", &self.port.to_string(), "-k"]).arg(&self.folder);
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        // In a group of its own, so that Ctrl-C leaves the stopping to the keeper.
        postgres.stdout(log).stderr(also_log).process_group(0);
        self.server = Some(postgres.spawn().expect("the PostgreSQL server starts"));
        let url = self.url();
        until("PostgreSQL accepts connections", START_LIMIT, || {
            let ended = self.server.as_mut().and_then(|server| server.try_wait().ok().flatten());
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(ended.is_none(), "the PostgreSQL server ended at once:\n{}", log());
            PgConnection::establish(&url).is_ok()
        });
    }

    /// Stops the server, as a restart of the machine does: everybody's connection is cut.
    pub fn stop(&mut self) {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args(["stop", "-D", "data", "-m", "fast", "-w", "-s"]);
        succeed(&mut pg_ctl);
        if let Some(mut server) = self.server.take() {
            server.wait().expect("it has ended");
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.account.command(&self.programs.join(program));
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Only a child that is not ours could not be waited for.
        let _ = self.keeper.wait();
        if let Some(server) = &mut self.server {
            // The keeper has stopped it; should that have failed, this does. Either way it is reaped.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Runs a program to its end.
fn succeed(command: &mut Command) {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} ended with {}: {said}", command.get_program().display(), output.status);
}

/// A new folder that only this account can enter. It is short enough for a socket, and below a folder
/// that the account may pass: the place for temporary files of root may be closed to everybody else.
fn new_folder(account: Account) -> PathBuf {
    let candidates = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let parent = candidates
        .into_iter()
        .filter(|folder| folder.is_absolute() && folder.as_os_str().len() <= LONGEST_PARENT)
        .find(|folder| account.command(Path::new("test")).arg("-x").arg(folder).status().is_ok_and(|s| s.success()));
    let parent = parent.expect("TMPDIR, /tmp or /var/tmp can hold a database");
    let folder = tempfile::Builder::new().prefix("authara-faults-").tempdir_in(parent).expect("a temporary folder");
    // Removed by the keeper, which outlives us.
    let folder = folder.keep();
    account.take_over(&folder);
    folder
}
