//! The checkable statements of the operator documentation, by their numbers. Those about features
//! that are not there yet come with them.

use authara_core::organization::OrganizationMode;
use chrono::TimeDelta;

use super::testing::{PRODUCTION, faults, load, with};
use super::values;
use super::variables::find;

const KEY: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The variables of the Go server with their defaults, spelled as its documentation does.
const REFERENCE: &str = "
    APP_ENV=dev
    PUBLIC_URL
    AUTHARA_TRUST_PROXY_HEADERS=false
    LOG_LEVEL
    AUTHARA_DEFAULT_RETURN_TO=/
    POSTGRESQL_HOST
    POSTGRESQL_PORT
    POSTGRESQL_USERNAME
    POSTGRESQL_PASSWORD
    POSTGRESQL_DATABASE
    POSTGRESQL_SCHEMA=authara
    POSTGRESQL_TIMEZONE=UTC
    POSTGRESQL_LOG_SQL=false
    AUTHARA_DB_MAX_OPEN_CONNS=40
    AUTHARA_DB_MAX_IDLE_CONNS=20
    AUTHARA_DB_CONN_MAX_LIFETIME=30m
    AUTHARA_DB_CONN_MAX_IDLE_TIME=5m
    AUTHARA_CACHE_PROVIDER=noop
    AUTHARA_REDIS_HOST=localhost
    AUTHARA_REDIS_PORT=6379
    AUTHARA_REDIS_PASSWORD
    AUTHARA_REDIS_DB=0
    AUTHARA_JWT_ISSUER
    AUTHARA_JWT_ACTIVE_KEY_ID
    AUTHARA_JWT_KEYS
    AUTHARA_ACCESS_TOKEN_TTL_MINUTES=10
    AUTHARA_SESSION_TTL_DAYS=60
    AUTHARA_REFRESH_TOKEN_TTL_DAYS=14
    AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL=24h
    AUTHARA_ORG_MODE=single
    AUTHARA_PUBLIC_ORGANIZATION_MANAGEMENT_ENABLED=false
    AUTHARA_INVITATION_EMAIL_INCLUDE_CODE=false
    AUTHARA_ORGANIZATION_INVITATION_TTL=168h
    AUTHARA_INTERNAL_API_TOKEN
    AUTHARA_OAUTH_PROVIDERS
    AUTHARA_OAUTH_GOOGLE_CLIENT_ID
    AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT=5
    AUTHARA_RATE_LIMIT_LOGIN_IP_WINDOW=1m
    AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT=10
    AUTHARA_RATE_LIMIT_LOGIN_EMAIL_WINDOW=1h
    AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT=3
    AUTHARA_RATE_LIMIT_SIGNUP_IP_WINDOW=1h
    AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_LIMIT=3
    AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_WINDOW=24h
    AUTHARA_RATE_LIMIT_PASSWORD_RESET_IP_LIMIT=5
    AUTHARA_RATE_LIMIT_PASSWORD_RESET_IP_WINDOW=1h
    AUTHARA_RATE_LIMIT_PASSWORD_RESET_EMAIL_LIMIT=3
    AUTHARA_RATE_LIMIT_PASSWORD_RESET_EMAIL_WINDOW=24h
    AUTHARA_RATE_LIMIT_PASSKEY_LOGIN_IP_LIMIT=30
    AUTHARA_RATE_LIMIT_PASSKEY_LOGIN_IP_WINDOW=10m
    AUTHARA_RATE_LIMIT_CHALLENGE_VERIFY_IP_LIMIT=30
    AUTHARA_RATE_LIMIT_CHALLENGE_VERIFY_IP_WINDOW=10m
    AUTHARA_RATE_LIMIT_CHALLENGE_RESEND_IP_LIMIT=10
    AUTHARA_RATE_LIMIT_CHALLENGE_RESEND_IP_WINDOW=1h
    AUTHARA_RATE_LIMIT_CLEANUP_EVERY=200
    AUTHARA_RATE_LIMIT_MAX_ENTRIES=50000
    AUTHARA_WEBHOOK_URL
    AUTHARA_WEBHOOK_SECRET
    AUTHARA_WEBHOOK_ENABLED_EVENTS
    AUTHARA_WEBHOOK_TIMEOUT=5s
    AUTHARA_WEBHOOK_WORKER_COUNT=2
    AUTHARA_WEBHOOK_MAX_DELIVERY_ATTEMPTS=3
    AUTHARA_WEBHOOK_PROCESSING_STALE_AFTER=2m
    AUTHARA_WEBHOOK_STALE_REAPER_INTERVAL=1m
    AUTHARA_WEBHOOK_DELIVERED_RETENTION=24h
    AUTHARA_WEBHOOK_FAILED_RETENTION=720h
    AUTHARA_WEBHOOK_CLEANUP_INTERVAL=1h
    AUTHARA_WEBHOOK_MAINTENANCE_BATCH_SIZE=1000
    AUTHARA_ACCESS_POLICY_ALLOWLIST_ENABLED=false
    AUTHARA_ADMIN_AUDIT_RETENTION_DAYS=180
    AUTHARA_CHALLENGE_ENABLED=false
    AUTHARA_CHALLENGE_TTL=30m
    AUTHARA_CHALLENGE_VERIFICATION_CODE_TTL=10m
    AUTHARA_CHALLENGE_MAX_ATTEMPTS=5
    AUTHARA_CHALLENGE_MAX_RESENDS=3
    AUTHARA_CHALLENGE_MIN_RESEND_INTERVAL=30s
    AUTHARA_EMAIL_PROVIDER=noop
    AUTHARA_EMAIL_FROM
    AUTHARA_EMAIL_SMTP_HOST
    AUTHARA_EMAIL_SMTP_PORT=587
    AUTHARA_EMAIL_SMTP_USERNAME
    AUTHARA_EMAIL_SMTP_PASSWORD
    AUTHARA_EMAIL_SMTP_TLS=true
    AUTHARA_EMAIL_SMTP_TIMEOUT=10s
    AUTHARA_EMAIL_WORKER_COUNT=2
    AUTHARA_EMAIL_WORKER_POLL_INTERVAL=2s
    AUTHARA_EMAIL_JOB_MAX_ATTEMPTS=10
    AUTHARA_EMAIL_CLEANUP_SENT_AFTER=720h
    AUTHARA_EMAIL_CLEANUP_FAILED_AFTER=2160h
