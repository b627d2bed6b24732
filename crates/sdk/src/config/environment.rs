//! Reading a configuration from environment variables.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;

use authara_core::secret::SecretText;

use super::faults::Faults;
use super::{Config, ConfigBuilder, ConfigError, duration, variables};

/// No key ring is longer; the limit keeps a path to an endless device from filling the memory.
const MAX_FILE_BYTES: u64 = 64 * 1024;

impl Config {
    /// Reads the environment of this process. White space around values does not count, and what
    /// is empty counts as unset.
    ///
    /// | variable | meaning | unless set |
    /// |---|---|---|
    /// | `AUTHARA_ISSUER` | who issues the tokens; `AUTHARA_JWT_ISSUER`, the server's name for it, is read too | `authara` |
    /// | `AUTHARA_AUDIENCE` | whom the tokens are for | `app` |
    /// | `AUTHARA_JWT_KEYS` | the server's key ring, see [`parse_keys`](crate::parse_keys) | required |
    /// | `AUTHARA_JWT_KEYS_FILE` | a file that holds the same text, instead | |
    /// | `AUTHARA_BASE_URL` | the server as seen from the application | no API client |
    /// | `AUTHARA_CLIENT_PREFIX` | where the server is mounted | `/auth` |
    /// | `AUTHARA_CLIENT_TIMEOUT` | time that a call may take, at most `5m` | `5s` |
    /// | `AUTHARA_CLIENT_CLOCK_TOLERANCE` | by how much clocks may differ, at most `120s` | `30s` |
    ///
    /// ```no_run
    /// let config = authara_client::Config::from_env()?;
    /// # Ok::<(), authara_client::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault, by the name of its variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(std::env::var_os)
    }

    /// The same, with `lookup` in place of the environment.
    ///
    /// ```
    /// use authara_client::Config;
    ///
    /// let keys = "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    /// let config = Config::from_lookup(|name| (name == "AUTHARA_JWT_KEYS").then(|| keys.into()))?;
    /// assert_eq!(config.prefix(), "/auth");
    /// # Ok::<(), authara_client::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`].
    pub fn from_lookup(lookup: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let mut source = Source { lookup, faults: Faults::default() };
        let mut builder = ConfigBuilder::default();
        if let Some(issuer) = source.issuer() {
            builder.issuer = issuer;
        }
        if let Some(audience) = source.text(variables::AUDIENCE) {
            builder.audience = audience;
        }
        if let Some(base_url) = source.text(variables::BASE_URL) {
            builder.base_url = base_url;
        }
        if let Some(prefix) = source.text(variables::PREFIX) {
            builder.prefix = prefix;
        }
        if let Some(timeout) = source.duration(variables::TIMEOUT) {
            builder.timeout = timeout;
        }
        if let Some(tolerance) = source.duration(variables::CLOCK_TOLERANCE) {
            builder.clock_tolerance = tolerance;
        }
        let keys = source.keys();
        builder.faults = source.faults;
        if let Some(text) = keys {
            builder = builder.keys_text(text.expose());
        }
        builder.build()
    }
}

/// The environment, and what was wrong with it so far.
struct Source<L> {
    lookup: L,
    faults: Faults,
}

