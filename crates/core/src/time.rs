//! Instants as the store keeps them (microseconds) and as the API prints them.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

/// Cuts an instant to microseconds, the resolution that both databases keep.
///
/// Every instant that is compared after a round trip through the store passes through here first.
pub fn to_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(6)
}

/// RFC 3339 in UTC with up to six fractional digits and no trailing zeros, for example
/// `2026-03-02T09:15:27.4182Z`.
pub fn rfc3339(instant: DateTime<Utc>) -> String {
    let text = instant.to_rfc3339_opts(SecondsFormat::Micros, true);
    let digits = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{digits}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_printed_without_trailing_zeros() {
        for (micros, printed) in [
            (0, "1970-01-01T00:00:00Z"),
            (500_000, "1970-01-01T00:00:00.5Z"),
            (418_203, "1970-01-01T00:00:00.418203Z"),
            (10_000_000, "1970-01-01T00:00:10Z"),
        ] {
            assert_eq!(rfc3339(DateTime::from_timestamp_micros(micros).unwrap()), printed);
        }
    }
}
