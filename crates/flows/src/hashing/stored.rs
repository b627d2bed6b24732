//! The text of a stored hash: the PHC string that is written, and the Go Authara's own layout that
//! is read as well. What is read is bounded before it is used (S-007).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Parameters of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

const MAX: Cost = Cost { memory_kib: 1_048_576, iterations: 32, lanes: 16 };
const MAX_TEXT: usize = 512;

impl Cost {
    /// Each parameter the higher of both.
    pub fn raised_to(self, other: Self) -> Self {
        Self {
            memory_kib: self.memory_kib.max(other.memory_kib),
            iterations: self.iterations.max(other.iterations),
            lanes: self.lanes.max(other.lanes),
        }
    }
}

/// A stored hash, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHash {
    /// What it cost.
    pub cost: Cost,
    /// Its salt.
    pub salt: Vec<u8>,
    /// The derived key.
    pub key: Vec<u8>,
    /// Is it a PHC string, or the older layout?
    pub is_phc: bool,
}

impl StoredHash {
    /// Reads `$argon2id$v=19$m=..,t=..,p=..$salt$key` (the PHC string format) or
    /// `$argon2id$v=1$t=..$m=..$p=..$salt$key` (the Go Authara, Argon2 version 0x13 as well). Salt
    /// and key are standard base64 without padding.
    ///
    /// # Errors
    ///
    /// Says what is wrong, without any of the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_TEXT {
            return Err("too long");
        }
        let parts: Vec<&str> = text.split('$').collect();
        let (cost, salt, key, is_phc) = match parts.as_slice() {
            ["", "argon2id", "v=19", params, salt, key] => (phc_cost(params)?, salt, key, true),
            ["", "argon2id", "v=1", t, m, p, salt, key] => {
                let cost = Cost { memory_kib: number("m=", m)?, iterations: number("t=", t)?, lanes: number("p=", p)? };
                (cost, salt, key, false)
            }
            _ => return Err("not an Argon2id hash of a known layout"),
        };
        let is_bounded = (8..=MAX.memory_kib).contains(&cost.memory_kib)
            && (1..=MAX.iterations).contains(&cost.iterations)
            && (1..=MAX.lanes).contains(&cost.lanes)
            && cost.memory_kib >= 8 * cost.lanes;
        if !is_bounded {
            return Err("parameters out of bounds");
        }
        Ok(Self { cost, salt: bytes(salt, 8, 64)?, key: bytes(key, 16, 64)?, is_phc })
    }

    /// The PHC string.
    pub fn to_phc(&self) -> String {
        let Cost { memory_kib, iterations, lanes } = self.cost;
        let (salt, key) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.key));
        format!("$argon2id$v=19$m={memory_kib},t={iterations},p={lanes}${salt}${key}")
    }
}

fn phc_cost(params: &str) -> Result<Cost, &'static str> {
    match params.split(',').collect::<Vec<_>>().as_slice() {
        [m, t, p] => Ok(Cost { memory_kib: number("m=", m)?, iterations: number("t=", t)?, lanes: number("p=", p)? }),
        _ => Err("not three parameters"),
    }
}

fn number(name: &str, text: &str) -> Result<u32, &'static str> {
    let digits = text.strip_prefix(name).ok_or("a parameter is missing")?;
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err("a parameter is not a number");
    }
    digits.parse().map_err(|_| "a parameter is out of bounds")
}

fn bytes(text: &str, least: usize, most: usize) -> Result<Vec<u8>, &'static str> {
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| "not base64")?;
    if (least..=most).contains(&bytes.len()) { Ok(bytes) } else { Err("salt or key of an impossible length") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: &str = "$argon2id$v=1$t=3$m=65536$p=4$AAECAwQFBgcICQoLDA0ODw$hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4";

    #[test]
    fn both_layouts_are_read() {
        let go = StoredHash::parse(GO).unwrap();
        assert_eq!(go.cost, Cost { memory_kib: 65536, iterations: 3, lanes: 4 });
        assert_eq!((go.salt.len(), go.key.len(), go.is_phc), (16, 32, false));
        let phc = StoredHash { is_phc: true, ..go };
        assert_eq!(StoredHash::parse(&phc.to_phc()), Ok(phc));
    }

    #[test]
    fn h153_s007_anything_else_is_an_error_not_a_mismatch() {
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("argon2id", "bcrypt"),
            ("v=1$", "v=2$"),
            ("v=1$", ""),
            ("t=3", "t=x"),
            ("t=3", "t=-3"),
            ("t=3", "t="),
            ("t=3", "t=0"),
            ("t=3", "t=4000000000"),
            ("m=65536", "m=4194304"),
            ("m=65536", "m=99999999999"),
            ("m=65536", "m=1"),
            ("p=4", "p=0"),
            ("p=4", "p=255"),
            ("$AAEC", "$!AEC"),
            ("DA0ODw$", "DA0ODw==$"),
            ("AAECAwQFBgcICQoLDA0ODw", "AAEC"),
            ("$hTsn", "$extra$hTsn"),
            ("hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4", ""),
        ] {
            let text = GO.replacen(from, to, 1);
            assert_ne!(text, GO, "{from}");
            assert!(StoredHash::parse(&text).is_err(), "{text}");
        }
        assert!(StoredHash::parse("").is_err());
        assert!(StoredHash::parse(&"$".repeat(10_000)).is_err());
    }

    #[test]
    fn s009_no_parameter_is_ever_lowered() {
        let go = StoredHash::parse(GO).unwrap().cost;
        let ours = Cost { memory_kib: 19_456, iterations: 2, lanes: 1 };
        assert_eq!(go.raised_to(ours), go);
        assert_eq!(ours.raised_to(Cost { iterations: 5, ..ours }).iterations, 5);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_answered(text in "\\$argon2id\\$v=(1|19)[$a-z=,0-9+/]{0,80}") {
            let _ = StoredHash::parse(&text);
        }
    }
}
