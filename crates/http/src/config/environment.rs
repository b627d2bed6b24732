//! Development or production, and what follows from it for the log.

use std::net::SocketAddr;

use super::public_url::PublicUrl;
use super::reader::Reader;

/// Which rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// One person on one machine: comfort first, nobody else can reach it.
    Development,
    /// Everything else.
    Production,
}

impl Environment {
    /// Do the strict rules hold?
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    /// What the operator said; otherwise development only while nobody else can be meant.
    ///
    /// A server that is reachable from elsewhere, or that tells browsers a public address, is in
    /// production even if nobody said so: forgetting a variable must not weaken it (S-158).
    pub(super) fn read(reader: &Reader<'_>, listen_addr: SocketAddr) -> Self {
        match reader.text("APP_ENV") {
            Some("dev") => return Self::Development,
            Some("prod") => return Self::Production,
            _ => {}
        }
        let public_url_is_local = match reader.text("PUBLIC_URL") {
            Some(text) => PublicUrl::names_loopback(text),
            None => !reader.is_given("PUBLIC_URL"),
        };
        if listen_addr.ip().to_canonical().is_loopback() && public_url_is_local {
            Self::Development
        } else {
            Self::Production
        }
    }
}

/// The least important messages that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything, for finding out what happens.
    Debug,
    /// What happened.
    Info,
    /// What should be looked at some time.
    Warn,
    /// What should be looked at now.
    Error,
}

impl LogLevel {
    /// The name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    pub(super) fn read(reader: &Reader<'_>, environment: Environment) -> Self {
        match reader.word("LOG_LEVEL").as_deref() {
            Some("debug") => Self::Debug,
            Some("info") => Self::Info,
            Some("warn") => Self::Warn,
            Some("error") => Self::Error,
            _ if environment.is_production() => Self::Info,
            _ => Self::Debug,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PRODUCTION, faults, load, with};
    use super::*;

    #[test]
    fn s158_start_up_table_of_the_environment() {
        use Environment::{Development, Production};
        let listen = |address| ("AUTHARA_LISTEN_ADDR", address);
        let url = |url| ("PUBLIC_URL", url);
        let issuer = ("AUTHARA_JWT_ISSUER", "authara");
        let table: &[(&[(&str, &str)], Environment)] = &[
            (&[], Development),
            (&[listen("127.0.0.1:9000")], Development),
            (&[listen("127.9.9.9:9000")], Development),
            (&[listen("[::1]:9000")], Development),
            (&[listen("[::ffff:127.0.0.1]:9000")], Development),
            (&[url("http://localhost:8080")], Development),
            (&[url("https://localhost")], Development),
            (&[url("http://127.0.0.1:8080")], Development),
            (&[url("http://[::1]:8080")], Development),
            (&[url("https://login.example.com")], Production),
            (&[url("https://localhost.example.com")], Production),
            (&[listen("0.0.0.0:8080"), url("http://localhost:8080")], Production),
            (&[listen("[::]:8080"), url("http://localhost:8080")], Production),
            (&[listen("192.0.2.1:8080"), url("https://login.example.com")], Production),
            // What the operator says wins.
            (&[("APP_ENV", "dev"), listen("0.0.0.0:8080")], Development),
            (&[("APP_ENV", "dev"), url("http://login.example.com")], Development),
            (&[("APP_ENV", "prod"), url("http://localhost:8080")], Production),
            (&[("APP_ENV", ""), listen("127.0.0.1:8080")], Development),
        ];
        for (pairs, expected) in table {
            let (config, _) = load(&with(pairs, &[issuer])).unwrap();
            assert_eq!(config.environment, *expected, "{pairs:?}");
        }
    }

    #[test]
    fn s158_a_reachable_server_without_a_name_has_to_meet_the_production_rules() {
        for pairs in [&[("AUTHARA_LISTEN_ADDR", "0.0.0.0:8080")][..], &[("APP_ENV", "prod")]] {
            let faults = faults(pairs);
            assert!(faults.contains("PUBLIC_URL: is required in production"), "{faults}");
            assert!(faults.contains("AUTHARA_JWT_ISSUER: is required in production"), "{faults}");
            assert!(!faults.contains("AUTHARA_JWT_KEYS"), "{faults}");
        }
        let faults = faults(&[("PUBLIC_URL", "https://login.example.com/path")]);
        assert!(faults.contains("AUTHARA_JWT_ISSUER: is required in production"), "{faults}");
    }

    #[test]
    fn only_two_names_of_environments_exist() {
        for name in ["production", "development", "Prod", "test"] {
            let faults = faults(&[("APP_ENV", name)]);
            assert_eq!(faults, format!("APP_ENV: must be one of dev, prod (got {name:?})"));
        }
    }

    #[test]
    fn the_log_level_follows_the_environment_unless_given() {
        let level = |pairs: &[(&str, &str)]| load(pairs).unwrap().0.log_level;
        assert_eq!(level(&[]), LogLevel::Debug);
        assert_eq!(level(PRODUCTION), LogLevel::Info);
        assert_eq!(level(&[("LOG_LEVEL", "WARN")]), LogLevel::Warn);
        assert_eq!(level(&[("LOG_LEVEL", "Error")]), LogLevel::Error);
        assert_eq!(LogLevel::Error.as_str(), "error");
        assert!(load(&[("LOG_LEVEL", "warning")]).is_err());
    }
}
