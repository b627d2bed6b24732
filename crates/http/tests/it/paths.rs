//! Other spellings of a path lead nowhere: neither around a limit (S-149) nor out of the list of
//! files (S-150).

use authara_core::limit::Rule;
use chrono::TimeDelta;
use serde_json::json;

use crate::wire::Ask;
use crate::world::world_with;

#[actix_web::test]
async fn s149_no_spelling_of_a_limited_path_leads_around_the_limit() {
    let world = world_with(|plan| {
        plan.bend.rules.login_address = Rule { limit: 4, window: TimeDelta::hours(1) };
    });
    let world = world.await;
    let mut browser = world.browser();
    browser.fetch_csrf().await;
    let wrong = json!({"email": "dana@example.org", "password": "not this one"});
    for target in [
        "/auth/api/v1/login/",
        "/auth/api/v1//login",
        "/auth/api//v1/login",
        "//auth/api/v1/login",
        "/auth/api/v1/./login",
        "/auth/api/v1/x/../login",
        "/auth/api/v1/%2e/login",
        "/auth/api/v1/login;",
        "/auth/api/v1/login;x=y",
        "/auth/api/v1/Login",
        "/AUTH/api/v1/login",
        "/auth/api/v1/login%2f",
        "/auth/api/v1%2flogin",
        "/auth/api/v1/%256cogin",
        "/auth/api/v1/login%00",
        "/auth/api/v1/login%20",
        "/auth/api/v1/login.json",
        "/auth/api/v1\\login",
    ] {
        let answer = browser.mutate(Ask::new("POST", target).json(&wrong)).await;
        assert_eq!(answer.status, 404, "{target}: {}", answer.text());
    }
    // What is the same after one decoding, or only differs in its query, counts as the same.
    for target in ["/auth/api/v1/login", "/auth/api/v1/%6cogin", "/auth/api/v1/login?x", "/%61uth/api/v1/login"] {
        let answer = browser.mutate(Ask::new("POST", target).json(&wrong)).await;
        assert_eq!(answer.status, 401, "{target}: {}", answer.text());
    }
    for target in ["/auth/api/v1/login", "/auth/api/v1/%6cogin", "/auth/api/v1/logi%6e?y"] {
        let answer = browser.mutate(Ask::new("POST", target).json(&wrong)).await;
        assert_eq!(answer.status, 429, "{target}: {}", answer.text());
    }
    world.stop().await;
}

#[actix_web::test]
async fn s150_no_spelling_of_a_path_leads_to_a_file() {
    let world = world_with(|_| {}).await;
    for target in [
        "/auth/static/../Cargo.toml",
        "/auth/static/../../Cargo.toml",
        "/auth/static/../../../../../../etc/passwd",
        "/auth/static/..%2f..%2fCargo.toml",
        "/auth/static/..%2F..%2FCargo.toml",
        "/auth/static/%2e%2e/%2e%2e/Cargo.toml",
        "/auth/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/auth/static/%252e%252e%252fCargo.toml",
        "/auth/static/..%252fCargo.toml",
        "/auth/static/..%c0%afCargo.toml",
        "/auth/static/%c0%ae%c0%ae/Cargo.toml",
        "/auth/static/..%5cCargo.toml",
        "/auth/static/..\\Cargo.toml",
        "/auth/static/....//Cargo.toml",
        "/auth/static/..;/Cargo.toml",
        "/auth/static/./Cargo.toml",
        "/auth/static//etc/passwd",
        "/auth/static/%2fetc%2fpasswd",
        "/auth/static/file:///etc/passwd",
        "/auth/static/authara.css%00.svg",
        "/auth/static/Cargo.toml%00",
        "/auth/static/.git/config",
        "/auth/static/.env",
        "/auth/static/.",
        "/auth/static/..",
        "/auth/static/%2e",
        "/auth/static/authara.css.map",
        "/auth/static/authara.js.map",
        "/auth/static/*",
        "/auth/static/authara.*.css",
        "/data/jwt-keys",
        "/data/authara.db",
        "/auth/data/authara.db",
        "/etc/passwd",
    ] {
        let answer = world.send(Ask::new("GET", target)).await;
        assert_eq!(answer.status, 404, "{target}");
        let text = answer.text();
        for mark in ["[package]", "[workspace]", "root:", "SQLite format", "sourceMappingURL"] {
            assert!(!text.contains(mark), "{target}: {mark}");
        }
    }
    world.stop().await;
}
