//! Which database: one file unless a PostgreSQL server is named.

use std::path::{Path, PathBuf};
use std::time::Duration;

use authara_core::secret::SecretText;

use super::environment::Environment;
use super::postgres::{self, PostgresServer, PostgresSettings};
use super::reader::Reader;

const URL: &str = "AUTHARA_DATABASE_URL";
const HOST: &str = "POSTGRESQL_HOST";
const PORT: &str = "POSTGRESQL_PORT";
const USERNAME: &str = "POSTGRESQL_USERNAME";
const PASSWORD: &str = "POSTGRESQL_PASSWORD";
const DATABASE: &str = "POSTGRESQL_DATABASE";
/// Each of these selects PostgreSQL; then all of them are needed.
const PARTS: [&str; 5] = [HOST, PORT, USERNAME, PASSWORD, DATABASE];
const LOG_SQL: &str = "POSTGRESQL_LOG_SQL";
const MAX_CONNECTIONS: &str = "AUTHARA_DB_MAX_OPEN_CONNS";
const MAX_IDLE: &str = "AUTHARA_DB_MAX_IDLE_CONNS";

/// The file in the data folder that is used when nothing is said.
const SQLITE_FILE: &str = "authara.db";

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In one file.
    Sqlite {
        /// The file, which need not exist yet.
        path: PathBuf,
    },
    /// On a server.
    Postgres(Box<PostgresSettings>),
}

impl Database {
    /// Is it PostgreSQL, which several servers can share?
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment, data_dir: &Path) -> Self {
        if environment.is_production() && reader.flag(LOG_SQL) {
            reader.fault(LOG_SQL, "must be false in production");
        }
        check_idle_connections(reader);
        if let Some(url) = reader.text(URL).map(SecretText::new) {
            for name in PARTS {
                if reader.is_given(name) {
                    reader.warn(name, format!("has no effect, because {URL} is set"));
                }
            }
            return match Address::parse(url) {
                Ok(Address::File(path)) => Self::Sqlite { path },
                Ok(Address::Server(server)) => Self::on(server, reader),
                Err(expected) => {
                    reader.refuse(URL, &expected);
                    Self::in_folder(data_dir)
                }
            };
        }
        let selecting = PARTS.into_iter().find(|name| reader.is_given(name));
        match selecting {
            Some(selecting) if !reader.is_given(URL) => {
                let server = read_parts(reader, selecting);
                Self::on(server, reader)
            }
            _ => Self::in_folder(data_dir),
        }
    }

    fn in_folder(data_dir: &Path) -> Self {
        Self::Sqlite { path: data_dir.join(SQLITE_FILE) }
    }

    fn on(server: PostgresServer, reader: &Reader<'_>) -> Self {
        let text = |name| reader.text(name).unwrap_or_default().to_owned();
        let max_connections = reader.number(MAX_CONNECTIONS);
        Self::Postgres(Box::new(PostgresSettings {
            server,
            schema: text("POSTGRESQL_SCHEMA"),
            timezone: text("POSTGRESQL_TIMEZONE"),
            max_connections,
            max_idle: reader.number(MAX_IDLE).min(max_connections),
            max_lifetime: limit(reader, "AUTHARA_DB_CONN_MAX_LIFETIME"),
            max_idle_time: limit(reader, "AUTHARA_DB_CONN_MAX_IDLE_TIME"),
        }))
    }
}

/// Only complains about numbers that contradict each other: whoever lowers the one need not know
/// the default of the other.
fn check_idle_connections(reader: &mut Reader<'_>) {
    let most = reader.number(MAX_CONNECTIONS);
    if reader.is_given(MAX_IDLE) && reader.number(MAX_IDLE) > most {
        reader.refuse(MAX_IDLE, &format!("must not exceed {MAX_CONNECTIONS}={most}"));
    }
}

fn read_parts(reader: &mut Reader<'_>, selecting: &str) -> PostgresServer {
    for name in PARTS {
        if reader.is_given(name) {
            continue;
        }
        let way_out = if name == PASSWORD { format!("; without a password, use {URL} instead") } else { String::new() };
        let message = format!("is required, because {selecting} selects PostgreSQL{way_out}");
        reader.fault(name, message);
    }
    let text = |name| reader.text(name).unwrap_or_default();
    PostgresServer::Parts {
        host: text(HOST).to_owned(),
        port: u16::try_from(reader.number(PORT)).unwrap_or_default(),
        username: text(USERNAME).to_owned(),
        password: SecretText::new(text(PASSWORD)),
        database: text(DATABASE).to_owned(),
    }
}

/// Zero stands for no limit.
fn limit(reader: &Reader<'_>, name: &str) -> Option<Duration> {
    let duration = reader.duration(name).to_std().ok()?;
    Some(duration).filter(|duration| !duration.is_zero())
}

/// What a database URL names.
enum Address {
    File(PathBuf),
    Server(PostgresServer),
}

