//! Numbers: made from counts, and printed for people.

use std::time::Duration;

/// A count as a number with fractions. Nothing here counts beyond 2^32; what does is infinite,
/// rather than wrong.
pub(crate) fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// Bytes in MB of 1,000,000 bytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    float(bytes) / 1e6
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Three digits to a group; one place behind the point below 100, none above.
pub(crate) fn grouped(value: f64) -> String {
    let text = if value.abs() < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut printed = String::with_capacity(text.len() + 4);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            printed.push(',');
        }
        printed.push(digit);
    }
    printed.push_str(rest);
    printed
}

/// A limit as somebody would write it: without a fraction of zero.
pub(crate) fn plain(value: f64) -> String {
    let text = grouped(value);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_and_small_ones_keep_a_fraction() {
        for (value, printed) in [
            (0.0, "0.0"),
            (6.25, "6.2"),
            (99.94, "99.9"),
            (100.4, "100"),
            (999.6, "1,000"),
            (12_345.6, "12,346"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(grouped(value), printed);
        }
        assert_eq!(plain(10.0), "10");
        assert_eq!(plain(19.5), "19.5");
        assert_eq!(plain(5000.0), "5,000");
    }

    #[test]
    fn memory_is_counted_in_decimal_megabytes() {
        assert_eq!(grouped(megabytes(128 * 1024 * 1024)), "134");
        assert_eq!(grouped(milliseconds(Duration::from_micros(1_500))), "1.5");
    }
}
