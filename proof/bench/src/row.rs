//! One line of the table: a figure, what it is held against, and whether it is good enough.

mod target;

use serde::{Deserialize, Serialize};

use crate::figures::{grouped, milliseconds};
use crate::load::{Report, StreamReport};
pub(crate) use target::Target;

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// `sqlite`, `postgres`, or `machine` for what has to do with neither.
    pub(crate) database: String,
    /// What was measured; with the database the key by which results are compared.
    pub(crate) name: String,
    /// The figure.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: Unit,
    /// What else is known of a load.
    pub(crate) load: Option<Load>,
    /// The limit that was measured in the same run.
    pub(crate) reference: Option<Reference>,
    /// What is asked of it; nothing, if it only stands for comparison.
    pub(crate) targets: Vec<Target>,
    /// Why the figure is worth nothing.
    pub(crate) fault: Option<String>,
    /// What a reader should know.
    pub(crate) note: Option<String>,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// So many a second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// MB of 1,000,000 bytes.
    Megabytes,
}

/// A load beside its rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Median latency.
    pub(crate) p50_ms: f64,
    /// 99th percentile of latency.
    pub(crate) p99_ms: f64,
    /// Cores that the generator kept busy.
    pub(crate) generator_cores: f64,
    /// Cores that the server kept busy.
    pub(crate) server_cores: Option<f64>,
    /// Resident memory of the server at the end.
    pub(crate) server_mb: Option<f64>,
}

/// A limit that was measured in the same run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reference {
    /// What it is.
    pub(crate) name: String,
    /// In the unit of the row.
    pub(crate) value: f64,
}

/// How a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every target is met.
    Met,
    /// Some target is not.
    Missed,
    /// Nothing is asked of it.
    NotAsked,
    /// It is worth nothing.
    Invalid,
}

impl Row {
    /// A figure, with nothing asked of it yet.
    pub(crate) fn new(database: &str, name: &str, value: f64, unit: Unit) -> Self {
        Self {
            database: database.to_owned(),
            name: name.to_owned(),
            value,
            unit,
            load: None,
            reference: None,
            targets: Vec::new(),
            fault: None,
            note: None,
        }
    }

    /// The rate at which a stream of a load was answered with 200.
    pub(crate) fn of_load(database: &str, name: &str, report: &Report, stream: &StreamReport) -> Self {
        let mut row = Self::new(database, name, report.rate(stream, 200), Unit::PerSecond);
        row.load = Some(Load {
            p50_ms: milliseconds(stream.latency.p50()),
            p99_ms: milliseconds(stream.latency.p99()),
            generator_cores: report.cpu_seconds / report.seconds,
            server_cores: report.watched.map(|watched| watched.cpu_seconds / report.seconds),
            server_mb: report.watched.map(|watched| watched.memory.resident_mb()),
        });
        row.under(stream)
    }

    /// The 99th percentile of a stream.
    pub(crate) fn of_p99(database: &str, name: &str, stream: &StreamReport) -> Self {
        Self::new(database, name, milliseconds(stream.latency.p99()), Unit::Milliseconds).under(stream)
    }

    /// A figure that could not be had.
    pub(crate) fn invalid(database: &str, name: &str, fault: String) -> Self {
        let mut row = Self::new(database, name, 0.0, Unit::PerSecond);
        row.fault = Some(fault);
        row
    }

    /// The same, worth nothing if this stream was not answered as expected.
    #[must_use]
    pub(crate) fn under(mut self, stream: &StreamReport) -> Self {
        self.fault = fault_of(stream);
        self
    }

    /// The same, held against this.
    #[must_use]
    pub(crate) fn against(mut self, name: &str, value: f64) -> Self {
        self.reference = Some(Reference { name: name.to_owned(), value });
        self
    }

    /// The same, with this asked of it.
    #[must_use]
    pub(crate) fn asked(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// The same, with a note.
    #[must_use]
    pub(crate) fn noting(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }

    /// The share of the limit that was reached.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.reference.as_ref().filter(|reference| reference.value > 0.0).map(|reference| self.value / reference.value)
    }

    /// How it stands.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.fault.is_some() {
            Verdict::Invalid
        } else if self.targets.is_empty() {
            Verdict::NotAsked
        } else if self.targets.iter().all(|target| target.is_met_by(self)) {
            Verdict::Met
        } else {
            Verdict::Missed
        }
    }

    /// The figure with its unit.
    pub(crate) fn printed(&self) -> String {
        self.unit.print(&grouped(self.value))
    }

    /// Everything that is asked, in a few words.
    pub(crate) fn asks(&self) -> String {
        let asks: Vec<String> = self.targets.iter().map(|target| target.print(self.unit)).collect();
        asks.join(", ")
    }
}

/// What was not expected makes everything else about a stream worthless, and so does silence.
fn fault_of(stream: &StreamReport) -> Option<String> {
    let silence = || (stream.count(200) == 0).then(|| "nothing was answered with 200".to_owned());
    stream.fault.clone().or_else(silence)
}

impl Unit {
    /// A number in this unit.
    pub(crate) fn print(self, number: &str) -> String {
        match self {
            Self::PerSecond => format!("{number}/s"),
            Self::Milliseconds => format!("{number} ms"),
            Self::Megabytes => format!("{number} MB"),
        }
    }
}

impl Verdict {
    /// In the table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Met => "ok",
            Self::Missed => "MISSED",
            Self::NotAsked => "-",
            Self::Invalid => "INVALID",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::latency::Summary;

    fn rate(value: f64) -> Row {
        Row::new("sqlite", "GET user", value, Unit::PerSecond)
    }

    #[test]
    fn a_row_is_good_when_every_target_is_met() {
        let row = rate(4_500.0).against("bare handler", 10_000.0);
        assert_eq!(row.verdict(), Verdict::NotAsked);
        let row = row.asked(Target::ratio(0.45));
        assert_eq!((row.verdict(), row.asks().as_str()), (Verdict::Met, "ratio ≥ 0.45"));
        let row = row.asked(Target::at_least(5_000.0));
        assert_eq!((row.verdict(), row.asks().as_str()), (Verdict::Missed, "ratio ≥ 0.45, ≥ 5,000/s"));
    }

    #[test]
    fn an_unexpected_answer_or_none_at_all_makes_a_row_invalid() {
        let stream = |count, fault: Option<&str>| StreamReport {
            name: "user".to_owned(),
            statuses: BTreeMap::from([(200, count)]),
            latency: Summary { p50_us: 1_000, p99_us: 9_500, max_us: 20_000 },
            fault: fault.map(str::to_owned),
            tokens: Vec::new(),
        };
        let row = |stream: StreamReport| {
            let report = Report { seconds: 2.0, cpu_seconds: 1.0, watched: None, streams: vec![stream] };
            let found = report.stream("user").unwrap();
            Row::of_load("sqlite", "GET user", &report, found).asked(Target::p99_below(10.0))
        };
        let good = row(stream(4_000, None));
        assert_eq!((good.verdict(), good.printed().as_str()), (Verdict::Met, "2,000/s"));
        assert_eq!(row(stream(4_000, Some("status 401"))).verdict(), Verdict::Invalid);
        assert_eq!(row(stream(0, None)).verdict(), Verdict::Invalid);
    }
}
