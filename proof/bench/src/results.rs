//! The results of a run, as they are kept and compared.

use std::path::Path;

use authara_core::time::rfc3339;
use authara_flows::Clock;
use serde::{Deserialize, Serialize};

use crate::row::Row;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    /// When, in UTC (RFC 3339).
    pub(crate) taken_at: String,
    /// Cores of the machine.
    pub(crate) cores: usize,
    /// How long each load was measured, in seconds.
    pub(crate) seconds: u64,
    /// The figures.
    pub(crate) rows: Vec<Row>,
}

impl Results {
    /// Those of this moment.
    pub(crate) fn now(seconds: u64, rows: Vec<Row>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { taken_at: rfc3339(Clock::system().now()), cores, seconds, rows }
    }

    /// Reads what [`Results::write`] wrote.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{} holds no results: {error}", file.display()))
    }

    /// Writes them as JSON.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn write(&self, file: &Path) -> Result<(), String> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        text.push('\n');
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// The change of a figure since these results, in percent of what it was. `None` when it is
    /// not in them, or one of both is invalid.
    pub(crate) fn change(&self, row: &Row) -> Option<f64> {
        let same = |old: &&Row| old.database == row.database && old.name == row.name && old.unit == row.unit;
        let old = self.rows.iter().find(same)?;
        let is_worth_something = old.fault.is_none() && row.fault.is_none() && old.value > 0.0;
        is_worth_something.then(|| (row.value / old.value - 1.0) * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Target, Unit};

    fn row(name: &str, value: f64) -> Row {
        Row::new("sqlite", name, value, Unit::PerSecond).against("bare handler", 100.0).asked(Target::ratio(0.5))
    }

    #[test]
    fn results_come_back_from_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("results.json");
        let results = Results::now(5, vec![row("GET user", 50.0), Row::invalid("postgres", "x", "why".to_owned())]);
        results.write(&file).unwrap();
        assert_eq!(Results::read(&file).unwrap(), results);
        std::fs::write(&file, "{}").unwrap();
        assert!(Results::read(&file).unwrap_err().contains("holds no results"));
    }

    #[test]
    fn a_change_is_told_in_percent_of_the_same_figure() {
        let old = Results::now(5, vec![row("GET user", 200.0), Row::invalid("sqlite", "GET csrf", "why".to_owned())]);
        let change = |row: &Row| old.change(row).map(|percent| format!("{percent:+.1}"));
        assert_eq!(change(&row("GET user", 250.0)).as_deref(), Some("+25.0"));
        assert_eq!(change(&row("GET user", 150.0)).as_deref(), Some("-25.0"));
        assert_eq!(change(&row("GET csrf", 150.0)), None);
        assert_eq!(change(&row("POST login", 150.0)), None);
        assert_eq!(change(&Row::new("postgres", "GET user", 250.0, Unit::PerSecond)), None);
        assert_eq!(change(&Row::invalid("sqlite", "GET user", "why".to_owned())), None);
    }
}
