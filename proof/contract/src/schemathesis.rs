//! Requests that nobody here has thought of: schemathesis makes them from `contract/openapi.yaml`,
//! sends them to the real server, and holds each answer against the document.
//!
//! Three callers ask, each with `schemathesis/callers.py` making a new person for every request;
//! `schemathesis/checks.toml` names what is checked. The number of requests and the seed are fixed, so
//! that a run is bounded and a failure comes again.

mod report;
mod server;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;

use self::report::Report;
use self::server::Server;
use crate::document;
use crate::files::Files;
use crate::finding::Finding;

/// Requests that are made for each operation and caller, besides the document's examples and the
/// borders of its schemas.
const EXAMPLES: &str = "100";

/// Makes the same requests every time.
const SEED: &str = "1";

/// The longest that one caller may take; some 20 seconds are usual.
const LIMIT: Duration = Duration::from_secs(300);

/// Gives each request its caller.
const CALLERS: &str = include_str!("schemathesis/callers.py");

/// Says what is checked.
const CHECKS: &str = include_str!("schemathesis/checks.toml");

/// Somebody in whose name requests are made.
#[derive(Clone, Copy, Debug)]
struct Caller {
    /// As `callers.py` and files know it.
    name: &'static str,
    /// May credentials be left out or made up? The document has bearer tokens as an annotation, and
    /// asks for cookies that such a caller rightly does not have.
    invents_credentials: bool,
    /// Operations that succeed for this caller and for nobody without its credentials: when they never
    /// do, the caller is not who it should be, and nothing has been checked.
    reaches: &'static [&'static str],
}

const ALL_CALLERS: [Caller; 3] = [
    Caller { name: "visitor", invents_credentials: true, reaches: &["POST /auth/api/v1/sessions/logout"] },
    Caller {
        name: "browser",
        invents_credentials: true,
        reaches: &["GET /auth/api/v1/user", "POST /auth/api/v1/sessions/refresh"],
    },
    Caller {
        name: "bearer",
        invents_credentials: false,
        reaches: &["GET /auth/api/v1/user", "PUT /auth/api/v1/users/password"],
    },
];

/// Runs schemathesis, which is this program, for each caller against a server on SQLite, one after
/// the other. Takes about a minute, and must be called on an actix system.
///
/// # Errors
///
/// What it found; also when it could not be run, or did not do all that it was asked to do. Its whole
/// output is in the folder `schemathesis` beside the program that calls this.
///
/// # Panics
///
/// When a server or its database cannot be started.
pub async fn run(program: &Path) -> Result<(), Vec<Finding>> {
    let unprepared = |error: std::io::Error| vec![failed(&format!("its folder cannot be made: {error}"))];
    let folder = prepare().map_err(unprepared)?;
    // It is started in that folder, from where a relative path would lead elsewhere.
    let program = if program.components().count() > 1 {
        std::path::absolute(program).map_err(unprepared)?
    } else {
        program.to_path_buf()
    };
    let mut findings = Vec::new();
    for caller in ALL_CALLERS {
        let server = Server::start().await;
        findings.extend(ask(&program, caller, &server.url(), &folder).await);
        server.stop().await;
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Makes an empty folder with the two files. What an earlier run has learned would change this one.
fn prepare() -> std::io::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.with_file_name("schemathesis");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("callers.py"), CALLERS)?;
    std::fs::write(folder.join("checks.toml"), CHECKS)?;
    Ok(folder)
}

/// Everything that is wrong when this caller asks the server at this address.
async fn ask(program: &Path, caller: Caller, url: &str, folder: &Path) -> Vec<Finding> {
    let (printed, told) = (format!("{}.txt", caller.name), format!("{}.json", caller.name));
    let status = match File::create(folder.join(&printed)) {
        Ok(output) => converse(&mut command(program, caller, url, folder, &told), output).await,
        Err(error) => Err(format!("its output cannot be kept: {error}")),
    };
    let output = std::fs::read_to_string(folder.join(&printed)).unwrap_or_default();
    let status = match status {
        Ok(status) => status,
        Err(reason) => return vec![failed(&format!("{reason}\n{}", report::end_of(&output)))],
    };
    let told = std::fs::read_to_string(folder.join(&told)).unwrap_or_default();
    match Report::parse(&told) {
        Ok(report) => report.judge(caller.name, caller.reaches, status.success(), &output),
        Err(reason) => {
            let end = report::end_of(&output);
            vec![failed(&format!("it ended with {status} and left no report as {}: {reason}\n{end}", caller.name))]
        }
    }
}

