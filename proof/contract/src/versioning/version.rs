//! Version numbers, and how far a change has to raise them (Semantic Versioning 2.0.0).

use std::fmt;

use super::facts::Level;

/// Three numbers, without pre-release and build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// Reads `1.2.3`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse::<u32>().ok());
        let version = Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
        numbers.next().is_none().then_some(version)
    }

    /// Which number a change of this level has to raise.
    ///
    /// Below 1.0 the second number takes the place of the first, as Cargo reads such versions too.
    pub fn bump_for(self, level: Level) -> Level {
        match level {
            Level::Major if self.major == 0 => Level::Minor,
            Level::Minor if self.major == 0 => Level::Patch,
            level => level,
        }
    }

    /// Which number `newer` has raised; `None` when it is not newer.
    pub fn raised_in(self, newer: Self) -> Option<Level> {
        if newer <= self {
            None
        } else if newer.major > self.major {
            Some(Level::Major)
        } else if newer.minor > self.minor {
            Some(Level::Minor)
        } else {
            Some(Level::Patch)
        }
    }

    /// The next version that raises this number.
    pub fn next(self, bump: Level) -> Self {
        match bump {
            Level::Patch => Self { patch: self.patch + 1, ..self },
            Level::Minor => Self { minor: self.minor + 1, patch: 0, ..self },
            Level::Major => Self { major: self.major + 1, minor: 0, patch: 0 },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Level::{Major, Minor, Patch};
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn only_three_numbers_are_a_version() {
        assert_eq!(version("1.20.3").to_string(), "1.20.3");
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1.2.3-rc1", "1..3"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn below_one_the_second_number_stands_for_a_break() {
        let (young, grown) = (version("0.4.2"), version("1.4.2"));
        assert_eq!([Patch, Minor, Major].map(|level| young.bump_for(level)), [Patch, Patch, Minor]);
        assert_eq!([Patch, Minor, Major].map(|level| grown.bump_for(level)), [Patch, Minor, Major]);
    }

    #[test]
    fn the_first_number_that_grew_tells_the_bump() {
        let old = version("1.4.2");
        for (new, bump) in [
            ("1.4.2", None),
            ("1.4.1", None),
            ("0.9.9", None),
            ("1.4.3", Some(Patch)),
            ("1.5.0", Some(Minor)),
            ("2.0.0", Some(Major)),
            ("2.5.3", Some(Major)),
        ] {
            assert_eq!(old.raised_in(version(new)), bump, "{new}");
        }
        assert_eq!([Patch, Minor, Major].map(|bump| old.next(bump).to_string()), ["1.4.3", "1.5.0", "2.0.0"]);
    }
}
