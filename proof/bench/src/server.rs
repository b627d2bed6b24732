//! The server under test: a process with an environment of its own, ended when its value is.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::place::Place;
use crate::usage::{self, Memory};
use crate::{figures, requests};

/// Longest that a start or a stop may take; both take milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(1);

/// More than any load here counts.
const UNLIMITED: &str = "1000000";

/// What differs from the defaults, and why.
const VARIABLES: [(&str, &str); 7] = [
    ("AUTHARA_LISTEN_ADDR", "127.0.0.1:0"),
    // The strictest policy: each refresh is a transaction.
    ("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always"),
    // Growing the database takes longer than an access token lives.
    ("AUTHARA_ACCESS_TOKEN_TTL_MINUTES", "120"),
    // One address signs everybody in.
    ("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", UNLIMITED),
    ("AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT", UNLIMITED),
    ("AUTHARA_RATE_LIMIT_REFRESH_IP_LIMIT", UNLIMITED),
    // The line for each request would be written to a file that nobody reads.
    ("LOG_LEVEL", "warn"),
];

/// A server that answers.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first 200 of `/auth/ready`.
    pub(crate) start_time: Duration,
    /// When it was started.
    pub(crate) started_at: Instant,
}

impl Server {
    /// Starts the binary in its place and waits until it is ready.
    ///
    /// # Errors
    ///
    /// A sentence, with what the server said, when it does not get ready.
    pub(crate) fn start(binary: &Path, place: &Place) -> Result<Self, String> {
        let binary = binary.canonicalize().map_err(|error| format!("no server at {}: {error}", binary.display()))?;
        let (printed, logged) = (place.folder().join("printed"), place.folder().join("log"));
        let make = |path: &PathBuf| File::create(path).map_err(|error| format!("{}: {error}", path.display()));
        let mut command = Command::new(&binary);
        command.current_dir(place.folder()).env_clear().envs(VARIABLES);
        if let Some(database) = place.postgres() {
            command.env("AUTHARA_DATABASE_URL", database.url());
        }
        command.stdin(Stdio::null()).stdout(make(&printed)?).stderr(make(&logged)?);
        let started_at = Instant::now();
        let child = command.spawn().map_err(|error| format!("{} does not start: {error}", binary.display()))?;
        let unknown = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // From here on the process is ended with this value, whatever happens.
        let mut server = Self { child, address: unknown, start_time: Duration::ZERO, started_at };
        let said = || std::fs::read_to_string(&logged).unwrap_or_default();
        server.wait_until_ready(&printed).map_err(|reason| format!("{reason}: {}", said().trim()))?;
        server.start_time = started_at.elapsed();
        Ok(server)
    }

    fn wait_until_ready(&mut self, printed: &Path) -> Result<(), String> {
        loop {
            if let Some(port) = std::fs::read_to_string(printed).ok().as_deref().and_then(port_in) {
                self.address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                break;
            }
            self.check_still_starting()?;
            std::thread::sleep(PAUSE);
        }
        let mut client = Client::connect(self.address)?;
        while client.exchange(&requests::get(requests::READY))?.status != 200 {
            self.check_still_starting()?;
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn check_still_starting(&mut self) -> Result<(), String> {
        if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
            return Err(format!("the server ended ({status})"));
        }
        if self.started_at.elapsed() > PATIENCE {
            return Err("the server does not get ready".to_owned());
        }
        Ok(())
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory it has.
    ///
    /// # Errors
    ///
    /// A sentence, when the process is gone.
    pub(crate) fn memory(&self) -> Result<Memory, String> {
        usage::memory(self.id())
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    ///
    /// # Errors
    ///
    /// A sentence, when it does not; it is killed then.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        // The child has not been waited for, so its id is still its own.
        let kill = format!("kill -TERM {}", self.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().map_err(|error| format!("no shell: {error}"))?;
        if !sent.success() {
            return Err("the server could not be asked to stop".to_owned());
        }
        let asked_at = Instant::now();
        loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the server ended badly ({status})")),
                None if asked_at.elapsed() > PATIENCE => return Err("the server does not stop".to_owned()),
                None => std::thread::sleep(PAUSE),
            }
        }
    }

    /// The start time in milliseconds.
    pub(crate) fn start_milliseconds(&self) -> f64 {
        figures::milliseconds(self.start_time)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port in what the server prints for people, once that line is complete: the log line that
/// names the address is not written at the level that is measured.
fn port_in(printed: &str) -> Option<u16> {
    let (_, line) = printed.split_once("Open  ")?;
    let (origin, _) = line.split_once("/auth/")?;
    let (_, port) = origin.rsplit_once(':')?;
    port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_once_its_line_is_there() {
        let printed = "\n  Authara is running.\n\n    Open  http://localhost:40123/auth/login\n    Data  ./data\n";
        assert_eq!(port_in(printed), Some(40_123));
        let end = printed.find("23/auth").unwrap();
        for cut in 0..end {
            assert_eq!(port_in(&printed[..cut]), None, "{cut}");
        }
        assert_eq!(port_in("    Open  http://localhost/auth/login\n"), None);
    }
}
