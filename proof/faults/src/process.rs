//! Starting a process, hearing what it says, and ending it. Only processes that were started here
//! are ended, by their own handle, and none outlives whoever started it.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing here takes long, but the machine may be busy with other tests.
const MAX_WAIT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(5);

/// Bytes of an output after which the older half is forgotten: a server that is flooded for half an
/// hour says more than anybody wants to keep.
const MOST_KEPT: usize = 4 << 20;

/// The permission bits of a file or folder.
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// What a process said so far on one of its outputs.
#[derive(Debug)]
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
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(heard);
                if kept.len() > MOST_KEPT {
                    kept.drain(..MOST_KEPT / 2);
                }
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
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: Heard,
    stderr: Heard,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
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
#[derive(Debug)]
pub struct Serving {
    process: Process,
    /// Where.
    pub address: SocketAddr,
}

impl Serving {
    /// Waits until a process that was just started listens. One that logs only what is wrong is
    /// recognised by its greeting, which names the port of a development server.
    pub(crate) fn once_it_listens(mut process: Process, is_quiet: bool) -> Self {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            let address = if is_quiet { greeting(&process.stdout.text()) } else { listening(&process.stderr.text()) };
            if let Some(address) = address {
                return Self { process, address };
            }
            assert!(process.is_running(), "the server ended: {}", process.stderr.text());
            assert!(Instant::now() < deadline, "the server does not listen: {}", process.stderr.text());
            std::thread::sleep(PAUSE);
        }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.process.child.id()
    }

    /// What it printed for people so far.
    pub fn printed(&self) -> String {
        self.process.stdout.text()
    }

    /// What it logged so far.
    pub fn logged(&self) -> String {
        self.process.stderr.text()
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    pub fn stop(self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    pub fn interrupt(self) -> Ended {
        self.signal("INT");
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(self) -> Ended {
        self.process.wait()
    }

    /// Ends it in the middle of whatever it does, as `kill -9` does.
    pub fn kill(mut self) {
        self.process.child.kill().expect("it was running");
        self.process.child.wait().expect("it has ended");
    }

    /// Sends it a signal, named without `SIG`. It has not been waited for, so its id is still its own.
    pub fn signal(&self, name: &str) {
        let id = self.id();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
        assert!(sent.expect("a shell").success(), "SIG{name} was not sent");
    }
}

/// The address in the log line that says where the server listens, once the line is complete.
fn listening(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("listening address=")?;
    let (line, _) = rest.split_once('\n')?;
    line.split_whitespace().next()?.parse().ok()
}

/// The same from the greeting, which names this machine and the port.
fn greeting(printed: &str) -> Option<SocketAddr> {
    let (_, rest) = printed.split_once("http://localhost:")?;
    let (port, _) = rest.split_once('/')?;
    Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().ok()?)))
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it logged or complained about.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_once_its_line_is_complete() {
        let line = "2026-09-21T14:13:20.000Z  INFO authara_server::commands::serve: listening address=127.0.0.1:4711";
        assert_eq!(listening(line), None);
        let whole = format!("{line} version=\"0.1.0\"\n");
        assert_eq!(listening(&whole), Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 4711))));
    }

    #[test]
    fn the_greeting_names_the_port() {
        assert_eq!(greeting("    Open  http://localhost:47"), None);
        let whole = "    Open  http://localhost:4711/auth/login\n";
        assert_eq!(greeting(whole), Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 4711))));
    }
}
