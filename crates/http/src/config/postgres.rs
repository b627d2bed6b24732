//! How a PostgreSQL server is reached.

use std::time::Duration;

use authara_core::secret::SecretText;

/// The server, and how many connections of which kind go there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresSettings {
    /// The server, the database on it, and who we are there.
    pub server: PostgresServer,
    /// The schema that holds the tables; empty for the server's own search path.
    pub schema: String,
    /// The IANA name of the connections' time zone.
    pub timezone: String,
    /// Connections at most.
    pub max_connections: u32,
    /// Unused connections that are kept open.
    pub max_idle: u32,
    /// Age at which a connection is replaced; `None` for never.
    pub max_lifetime: Option<Duration>,
    /// Idle time after which a connection is closed; `None` for never.
    pub max_idle_time: Option<Duration>,
}

/// The two ways to name a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresServer {
    /// Piece by piece.
    Parts {
        /// A name, an address, or the folder of a Unix socket.
        host: String,
        /// The port.
        port: u16,
        /// The role.
        username: String,
        /// The role's password.
        password: SecretText,
        /// The database.
        database: String,
    },
    /// As a `postgres://` URL, which may carry everything libpq understands.
    Url(SecretText),
}

impl PostgresSettings {
    /// The URL to connect with, for libpq. Holds the password in clear text.
    ///
    /// Every piece is percent-encoded, so that a password may have any characters (S-160). A URL
    /// of the operator's that has `options` of its own is left alone.
    pub fn connection_url(&self) -> String {
        let options = encode(&self.session_options());
        match &self.server {
            PostgresServer::Parts { host, port, username, password, database } => format!(
                "postgres://{}:{}@{}:{port}/{}?options={options}",
                encode(username),
                encode(password.expose()),
                encode_host(host),
                encode(database),
            ),
            PostgresServer::Url(url) => with_options(url.expose(), &options),
        }
    }

    /// What holds on each connection, as command-line options of the server process behind it.
    fn session_options(&self) -> String {
        let timezone = format!("-c timezone={}", escape_option(&self.timezone));
        if self.schema.is_empty() {
            return timezone;
        }
        format!("-c search_path={} {timezone}", escape_option(&self.schema))
    }
}

/// May this URL be handed to libpq? Its own complaint about a broken escape would repeat a part of
/// the password.
pub(super) fn is_well_formed(url: &str) -> bool {
    let is_escape = |after: &str| {
        let digits = after.get(..2).unwrap_or_default();
        digits.len() == 2 && digits.bytes().all(|c| c.is_ascii_hexdigit()) && digits != "00"
    };
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    !url.contains(is_blank) && url.split('%').skip(1).all(is_escape) && is_authority_plain(url)
}

/// Where a password has an unencoded slash or at sign, libpq takes pieces of it for the host or the
/// port, and names them in its complaint.
fn is_authority_plain(url: &str) -> bool {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split('?').next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let is_port_plain = |host: &str| {
        let port = host.rsplit_once(']').map_or(host, |(_, port)| port).split_once(':').map_or("", |(_, port)| port);
        port.bytes().all(|c| c.is_ascii_digit())
    };
    authority.matches('@').count() <= 1 && !path.contains('@') && hosts.split(',').all(is_port_plain)
}

fn with_options(url: &str, options: &str) -> String {
    match query_of(url) {
        None => format!("{url}?options={options}"),
        Some(query) if query.split('&').any(|pair| pair.starts_with("options=")) => url.to_owned(),
        Some(query) if query.is_empty() || query.ends_with('&') => {
            format!("{url}options={options}")
        }
        Some(_) => format!("{url}&options={options}"),
    }
}

/// What follows the question mark. One in the password does not count: libpq looks for the
/// credentials' `@` first, up to the first slash.
fn query_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let rest = match rest.split_once('@') {
        Some((credentials, rest)) if !credentials.contains('/') => rest,
        _ => rest,
    };
    rest.split_once('?').map(|(_, query)| query)
}

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3).
fn encode(text: &str) -> String {
    let hex = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase();
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    encoded
}

/// IPv6 addresses stand in brackets, whether they were given that way or not. The slashes of a
/// folder are encoded like everything else, or libpq would take them for the path.
fn encode_host(host: &str) -> String {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let encoded = encode(bare.unwrap_or(host));
    if encoded.contains("%3A") { format!("[{}]", encoded.replace("%3A", ":")) } else { encoded }
}

