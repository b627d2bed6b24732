//! What the operator decided, read once from the environment and checked as a whole.
//!
//! - Nothing else in the server reads the environment: its parts are handed on by `main`.
//! - Every fault is reported, by the name of its variable, and all of them at once.
//! - A variable that is present but empty counts as absent.
//! - No secret is printed, neither by a fault nor by `Debug`.
//!
//! The variables are promised in `contract/config.yaml`, which [`variables::VARIABLES`] mirrors.

pub mod brand;
pub mod cookies;
pub mod database;
pub mod environment;
pub mod faults;
pub mod kind;
pub mod limits;
pub mod logo;
pub mod passwords;
pub mod postgres;
pub mod public_url;
pub mod source;
pub mod tokens;
pub mod values;
pub mod variable;
pub mod variables;

mod literals;
mod proxies;
mod reader;

use std::net::SocketAddr;
use std::path::PathBuf;

use authara_core::client_address::TrustedProxies;
use authara_core::organization::OrganizationMode;
use authara_core::return_to::ReturnTo;

pub use self::brand::{BrandSettings, Logo};
pub use self::cookies::CookieSettings;
pub use self::database::Database;
pub use self::environment::{Environment, LogLevel};
pub use self::faults::{ConfigError, Fault, Warning};
pub use self::limits::RateLimits;
pub use self::logo::LogoFile;
pub use self::passwords::PasswordSettings;
pub use self::postgres::{PostgresServer, PostgresSettings};
pub use self::public_url::PublicUrl;
pub use self::source::Source;
pub use self::tokens::{KeySource, TokenSettings};

use self::reader::Reader;

/// Everything that can be configured. Handed on by part, never as a whole.
#[derive(Debug)]
pub struct Config {
    /// Which rules hold.
    pub environment: Environment,
    /// Where browsers reach the server.
    pub public_url: PublicUrl,
    /// Where the server listens.
    pub listen_addr: SocketAddr,
    /// The folder for files of the server's own.
    pub data_dir: PathBuf,
    /// Where everything else is kept.
    pub database: Database,
    /// The least important messages that are logged.
    pub log_level: LogLevel,
    /// Where browsers go that did not say where they want to.
    pub default_return_to: ReturnTo,
    /// Whose word on the client's address is taken.
    pub proxies: TrustedProxies,
    /// Names and attributes of cookies.
    pub cookies: CookieSettings,
    /// Tokens and sessions.
    pub tokens: TokenSettings,
    /// Passwords and their hashing.
    pub passwords: PasswordSettings,
    /// How the installation treats organizations.
    pub organization_mode: OrganizationMode,
    /// Limits on attempts.
    pub limits: RateLimits,
    /// How the pages present themselves.
    pub brand: BrandSettings,
    /// The folder of templates, messages and assets that replace ours.
    pub templates_dir: Option<PathBuf>,
}

impl Config {
    /// Reads and checks everything. The warnings are for the log, once there is one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault there is.
    pub fn load(source: &Source) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut reader = Reader::new(source);
        let listen_addr = reader.socket_address("AUTHARA_LISTEN_ADDR");
        let data_dir = PathBuf::from(reader.text("AUTHARA_DATA_DIR").unwrap_or_default());
        let environment = Environment::read(&reader, listen_addr);
        let public_url = PublicUrl::read(&mut reader, environment, listen_addr);
        let database = Database::read(&mut reader, environment, &data_dir);
        reader.check_required(environment, database.is_postgres());
        let config = Self {
            environment,
            cookies: CookieSettings::read(&mut reader, environment, &public_url),
            public_url,
            listen_addr,
            data_dir,
            database,
            log_level: LogLevel::read(&reader, environment),
            default_return_to: read_default_return_to(&mut reader),
            proxies: proxies::read(&mut reader),
            tokens: TokenSettings::read(&mut reader, environment),
            passwords: PasswordSettings::read(&mut reader),
            organization_mode: read_organization_mode(&reader),
            limits: RateLimits::read(&reader),
            brand: BrandSettings::read(&mut reader),
            templates_dir: brand::read_templates_dir(&mut reader),
        };
        reader.finish(config)
    }
}

fn read_default_return_to(reader: &mut Reader<'_>) -> ReturnTo {
    const NAME: &str = "AUTHARA_DEFAULT_RETURN_TO";
    match reader.text(NAME).map(ReturnTo::parse) {
        Some(Some(target)) => target,
        Some(None) => {
            reader.refuse(NAME, "must be a path on this site, such as / or /account");
            ReturnTo::root()
        }
        None => ReturnTo::root(),
    }
}

fn read_organization_mode(reader: &Reader<'_>) -> OrganizationMode {
    let mode = reader.text("AUTHARA_ORG_MODE").and_then(OrganizationMode::parse);
    mode.unwrap_or_default()
}

/// What the tests of all parts start from.
#[cfg(test)]
mod testing {
    use super::{Config, Source, Warning};

    /// The least that a server in production needs.
    pub(super) const PRODUCTION: &[(&str, &str)] = &[
        ("APP_ENV", "prod"),
        ("PUBLIC_URL", "https://login.example.com"),
        ("AUTHARA_JWT_ISSUER", "https://login.example.com"),
    ];

    /// Loads an environment of these variables; faults come back as the text an operator sees.
    pub(super) fn load(pairs: &[(&str, &str)]) -> Result<(Config, Vec<Warning>), String> {
        let source = Source::from_pairs(pairs.iter().copied());
        Config::load(&source).map_err(|error| error.to_string())
    }

    /// The faults of an environment that must have some.
    pub(super) fn faults(pairs: &[(&str, &str)]) -> String {
        load(pairs).expect_err("the environment is faulty")
    }

    /// Both lists; of a name in both, the second value holds.
    pub(super) fn with<'a>(some: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        some.iter().chain(more).copied().collect()
    }
}

#[cfg(test)]
mod documented;
#[cfg(test)]
mod tests;
