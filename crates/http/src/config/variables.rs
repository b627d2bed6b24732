//! The table of all variables, which mirrors `contract/config.yaml`: the same names in the same
//! order, held against each other by `cargo xtask contract-check`.

use chrono::TimeDelta;

use super::kind::Kind::{
    Bool, Csv, Duration, Enum, Int, KeyMap, NetworkList, Path, Rotation, SocketAddress, Text, Url,
};
use super::kind::Spelling::{Exact, Loose};
use super::kind::{FOREVER, Kind};
use super::variable::Group::{
    Admin, Brand, Cache, Challenge, Database, Email, OAuth, Organizations, Passwords, RateLimits, Runtime, Tokens,
    Webhooks,
};
use super::variable::Required::{Production, ProductionPostgres};
use super::variable::{Group, Variable};

/// Names that applications set for the client library, and that may well stand in an environment
/// shared with the server.
const CLIENT_NAMES: [&str; 7] = [
    "AUTHARA_ISSUER",
    "AUTHARA_AUDIENCE",
    "AUTHARA_BASE_URL",
    "AUTHARA_CLIENT_PREFIX",
    "AUTHARA_CLIENT_TIMEOUT",
    "AUTHARA_CLIENT_CLOCK_TOLERANCE",
    "AUTHARA_WEBHOOK_SECRETS",
];

const COUNT: Kind = Kind::count();
const FROM_ZERO: Kind = Int { min: 0, max: u32::MAX };
const PORT: Kind = Int { min: 1, max: 65_535 };
/// A hundred years: beyond that, adding to today's date may leave the calendar.
const DAYS: Kind = Int { min: 1, max: 36_500 };
/// PostgreSQL itself takes no more connections.
const CONNECTIONS: Kind = Int { min: 1, max: 262_143 };
const POSITIVE: Kind = Kind::positive_duration();
const DURATION_OR_ZERO: Kind = Kind::duration_or_zero();
/// Only looked at where mail is really sent.
const ANY_DURATION: Kind = Duration { min: TimeDelta::MIN, max: FOREVER };
const GRACE: Kind = Duration { min: TimeDelta::zero(), max: TimeDelta::seconds(60) };
/// A window of more than a day would not be a fresh sign-in in any sense of the word.
const FRESHNESS: Kind = Duration { min: TimeDelta::seconds(1), max: TimeDelta::seconds(86_400) };

const ENVIRONMENTS: Kind = Enum { values: &["dev", "prod"], spelling: Exact };
const LEVELS: Kind = Enum { values: &["debug", "info", "warn", "error"], spelling: Loose };
const HEADERS: Kind =
    Enum { values: &["x-forwarded-for", "x-real-ip", "true-client-ip", "forwarded"], spelling: Loose };
const CACHES: Kind = Enum { values: &["noop", "redis"], spelling: Loose };
const MODES: Kind = Enum { values: &["personal", "single", "multi"], spelling: Exact };
const MAILERS: Kind = Enum { values: &["noop", "smtp"], spelling: Loose };

const fn row(name: &'static str, group: Group, kind: Kind) -> Variable {
    Variable::new(name, group, kind)
}