impl Address {
    fn parse(url: SecretText) -> Result<Self, String> {
        match url.expose().split_once(':') {
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() || path == ":memory:" || path.contains('?') {
                    return Err("must name a file, and nothing else, behind sqlite:".to_owned());
                }
                Ok(Self::File(PathBuf::from(path)))
            }
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                if !postgres::is_well_formed(rest) {
                    let expected = "must be postgres://USER:PASSWORD@HOST/DATABASE with each part percent-encoded (/ is %2F, @ is %40, % is %25)";
                    return Err(expected.to_owned());
                }
                Ok(Self::Server(PostgresServer::Url(url)))
            }
            _ => Err("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PRODUCTION, faults, load, with};
    use super::*;

    const FIVE: &[(&str, &str)] =
        &[(HOST, "db.example.com"), (PORT, "5432"), (USERNAME, "authara"), (PASSWORD, "canary"), (DATABASE, "auth")];

    fn database(pairs: &[(&str, &str)]) -> Database {
        load(pairs).unwrap().0.database
    }

    fn postgres(pairs: &[(&str, &str)]) -> PostgresSettings {
        match database(pairs) {
            Database::Postgres(settings) => *settings,
            Database::Sqlite { path } => panic!("SQLite in {}", path.display()),
        }
    }

    fn file(path: &str) -> Database {
        Database::Sqlite { path: path.into() }
    }

    #[test]
    fn nothing_said_means_a_file_in_the_data_folder() {
        assert_eq!(database(&[]), file("./data/authara.db"));
        assert_eq!(database(&[("AUTHARA_DATA_DIR", "/srv/a")]), file("/srv/a/authara.db"));
        // A preference is not yet a choice.
        assert_eq!(database(&[("POSTGRESQL_SCHEMA", "authara")]), file("./data/authara.db"));
    }

    #[test]
    fn a_url_names_a_file_or_a_server() {
        for (url, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite:/srv/a.db", "/srv/a.db"),
            ("sqlite://data/a.db", "data/a.db"),
            ("sqlite:///srv/a.db", "/srv/a.db"),
        ] {
            assert_eq!(database(&[(URL, url)]), file(path));
        }
        for url in ["postgres://u:p@h/d", "postgresql:///d?host=/run/postgresql"] {
            let server = PostgresServer::Url(SecretText::new(url));
            assert_eq!(postgres(&[(URL, url)]).server, server);
        }
        for url in [
            "canary",
            "mysql://canary@h/d",
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite:canary.db?mode=ro",
            "postgres:canary",
            "postgres://u:canary%@h/d",
            "postgres://u:canary @h/d",
            "postgres://u:can/ary@h/d",
            "postgres://u:can@ary@h/d",
            "postgres://u:canary/x@h/d",
        ] {
            let faults = faults(&[(URL, url)]);
            assert!(faults.starts_with("AUTHARA_DATABASE_URL: must "), "{url}: {faults}");
            assert!(!faults.contains("canary"), "{faults}");
        }
    }

    #[test]
    fn any_of_five_variables_selects_postgresql_and_the_others_are_asked_for() {
        let settings = postgres(FIVE);
        assert_eq!((settings.schema.as_str(), settings.timezone.as_str()), ("authara", "UTC"));
        assert!(settings.connection_url().starts_with("postgres://authara:canary@db.example.com:5432/auth?"));
        for given in FIVE {
            let faults = faults(&[*given]);
            for (name, _) in FIVE {
                let line = format!("{name}: is required, because {} selects PostgreSQL", given.0);
                assert_eq!(faults.contains(&line), *name != given.0, "{faults}");
            }
        }
        assert!(faults(&[(HOST, "h"), (PORT, "0")]).contains("POSTGRESQL_PORT: must be"));
    }

    #[test]
    fn a_url_wins_over_the_pieces_and_says_so() {
        let (config, warnings) = load(&with(FIVE, &[(URL, "sqlite:a.db")])).unwrap();
        assert_eq!(config.database, file("a.db"));
        assert_eq!(warnings.len(), 5);
        assert!(warnings.iter().all(|warning| warning.message.contains(URL)));
    }

    #[test]
    fn the_pool_has_its_numbers_and_zero_means_no_limit() {
        let settings = postgres(FIVE);
        assert_eq!((settings.max_connections, settings.max_idle), (40, 20));
        assert_eq!(settings.max_lifetime, Some(Duration::from_secs(30 * 60)));
        assert_eq!(settings.max_idle_time, Some(Duration::from_secs(5 * 60)));
        let unlimited = [("AUTHARA_DB_CONN_MAX_LIFETIME", "0"), ("AUTHARA_DB_CONN_MAX_IDLE_TIME", "0s")];
        let settings = postgres(&with(FIVE, &unlimited));
        assert_eq!((settings.max_lifetime, settings.max_idle_time), (None, None));
    }

    #[test]
    fn fewer_connections_than_idle_ones_are_a_fault_only_when_both_are_meant() {
        let settings = postgres(&with(FIVE, &[(MAX_CONNECTIONS, "5")]));
        assert_eq!((settings.max_connections, settings.max_idle), (5, 5));
        assert_eq!(
            faults(&[(MAX_CONNECTIONS, "5"), (MAX_IDLE, "6")]),
            "AUTHARA_DB_MAX_IDLE_CONNS: must not exceed AUTHARA_DB_MAX_OPEN_CONNS=5 (got \"6\")"
        );
    }

    #[test]
    fn production_on_postgresql_needs_keys_that_all_servers_share() {
        let faults = faults(&with(PRODUCTION, FIVE));
        for name in ["AUTHARA_JWT_KEYS", "AUTHARA_JWT_ACTIVE_KEY_ID"] {
            let line = format!("{name}: is required in production with PostgreSQL");
            assert!(faults.contains(&line), "{faults}");
        }
        assert!(load(PRODUCTION).is_ok());
    }

    #[test]
    fn statements_are_never_logged_in_production() {
        let faults = faults(&with(PRODUCTION, &[(LOG_SQL, "true")]));
        assert!(faults.contains("POSTGRESQL_LOG_SQL: must be false in production"), "{faults}");
    }
}
