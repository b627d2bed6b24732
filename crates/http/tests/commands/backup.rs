//! `backup FILE`: a copy that is consistent although the server goes on, and that can be served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::http::{log_in, refresh, sign_up, user_status};
use crate::process::{Place, mode};

/// A place whose data are those of a backup of another, with the same keys.
fn restored(from: &Place, copy: &str) -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).expect("a data folder");
    std::fs::copy(from.path(copy), place.path("data/authara.db")).expect("the copy is copied");
    std::fs::copy(from.path("data/jwt-keys"), place.path("data/jwt-keys")).expect("the keys are copied");
    place
}

#[test]
fn s162_a_backup_made_under_load_can_be_served_and_knows_what_came_before_it() {
    let place = Place::new().with("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always");
    let server = place.serve();
    let address = server.address;
    let before = sign_up(address, "dana@example.org");
    let mut busy = sign_up(address, "erin@example.org");
    let done = Arc::new(AtomicBool::new(false));
    let is_done = done.clone();
    let load = std::thread::spawn(move || {
        while !is_done.load(Ordering::Relaxed) {
            let answer = refresh(address, &busy.refresh);
            assert_eq!(answer.status, 200, "{}", answer.json);
            busy = answer.tokens();
        }
    });
    let printed = place.run(&["backup", "copy.db"]).expect_success();
    done.store(true, Ordering::Relaxed);
    load.join().unwrap();
    assert!(printed.contains("copy.db"), "{printed}");
    let after = [sign_up(address, "finn@example.org"), log_in(address, "dana@example.org").tokens()];

    let restored = restored(&place, "copy.db");
    let server = restored.serve();
    assert_eq!(user_status(server.address, &before.access), 200);
    assert_eq!(refresh(server.address, &before.refresh).status, 200);
    for known in ["dana@example.org", "erin@example.org"] {
        assert_eq!(log_in(server.address, known).status, 200, "{known}");
    }
    // What came later never happened here.
    for tokens in &after {
        assert_eq!(refresh(server.address, &tokens.refresh).status, 401);
    }
    assert_eq!(log_in(server.address, "finn@example.org").status, 401);
}

#[test]
fn s157_a_backup_is_for_its_owner_alone() {
    let place = Place::new();
    drop(place.serve());
    place.run(&["backup", "copy.db"]).expect_success();
    assert_eq!(mode(&place.path("copy.db")), 0o600);
}

#[test]
fn s162_a_backup_never_overwrites_anything() {
    let place = Place::new();
    drop(place.serve());
    std::fs::write(place.path("precious"), "something else").unwrap();
    for target in ["precious", "data/authara.db", "data"] {
        let complaint = place.run(&["backup", target]).expect_complaint();
        assert!(complaint.contains(target) && complaint.contains("exists"), "{complaint}");
    }
    assert_eq!(place.read("precious"), "something else");
    let server = place.serve();
    sign_up(server.address, "dana@example.org");
}

#[test]
fn s162_a_backup_that_cannot_be_made_is_one_line_and_leaves_nothing() {
    let place = Place::new();
    let complaint = place.run(&["backup", "copy.db"]).expect_complaint();
    assert!(complaint.contains("./data/authara.db"), "{complaint}");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
    drop(place.serve());
    let complaint = place.run(&["backup", "missing/copy.db"]).expect_complaint();
    assert!(complaint.contains("missing/copy.db"), "{complaint}");
    assert_eq!(place.entries(), ["data"]);
}

#[test]
fn s162_on_postgresql_backup_names_the_tool_that_does_it() {
    let place = Place::new().with("AUTHARA_DATABASE_URL", "postgres://authara:canary@db.example.com/authara");
    let complaint = place.run(&["backup", "copy.db"]).expect_complaint();
    assert!(complaint.contains("pg_dump") && !complaint.contains("canary"), "{complaint}");
}
