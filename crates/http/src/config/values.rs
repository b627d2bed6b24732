//! The syntax of values: the literals of the Go language, which existing installations are
//! configured with.
//!
//! Nothing here knows a variable or repeats what it was given. What comes back on refusal is what
//! would have been right, and so can be printed for secrets too.

use std::cmp::Ordering;
use std::net::{IpAddr, SocketAddr};

use authara_core::secret::SecretText;
use authara_core::session::RotationPolicy;
use chrono::TimeDelta;
use ipnet::IpNet;

use super::literals;

/// Reads a truth value: `1 t T TRUE true True` or `0 f F FALSE false False`.
///
/// # Errors
///
/// Anything else, `yes` and `on` included, and surrounding white space.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// Reads a whole number: optional sign; decimal or with the prefix `0x`, `0o` or `0b`; a bare
/// leading `0` means octal; `_` may stand between digits.
///
/// # Errors
///
/// Anything else, surrounding white space included, and what does not fit 64 bits.
pub fn integer(text: &str) -> Result<i64, String> {
    literals::integer(text).ok_or_else(|| "must be a whole number".to_owned())
}

/// Reads a length of time: optional sign, then pairs of number and unit (`1h30m`, `1.5s`); units
/// `ns us µs ms s m h`. The single text `0` needs no unit.
///
/// # Errors
///
/// Anything else, days and weeks included, and what does not fit 64 bits of nanoseconds.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    literals::nanoseconds(text)
        .map(TimeDelta::nanoseconds)
        .ok_or_else(|| "must be a duration, such as 90s, 15m or 1h30m".to_owned())
}

/// Reads when a refresh rotates its token: `0`, `off` or `disabled` for never, `always`, or the
/// age from which it does. A negative age is reached by every token.
///
/// # Errors
///
/// Other words, these words in other case, and what [`duration`] refuses.
pub fn rotation(text: &str) -> Result<RotationPolicy, String> {
    match text {
        "off" | "disabled" => return Ok(RotationPolicy::Never),
        "always" => return Ok(RotationPolicy::Always),
        _ => {}
    }
    let age = duration(text).map_err(|_| "must be off, always, or a duration such as 24h".to_owned())?;
    Ok(match age.cmp(&TimeDelta::zero()) {
        Ordering::Greater => RotationPolicy::After(age),
        Ordering::Equal => RotationPolicy::Never,
        Ordering::Less => RotationPolicy::Always,
    })
}

/// Splits a comma-separated list; items are trimmed, empty ones left out.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Splits `id:key` pairs, comma separated, at the first colon; both halves are trimmed. What the
/// keys are worth is not looked at.
///
/// # Errors
///
/// An item without a colon, an empty item (also behind a trailing comma) included. It is named by
/// its position, because it may be a key whose id was forgotten.
pub fn key_map(text: &str) -> Result<Vec<(String, SecretText)>, String> {
    let pair = |(n, item): (usize, &str)| match item.split_once(':') {
        Some((id, key)) => Ok((id.trim().to_owned(), SecretText::new(key.trim()))),
        None => Err(format!("must be a list of id:key separated by commas; item {} has no colon", n + 1)),
    };
    text.split(',').enumerate().map(pair).collect()
}

/// Reads an IP address with a port. Names are not looked up.
///
/// # Errors
///
/// Anything else.
pub fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an IP address with a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// Reads a comma-separated list of addresses (`192.0.2.1`) and networks (`10.0.0.0/8`); bits
/// behind the prefix are cleared.
///
/// # Errors
///
/// Any item that is neither.
pub fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    items(text).map(network).collect()
}

fn network(item: &str) -> Result<IpNet, String> {
    if let Ok(address) = item.parse::<IpAddr>() {
        return Ok(IpNet::from(address.to_canonical()));
    }
    item.parse::<IpNet>()
        .map(|network| network.trunc())
        .map_err(|_| "must be a list of addresses or networks, such as 192.0.2.1, 10.0.0.0/8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_has_twelve_spellings() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(boolean(text), Ok(true), "{text}");
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(boolean(text), Ok(false), "{text}");
        }
        for text in ["", "yes", "on", "no", "off", " true ", "tRUE", "2"] {
            assert!(boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn c13_4_64_a_rotation_is_never_always_or_from_an_age_on() {
        for text in ["0", "0s", "off", "disabled"] {
            assert!(matches!(rotation(text), Ok(RotationPolicy::Never)), "{text}");
        }
        for text in ["always", "-1s"] {
            assert!(matches!(rotation(text), Ok(RotationPolicy::Always)), "{text}");
        }
        let day = TimeDelta::hours(24);
        assert!(matches!(rotation("24h"), Ok(RotationPolicy::After(age)) if age == day));
        for text in ["Always", "OFF", "never", "24", "1d"] {
            assert!(rotation(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_tolerate_space_and_empty_items() {
        assert_eq!(items(" a ,, b,").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(items(" , ").count(), 0);
    }

    #[test]
    fn keys_split_at_the_first_colon_and_a_lone_key_is_never_repeated() {
        let pairs = key_map(" k1 : abc , k2:d:e ").unwrap();
        let pairs: Vec<_> = pairs.iter().map(|(id, key)| (id.as_str(), key.expose())).collect();
        assert_eq!(pairs, [("k1", "abc"), ("k2", "d:e")]);
        for text in ["k1", "k1:abc,", "canary"] {
            assert!(!key_map(text).unwrap_err().contains("canary"), "{text}");
        }
        assert!(key_map("k1:abc,canary").unwrap_err().contains("item 2"));
    }

    #[test]
    fn addresses_and_networks() {
        assert!(socket_address("127.0.0.1:8080").is_ok());
        assert!(socket_address("[::]:8080").is_ok());
        for text in ["", ":8080", "8080", "localhost:8080", "127.0.0.1", "127.0.0.1:99999"] {
            assert!(socket_address(text).is_err(), "{text}");
        }
        let list = networks("192.0.2.1, 10.1.2.3/8, ::1, ::ffff:192.0.2.7,").unwrap();
        let list: Vec<_> = list.iter().map(ToString::to_string).collect();
        assert_eq!(list, ["192.0.2.1/32", "10.0.0.0/8", "::1/128", "192.0.2.7/32"]);
        for text in ["proxy", "10.0.0.0/33", "10.0.0.0/8 10.0.0.1", "10.0.0.1:80"] {
            assert!(networks(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_read_or_refused_but_never_panics(
            text in "[-+0-9a-fxo_.hmsnu\u{b5} :/,]{0,40}",
        ) {
            let _ = (integer(&text), duration(&text), rotation(&text));
            let _ = (key_map(&text), networks(&text), socket_address(&text));
        }

        #[test]
        fn decimal_numbers_read_as_themselves(number: i64) {
            proptest::prop_assert_eq!(integer(&number.to_string()), Ok(number));
        }
    }
}
