//! `migrate`: a step of its own on PostgreSQL, and harmless on SQLite.

use crate::http;
use crate::process::{Place, Process, mode};

const CURRENT: &str = "The database schema is current.\n";

/// Empty databases: SQLite, and a schema without tables where PostgreSQL is at hand.
fn unmigrated() -> Vec<Place> {
    Place::on_each_database().into_iter().map(|place| place.with("POSTGRESQL_SCHEMA", "fresh")).collect()
}

#[test]
fn s163_migrating_twice_says_that_there_was_nothing_left_to_do() {
    for place in unmigrated() {
        let first = place.run(&["migrate"]).expect_success();
        assert!(first.starts_with("Ran "), "{}: {first}", place.name());
        assert_eq!(place.run(&["migrate"]).expect_success(), CURRENT, "{}", place.name());
        let server = place.serve();
        http::sign_up(server.address, "dana@example.org");
    }
}

#[test]
fn s157_migrating_makes_sqlite_files_for_the_owner_alone() {
    let place = Place::new();
    place.run(&["migrate"]).expect_success();
    assert_eq!(mode(&place.path("data")), 0o700);
    assert_eq!(mode(&place.path("data/authara.db")), 0o600);
}

#[test]
fn s163_serving_migrates_sqlite_and_asks_for_the_step_on_postgresql() {
    for place in unmigrated() {
        if place.name() == "sqlite" {
            drop(place.serve());
            assert_eq!(place.run(&["migrate"]).expect_success(), CURRENT);
            continue;
        }
        let complaint = place.run(&["serve"]).expect_complaint();
        assert!(complaint.contains("authara-server migrate"), "{complaint}");
        // Refusing changed nothing.
        let first = place.run(&["migrate"]).expect_success();
        assert!(first.starts_with("Ran "), "{first}");
    }
}

#[test]
fn s163_migrating_while_the_server_runs_is_harmless() {
    for place in Place::on_each_database() {
        let server = place.serve();
        assert_eq!(place.run(&["migrate"]).expect_success(), CURRENT, "{}", place.name());
        http::sign_up(server.address, "dana@example.org");
    }
}

#[test]
fn s163_two_migrators_at_once_leave_a_database_that_is_whole() {
    for place in unmigrated() {
        let both = [place.start(&["migrate"]), place.start(&["migrate"])].map(Process::wait);
        let succeeded = both.iter().filter(|ended| ended.status.success()).count();
        assert!(succeeded >= 1, "{}: {both:?}", place.name());
        for ended in both {
            // Whoever lost the race may have given up, in one line.
            if !ended.status.success() {
                ended.expect_complaint();
            }
        }
        assert_eq!(place.run(&["migrate"]).expect_success(), CURRENT, "{}", place.name());
        let server = place.serve();
        http::sign_up(server.address, "dana@example.org");
    }
}
