//! What the generator tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::float;
use crate::latency::Summary;
use crate::usage::Memory;

/// One load, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// How long was measured.
    pub(crate) seconds: f64,
    /// CPU time that the generator used meanwhile.
    pub(crate) cpu_seconds: f64,
    /// The process that was watched.
    pub(crate) watched: Option<Watched>,
    /// In the order of the plan.
    pub(crate) streams: Vec<StreamReport>,
}

/// The process under load.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Watched {
    /// CPU time that it used while it was measured.
    pub(crate) cpu_seconds: f64,
    /// Its memory at the end.
    pub(crate) memory: Memory,
}

/// Requests of one kind, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StreamReport {
    /// The name in the plan.
    pub(crate) name: String,
    /// How often each status was answered within the time that was measured.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// How long expected answers took.
    pub(crate) latency: Summary,
    /// The first thing that went wrong, at any time.
    pub(crate) fault: Option<String>,
    /// The tokens that are live now, in the order of the plan.
    pub(crate) tokens: Vec<String>,
}

impl Report {
    /// The stream of this name.
    ///
    /// # Errors
    ///
    /// A sentence, when the plan had none.
    pub(crate) fn stream(&self, name: &str) -> Result<&StreamReport, String> {
        let stream = self.streams.iter().find(|stream| stream.name == name);
        stream.ok_or_else(|| format!("the generator told nothing of {name}"))
    }

    /// Answers with this status a second.
    pub(crate) fn rate(&self, stream: &StreamReport, status: u16) -> f64 {
        float(stream.count(status)) / self.seconds
    }
}

impl StreamReport {
    /// How often this status was answered within the time that was measured.
    pub(crate) fn count(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }
}
