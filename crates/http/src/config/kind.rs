//! What may stand in a variable, and what a complaint says about it.

use chrono::TimeDelta;

use super::values;

/// What may stand in a variable.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// See [`values::boolean`].
    Bool,
    /// See [`values::integer`].
    Int {
        /// The smallest accepted number.
        min: u32,
        /// The largest accepted number.
        max: u32,
    },
    /// See [`values::duration`].
    Duration {
        /// The shortest accepted duration.
        min: TimeDelta,
        /// The longest accepted duration; [`FOREVER`] for no limit.
        max: TimeDelta,
    },
    /// See [`values::rotation`].
    Rotation,
    /// Any text.
    Text,
    /// One of a few words.
    Enum {
        /// The words, in lower case.
        values: &'static [&'static str],
        /// Whether the spelling is taken literally.
        spelling: Spelling,
    },
    /// A comma-separated list.
    Csv,
    /// See [`values::key_map`].
    KeyMap,
    /// A URL. Which ones will do is a matter of the single variable.
    Url,
    /// A file or folder; relative ones start at the working directory.
    Path,
    /// See [`values::socket_address`].
    SocketAddress,
    /// See [`values::networks`].
    NetworkList,
}

/// How literally a word is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As it stands.
    Exact,
    /// In any case, surrounding white space ignored.
    Loose,
}

/// More than any duration that can be written.
pub const FOREVER: TimeDelta = TimeDelta::MAX;

/// The shortest duration above zero that can be written.
const SHORTEST: TimeDelta = TimeDelta::nanoseconds(1);

impl Kind {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int { .. } => "int",
            Self::Duration { .. } => "duration",
            Self::Rotation => "rotation",
            Self::Text => "string",
            Self::Enum { .. } => "enum",
            Self::Csv => "csv",
            Self::KeyMap => "key-map",
            Self::Url => "url",
            Self::Path => "path",
            Self::SocketAddress => "socket-address",
            Self::NetworkList => "network-list",
        }
    }

    /// Any whole number from 1 on.
    pub(super) const fn count() -> Self {
        Self::Int { min: 1, max: u32::MAX }
    }

    /// Any duration above zero.
    pub(super) const fn positive_duration() -> Self {
        Self::Duration { min: SHORTEST, max: FOREVER }
    }

    /// Any duration that is not negative.
    pub(super) const fn duration_or_zero() -> Self {
        Self::Duration { min: TimeDelta::zero(), max: FOREVER }
    }

    /// May this text stand in it?
    ///
    /// # Errors
    ///
    /// What may stand there instead. The text itself is not repeated.
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            Self::Bool => values::boolean(text).map(|_| ()),
            Self::Int { min, max } => match values::integer(text) {
                Ok(number) if (i64::from(min)..=i64::from(max)).contains(&number) => Ok(()),
                _ => Err(format!("must be a whole number from {min} to {max}")),
            },
            Self::Duration { min, max } => match values::duration(text) {
                Ok(duration) if (min..=max).contains(&duration) => Ok(()),
                _ => Err(durations_between(min, max)),
            },
            Self::Rotation => values::rotation(text).map(|_| ()),
            Self::Enum { values, spelling } => {
                let is_among = match spelling {
                    Spelling::Exact => values.contains(&text),
                    Spelling::Loose => values.contains(&loosely(text).as_str()),
                };
                let words = || format!("must be one of {}", values.join(", "));
                is_among.then_some(()).ok_or_else(words)
            }
            Self::KeyMap => values::key_map(text).map(|_| ()),
            Self::SocketAddress => values::socket_address(text).map(|_| ()),
            Self::NetworkList => values::networks(text).map(|_| ()),
            Self::Text | Self::Csv | Self::Url | Self::Path => Ok(()),
        }
    }
}

/// What a duration must be, as the rest of a sentence that begins with the variable.
fn durations_between(min: TimeDelta, max: TimeDelta) -> String {
    if max < FOREVER {
        let (min, max) = (min.num_seconds(), max.num_seconds());
        return format!("must be a duration from {min}s to {max}s");
    }
    let limit = if min == SHORTEST {
        ", and more than 0"
    } else if min == TimeDelta::zero() {
        ", and not negative"
    } else {
        ""
    };
    format!("must be a duration such as 90s, 15m or 1h30m{limit}")
}

/// The canonical form of a word that may be spelled loosely.
pub(super) fn loosely(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_keep_to_their_range() {
        let port = Kind::Int { min: 1, max: 65535 };
        for text in ["1", "0x1F90", "65535"] {
            assert_eq!(port.check(text), Ok(()), "{text}");
        }
        for text in ["0", "-1", "65536", "99999999999", "http"] {
            let expected = "must be a whole number from 1 to 65535";
            assert_eq!(port.check(text), Err(expected.to_owned()), "{text}");
        }
        let minute = Kind::Duration { min: TimeDelta::zero(), max: TimeDelta::seconds(60) };
        assert!(["0", "0s", "60s", "1m"].iter().all(|text| minute.check(text).is_ok()));
        assert_eq!(minute.check("61s"), Err("must be a duration from 0s to 60s".to_owned()));
        assert!(Kind::positive_duration().check("0").is_err());
        assert!(Kind::positive_duration().check("1ns").is_ok());
        assert!(Kind::duration_or_zero().check("0").is_ok());
        assert!(Kind::duration_or_zero().check("-1s").is_err());
    }

    #[test]
    fn words_are_literal_unless_said_otherwise() {
        let values = &["dev", "prod"];
        let exact = Kind::Enum { values, spelling: Spelling::Exact };
        let loose = Kind::Enum { values, spelling: Spelling::Loose };
        assert!(exact.check("dev").is_ok());
        assert_eq!(exact.check("Dev"), Err("must be one of dev, prod".to_owned()));
        assert!(loose.check(" Dev ").is_ok());
        assert!(loose.check("development").is_err());
    }
}
