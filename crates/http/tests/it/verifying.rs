//! `GET verify`: what a gateway is told of who sends a request.

use chrono::TimeDelta;
use serde_json::Value;

use crate::browser::ACCESS;
use crate::wire::{Answer, Ask};
use crate::world::worlds;

const HEADERS: [&str; 5] =
    ["x-authara-user", "x-authara-email", "x-authara-org", "x-authara-org-role", "x-authara-roles"];

fn told(answer: &Answer) -> Vec<Option<&str>> {
    HEADERS.iter().map(|name| answer.header(name)).collect()
}

#[actix_web::test]
async fn a_gateway_is_told_who_sends_a_request_by_cookie_and_by_bearer_token() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let user = browser.get("/user").await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (id, organization) = (text(&user["id"]), text(&user["organization"]["id"]));
        let expected =
            [Some(id.as_str()), Some("dana@example.org"), Some(&organization), Some("owner"), Some("")].to_vec();

        let answer = browser.get("/verify").await;
        assert_eq!(answer.status, 204, "{}: {}", world.name, answer.text());
        assert_eq!(told(&answer), expected, "{}", world.name);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", world.name);
        assert_eq!(answer.header("set-cookie"), None, "{}", world.name);
        assert!(answer.body.is_empty(), "{}", world.name);

        let bearer = format!("Bearer {}", browser.cookie(ACCESS));
        let answer = world.browser().send(Ask::api("GET", "/verify").header("authorization", &bearer)).await;
        assert_eq!(answer.status, 204, "{}", world.name);
        assert_eq!(told(&answer), expected, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn nobody_lapsed_and_ended_sessions_are_401_and_no_header_is_taken_from_the_request() {
    for world in worlds().await {
        let forged =
            Ask::api("GET", "/verify").header("x-authara-user", "somebody").header("x-authara-roles", "authara:admin");
        let answer = world.browser().send(forged).await;
        assert_eq!(answer.status, 401, "{}", world.name);
        assert_eq!(told(&answer), [None; 5], "{}", world.name);

        let mut browser = world.signed_up("dana@example.org").await;
        let mut elsewhere = world.browser();
        elsewhere.set(ACCESS, browser.cookie(ACCESS));
        browser.mutate(Ask::api("POST", "/sessions/logout")).await;
        assert_eq!(elsewhere.get("/verify").await.status, 401, "{}: the session has ended", world.name);

        let mut browser = world.signed_up("eve@example.org").await;
        world.clock.advance(TimeDelta::minutes(11));
        let answer = browser.get("/verify").await;
        assert_eq!(answer.status, 401, "{}: the token has lapsed", world.name);
        assert_eq!(answer.header("set-cookie"), None, "{}: and nothing else has", world.name);
        world.stop().await;
    }
}
