//! A throw-away PostgreSQL server: its own folder, its own port, gone afterwards.
//!
//! It never touches a server or a cluster that is already on the machine, and it listens to this
//! machine only, because it asks nobody for a password.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::installation::Installation;
use crate::workspace::{capture, not_started};

/// How long the server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The socket's address has room for 107 bytes, of which our own names take some 45.
const LONGEST_PARENT: usize = 60;

/// Whether a commit that was acknowledged outlives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It need not: everything that protects data is traded for speed. Many tests connect at a time.
    Off,
    /// It has reached the disk, as an operator has it.
    On,
}

impl Durability {
    /// What the server is started with.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Off => &[
                "listen_addresses=127.0.0.1",
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "max_connections=400",
                "shared_buffers=64MB",
            ],
            Self::On => &[
                "listen_addresses=127.0.0.1",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "max_connections=200",
                "shared_buffers=256MB",
            ],
        }
    }

    /// Where the server's folder may go, the best place first.
    fn places(self) -> [PathBuf; 3] {
        let [memory, disk] = ["/tmp", "/var/tmp"].map(PathBuf::from);
        match self {
            Self::Off => [std::env::temp_dir(), memory, disk],
            Self::On => [durable_temp_dir(), disk, memory],
        }
    }

    /// The same for whoever watches the server start.
    fn told(self) -> &'static str {
        match self {
            Self::Off => "without durability",
            Self::On => "every commit on disk",
        }
    }
}

/// The place for temporary files that are on disk. The usual one is often memory, on which a commit
/// costs nothing; whoever sets `TMPDIR` has decided.
pub(crate) fn durable_temp_dir() -> PathBuf {
    std::env::var_os("TMPDIR").filter(|folder| !folder.is_empty()).map_or_else(|| "/var/tmp".into(), PathBuf::from)
}

/// Waits until whoever started it closes its input or is no more, then stops the server and removes
/// the folder. Arguments: `pg_ctl`, the folder.
const KEEPER: &str = r#"
while read -r line; do :; done
"$1" stop -D "$2/data" -m immediate -s
rm -rf -- "$2"
"#;

/// A running server. Dropping it stops the server and removes its folder.
pub(super) struct Server {
    process: Child,
    scratch: Scratch,
    port: u16,
}

/// The server's folder, with a process that outlives us to clear it away.
///
/// The keeper is in a process group of its own: Ctrl-C ends us without a word, and the keeper then
/// sees its input end. So it does after `kill -9`.
struct Scratch {
    folder: PathBuf,
    keeper: Child,
}

impl Server {
    /// Starts a server and waits until it accepts connections.
    ///
    /// # Errors
    ///
    /// When the server does not start, with what it said.
    pub(super) fn start(installation: &Installation, account: Account, durability: Durability) -> Result<Self, String> {
        let scratch = Scratch::create(installation, account, durability)?;
        scratch.initialise(installation, account)?;
        let port = free_port().map_err(|error| format!("there is no free port: {error}"))?;
        let process = scratch.launch(installation, account, port, durability)?;
        // From here on, dropping the value ends the process.
        let mut server = Self { process, scratch, port };
        server.wait_until_ready(installation)?;
        let (program, folder) = (installation.program("postgres"), server.scratch.folder.display());
        let (program, told) = (program.display(), durability.told());
        println!("PostgreSQL: {program} on port {port} in {folder}, for this run only, {told}");
        Ok(server)
    }

