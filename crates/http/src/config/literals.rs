//! Numbers and durations as the Go language writes them.

/// See [`super::values::integer`].
pub(super) fn integer(text: &str) -> Option<i64> {
    let (negative, rest) = split_sign(text);
    let rest = rest.to_ascii_lowercase();
    let (radix, digits) = split_radix(&rest);
    if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let digits = digits.replace('_', "");
    // The library's reader would take a second sign.
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from_str_radix(&digits, radix).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

fn split_radix(text: &str) -> (u32, &str) {
    let (radix, digits) = if let Some(digits) = text.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = text.strip_prefix("0o") {
        (8, digits)
    } else if let Some(digits) = text.strip_prefix("0b") {
        (2, digits)
    } else if text.len() > 1
        && let Some(digits) = text.strip_prefix('0')
    {
        (8, digits)
    } else {
        return (10, text);
    };
    // One separator may follow the prefix: `0x_ff`.
    (radix, digits.strip_prefix('_').unwrap_or(digits))
}

/// See [`super::values::duration`]; `None` also for what does not fit.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = split_sign(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, tail) = split_digits(rest);
        let (fraction, tail) = tail.strip_prefix('.').map_or(("", tail), split_digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = tail.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        total = total.checked_add(amount(whole, fraction, nanoseconds_in(unit)?)?)?;
        rest = tail;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// `whole.fraction` times `unit`; either half may be empty. Below a nanosecond is cut off.
fn amount(whole: &str, fraction: &str, unit: i128) -> Option<i128> {
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()?.into() };
    // Fifteen digits of an hour are far below a nanosecond.
    let (mut value, mut scale): (i128, i128) = (0, 1);
    for digit in fraction.chars().take(15) {
        value = value * 10 + i128::from(digit.to_digit(10)?);
        scale *= 10;
    }
    Some(whole * unit + value * unit / scale)
}

fn nanoseconds_in(unit: &str) -> Option<i128> {
    match unit {
        "ns" => Some(1),
        // The micro sign and the Greek letter look alike; both are typed.
        "us" | "\u{b5}s" | "\u{3bc}s" => Some(1_000),
        "ms" => Some(1_000_000),
        "s" => Some(1_000_000_000),
        "m" => Some(60_000_000_000),
        "h" => Some(3_600_000_000_000),
        _ => None,
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_go_literals() {
        for (text, number) in [
            ("42", 42),
            ("+7", 7),
            ("-3", -3),
            ("0", 0),
            ("-0", 0),
            ("0x1F", 31),
            ("0X1f", 31),
            ("-0x10", -16),
            ("0o17", 15),
            ("017", 15),
            ("0_7", 7),
            ("0b101", 5),
            ("1_000", 1000),
            ("0x_ff", 255),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(integer(text), Some(number), "{text}");
        }
        for text in [
            "",
            "abc",
            "5 ",
            " 5",
            "1.5",
            "08",
            "0x",
            "0x_",
            "0_",
            "0b2",
            "1__0",
            "_1",
            "1_",
            "+-1",
            "--1",
            "+",
            "0x-1",
            "9223372036854775808",
            "\u{661}",
        ] {
            assert!(integer(text).is_none(), "{text}");
        }
    }

    #[test]
    fn durations_are_go_literals() {
        for (text, length) in [
            ("0", 0),
            ("-0", 0),
            ("0s", 0),
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            ("250ms", 250_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("-5m", -300_000_000_000),
            ("+5m", 300_000_000_000),
            ("1h1h", 7_200_000_000_000),
            ("3us", 3_000),
            ("3\u{b5}s", 3_000),
            ("3\u{3bc}s", 3_000),
            ("7ns", 7),
            ("1.9ns", 1),
            ("0.000000000000000000001h", 0),
        ] {
            assert_eq!(nanoseconds(text), Some(length), "{text}");
        }
        for text in [
            "",
            "30",
            "7d",
            "1w",
            "5 m",
            " 5m",
            "-",
            "+-5m",
            "s",
            ".s",
            "1",
            "1h30",
            "1..5s",
            "1e3s",
            "5M",
            "3000000h",
            "99999999999999999999s",
        ] {
            assert!(nanoseconds(text).is_none(), "{text}");
        }
    }
}
