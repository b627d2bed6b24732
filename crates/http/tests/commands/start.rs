//! Starting the server: what a newcomer gets, and why a start is refused.

use std::net::TcpListener;

use authara_client::{Config, Verifier};
use authara_core::keys::KeyRing;

use crate::http::{self, PASSWORD, sign_up, user_status};
use crate::process::{Place, free_port, mode};

#[test]
fn s157_the_first_start_on_an_empty_folder_makes_files_for_the_owner_alone() {
    let place = Place::new();
    let server = place.serve();
    sign_up(server.address, "dana@example.org");
    assert_eq!(place.entries(), ["data"]);
    assert_eq!(mode(&place.path("data")), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place.path("data")).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
        names.push(entry.file_name().into_string().unwrap());
    }
    for name in ["authara.db", "authara.db-wal", "authara.db.lock", "jwt-keys"] {
        assert!(names.iter().any(|other| other == name), "{name} is not among {names:?}");
    }
}

#[test]
fn an_application_that_reads_the_generated_ring_verifies_the_servers_tokens() {
    let place = Place::new();
    let server = place.serve();
    let tokens = sign_up(server.address, "dana@example.org");
    assert_eq!(KeyRing::parse(&place.read("data/jwt-keys"), None).unwrap().iter().count(), 1);
    let file = place.path("data/jwt-keys").into_os_string();
    let config = Config::from_lookup(|name| (name == "AUTHARA_JWT_KEYS_FILE").then(|| file.clone())).unwrap();
    let identity = Verifier::new(&config).verify(&tokens.access, config.clock().now()).unwrap();
    assert_eq!(identity.audience, "app");
}

#[test]
fn s138_neither_the_ring_nor_a_password_nor_a_token_is_ever_printed() {
    let place = Place::new().with("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always").with("LOG_LEVEL", "debug");
    let server = place.serve();
    let first = sign_up(server.address, "dana@example.org");
    let second = http::refresh(server.address, &first.refresh).tokens();
    // A replay is worth a log line, which names no token.
    let third = http::refresh(server.address, &second.refresh).tokens();
    assert_eq!(http::refresh(server.address, &first.refresh).status, 401);
    assert_eq!(http::log_in(server.address, "dana@example.org").status, 200);
    let ended = server.stop();
    let said = ended.said();
    let ring = place.read("data/jwt-keys");
    let (_, key) = ring.split_once(':').unwrap();
    let mut secrets = vec![key.trim(), PASSWORD, "dana@example.org"];
    for tokens in [&first, &second, &third] {
        secrets.extend([tokens.access.as_str(), tokens.refresh.as_str()]);
    }
    for (number, secret) in secrets.into_iter().enumerate() {
        assert!(!said.contains(secret), "secret {number} is in the output");
    }
}

#[test]
fn the_first_start_says_which_address_to_open_and_where_the_data_is() {
    let port = free_port();
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", &format!("127.0.0.1:{port}"));
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/auth/login"), 200);
    let printed = server.printed();
    assert!(printed.contains(&format!("http://localhost:{port}/auth/login")), "{printed}");
    assert!(printed.contains("./data/authara.db"), "{printed}");
    assert!(printed.contains("development"), "{printed}");
}

#[test]
fn with_port_0_the_address_to_open_names_the_port_that_the_system_chose() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/auth/health"), 200);
    let printed = server.printed();
    assert!(printed.contains(&format!("http://localhost:{}/auth/login", server.address.port())), "{printed}");
}

#[test]
fn in_development_the_root_shows_a_page_and_in_production_it_does_not() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/"), 200);
    drop(server);
    let place = place.with("APP_ENV", "prod").with("PUBLIC_URL", "https://login.example.com");
    let place = place.with("AUTHARA_JWT_ISSUER", "https://login.example.com");
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/"), 404);
    assert_eq!(http::get_status(server.address, "/auth/login"), 200);
}

#[test]
fn s176_a_second_server_on_the_same_file_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let server = place.serve();
    let complaint = place.run(&["serve"]).expect_complaint();
    assert!(complaint.contains("another server is using ./data/authara.db"), "{complaint}");
    assert_eq!(http::get_status(server.address, "/auth/ready"), 200);
}

#[test]
fn s176_a_port_in_use_is_named_and_leaves_no_trace_on_disk() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", &address);
    let complaint = place.run(&["serve"]).expect_complaint();
    assert!(complaint.contains(&address) && complaint.contains("in use"), "{complaint}");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn s176_data_that_cannot_be_used_is_named_in_one_line_that_repeats_none_of_it() {
    let long = "canary ".repeat(1000);
    for (file, text, named) in [
        ("data", "canary", "./data"),
        ("data/authara.db", long.as_str(), "./data/authara.db"),
        ("data/jwt-keys", "canary", "./data/jwt-keys"),
        ("data/jwt-keys", "k1:canary", "./data/jwt-keys"),
    ] {
        let place = Place::new();
        if file.contains('/') {
            std::fs::create_dir(place.path("data")).unwrap();
        }
        std::fs::write(place.path(file), text).unwrap();
        let complaint = place.run(&["serve"]).expect_complaint();
        assert!(complaint.contains(named), "{file}: {complaint}");
        assert!(!complaint.contains("canary"), "{file}: {complaint}");
        assert_eq!(place.read(file), text, "{file} was changed");
    }
}

#[test]
fn s176_a_database_server_that_is_away_is_one_line_without_the_password() {
    let place = Place::new().with("AUTHARA_DATABASE_URL", "postgres://authara:canary@127.0.0.1:1/authara");
    for command in ["serve", "migrate"] {
        let complaint = place.run(&[command]).expect_complaint();
        assert!(complaint.contains("cannot open the database"), "{command}: {complaint}");
        assert!(!complaint.contains("canary"), "{command}: {complaint}");
    }
}

#[test]
fn the_organization_mode_of_the_first_start_is_kept_to() {
    let place = Place::new();
    drop(place.serve());
    let place = place.with("AUTHARA_ORG_MODE", "multi");
    let complaint = place.run(&["serve"]).expect_complaint();
    assert!(complaint.contains("AUTHARA_ORG_MODE") && complaint.contains("single"), "{complaint}");
}

#[test]
fn a_restart_keeps_accounts_and_sessions() {
    for place in Place::on_each_database() {
        let server = place.serve();
        let tokens = sign_up(server.address, "dana@example.org");
        assert_eq!(server.stop().status.code(), Some(0), "{}", place.name());
        let server = place.serve();
        assert_eq!(user_status(server.address, &tokens.access), 200, "{}", place.name());
        assert_eq!(http::refresh(server.address, &tokens.refresh).status, 200, "{}", place.name());
        assert_eq!(http::log_in(server.address, "dana@example.org").status, 200, "{}", place.name());
    }
}