    /// Where the tests find it; the user may create databases.
    pub(super) fn url(&self) -> String {
        format!("postgres://authara@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, installation: &Installation) -> Result<(), String> {
        let port = self.port.to_string();
        let started = Instant::now();
        while started.elapsed() < START_LIMIT {
            if let Ok(Some(status)) = self.process.try_wait() {
                let log = self.scratch.end_of_log();
                return Err(format!("the PostgreSQL server ended at once ({status}):\n{log}"));
            }
            let mut question = Command::new(installation.program("pg_isready"));
            question.args(["-q", "-h", "127.0.0.1", "-p", &port]);
            if capture(&mut question).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        let log = self.scratch.end_of_log();
        Err(format!("the PostgreSQL server was not ready after {START_LIMIT:?}:\n{log}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.scratch.clear_away();
        // The keeper has stopped it; should that have failed, this does. Either way it is reaped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Scratch {
    /// Makes the folder and starts its keeper.
    fn create(installation: &Installation, account: Account, durability: Durability) -> Result<Self, String> {
        let parent = parent_folder(account, durability)?;
        let folder =
            new_folder(&parent).map_err(|error| format!("no folder in {} can be made: {error}", parent.display()))?;
        account.take_over(&folder).map_err(|error| format!("{} keeps its owner: {error}", folder.display()))?;
        let mut keeper = account.command(Path::new("sh"));
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(installation.program("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let keeper = keeper.spawn().map_err(|error| not_started(&keeper, &error))?;
        Ok(Self { folder, keeper })
    }

    /// Makes an empty cluster.
    fn initialise(&self, installation: &Installation, account: Account) -> Result<(), String> {
        let mut initdb = account.command(&installation.program("initdb"));
        initdb.current_dir(&self.folder).args(["-D", "data", "-A", "trust", "-U", "authara"]);
        initdb.args(["--no-sync", "-E", "UTF8", "--locale=C"]);
        capture(&mut initdb).map(|_answer| ())
    }

    /// Starts the server; what it says goes to a file in the folder.
    fn launch(
        &self,
        installation: &Installation,
        account: Account,
        port: u16,
        durability: Durability,
    ) -> Result<Child, String> {
        let no_log = |error: std::io::Error| format!("the server's log cannot be made: {error}");
        let log = File::create(self.log()).map_err(no_log)?;
        let also_log = log.try_clone().map_err(no_log)?;
        let mut postgres = account.command(&installation.program("postgres"));
        postgres.current_dir(&self.folder).args(["-D", "data", "-p", &port.to_string()]);
        postgres.arg("-k").arg(&self.folder);
        for setting in durability.settings() {
            postgres.args(["-c", setting]);
        }
        // In a group of its own, so that Ctrl-C leaves the stopping to the keeper.
        postgres.stdin(Stdio::null()).stdout(log).stderr(also_log).process_group(0);
        postgres.spawn().map_err(|error| not_started(&postgres, &error))
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The last lines the server wrote.
    fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let start = lines.len().saturating_sub(20);
        lines.iter().skip(start).copied().collect::<Vec<_>>().join("\n")
    }

    /// Lets the keeper do its work and waits for it. A second call finds nothing left to do.
    fn clear_away(&mut self) {
        drop(self.keeper.stdin.take());
        // Only a child that is not ours could not be waited for.
        let _ = self.keeper.wait();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear_away();
    }
}

/// Where the folder goes: short enough for a socket, and open to the account. The place for
/// temporary files of root may be closed to everybody else.
fn parent_folder(account: Account, durability: Durability) -> Result<PathBuf, String> {
    durability
        .places()
        .into_iter()
        .filter(|folder| folder.is_absolute() && folder.as_os_str().len() <= LONGEST_PARENT)
        .find(|folder| capture(account.command(Path::new("test")).arg("-x").arg(folder)).is_ok())
        .ok_or_else(|| "neither TMPDIR nor /tmp nor /var/tmp can hold a database".to_owned())
}

/// A new folder that only its owner can enter; what another run left behind is not reused.
fn new_folder(parent: &Path) -> std::io::Result<PathBuf> {
    let mut attempt = 0;
    loop {
        let folder = parent.join(format!("authara-postgres-{}-{attempt}", std::process::id()));
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && attempt < 100 => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// A port that nobody listened on a moment ago.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_durable_and_what_is_tested_is_not() {
        let has = |durability: Durability, setting: &str| durability.settings().contains(&setting);
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert!(has(Durability::On, &format!("{setting}=on")), "{setting}");
            assert!(has(Durability::Off, &format!("{setting}=off")), "{setting}");
        }
    }

    #[test]
    fn a_server_that_asks_for_no_password_listens_to_this_machine_only() {
        for durability in [Durability::Off, Durability::On] {
            assert!(durability.settings().contains(&"listen_addresses=127.0.0.1"), "{durability:?}");
        }
    }
}
