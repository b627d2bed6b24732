//! What is measured: one file for each figure of the table, and what they share.

pub(crate) mod clean_up;
pub(crate) mod growth;
pub(crate) mod login;
pub(crate) mod machine;
pub(crate) mod memory;
pub(crate) mod reads;
pub(crate) mod refresh;
pub(crate) mod start;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::bare::{Bare, Replay};
use crate::generator::Generator;
use crate::load::{Plan, Report, Stream, Work};
use crate::options::Options;
use crate::raw;
use crate::row::{Row, Unit, Verdict};

/// Connections of a load.
pub(crate) const CONNECTIONS: usize = 32;

/// One run: its options, and what it has found so far.
#[derive(Debug)]
pub(crate) struct Bench<'o> {
    /// What the command line says.
    pub(crate) options: &'o Options,
    scratch: TempDir,
    files: u32,
    rows: Vec<Row>,
    hashing: Option<f64>,
}

impl<'o> Bench<'o> {
    /// Nothing yet.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn new(options: &'o Options) -> Result<Self, String> {
        let scratch = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        Ok(Self { options, scratch, files: 0, rows: Vec::new(), hashing: None })
    }

    /// Notes a figure, and shows at once that there is one.
    pub(crate) fn add(&mut self, row: Row) {
        let shown = row.fault.clone().unwrap_or_else(|| row.printed());
        let verdict = match row.verdict() {
            Verdict::NotAsked => String::new(),
            verdict => format!("  {}", verdict.word()),
        };
        eprintln!("{}, {}: {shown}{verdict}", row.database, row.name);
        self.rows.push(row);
    }

    /// Notes that a figure could not be had, if so.
    pub(crate) fn settle(&mut self, database: &str, name: &str, outcome: Result<(), String>) {
        if let Err(fault) = outcome {
            self.add(Row::invalid(database, name, fault));
        }
    }

    /// Everything that was found.
    pub(crate) fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// How long each load is measured.
    pub(crate) fn measured(&self) -> Duration {
        self.options.measured()
    }

    /// A file that nobody uses yet.
    pub(crate) fn new_file(&mut self) -> PathBuf {
        self.files += 1;
        self.scratch.path().join(self.files.to_string())
    }

    /// A load of the usual length; `watch` names the process under load.
    pub(crate) fn plan(&self, address: SocketAddr, watch: Option<u32>, streams: Vec<Stream>) -> Plan {
        Plan {
            address,
            warm_up_ms: whole_milliseconds(self.options.warm_up()),
            measure_ms: whole_milliseconds(self.measured()),
            watch,
            streams,
        }
    }

    /// Starts a load.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn start(&mut self, plan: &Plan) -> Result<Generator, String> {
        Generator::start(plan, &self.new_file())
    }

    /// Makes a load and waits for its end.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn load(&mut self, plan: &Plan) -> Result<Report, String> {
        self.start(plan)?.finish()
    }

    /// What a bare handler reaches with the same requests and the same answer.
    ///
    /// # Errors
    ///
    /// A sentence, also when it answered anything else.
    pub(crate) fn bare_rate(&mut self, replay: &Replay, requests: &[String]) -> Result<f64, String> {
        let bare = Bare::start(replay, &self.new_file())?;
        let plan = self.plan(bare.address, Some(bare.id()), vec![cycle("bare", CONNECTIONS, requests.to_vec())]);
        let report = self.load(&plan)?;
        let stream = report.stream("bare")?;
        match &stream.fault {
            Some(fault) => Err(format!("the bare handler: {fault}")),
            None => Ok(report.rate(stream, 200)),
        }
    }

    /// Hashes a second on all cores; measured once.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn hashing_rate(&mut self) -> Result<f64, String> {
        if let Some(rate) = self.hashing {
            return Ok(rate);
        }
        let rate = raw::hashing::rate(self.measured())?;
        self.hashing = Some(rate);
        self.add(Row::new("machine", "raw Argon2id", rate, Unit::PerSecond));
        Ok(rate)
    }
}

/// These requests over and over, each to be answered with 200, as fast as the answers come.
pub(crate) fn cycle(name: &str, connections: usize, requests: Vec<String>) -> Stream {
    Stream { name: name.to_owned(), connections, pace_ms: None, accepted: vec![200], work: Work::Cycle { requests } }
}

/// A duration for a plan.
pub(crate) fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
