//! What the log says: one record a line whatever clients send (S-139), and every security event
//! under a name that stays (S-140).

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::json;

use crate::http::{log_in, send, sign_up};
use crate::installation::Installation;
use crate::process::Place;
use crate::walk::{VARIABLES, Walk};

/// For operators; its table of security events is what they may build on.
const GUIDE: &str = include_str!("../../../../docs/operating.md");

/// The names in the table.
fn documented_events() -> BTreeSet<String> {
    let (_, section) = GUIDE.split_once("\n## Security events\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The names that were logged.
fn logged_events(log: &str) -> BTreeSet<String> {
    let records = log.lines().filter_map(|line| line.split_once(" security: "));
    let names = records.filter_map(|(_, fields)| fields.split_once("event=\"")?.1.split_once('"'));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn s140_every_security_event_is_logged_under_its_documented_name() {
    for installation in Installation::on_each_database(&VARIABLES) {
        let server = installation.place.serve();
        Walk::through(server.address);
        let log = server.stop().stderr;
        assert_eq!(logged_events(&log), documented_events(), "{}", installation.name());
    }
}

#[test]
fn s139_whatever_a_client_sends_a_record_is_one_line_that_begins_with_the_time() {
    let place = Place::new().with("LOG_LEVEL", "debug");
    let server = place.serve();
    let address = server.address;
    for target in
        ["/auth/%0d%0a2026-01-01T00:00:00.000Z%20INFO%20forged", "/auth/%1b[2J", "/auth/\u{202e}", "/auth/login?%0a"]
    {
        // The first of these is no header, the second is a control character all the same.
        for hostile in ["\u{1b}[31mred\u{7}", "\u{9b}31mred\t", "plain"] {
            let headers = ["user-agent", "x-request-id", "x-csrf-token", "origin"].map(|name| (name, hostile));
            let _ = send(address, "GET", target, &headers, None);
            let _ = send(address, "POST", target, &headers, Some(&json!({})));
        }
    }
    for email in ["dana\r\n@example.org", "\u{1b}[2J@example.org", "dana@example.org\n2026 INFO forged"] {
        assert_eq!(log_in(address, email).status, 400, "{email:?}");
    }
    assert_eq!(log_in(address, "nobody@example.org").status, 401);
    let log = server.stop().stderr;
    assert!(log.contains("%0d%0a") && log.contains("login.failed"), "{log}");
    for line in log.split_terminator('\n') {
        assert!(!line.contains(char::is_control), "{line:?}");
        let (time, rest) = line.split_once(' ').unwrap_or_default();
        assert!(time.len() == 24 && time.ends_with('Z') && DateTime::parse_from_rfc3339(time).is_ok(), "{line:?}");
        let level = rest.split_whitespace().next().unwrap_or_default();
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&level), "{line:?}");
    }
}

#[test]
fn s168_a_log_that_cannot_be_written_keeps_nobody_from_anything() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Every write to it fails as on a full disk (full(4)).
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_authara-server"))
        .env_clear()
        .env("AUTHARA_LISTEN_ADDR", free.to_string())
        .env("PUBLIC_URL", format!("http://localhost:{}", free.port()))
        .env("LOG_LEVEL", "debug")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(full)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(free).is_err() {
        assert!(Instant::now() < deadline, "the server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    let outcome = std::panic::catch_unwind(|| {
        sign_up(free, "dana@example.org");
        (log_in(free, "dana@example.org").status, log_in(free, "nobody@example.org").status)
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(outcome.expect("requests are answered"), (200, 401));
}
