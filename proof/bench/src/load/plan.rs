//! What the generator is told.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// One load: what to send where, for how long.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Where to.
    pub(crate) address: SocketAddr,
    /// How long to send before anything is measured.
    pub(crate) warm_up_ms: u64,
    /// How long to measure.
    pub(crate) measure_ms: u64,
    /// The process whose CPU time and memory are told with the rest.
    pub(crate) watch: Option<u32>,
    /// What to send, side by side.
    pub(crate) streams: Vec<Stream>,
}

/// Requests of one kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    /// What its figures are called.
    pub(crate) name: String,
    /// On how many connections, each with one request at a time.
    pub(crate) connections: usize,
    /// How often each connection sends, if not as soon as it has its answer. What is late is
    /// measured from when it should have been sent, so that a slow answer does not hide others.
    pub(crate) pace_ms: Option<u64>,
    /// The statuses that are expected.
    pub(crate) accepted: Vec<u16>,
    /// The requests.
    pub(crate) work: Work,
}

/// Where the next request comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Work {
    /// The next of these; each connection begins elsewhere.
    Cycle {
        /// Whole requests.
        requests: Vec<String>,
    },
    /// The token that the last answer gave. Each connection has some of the tokens for itself and
    /// goes through them in turn.
    Exchange {
        /// What stands before the token.
        before: String,
        /// What stands behind it.
        after: String,
        /// The first tokens.
        tokens: Vec<String>,
    },
}
