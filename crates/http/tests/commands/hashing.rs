//! A flood of logins: what it costs is a number that the operator chose (S-008).

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::http::{get_status, log_in};
use crate::process::Place;

const CLIENTS: usize = 200;
const BUDGET_MIB: u64 = 64;
/// What the row allows beyond the budget.
const MARGIN_MIB: u64 = 100;
const MAX_ANSWER_TIME: Duration = Duration::from_millis(500);
/// The machine may be busy with other tests: one flood out of these has to leave it well.
const FLOODS: usize = 3;

/// Memory of the process that runs in this folder, in MiB: the most it ever had in its hands.
fn most_memory_mib(folder: &Path) -> Option<u64> {
    let folder = fs::canonicalize(folder).ok()?;
    let is_there = |process: &fs::DirEntry| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder);
    let process = fs::read_dir("/proc").ok()?.flatten().find(is_there)?;
    let status = fs::read_to_string(process.path().join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024)
}

/// Many people who log in at the same instant. Gives the statuses of the answers.
fn flood(address: SocketAddr) -> Vec<JoinHandle<u16>> {
    let gate = Arc::new(Barrier::new(CLIENTS));
    let client = |number: usize| {
        let gate = gate.clone();
        std::thread::spawn(move || {
            gate.wait();
            log_in(address, &format!("nobody{number}@example.org")).status
        })
    };
    (0..CLIENTS).map(client).collect()
}

/// The longest that the health check took while these were at work.
fn slowest_health_check(address: SocketAddr, clients: &[JoinHandle<u16>]) -> Duration {
    let mut slowest = Duration::ZERO;
    while clients.iter().any(|client| !client.is_finished()) {
        let asked = Instant::now();
        assert_eq!(get_status(address, "/auth/health"), 200);
        slowest = slowest.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
    slowest
}

#[test]
fn s008_two_hundred_logins_at_once_take_no_more_memory_than_the_budget_and_leave_the_server_awake() {
    let place = Place::new()
        .with("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", &BUDGET_MIB.to_string())
        .with("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "100000")
        .with("LOG_LEVEL", "info");
    let server = place.serve();
    let mut slowest = Vec::new();
    for _ in 0..FLOODS {
        let clients = flood(server.address);
        slowest.push(slowest_health_check(server.address, &clients));
        let statuses: Vec<u16> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        // Whoever finds the queue full is told so; nobody gets anything else.
        assert!(statuses.iter().all(|status| [401, 503].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&401), "{statuses:?}");
        let memory = most_memory_mib(&place.path(".")).unwrap();
        assert!(memory < BUDGET_MIB + MARGIN_MIB, "{memory} MiB");
        if slowest.iter().any(|time| *time < MAX_ANSWER_TIME) {
            break;
        }
    }
    assert!(slowest.iter().any(|time| *time < MAX_ANSWER_TIME), "{slowest:?}");
}