/// Every variable, group by group.
#[rustfmt::skip] // One row, one line: it is a table.
pub const VARIABLES: &[Variable] = &[
    row("APP_ENV", Runtime, ENVIRONMENTS),
    row("PUBLIC_URL", Runtime, Url).required(Production),
    row("AUTHARA_LISTEN_ADDR", Runtime, SocketAddress).or("127.0.0.1:8080"),
    row("AUTHARA_DATA_DIR", Runtime, Path).or("./data"),
    row("LOG_LEVEL", Runtime, LEVELS),
    row("AUTHARA_DEFAULT_RETURN_TO", Runtime, Text).or("/"),
    row("AUTHARA_TRUST_PROXY_HEADERS", Runtime, Bool).or("false"),
    row("AUTHARA_TRUSTED_PROXIES", Runtime, NetworkList),
    row("AUTHARA_FORWARDED_HEADER", Runtime, HEADERS).or("x-forwarded-for"),

    row("AUTHARA_DATABASE_URL", Database, Url).secret(),
    row("POSTGRESQL_HOST", Database, Text),
    row("POSTGRESQL_PORT", Database, PORT),
    row("POSTGRESQL_USERNAME", Database, Text),
    row("POSTGRESQL_PASSWORD", Database, Text).secret(),
    row("POSTGRESQL_DATABASE", Database, Text),
    row("POSTGRESQL_SCHEMA", Database, Text).or("authara"),
    row("POSTGRESQL_TIMEZONE", Database, Text).or("UTC"),
    row("POSTGRESQL_LOG_SQL", Database, Bool).or("false").switch(),
    row("AUTHARA_DB_MAX_OPEN_CONNS", Database, CONNECTIONS).or("40"),
    row("AUTHARA_DB_MAX_IDLE_CONNS", Database, FROM_ZERO).or("20"),
    row("AUTHARA_DB_CONN_MAX_LIFETIME", Database, DURATION_OR_ZERO).or("30m"),
    row("AUTHARA_DB_CONN_MAX_IDLE_TIME", Database, DURATION_OR_ZERO).or("5m"),

    row("AUTHARA_CACHE_PROVIDER", Cache, CACHES).or("noop").switch(),
    row("AUTHARA_REDIS_HOST", Cache, Text).or("localhost").tuning(),
    row("AUTHARA_REDIS_PORT", Cache, PORT).or("6379").tuning(),
    row("AUTHARA_REDIS_PASSWORD", Cache, Text).secret().tuning(),
    row("AUTHARA_REDIS_DB", Cache, FROM_ZERO).or("0").tuning(),

    row("AUTHARA_JWT_ISSUER", Tokens, Text).required(Production),
    row("AUTHARA_JWT_ACTIVE_KEY_ID", Tokens, Text).required(ProductionPostgres),
    row("AUTHARA_JWT_KEYS", Tokens, KeyMap).secret().required(ProductionPostgres),
    row("AUTHARA_ACCESS_TOKEN_TTL_MINUTES", Tokens, COUNT).or("10"),
    row("AUTHARA_SESSION_TTL_DAYS", Tokens, DAYS).or("60"),
    row("AUTHARA_REFRESH_TOKEN_TTL_DAYS", Tokens, DAYS).or("14"),
    row("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", Tokens, Rotation).or("24h"),
    row("AUTHARA_REFRESH_TOKEN_GRACE", Tokens, GRACE).or("10s"),
    row("AUTHARA_FRESH_AUTHENTICATION_WINDOW", Tokens, FRESHNESS).or("10m"),
    row("AUTHARA_SESSION_LIMIT_PER_USER", Tokens, Int { min: 1, max: 10_000 }).or("100"),
    row("AUTHARA_HOST_PREFIX_COOKIES", Tokens, Bool).or("false"),

    row("AUTHARA_PASSWORD_MIN_LENGTH", Passwords, Int { min: 8, max: 64 }).or("8"),
    row("AUTHARA_PASSWORD_HASH_MEMORY_KIB", Passwords, Int { min: 19_456, max: 1_048_576 }).or("19456"),
    row("AUTHARA_PASSWORD_HASH_ITERATIONS", Passwords, Int { min: 2, max: 16 }).or("2"),
    row("AUTHARA_PASSWORD_HASH_LANES", Passwords, Int { min: 1, max: 16 }).or("1"),
    row("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", Passwords, Int { min: 1, max: 1_048_576 }).or("128"),

    row("AUTHARA_ORG_MODE", Organizations, MODES).or("single"),
    row("AUTHARA_PUBLIC_ORGANIZATION_MANAGEMENT_ENABLED", Organizations, Bool).or("false").switch(),
    row("AUTHARA_INVITATION_EMAIL_INCLUDE_CODE", Organizations, Bool).or("false").switch(),
    row("AUTHARA_ORGANIZATION_INVITATION_TTL", Organizations, POSITIVE).or("168h").tuning(),
    row("AUTHARA_INTERNAL_API_TOKEN", Organizations, Text).secret().switch(),

    row("AUTHARA_OAUTH_PROVIDERS", OAuth, Csv).switch(),
    row("AUTHARA_OAUTH_GOOGLE_CLIENT_ID", OAuth, Text).tuning(),

    row("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", RateLimits, COUNT).or("5"),
    row("AUTHARA_RATE_LIMIT_LOGIN_IP_WINDOW", RateLimits, POSITIVE).or("1m"),
    row("AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT", RateLimits, COUNT).or("10"),
    row("AUTHARA_RATE_LIMIT_LOGIN_EMAIL_WINDOW", RateLimits, POSITIVE).or("1h"),
    row("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", RateLimits, COUNT).or("3"),
    row("AUTHARA_RATE_LIMIT_SIGNUP_IP_WINDOW", RateLimits, POSITIVE).or("1h"),
    row("AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_LIMIT", RateLimits, COUNT).or("3"),
    row("AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_WINDOW", RateLimits, POSITIVE).or("24h"),
    row("AUTHARA_RATE_LIMIT_PASSWORD_RESET_IP_LIMIT", RateLimits, COUNT).or("5").tuning(),
    row("AUTHARA_RATE_LIMIT_PASSWORD_RESET_IP_WINDOW", RateLimits, POSITIVE).or("1h").tuning(),
    row("AUTHARA_RATE_LIMIT_PASSWORD_RESET_EMAIL_LIMIT", RateLimits, COUNT).or("3").tuning(),
    row("AUTHARA_RATE_LIMIT_PASSWORD_RESET_EMAIL_WINDOW", RateLimits, POSITIVE).or("24h").tuning(),
    row("AUTHARA_RATE_LIMIT_PASSKEY_LOGIN_IP_LIMIT", RateLimits, COUNT).or("30").tuning(),
    row("AUTHARA_RATE_LIMIT_PASSKEY_LOGIN_IP_WINDOW", RateLimits, POSITIVE).or("10m").tuning(),
    row("AUTHARA_RATE_LIMIT_CHALLENGE_VERIFY_IP_LIMIT", RateLimits, COUNT).or("30").tuning(),
    row("AUTHARA_RATE_LIMIT_CHALLENGE_VERIFY_IP_WINDOW", RateLimits, POSITIVE).or("10m").tuning(),
    row("AUTHARA_RATE_LIMIT_CHALLENGE_RESEND_IP_LIMIT", RateLimits, COUNT).or("10").tuning(),
    row("AUTHARA_RATE_LIMIT_CHALLENGE_RESEND_IP_WINDOW", RateLimits, POSITIVE).or("1h").tuning(),
    row("AUTHARA_RATE_LIMIT_REFRESH_IP_LIMIT", RateLimits, COUNT).or("30"),
    row("AUTHARA_RATE_LIMIT_REFRESH_IP_WINDOW", RateLimits, POSITIVE).or("10m"),
    row("AUTHARA_RATE_LIMIT_PASSWORD_CHANGE_LIMIT", RateLimits, COUNT).or("10"),
    row("AUTHARA_RATE_LIMIT_PASSWORD_CHANGE_WINDOW", RateLimits, POSITIVE).or("1h"),
    row("AUTHARA_RATE_LIMIT_CLEANUP_EVERY", RateLimits, COUNT).or("200"),
    row("AUTHARA_RATE_LIMIT_MAX_ENTRIES", RateLimits, COUNT).or("50000"),

    row("AUTHARA_WEBHOOK_URL", Webhooks, Url).switch(),
    row("AUTHARA_WEBHOOK_SECRET", Webhooks, Text).secret().switch(),
    row("AUTHARA_WEBHOOK_ENABLED_EVENTS", Webhooks, Csv).tuning(),
    row("AUTHARA_WEBHOOK_TIMEOUT", Webhooks, POSITIVE).or("5s").tuning(),
    row("AUTHARA_WEBHOOK_WORKER_COUNT", Webhooks, COUNT).or("2").tuning(),
    row("AUTHARA_WEBHOOK_MAX_DELIVERY_ATTEMPTS", Webhooks, COUNT).or("3").tuning(),
    row("AUTHARA_WEBHOOK_PROCESSING_STALE_AFTER", Webhooks, POSITIVE).or("2m").tuning(),
    row("AUTHARA_WEBHOOK_STALE_REAPER_INTERVAL", Webhooks, POSITIVE).or("1m").tuning(),
    row("AUTHARA_WEBHOOK_DELIVERED_RETENTION", Webhooks, POSITIVE).or("24h").tuning(),
    row("AUTHARA_WEBHOOK_FAILED_RETENTION", Webhooks, POSITIVE).or("720h").tuning(),
    row("AUTHARA_WEBHOOK_CLEANUP_INTERVAL", Webhooks, POSITIVE).or("1h").tuning(),
    row("AUTHARA_WEBHOOK_MAINTENANCE_BATCH_SIZE", Webhooks, COUNT).or("1000").tuning(),

    row("AUTHARA_ACCESS_POLICY_ALLOWLIST_ENABLED", Admin, Bool).or("false").switch(),
    row("AUTHARA_ADMIN_AUDIT_RETENTION_DAYS", Admin, DAYS).or("180").tuning(),

    row("AUTHARA_CHALLENGE_ENABLED", Challenge, Bool).or("false").switch(),
    row("AUTHARA_CHALLENGE_TTL", Challenge, POSITIVE).or("30m").tuning(),
    row("AUTHARA_CHALLENGE_VERIFICATION_CODE_TTL", Challenge, POSITIVE).or("10m").tuning(),
    row("AUTHARA_CHALLENGE_MAX_ATTEMPTS", Challenge, COUNT).or("5").tuning(),
    row("AUTHARA_CHALLENGE_MAX_RESENDS", Challenge, FROM_ZERO).or("3").tuning(),
    row("AUTHARA_CHALLENGE_MIN_RESEND_INTERVAL", Challenge, DURATION_OR_ZERO).or("30s").tuning(),

    row("AUTHARA_EMAIL_PROVIDER", Email, MAILERS).or("noop").switch(),
    row("AUTHARA_EMAIL_FROM", Email, Text).tuning(),
    row("AUTHARA_EMAIL_SMTP_HOST", Email, Text).tuning(),
    row("AUTHARA_EMAIL_SMTP_PORT", Email, FROM_ZERO).or("587").tuning(),
    row("AUTHARA_EMAIL_SMTP_USERNAME", Email, Text).tuning(),
    row("AUTHARA_EMAIL_SMTP_PASSWORD", Email, Text).secret().tuning(),
    row("AUTHARA_EMAIL_SMTP_TLS", Email, Bool).or("true").tuning(),
    row("AUTHARA_EMAIL_SMTP_TIMEOUT", Email, ANY_DURATION).or("10s").tuning(),
    row("AUTHARA_EMAIL_WORKER_COUNT", Email, COUNT).or("2").tuning(),
    row("AUTHARA_EMAIL_WORKER_POLL_INTERVAL", Email, POSITIVE).or("2s").tuning(),
    row("AUTHARA_EMAIL_JOB_MAX_ATTEMPTS", Email, COUNT).or("10").tuning(),
    row("AUTHARA_EMAIL_CLEANUP_SENT_AFTER", Email, POSITIVE).or("720h").tuning(),
    row("AUTHARA_EMAIL_CLEANUP_FAILED_AFTER", Email, POSITIVE).or("2160h").tuning(),

    row("AUTHARA_BRAND_NAME", Brand, Text).or("Authara"),
    row("AUTHARA_BRAND_LOGO_URL", Brand, Url),
    row("AUTHARA_BRAND_LOGO_FILE", Brand, Path),
    row("AUTHARA_BRAND_ACCENT_COLOR", Brand, Text),
    row("AUTHARA_BRAND_TERMS_URL", Brand, Url),
    row("AUTHARA_BRAND_PRIVACY_URL", Brand, Url),
    row("AUTHARA_BRAND_SUPPORT_EMAIL", Brand, Text),
    row("AUTHARA_BRAND_FOOTER_TEXT", Brand, Text),
    row("AUTHARA_TEMPLATES_DIR", Brand, Path),
];

/// The variable of this name, if the server understands it.
pub fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// Every name that may stand in an environment without a warning: the variables, the `NAME_FILE`
/// of each secret, and the client library's own.
pub fn known_names() -> impl Iterator<Item = String> {
    let own =
        VARIABLES.iter().flat_map(|variable| std::iter::once(variable.name.to_owned()).chain(variable.file_name()));
    own.chain(CLIENT_NAMES.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_defaults_well_formed() {
        let mut seen = HashSet::new();
        for name in known_names() {
            assert!(seen.insert(name.clone()), "{name}");
        }
        for variable in VARIABLES {
            if let Some(default) = variable.default {
                assert_eq!(variable.kind.check(default), Ok(()), "{}", variable.name);
                assert!(!variable.asks_too_much(default), "{}", variable.name);
            }
        }
    }
}
