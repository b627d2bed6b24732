//! How long passwords are, and what hashing one costs.

use super::reader::Reader;

/// Length and cost. The least cost is that of the OWASP recommendation for Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Code points a new password must have.
    pub min_length: u32,
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub lanes: u32,
    /// Memory of all hashes in progress, in MiB.
    pub budget_mib: u32,
}

impl PasswordSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let settings = Self {
            min_length: reader.number("AUTHARA_PASSWORD_MIN_LENGTH"),
            memory_kib: reader.number("AUTHARA_PASSWORD_HASH_MEMORY_KIB"),
            iterations: reader.number("AUTHARA_PASSWORD_HASH_ITERATIONS"),
            lanes: reader.number("AUTHARA_PASSWORD_HASH_LANES"),
            budget_mib: reader.number("AUTHARA_PASSWORD_HASHING_BUDGET_MIB"),
        };
        let needed_mib = settings.memory_kib.div_ceil(1024);
        if settings.budget_mib < needed_mib {
            let message = format!(
                "must be at least {needed_mib}, so that one hash of \
                 AUTHARA_PASSWORD_HASH_MEMORY_KIB={} fits",
                settings.memory_kib
            );
            reader.refuse("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", &message);
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{faults, load};

    #[test]
    fn costs_can_be_raised_but_not_lowered() {
        for (name, low, high) in [
            ("AUTHARA_PASSWORD_MIN_LENGTH", "7", "65"),
            ("AUTHARA_PASSWORD_HASH_MEMORY_KIB", "19455", "1048577"),
            ("AUTHARA_PASSWORD_HASH_ITERATIONS", "1", "17"),
            ("AUTHARA_PASSWORD_HASH_LANES", "0", "17"),
        ] {
            for text in [low, high] {
                assert!(faults(&[(name, text)]).starts_with(name), "{name}={text}");
            }
        }
        let (config, _) = load(&[("AUTHARA_PASSWORD_MIN_LENGTH", "15")]).unwrap();
        assert_eq!(config.passwords.min_length, 15);
    }

    #[test]
    fn s008_at_least_one_hash_fits_the_budget() {
        let memory = |kib| ("AUTHARA_PASSWORD_HASH_MEMORY_KIB", kib);
        let budget = |mib| ("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", mib);
        assert!(load(&[budget("19")]).is_ok());
        assert!(load(&[memory("65536"), budget("64")]).is_ok());
        assert!(faults(&[budget("18")]).contains("at least 19"));
        assert!(faults(&[memory("131073")]).contains("at least 129"));
    }
}