";

fn reference() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    REFERENCE.split_whitespace().map(|line| match line.split_once('=') {
        Some((name, default)) => (name, Some(default)),
        None => (line, None),
    })
}

#[test]
fn c13_1_01_no_variable_of_the_go_server_is_unknown() {
    assert_eq!(reference().count(), 89);
    for (name, _) in reference() {
        assert!(find(name).is_some(), "{name}");
    }
}

#[test]
fn c13_1_02_only_production_requires_anything() {
    assert!(load(&[]).is_ok());
    assert!(load(PRODUCTION).is_ok());
    for missing in ["PUBLIC_URL", "AUTHARA_JWT_ISSUER"] {
        let rest: Vec<_> = PRODUCTION.iter().copied().filter(|(name, _)| *name != missing).collect();
        assert_eq!(faults(&rest), format!("{missing}: is required in production"));
    }
    let server = [("AUTHARA_DATABASE_URL", "postgres://u@h/d"), ("AUTHARA_JWT_KEYS", KEY)];
    assert_eq!(
        faults(&with(PRODUCTION, &server)),
        "AUTHARA_JWT_ACTIVE_KEY_ID: is required in production with PostgreSQL"
    );
    let active = with(&server, &[("AUTHARA_JWT_ACTIVE_KEY_ID", "k1")]);
    assert!(load(&with(PRODUCTION, &active)).is_ok());
}

#[test]
fn c13_1_03_every_default_is_the_documented_one() {
    for (name, default) in reference() {
        // The environment is guarded by S-158: a server that can be reached is in production.
        if name != "APP_ENV" {
            assert_eq!(find(name).unwrap().default, default, "{name}");
        }
    }
}

#[test]
fn c13_1_04_the_cache_provider_noop_validates() {
    assert!(load(&[("AUTHARA_CACHE_PROVIDER", "noop")]).is_ok());
    assert!(load(&[("AUTHARA_CACHE_PROVIDER", " NoOp ")]).is_ok());
}

#[test]
fn c13_1_06_the_cache_provider_memcached_is_refused() {
    assert_eq!(
        faults(&[("AUTHARA_CACHE_PROVIDER", "memcached")]),
        "AUTHARA_CACHE_PROVIDER: must be one of noop, redis (got \"memcached\")"
    );
}

#[test]
fn c13_1_11_an_audit_retention_of_zero_is_refused() {
    assert!(load(&[("AUTHARA_ADMIN_AUDIT_RETENTION_DAYS", "0")]).is_err());
}

#[test]
fn c13_1_12_a_default_return_target_elsewhere_is_refused() {
    let target = |text| load(&[("AUTHARA_DEFAULT_RETURN_TO", text)]);
    for text in ["//evil.example", "https://evil.example", "account", "/\\evil.example", " /account"] {
        let fault = target(text).unwrap_err();
        assert!(fault.starts_with("AUTHARA_DEFAULT_RETURN_TO: must be a path"), "{fault}");
    }
    assert_eq!(target("/account?tab=a#b").unwrap().0.default_return_to.as_str(), "/account?tab=a#b");
    assert_eq!(load(&[]).unwrap().0.default_return_to.as_str(), "/");
}

#[test]
fn c13_1_13_three_organization_modes_exist() {
    for (text, mode) in [
        ("personal", OrganizationMode::Personal),
        ("single", OrganizationMode::Single),
        ("multi", OrganizationMode::Multi),
    ] {
        assert_eq!(load(&[("AUTHARA_ORG_MODE", text)]).unwrap().0.organization_mode, mode);
    }
    assert_eq!(load(&[]).unwrap().0.organization_mode, OrganizationMode::Single);
    for text in ["team", "Single", "multi "] {
        assert!(load(&[("AUTHARA_ORG_MODE", text)]).is_err(), "{text}");
    }
}

#[test]
fn c13_1_14_an_invitation_ttl_of_24h_is_24_hours() {
    assert_eq!(values::duration("24h"), Ok(TimeDelta::hours(24)));
    assert!(load(&[("AUTHARA_ORGANIZATION_INVITATION_TTL", "24h")]).is_ok());
}

#[test]
fn c13_1_15_an_invitation_ttl_of_zero_is_refused() {
    assert!(load(&[("AUTHARA_ORGANIZATION_INVITATION_TTL", "0")]).is_err());
}

#[test]
fn c13_1_20_a_webhook_worker_count_of_zero_is_refused() {
    assert!(load(&[("AUTHARA_WEBHOOK_WORKER_COUNT", "0")]).is_err());
}
