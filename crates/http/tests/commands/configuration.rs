//! What the command line and the environment are told about themselves.

use crate::http;
use crate::process::Place;

/// Faults of every kind, and secrets that must not come back.
const FAULTY: [(&str, &str); 7] = [
    ("APP_ENV", "production"),
    ("PUBLIC_URL", "http://user:canary@localhost:8080"),
    ("LOG_LEVEL", "loud"),
    ("AUTHARA_DATABASE_URL", "mysql://canary@db.example.com/auth"),
    ("AUTHARA_JWT_KEYS", "k1:canary"),
    ("AUTHARA_ACCESS_TOKEN_TTL_MINUTES", "soon"),
    ("AUTHARA_PASSWORD_HASH_MEMORY_KIB", "1024"),
];

#[test]
fn s158_every_fault_is_told_at_once_by_name_and_no_secret_comes_back() {
    let place = FAULTY.iter().fold(Place::new(), |place, (name, value)| place.with(name, value));
    for command in ["serve", "check-config", "migrate"] {
        let ended = place.run(&[command]);
        assert_eq!(ended.status.code(), Some(1), "{command}: {}", ended.said());
        assert_eq!(ended.stdout, "", "{command}");
        assert!(ended.stderr.lines().all(|line| line.starts_with("authara-server: ")), "{command}: {}", ended.stderr);
        let told = ended.stderr.replace("authara-server: ", "");
        for (name, _) in FAULTY {
            assert!(told.lines().any(|line| line.starts_with(&format!("{name}: "))), "{command}, {name}: {told}");
        }
        for line in told.lines() {
            assert!(FAULTY.iter().any(|(name, _)| line.starts_with(name)), "{command}: {line}");
        }
        assert!(!told.contains("canary"), "{command}: {told}");
    }
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn s158_an_unknown_name_is_reported_with_the_nearest_known_one() {
    let place = Place::new().with("AUTHARA_LISTEN_ADR", "127.0.0.1:9000");
    let ended = place.run(&["check-config"]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
    assert_eq!(
        ended.stderr,
        "authara-server: warning: AUTHARA_LISTEN_ADR: is unknown; did you mean AUTHARA_LISTEN_ADDR?\n"
    );
}

#[test]
fn s158_what_would_switch_on_a_missing_feature_is_refused() {
    for (name, value) in [
        ("AUTHARA_ACCESS_POLICY_ALLOWLIST_ENABLED", "true"),
        ("AUTHARA_CHALLENGE_ENABLED", "true"),
        ("AUTHARA_CACHE_PROVIDER", "redis"),
        ("AUTHARA_OAUTH_PROVIDERS", "google"),
        ("AUTHARA_EMAIL_PROVIDER", "smtp"),
    ] {
        let place = Place::new().with(name, value);
        let complaint = place.run(&["serve"]).expect_complaint();
        assert!(complaint.starts_with(name), "{complaint}");
        assert!(complaint.contains("not available yet"), "{complaint}");
        assert!(place.entries().is_empty(), "{name}: {:?}", place.entries());
    }
}

#[test]
fn s158_a_server_that_others_can_reach_is_in_production_unless_told_otherwise() {
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", "0.0.0.0:0");
    let ended = place.run(&["serve"]);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.said());
    for name in ["PUBLIC_URL", "AUTHARA_JWT_ISSUER"] {
        assert!(ended.stderr.contains(&format!("{name}: is required in production")), "{}", ended.stderr);
    }
}

#[test]
fn s158_the_key_ring_may_come_from_a_file() {
    let place = Place::new();
    let ring = place.run(&["keys", "generate"]).expect_success();
    std::fs::write(place.path("ring"), &ring).unwrap();
    let place = place.with("AUTHARA_JWT_KEYS_FILE", "ring");
    let server = place.serve();
    let tokens = http::sign_up(server.address, "dana@example.org");
    assert_eq!(http::user_status(server.address, &tokens.access), 200);
    assert!(!place.path("data/jwt-keys").exists(), "a ring was generated although one was given");
}

#[test]
fn present_and_empty_is_absent() {
    let place = Place::new().with("AUTHARA_REFRESH_TOKEN_GRACE", "").with("APP_ENV", "").with("PUBLIC_URL", "");
    place.run(&["check-config"]).expect_success();
}

#[test]
fn check_config_says_that_all_is_well_and_changes_nothing() {
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", "127.0.0.1:9000");
    let printed = place.run(&["check-config"]).expect_success();
    assert_eq!(printed, "The configuration is fine (development, http://localhost:9000).\n");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn help_explains_the_commands_and_where_the_variables_are_listed() {
    let place = Place::new();
    let help = place.run(&["--help"]).expect_success();
    for word in [
        "serve",
        "migrate",
        "keys",
        "backup",
        "end-all-sessions",
        "healthcheck",
        "check-config",
        "version",
        "127.0.0.1:8080",
        "docs/configuration.md",
    ] {
        assert!(help.contains(word), "{word} is missing: {help}");
    }
    let help = place.run(&["keys", "--help"]).expect_success();
    assert!(help.contains("generate") && help.contains("rotate"), "{help}");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn version_prints_the_version() {
    let place = Place::new();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(place.run(&["version"]).expect_success(), format!("{version}\n"));
    assert!(place.run(&["--version"]).expect_success().contains(version));
}

#[test]
fn an_unknown_command_is_refused_instead_of_serving() {
    let place = Place::new();
    for arguments in [&["sreve"][..], &["keys"], &["backup"], &["serve", "more"]] {
        let ended = place.run(arguments);
        assert!(!ended.status.success(), "{arguments:?}");
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}