impl<L: Fn(&'static str) -> Option<OsString>> Source<L> {
    fn text(&mut self, name: &'static str) -> Option<String> {
        let Ok(text) = (self.lookup)(name)?.into_string() else {
            self.faults.add(name, "is not UTF-8 text");
            return None;
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn duration(&mut self, name: &'static str) -> Option<std::time::Duration> {
        let text = self.text(name)?;
        self.faults.note(name, duration::read(&text))
    }

    /// Ours or the server's name for it; both may be set as long as they agree.
    fn issuer(&mut self) -> Option<String> {
        let ours = self.text(variables::ISSUER);
        let servers = self.text(variables::SERVER_ISSUER);
        if ours.is_some() && servers.is_some() && ours != servers {
            let message = format!("differs from {}, set too", variables::SERVER_ISSUER);
            self.faults.add(variables::ISSUER, message);
        }
        ours.or(servers)
    }

    /// The text of the key ring, from its variable or from the file.
    fn keys(&mut self) -> Option<SecretText> {
        let text = self.text(variables::KEYS).map(SecretText::new);
        let Some(path) = self.text(variables::KEYS_FILE) else {
            return text;
        };
        if text.is_some() {
            let message = format!("is set, and so is {}; set one", variables::KEYS_FILE);
            self.faults.add(variables::KEYS, message);
            return None;
        }
        self.faults.note(variables::KEYS_FILE, read_file(&path))
    }
}

/// The message of an I/O error does not repeat the path.
fn read_file(path: &str) -> Result<SecretText, String> {
    let file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    let mut text = String::new();
    let read = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text);
    let text = SecretText::new(text);
    match read {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(bytes) if bytes as u64 > MAX_FILE_BYTES => Err("is longer than 64 KiB".to_owned()),
        Ok(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;
    use crate::testing::KEYS;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| value.into())
        })
    }

    fn variables_at_fault(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        let error = read(pairs).unwrap_err();
        error.faults().iter().map(|fault| fault.variable).collect()
    }

    #[test]
    fn t02_only_the_keys_have_no_default() {
        let config = read(&[("AUTHARA_JWT_KEYS", KEYS)]).unwrap();
        assert_eq!((config.issuer(), config.audience()), ("authara", "app"));
        assert_eq!((config.base_url(), config.prefix()), (None, "/auth"));
        assert_eq!(config.timeout(), Duration::from_secs(5));
        assert_eq!(config.clock_tolerance(), TimeDelta::seconds(30));
        assert_eq!(variables_at_fault(&[]), ["AUTHARA_JWT_KEYS"]);
    }

    #[test]
    fn t02_every_variable_is_read_and_trimmed() {
        let config = read(&[
            ("AUTHARA_ISSUER", " issuer "),
            ("AUTHARA_AUDIENCE", "admin"),
            ("AUTHARA_JWT_KEYS", KEYS),
            ("AUTHARA_BASE_URL", "http://auth.internal:8080/"),
            ("AUTHARA_CLIENT_PREFIX", "/id/"),
            ("AUTHARA_CLIENT_TIMEOUT", "1m"),
            ("AUTHARA_CLIENT_CLOCK_TOLERANCE", "120s"),
        ])
        .unwrap();
        assert_eq!((config.issuer(), config.audience()), ("issuer", "admin"));
        assert_eq!(config.base_url(), Some("http://auth.internal:8080/"));
        assert_eq!(config.prefix(), "/id");
        assert_eq!(config.timeout(), Duration::from_secs(60));
        assert_eq!(config.clock_tolerance(), TimeDelta::seconds(120));
    }

    #[test]
    fn t02_the_servers_name_for_the_issuer_will_do_unless_they_differ() {
        let keys = ("AUTHARA_JWT_KEYS", KEYS);
        let servers = ("AUTHARA_JWT_ISSUER", "issuer");
        for ours in ["", "issuer"] {
            let config = read(&[keys, servers, ("AUTHARA_ISSUER", ours)]).unwrap();
            assert_eq!(config.issuer(), "issuer");
        }
        let pairs = [keys, servers, ("AUTHARA_ISSUER", "other")];
        assert_eq!(variables_at_fault(&pairs), ["AUTHARA_ISSUER"]);
    }

    #[test]
    fn t02_all_problems_are_reported_together_and_without_values() {
        let pairs = [
            ("AUTHARA_ISSUER", "canary1"),
            ("AUTHARA_JWT_ISSUER", "canary2"),
            ("AUTHARA_JWT_KEYS", "canary3"),
            ("AUTHARA_BASE_URL", "canary4"),
            ("AUTHARA_CLIENT_PREFIX", "canary5"),
            ("AUTHARA_CLIENT_TIMEOUT", "canary6"),
            ("AUTHARA_CLIENT_CLOCK_TOLERANCE", "121s"),
        ];
        let mut found = variables_at_fault(&pairs);
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "AUTHARA_BASE_URL",
                "AUTHARA_CLIENT_CLOCK_TOLERANCE",
                "AUTHARA_CLIENT_PREFIX",
                "AUTHARA_CLIENT_TIMEOUT",
                "AUTHARA_ISSUER",
                "AUTHARA_JWT_KEYS",
            ]
        );
        let error = read(&pairs).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn t02_durations_have_bounds() {
        let keys = ("AUTHARA_JWT_KEYS", KEYS);
        for (name, value, is_good) in [
            ("AUTHARA_CLIENT_TIMEOUT", "1ms", true),
            ("AUTHARA_CLIENT_TIMEOUT", "5m", true),
            ("AUTHARA_CLIENT_TIMEOUT", "0", false),
            ("AUTHARA_CLIENT_TIMEOUT", "301s", false),
            ("AUTHARA_CLIENT_CLOCK_TOLERANCE", "0", true),
            ("AUTHARA_CLIENT_CLOCK_TOLERANCE", "2m", true),
            ("AUTHARA_CLIENT_CLOCK_TOLERANCE", "120001ms", false),
        ] {
            let is_accepted = read(&[keys, (name, value)]).is_ok();
            assert_eq!(is_accepted, is_good, "{name}={value}");
        }
    }

    #[test]
    fn t01_the_keys_may_come_from_a_file_but_not_from_both() {
        let file = std::env::temp_dir().join(format!("authara-keys-{}", std::process::id()));
        let path = file.to_str().unwrap();
        std::fs::write(&file, format!("{KEYS}\n")).unwrap();
        let from_file = read(&[("AUTHARA_JWT_KEYS_FILE", path)]);
        let both = variables_at_fault(&[("AUTHARA_JWT_KEYS_FILE", path), ("AUTHARA_JWT_KEYS", KEYS)]);
        std::fs::remove_file(&file).unwrap();
        assert!(from_file.is_ok());
        assert_eq!(both, ["AUTHARA_JWT_KEYS"]);
        let missing = read(&[("AUTHARA_JWT_KEYS_FILE", path)]).unwrap_err();
        assert_eq!(missing.faults().len(), 1);
        let message = missing.to_string();
        assert!(message.starts_with("AUTHARA_JWT_KEYS_FILE: cannot be opened"));
        assert!(!message.contains("authara-keys"), "{message}");
    }
}