/// schemathesis with everything it is told.
fn command(program: &Path, caller: Caller, url: &str, folder: &Path, report: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).kill_on_drop(true).stdin(Stdio::null());
    command.args(["--no-color", "--config-file", "checks.toml", "run"]).arg(Files::find().path(document::FILE));
    command.args(["--url", url, "--workers", "1", "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none"]);
    // One failure shall not hide the next.
    command.arg("--continue-on-failure");
    // A machine that is busy says nothing about the server.
    command.args(["--suppress-health-check", "too_slow", "--request-timeout", "30"]);
    // Nobody outside of this run has these credentials, and without them a failure cannot be repeated.
    command.args(["--output-sanitize", "false", "--report", "json", "--report-json-path", report]);
    if !caller.invents_credentials {
        command.args(["--generation-with-security-parameters", "false"]);
    }
    command.env("SCHEMATHESIS_HOOKS", folder.join("callers.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("AUTHARA_TEST_SERVER", url).env("AUTHARA_TEST_CALLER", caller.name);
    // Requests to this machine never take a way round.
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    command
}

/// Runs it to its end, which comes when the time is over at the latest.
async fn converse(command: &mut Command, output: File) -> Result<ExitStatus, String> {
    let also = output.try_clone().map_err(|error| format!("its output cannot be kept: {error}"))?;
    let mut child =
        command.stdout(output).stderr(also).spawn().map_err(|error| format!("it did not start: {error}"))?;
    if let Ok(ended) = tokio::time::timeout(LIMIT, child.wait()).await {
        return ended.map_err(|error| format!("its end was not learned: {error}"));
    }
    // Its end was what we wanted, and whoever is gone already cannot be ended.
    let _ = child.kill().await;
    Err(format!("it was not done after {} s", LIMIT.as_secs()))
}

/// A finding about schemathesis itself.
fn failed(problem: &str) -> Finding {
    Finding::new("schemathesis", problem, "make it run; `cargo xtask contract-check` installs it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        Caller { name: "visitor", invents_credentials: true, reaches: &[] }
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn the_checks_that_this_server_has_to_pass_are_on() {
        let is = |check: &str, on: bool| CHECKS.contains(&format!("\n{check}.enabled = {on}\n"));
        for check in [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
            "negative_data_rejection",
        ] {
            assert!(is(check, true), "{check}");
        }
        assert!(is("unsupported_method", false));
        assert!(is("positive_data_acceptance", false));
    }

    #[test]
    fn every_caller_is_one_that_the_script_knows() {
        for caller in ALL_CALLERS {
            assert!(CALLERS.contains(&format!("CALLER == \"{}\"", caller.name)), "{}", caller.name);
        }
    }

    #[tokio::test]
    async fn a_program_that_does_not_start_is_a_finding() {
        let folder = folder();
        let program = Path::new("/nowhere/schemathesis");
        let findings = ask(program, caller(), "http://127.0.0.1:1", folder.path()).await;
        assert_eq!(findings.len(), 1);
        assert!(findings[0].problem.starts_with("it did not start: "), "{}", findings[0]);
    }

    #[tokio::test]
    async fn a_program_that_ends_well_without_a_report_is_a_finding() {
        let folder = folder();
        let findings = ask(Path::new("true"), caller(), "http://127.0.0.1:1", folder.path()).await;
        assert_eq!(findings.len(), 1);
        assert!(findings[0].problem.contains("left no report as visitor"), "{}", findings[0]);
    }
}
