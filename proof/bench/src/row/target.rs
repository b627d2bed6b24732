//! What is asked of a figure.

use serde::{Deserialize, Serialize};

use super::{Row, Unit};
use crate::figures::plain;

/// What is asked of a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    quantity: Quantity,
    bound: Bound,
    limit: f64,
}

/// Of what something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Quantity {
    Value,
    Ratio,
    P99,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    AtLeast,
    AtMost,
    Below,
}

impl Target {
    /// At least this much.
    pub(crate) fn at_least(limit: f64) -> Self {
        Self { quantity: Quantity::Value, bound: Bound::AtLeast, limit }
    }

    /// At most this much.
    pub(crate) fn at_most(limit: f64) -> Self {
        Self { quantity: Quantity::Value, bound: Bound::AtMost, limit }
    }

    /// Less than this.
    pub(crate) fn below(limit: f64) -> Self {
        Self { quantity: Quantity::Value, bound: Bound::Below, limit }
    }

    /// At least this share of the limit.
    pub(crate) fn ratio(limit: f64) -> Self {
        Self { quantity: Quantity::Ratio, bound: Bound::AtLeast, limit }
    }

    /// A 99th percentile of less than so many milliseconds.
    pub(crate) fn p99_below(limit: f64) -> Self {
        Self { quantity: Quantity::P99, bound: Bound::Below, limit }
    }

    /// Does the row meet it? A quantity that was not measured meets nothing.
    pub(super) fn is_met_by(&self, row: &Row) -> bool {
        let quantity = match self.quantity {
            Quantity::Value => Some(row.value),
            Quantity::Ratio => row.ratio(),
            Quantity::P99 => row.load.map(|load| load.p99_ms),
        };
        quantity.is_some_and(|quantity| match self.bound {
            Bound::AtLeast => quantity >= self.limit,
            Bound::AtMost => quantity <= self.limit,
            Bound::Below => quantity < self.limit,
        })
    }

    /// In a few words.
    pub(super) fn print(&self, unit: Unit) -> String {
        let (of, limit) = match self.quantity {
            Quantity::Value => ("", unit.print(&plain(self.limit))),
            Quantity::Ratio => ("ratio ", format!("{:.2}", self.limit)),
            Quantity::P99 => ("p99 ", Unit::Milliseconds.print(&plain(self.limit))),
        };
        let sign = match self.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
            Bound::Below => "<",
        };
        format!("{of}{sign} {limit}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn rate(value: f64) -> Row {
        Row::new("sqlite", "GET user", value, Unit::PerSecond)
    }

    #[test]
    fn bounds_are_as_they_are_written() {
        let at = |value, target| rate(value).asked(target).verdict();
        assert_eq!(at(30.0, Target::at_most(30.0)), Verdict::Met);
        assert_eq!(at(30.0, Target::below(30.0)), Verdict::Missed);
        assert_eq!(at(30.0, Target::at_least(30.0)), Verdict::Met);
    }

    #[test]
    fn what_was_not_measured_meets_no_target() {
        assert_eq!(rate(1.0).asked(Target::ratio(0.1)).verdict(), Verdict::Missed);
        assert_eq!(rate(1.0).against("nothing", 0.0).asked(Target::ratio(0.1)).verdict(), Verdict::Missed);
        assert_eq!(rate(1.0).asked(Target::p99_below(10.0)).verdict(), Verdict::Missed);
    }
}
