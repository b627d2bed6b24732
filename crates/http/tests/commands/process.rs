//! Starting the binary, hearing what it says, and ending it. Only processes that were started here
//! are ended, by their own handle, and none outlives its test.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use authara_storage::StoreOptions;
use authara_storage::testing::TestDatabase;
use tempfile::TempDir;

/// Nothing here takes long, but the machine may be busy with other tests.
const MAX_WAIT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(5);

/// Where one installation lives: its folder and its environment.
pub struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// Kept for as long as the place is.
    database: Option<TestDatabase>,
}

impl Place {
    /// An empty folder, and a port that the system chooses.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, variables: Vec::new(), database: None }.with("AUTHARA_LISTEN_ADDR", "127.0.0.1:0")
    }

    /// One place for each database that is at hand: SQLite as a newcomer has it, and a migrated
    /// database on PostgreSQL.
    pub fn on_each_database() -> Vec<Self> {
        let mut places = vec![Self::new()];
        for database in authara_storage::testing::databases() {
            if let StoreOptions::Postgres(options) = &database.options {
                let mut place = Self::new().with("AUTHARA_DATABASE_URL", &options.url);
                place.database = Some(database);
                places.push(place);
            }
        }
        places
    }

    /// `sqlite` or `postgres`, for assertion messages.
    pub fn name(&self) -> &'static str {
        self.database.as_ref().map_or("sqlite", TestDatabase::name)
    }

    /// Sets a variable; a later value of the same name holds.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file in the folder.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there and is text")
    }

    /// The names of everything in the folder, sorted.
    pub fn entries(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Starts the binary with these arguments and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).wait()
    }

    /// Starts the binary with these arguments.
    pub fn start(&self, arguments: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authara-server"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Process::start(&mut command)
    }

    /// Starts the server as a newcomer does, without a command, and waits until it listens.
    pub fn serve(&self) -> Serving {
        let mut process = self.start(&[]);
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            if let Some(address) = listening(&process.stderr.text()) {
                return Serving { process, address };
            }
            assert!(process.is_running(), "the server ended: {}", process.stderr.text());
            assert!(Instant::now() < deadline, "the server does not listen: {}", process.stderr.text());
            std::thread::sleep(PAUSE);
        }
    }
}

/// The address in the log line that says where the server listens, once the line is complete.
fn listening(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("listening address=")?;
    let (line, _) = rest.split_once('\n')?;
    line.split_whitespace().next()?.parse().ok()
}

/// The permission bits of a file or folder.
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// What a process said so far on one of its outputs.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Ends with the output.
    listener: Option<JoinHandle<()>>,
}

impl Heard {
    fn listen(mut from: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = bytes.clone();
        let listener = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut piece) {
                let heard = piece.get(..length).unwrap_or_default();
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(heard);
            }
        });
        Self { bytes, listener: Some(listener) }
    }

    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Everything, after the end of the process.
    fn all(&mut self) -> String {
        if let Some(listener) = self.listener.take() {
            listener.join().expect("the listener does not panic");
        }
        self.text()
    }
}

/// A process, killed when this is dropped.
pub struct Process {
    child: Child,
    stdout: Heard,
    stderr: Heard,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = Heard::listen(child.stdout.take().expect("its output is ours"));
        let stderr = Heard::listen(child.stderr.take().expect("its output is ours"));
        Self { child, stdout, stderr }
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state can be asked for").is_none()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("its state can be asked for") {
                return Ended { status, stdout: self.stdout.all(), stderr: self.stderr.all() };
            }
            let so_far = || format!("{}{}", self.stdout.text(), self.stderr.text());
            assert!(Instant::now() < deadline, "the process does not end: {}", so_far());
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that listens.
pub struct Serving {
    process: Process,
    /// Where.
    pub address: SocketAddr,
}

impl Serving {
    /// What it printed for people so far.
    pub fn printed(&self) -> String {
        self.process.stdout.text()
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    pub fn stop(self) -> Ended {
        self.signal("TERM");
        self.process.wait()
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    pub fn interrupt(self) -> Ended {
        self.signal("INT");
        self.process.wait()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(mut self) {
        self.process.child.kill().expect("it was running");
        self.process.child.wait().expect("it has ended");
    }

    /// The child has not been waited for, so its id is still its own.
    fn signal(&self, name: &str) {
        let id = self.process.child.id();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
        assert!(sent.expect("a shell").success(), "SIG{name} was not sent");
    }
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Everything that it said.
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// What it printed, when it did what it was asked to and had nothing to complain about.
    pub fn expect_success(self) -> String {
        assert_eq!(self.status.code(), Some(0), "{}", self.said());
        assert_eq!(self.stderr, "");
        self.stdout
    }

    /// Its complaint, when that is one line and all it said (S-176).
    pub fn expect_complaint(self) -> String {
        assert_eq!(self.status.code(), Some(1), "{}", self.said());
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        let complaint = self.stderr.strip_prefix("authara-server: ").map(str::trim_end);
        complaint.expect("it says who complains").to_owned()
    }
}
