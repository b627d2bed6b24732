//! Instants as people read them: how long ago, and exactly when. The script puts the exact time into
//! the reader's own zone; without it the time is UTC and says so.

use chrono::{DateTime, Datelike as _, SecondsFormat, TimeDelta, Timelike as _, Utc};
use serde::Serialize;

use crate::messages::{Argument, Language};

/// An instant for a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Time {
    /// RFC 3339 in UTC to the second, for `datetime`.
    pub(super) iso: String,
    /// `24 November 2026, 02:31 UTC`.
    pub(super) text: String,
    /// `3 minutes ago`.
    pub(super) relative: String,
}

impl Time {
    /// The instant as it is said at `now`.
    pub fn new(instant: DateTime<Utc>, now: DateTime<Utc>, words: &Language) -> Self {
        Self {
            iso: instant.to_rfc3339_opts(SecondsFormat::Secs, true),
            text: absolute(instant, words),
            relative: relative(now - instant, words),
        }
    }
}

fn absolute(instant: DateTime<Utc>, words: &Language) -> String {
    let month = words.text(&format!("month-{}", instant.month()));
    let (day, year) = (instant.day().to_string(), instant.year().to_string());
    let time = format!("{:02}:{:02}", instant.hour(), instant.minute());
    words.format(
        "time-absolute",
        &[
            ("day", Argument::Text(&day)),
            ("month", Argument::Text(&month)),
            ("year", Argument::Text(&year)),
            ("time", Argument::Text(&time)),
        ],
    )
}

/// Whole units that have passed. What lies ahead, after the clock was set back, counts as now.
fn relative(passed: TimeDelta, words: &Language) -> String {
    let (key, count) = match (passed.num_days(), passed.num_hours(), passed.num_minutes()) {
        (days @ 1.., _, _) => ("time-days", days),
        (_, hours @ 1.., _) => ("time-hours", hours),
        (_, _, minutes @ 1..) => ("time-minutes", minutes),
        _ => return words.text("time-now"),
    };
    words.format(key, &[("count", Argument::Number(count))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Catalogues;

    #[test]
    fn an_instant_is_said_in_words_and_exactly() {
        let catalogues = Catalogues::load(None).unwrap();
        let english = catalogues.languages().first().unwrap();
        let instant: DateTime<Utc> = "2026-11-24T02:31:59.5Z".parse().unwrap();
        let at = |seconds| Time::new(instant, instant + TimeDelta::seconds(seconds), english);
        assert_eq!(at(0).iso, "2026-11-24T02:31:59Z");
        assert_eq!(at(0).text, "24 November 2026, 02:31 UTC");
        for (seconds, key, count) in [
            (60, "time-minutes", 1),
            (3599, "time-minutes", 59),
            (3600, "time-hours", 1),
            (86_399, "time-hours", 23),
            (86_400, "time-days", 1),
            (400 * 86_400, "time-days", 400),
        ] {
            assert_eq!(at(seconds).relative, english.format(key, &[("count", Argument::Number(count))]), "{seconds}");
        }
        for seconds in [-3600, 0, 59] {
            assert_eq!(at(seconds).relative, english.text("time-now"), "{seconds}");
        }
    }

    #[test]
    fn every_language_names_every_month() {
        let catalogues = Catalogues::load(None).unwrap();
        for words in catalogues.languages() {
            for month in 1..=12 {
                let instant: DateTime<Utc> = format!("2026-{month:02}-01T00:00:00Z").parse().unwrap();
                let text = Time::new(instant, instant, words).text;
                assert!(text.contains("2026") && !text.contains("month-"), "{} {text}", words.tag());
            }
        }
    }
}
