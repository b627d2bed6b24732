//! Starting the load generator and hearing what it measured.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::load::{Plan, Report};

/// A load that is being made. It ends by itself, and is ended when this is dropped before.
#[derive(Debug)]
pub(crate) struct Generator {
    child: Option<Child>,
}

impl Generator {
    /// Starts this binary once more, with a plan in a file.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn start(plan: &Plan, file: &Path) -> Result<Self, String> {
        let text = serde_json::to_string(plan).map_err(|error| error.to_string())?;
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        let child = this_program()?.arg("load").arg(file).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        Ok(Self { child: Some(child.map_err(|error| format!("the load generator does not start: {error}"))?) })
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// A sentence, when the load could not be made.
    pub(crate) fn finish(mut self) -> Result<Report, String> {
        let child = self.child.take().ok_or("the load generator was not started")?;
        let ended = child.wait_with_output().map_err(|error| format!("the load generator was lost: {error}"))?;
        if !ended.status.success() {
            return Err("the load generator failed; it said why above".to_owned());
        }
        serde_json::from_slice(&ended.stdout).map_err(|error| format!("the report is not understood: {error}"))
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Both fail only for a process that has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The binary that runs.
///
/// # Errors
///
/// A sentence, when the system does not tell.
pub(crate) fn this_program() -> Result<Command, String> {
    std::env::current_exe().map(Command::new).map_err(|error| format!("this program is not to be found: {error}"))
}
