//! Where the secrets of a whole walk are not: in the database, in the log, in an answer that is not
//! theirs, on the command line, in a core dump.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::installation::Installation;
use crate::process::Place;
use crate::walk::{EMAILS, TOKEN_OPERATIONS, VARIABLES, Walk};

/// Fewer bytes than this are found anywhere.
const MIN_BYTES: usize = 16;

/// Bytes as text that can be searched: each is the character of that number.
fn as_text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn as_hex(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The forms in which a secret could lie about: its text, that in base64, the bytes that the text
/// stands for, and those as a dump writes them.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![as_text(secret.as_bytes()), STANDARD.encode(secret)];
    for bytes in [URL_SAFE_NO_PAD.decode(secret), STANDARD.decode(secret)].into_iter().flatten() {
        if bytes.len() >= MIN_BYTES {
            forms.push(as_text(&bytes));
            forms.push(as_hex(&bytes));
        }
    }
    forms
}

/// The secrets of the ring, as its file writes them.
fn keys(place: &Place) -> Vec<String> {
    let ring = place.read("data/jwt-keys");
    let pairs = ring.split(',').filter_map(|entry| entry.split_once(':'));
    pairs.map(|(_, key)| key.trim().to_owned()).collect()
}

#[test]
fn s156_no_secret_that_was_on_the_wire_can_be_read_in_the_database() {
    for installation in Installation::on_each_database(&VARIABLES) {
        let (name, place) = (installation.name(), &installation.place);
        let server = place.serve();
        let walk = Walk::through(server.address);
        let mut secrets: Vec<String> = walk.secrets.into_iter().collect();
        secrets.extend(keys(place));
        // First while the server runs: then the newest writes are in the journal.
        let running = as_text(&installation.contents());
        server.stop();
        let stopped = as_text(&installation.contents());
        for (when, contents) in [("running", running), ("stopped", stopped)] {
            assert!(EMAILS.iter().all(|email| contents.contains(*email)), "{name}, {when}: this is not the database");
            for secret in &secrets {
                let found = forms(secret).into_iter().find(|form| contents.contains(form.as_str()));
                assert_eq!(found, None, "{name}, {when}: {secret}");
            }
        }
    }
}

#[test]
fn s138_s159_no_secret_and_no_address_of_a_user_is_in_the_log_of_a_whole_walk() {
    let variables = [&VARIABLES[..], &[("LOG_LEVEL", "debug")][..]].concat();
    for installation in Installation::on_each_database(&variables) {
        let (name, place) = (installation.name(), &installation.place);
        let server = place.serve();
        let walk = Walk::through(server.address);
        let said = server.stop().said();
        for word in ["login.succeeded", "/auth/api/v1/user", "DEBUG"] {
            assert!(said.contains(word), "{name}: {word} was not logged");
        }
        let secrets = walk.secrets.into_iter().chain(keys(place)).chain(EMAILS.map(str::to_owned));
        for secret in secrets {
            assert!(!said.contains(&secret), "{name}: {secret} is in the log");
        }
    }
}

#[test]
fn s142_tokens_are_in_the_answers_of_three_operations_alone() {
    let place = VARIABLES.iter().fold(Place::new(), |place, (name, value)| place.with(name, value));
    let server = place.serve();
    let walk = Walk::through(server.address);
    for operation in TOKEN_OPERATIONS {
        let is_there = |body: &str| walk.tokens.iter().any(|token| body.contains(token.as_str()));
        assert!(walk.seen.iter().any(|seen| seen.what == operation && is_there(&seen.body)), "{operation}");
    }
    for seen in walk.seen.iter().filter(|seen| !TOKEN_OPERATIONS.contains(&seen.what.as_str())) {
        for token in &walk.tokens {
            assert!(!seen.body.contains(token.as_str()), "{}: {token}", seen.what);
        }
    }
}

#[test]
fn s159_no_command_takes_a_secret_from_the_command_line() {
    let place = Place::new();
    for command in ["serve", "migrate", "keys", "backup", "end-all-sessions", "healthcheck", "check-config", "version"]
    {
        let help = place.run(&[command, "--help"]).expect_success();
        let arguments = help.lines().map(str::trim_start).filter(|line| line.starts_with(['-', '<', '[']));
        for line in arguments.map(str::to_lowercase) {
            for word in ["password", "secret", "token", "key"] {
                assert!(!line.contains(word), "{command}: {line}");
            }
        }
    }
}

/// Read where Linux tells of a process's limits.
#[cfg(target_os = "linux")]
#[test]
fn s159_the_memory_that_holds_them_is_never_dumped() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let place = Place::new();
    let mut server = Command::new(env!("CARGO_BIN_EXE_authara-server"))
        .current_dir(place.path("."))
        .env_clear()
        .env("AUTHARA_LISTEN_ADDR", "127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let file = format!("/proc/{}/limits", server.id());
    let most = || {
        let limits = std::fs::read_to_string(&file).unwrap_or_default();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max core file size"))?;
        line.split_whitespace().nth(1).map(str::to_owned)
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut found = most();
    while !found.as_deref().is_some_and(|most| ["0", "1"].contains(&most)) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
        found = most();
    }
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(found.as_deref().is_some_and(|most| ["0", "1"].contains(&most)), "{found:?} bytes");
}
