//! What no single part of the configuration can show.

use super::Database;
use super::testing::{faults, load, with};
use super::variables::VARIABLES;

const KEY: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

#[test]
fn written_out_defaults_change_nothing() {
    let given: Vec<_> = VARIABLES.iter().filter_map(|v| Some((v.name, v.default?))).collect();
    let (spelled, warnings) = load(&given).unwrap();
    // Without a proxy to take it from, naming the header is worth a remark.
    assert_eq!(warnings.len(), 1);
    assert_eq!(format!("{spelled:?}"), format!("{:?}", load(&[]).unwrap().0));
}

#[test]
fn what_would_switch_on_a_missing_feature_does_not_start() {
    for (name, word) in [("AUTHARA_CACHE_PROVIDER", "redis"), ("AUTHARA_EMAIL_PROVIDER", "smtp")] {
        let expected = format!("{name}: {word} is not available yet");
        assert_eq!(faults(&[(name, word)]), expected);
    }
    for (name, text) in [
        ("AUTHARA_ACCESS_POLICY_ALLOWLIST_ENABLED", "true"),
        ("AUTHARA_CHALLENGE_ENABLED", "1"),
        ("AUTHARA_PUBLIC_ORGANIZATION_MANAGEMENT_ENABLED", "true"),
        ("AUTHARA_INVITATION_EMAIL_INCLUDE_CODE", "T"),
        ("POSTGRESQL_LOG_SQL", "true"),
        ("AUTHARA_OAUTH_PROVIDERS", "google"),
        ("AUTHARA_WEBHOOK_URL", "https://example.com/hook"),
        ("AUTHARA_WEBHOOK_SECRET", "x"),
        ("AUTHARA_INTERNAL_API_TOKEN", "x"),
    ] {
        let expected = format!("{name}: what this switches on is not available yet");
        assert_eq!(faults(&[(name, text)]), expected);
    }
}

#[test]
fn tuning_a_missing_feature_is_checked_and_otherwise_has_no_effect() {
    let tuning = [
        ("AUTHARA_CHALLENGE_ENABLED", "false"),
        ("AUTHARA_CHALLENGE_TTL", "1h"),
        ("AUTHARA_REDIS_HOST", "redis"),
        ("AUTHARA_REDIS_PASSWORD", "x"),
        ("AUTHARA_EMAIL_FROM", "Us <us@example.com>"),
        ("AUTHARA_EMAIL_SMTP_PORT", "0"),
        ("AUTHARA_WEBHOOK_ENABLED_EVENTS", "user.created"),
        ("AUTHARA_OAUTH_PROVIDERS", ","),
    ];
    assert!(load(&tuning).unwrap().1.is_empty());
    for (name, text) in [
        ("AUTHARA_CHALLENGE_ENABLED", "yes"),
        ("AUTHARA_CHALLENGE_TTL", "1 day"),
        ("AUTHARA_REDIS_PORT", "65536"),
        ("AUTHARA_EMAIL_SMTP_TLS", "on"),
    ] {
        assert!(faults(&[(name, text)]).starts_with(name), "{name}={text}");
    }
}

#[test]
fn s158_all_faults_are_reported_together() {
    let faults = faults(&[
        ("APP_ENV", "prod"),
        ("LOG_LEVEL", "loud"),
        ("PUBLIC_URL", "https://example.com/"),
        ("AUTHARA_DB_MAX_OPEN_CONNS", "many"),
        ("POSTGRESQL_HOST", "db"),
        ("AUTHARA_JWT_KEYS", "k1:short"),
        ("AUTHARA_REFRESH_TOKEN_TTL_DAYS", "90"),
        ("AUTHARA_CHALLENGE_ENABLED", "true"),
        ("AUTHARA_TRUSTED_PROXIES", "proxy"),
    ]);
    for name in [
        "LOG_LEVEL",
        "PUBLIC_URL",
        "AUTHARA_DB_MAX_OPEN_CONNS",
        "POSTGRESQL_PORT",
        "POSTGRESQL_USERNAME",
        "POSTGRESQL_PASSWORD",
        "POSTGRESQL_DATABASE",
        "AUTHARA_JWT_KEYS",
        "AUTHARA_JWT_ISSUER",
        "AUTHARA_JWT_ACTIVE_KEY_ID",
        "AUTHARA_REFRESH_TOKEN_TTL_DAYS",
        "AUTHARA_CHALLENGE_ENABLED",
        "AUTHARA_TRUSTED_PROXIES",
    ] {
        let lines = faults.lines().filter(|line| line.starts_with(&format!("{name}: ")));
        assert_eq!(lines.count(), 1, "{name}:\n{faults}");
    }
    assert_eq!(faults.lines().count(), 13, "{faults}");
}

#[test]
fn s159_no_fault_repeats_a_secret() {
    for variable in VARIABLES.iter().filter(|variable| variable.secret) {
        for text in ["canary", "k1:canary", "postgres://u:canary%@h/d", "sqlite:canary?x"] {
            let broken = with(&[("APP_ENV", "broken")], &[(variable.name, text)]);
            assert!(!faults(&broken).contains("canary"), "{}", variable.name);
            let twin = variable.file_name().unwrap();
            let twice = with(&broken, &[(twin.as_str(), "/no/such/file")]);
            assert!(!faults(&twice).contains("canary"), "{}", variable.name);
        }
    }
}

#[test]
fn s159_a_configuration_prints_no_secret() {
    let url = "postgres://u:canary@h/d";
    let secrets = [("AUTHARA_DATABASE_URL", url), ("AUTHARA_JWT_KEYS", KEY)];
    let (config, _) = load(&with(&secrets, &[("AUTHARA_EMAIL_SMTP_PASSWORD", "canary")])).unwrap();
    let printed = format!("{config:?}");
    for secret in ["canary", "MDEyMzQ1", "0123456789abcdef"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert!(matches!(config.database, Database::Postgres(_)));
}

#[test]
fn s158_secrets_come_from_files_and_unknown_names_warn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    let file = ("AUTHARA_JWT_KEYS_FILE", path.to_str().unwrap());
    let active = ("AUTHARA_JWT_ACTIVE_KEY_ID", "k1");
    let (_, warnings) = load(&[file, active, ("AUTHARA_JWT_ISUER", "x")]).unwrap();
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["AUTHARA_JWT_ISUER: is unknown; did you mean AUTHARA_JWT_ISSUER?"]);
}

#[test]
fn files_and_addresses_are_taken_as_given() {
    let pairs = [("AUTHARA_DATA_DIR", "/srv/authara"), ("AUTHARA_LISTEN_ADDR", "[::1]:9000")];
    let (config, _) = load(&pairs).unwrap();
    assert_eq!(config.data_dir.to_str(), Some("/srv/authara"));
    assert_eq!(config.listen_addr.to_string(), "[::1]:9000");
    let (config, _) = load(&[]).unwrap();
    assert_eq!(config.data_dir.to_str(), Some("./data"));
    assert_eq!(config.listen_addr.to_string(), "127.0.0.1:8080");
    assert!(faults(&[("AUTHARA_LISTEN_ADDR", ":8080")]).contains("127.0.0.1:8080"));
}