/// The server splits options at blanks, unless a backslash stands before them.
fn escape_option(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if c == '\\' || c.is_whitespace() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "options=-c%20search_path%3Dauthara%20-c%20timezone%3DUTC";

    fn settings(server: PostgresServer) -> PostgresSettings {
        PostgresSettings {
            server,
            schema: "authara".into(),
            timezone: "UTC".into(),
            max_connections: 40,
            max_idle: 20,
            max_lifetime: None,
            max_idle_time: None,
        }
    }

    fn parts(host: &str, password: &str) -> PostgresSettings {
        settings(PostgresServer::Parts {
            host: host.into(),
            port: 5432,
            username: "me@work".into(),
            password: SecretText::new(password),
            database: "auth db".into(),
        })
    }

    fn url(text: &str) -> String {
        settings(PostgresServer::Url(SecretText::new(text))).connection_url()
    }

    #[test]
    fn s160_a_password_may_have_any_characters() {
        for (password, encoded) in [
            ("plain-._~", "plain-._~"),
            (r#"a b'\"="#, "a%20b%27%5C%22%3D"),
            ("@:/?#[]%&+", "%40%3A%2F%3F%23%5B%5D%25%26%2B"),
            ("\u{e9}\u{1f511}", "%C3%A9%F0%9F%94%91"),
        ] {
            assert_eq!(
                parts("db", password).connection_url(),
                format!("postgres://me%40work:{encoded}@db:5432/auth%20db?{OPTIONS}")
            );
        }
    }

    #[test]
    fn hosts_are_names_addresses_or_folders() {
        for (host, encoded) in [
            ("db.example.com", "db.example.com"),
            ("192.0.2.1", "192.0.2.1"),
            ("::1", "[::1]"),
            ("[::1]", "[::1]"),
            ("fe80::1%eth0", "[fe80::1%25eth0]"),
            ("/run/postgresql", "%2Frun%2Fpostgresql"),
        ] {
            let url = parts(host, "x").connection_url();
            assert_eq!(url, format!("postgres://me%40work:x@{encoded}:5432/auth%20db?{OPTIONS}"));
        }
    }

    #[test]
    fn a_given_url_gets_the_options_unless_it_has_some() {
        for (given, expected) in [
            ("postgres://u@h/d", format!("postgres://u@h/d?{OPTIONS}")),
            ("postgres://u@h/d?", format!("postgres://u@h/d?{OPTIONS}")),
            ("postgres://h/d?sslmode=require", format!("postgres://h/d?sslmode=require&{OPTIONS}")),
            ("postgres://u:p?w@h/d", format!("postgres://u:p?w@h/d?{OPTIONS}")),
            ("postgres:///d?host=/run&user=a@b", format!("postgres:///d?host=/run&user=a@b&{OPTIONS}")),
            ("postgres://h/d?options=-c%20a%3Db", "postgres://h/d?options=-c%20a%3Db".to_owned()),
        ] {
            assert_eq!(url(given), expected);
        }
    }

    #[test]
    fn without_a_schema_there_is_no_search_path_and_blanks_are_escaped() {
        let mut settings = parts("db", "x");
        settings.schema = String::new();
        assert!(settings.connection_url().ends_with("?options=-c%20timezone%3DUTC"));
        settings.schema = r"my schema\x".into();
        assert_eq!(settings.session_options(), r"-c search_path=my\ schema\\x -c timezone=UTC");
    }

    #[test]
    fn broken_escapes_are_noticed_before_libpq_repeats_them() {
        for url in ["postgres://h/d", "postgresql://u:a%20b@h/d"] {
            assert!(is_well_formed(url), "{url}");
        }
        for url in [
            "postgres://u:%zz@h",
            "postgres://u:%",
            "postgres://u:%2",
            "postgres://%00",
            "postgres://u:%\u{e9}",
            "postgres://a b",
        ] {
            assert!(!is_well_formed(url), "{url}");
        }
    }

    #[test]
    fn s159_passwords_do_not_print() {
        let printed = format!("{:?}", parts("db", "canary"));
        assert!(!printed.contains("canary") && printed.contains("me@work"), "{printed}");
        let with_url = settings(PostgresServer::Url(SecretText::new("postgres://u:canary@h/d")));
        assert!(!format!("{with_url:?}").contains("canary"));
    }
}
