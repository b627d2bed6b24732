//! Lengths of time as text, in the syntax of the server's own variables.

use std::time::Duration;

/// Reads pairs of number and unit (`5s`, `1m30s`, `1.5s`), units `ns us µs ms s m h`, or the single
/// text `0`. Below a nanosecond is cut off.
///
/// # Errors
///
/// Says what would have been right, never what was given.
pub(super) fn read(text: &str) -> Result<Duration, String> {
    parse(text).ok_or_else(|| "must be a duration, such as 500ms, 5s or 1m30s".to_owned())
}

fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    if text.is_empty() {
        return None;
    }
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !is_number(c))?);
        let (unit, tail) = tail.split_at(tail.find(is_number).unwrap_or(tail.len()));
        total = total.checked_add(nanoseconds(number, unit)?)?;
        rest = tail;
    }
    Some(Duration::from_nanos(total))
}

fn nanoseconds(number: &str, unit: &str) -> Option<u64> {
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    let mut weight = unit;
    for digit in fraction.chars() {
        weight /= 10;
        total = total.checked_add(weight * u64::from(digit.to_digit(10)?))?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t02_durations_are_numbers_with_units() {
        for (text, milliseconds) in [
            ("0", 0),
            ("0s", 0),
            ("5s", 5_000),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("1.5s", 1_500),
            (".5s", 500),
            ("2h", 7_200_000),
            ("1500us", 1),
        ] {
            let read = read(text).map(|duration| duration.as_millis());
            assert_eq!(read, Ok(milliseconds), "{text}");
        }
        for text in ["", "5", "s", "-5s", "5 s", "5d", "5S", ".s", "1..5s", "1.5.5s", "5s5", "99999999999999h"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
