//! Which requests are served at all, and to whom.

use std::collections::BTreeSet;

use authara_core::secret::{RefreshToken, SecretHash};
use authara_core::session::RotationPolicy;
use authara_server::{api, pages};
use authara_storage::{refresh_tokens, sessions};
use chrono::TimeDelta;
use serde_json::json;

use crate::browser::{ACCESS, CSRF, REFRESH};
use crate::contract::{self, operations};
use crate::wire::{API, Ask};
use crate::world::{PASSWORD, World, worlds, worlds_with};

#[actix_web::test]
async fn h001_h002_h003_s090_a_wrong_method_of_an_api_path_is_an_unknown_route() {
    for world in worlds().await {
        for (method, path) in [
            ("GET", "/login"),
            ("PUT", "/login"),
            ("DELETE", "/login"),
            ("PATCH", "/login"),
            ("OPTIONS", "/login"),
            ("TRACE", "/login"),
            ("BREW", "/login"),
            ("DELETE", "/user"),
            ("POST", "/user"),
            ("POST", "/users/password"),
            ("GET", "/sessions/logout"),
        ] {
            let answer = world.send(Ask::api(method, path)).await;
            assert_eq!(answer.verdict(), "404/not_found", "{} {method} {path}", world.name);
            assert_eq!(answer.header("allow"), None, "{} {method} {path}", world.name);
        }
        for path in ["/login", "/user", "/csrf"] {
            let answer = world.send(Ask::api("HEAD", path)).await;
            assert_eq!((answer.status, answer.body.len()), (404, 0), "{} HEAD {path}", world.name);
            assert_eq!(answer.header("allow"), None, "{} HEAD {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h004_an_unknown_path_below_an_api_prefix_is_not_found_as_json() {
    for world in worlds().await {
        for target in [
            "/auth/api/v1/does-not-exist",
            "/auth/api/v1/",
            "/auth/api/v1",
            "/auth/api/v2/user",
            "/auth/api/",
            "/auth/internal/v1/does-not-exist",
            "/auth/internal/v1/organizations",
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = world.send(Ask::new(method, target)).await;
                assert_eq!(answer.verdict(), "404/not_found", "{} {method} {target}", world.name);
                assert_eq!(answer.header("content-type"), Some("application/json"), "{} {target}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h005_an_unknown_path_elsewhere_is_not_found_and_no_json() {
    for world in worlds().await {
        for target in
            ["/auth/api", "/auth/apis/v1/user", "/auth/internal", "/auth/unknown", "/auth//", "/authority", "/x"]
        {
            let answer = world.send(Ask::new("GET", target)).await;
            assert_eq!(answer.status, 404, "{} {target}", world.name);
            let media_type = answer.header("content-type").unwrap_or_default();
            assert!(!media_type.contains("json"), "{} {target}: {media_type}", world.name);
        }
        world.stop().await;
    }
}

#[test]
fn h006_the_routes_are_exactly_those_of_the_contract() {
    let promised: BTreeSet<(String, String)> = operations()
        .into_iter()
        .map(|operation| (operation.method, operation.path.replace("{sessionID}", "{session}")))
        .collect();
    let mut served: Vec<(String, String)> =
        api::ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), format!("{}{path}", api::PUBLIC))).collect();
    let probes = ["/auth/health", "/auth/ready", "/auth/version"];
    served.extend(
        pages::ROUTES
            .iter()
            .filter(|(_, path, _)| probes.contains(path))
            .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())),
    );
    assert_eq!(served.len(), promised.len(), "{served:?}");
    assert_eq!(served.into_iter().collect::<BTreeSet<_>>(), promised);
}

#[actix_web::test]
async fn h006_every_operation_of_the_contract_is_served_and_no_other_method_is() {
    for world in worlds().await {
        let all = operations();
        for operation in &all {
            let answer = world.send(operation.ask()).await;
            let unknown = world.send(Ask::api(&operation.method, "/does-not-exist")).await;
            assert_eq!(unknown.verdict(), "404/not_found", "{} {}", world.name, operation.id);
            assert_ne!((answer.status, &answer.body), (404, &unknown.body), "{} {}", world.name, operation.id);
        }
        for operation in all.iter().filter(|operation| operation.path.starts_with(API)) {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                let is_declared = all.iter().any(|other| other.path == operation.path && other.method == method);
                if !is_declared {
                    let target = operation.path.replace("{sessionID}", contract::NOBODYS_ID);
                    let answer = world.send(Ask::new(method, &target)).await;
                    assert_eq!(answer.verdict(), "404/not_found", "{} {method} {target}", world.name);
                }
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn the_served_document_is_the_contract() {
    for world in worlds().await {
        let answer = world.send(Ask::api("GET", "/openapi.json")).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        assert_eq!(answer.json(), contract::document(), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h007_user_operations_ask_for_credentials_and_public_ones_do_not() {
    for world in worlds().await {
        let somebody = world.signed_up("dana@example.org").await;
        for operation in operations() {
            let at = format!("{} {}", world.name, operation.id);
            if operation.is_for_users() {
                assert_eq!(world.send(operation.ask()).await.verdict(), "401/unauthorized", "{at}");
                let junk = operation.ask().header("cookie", &format!("{ACCESS}=junk"));
                assert_eq!(world.send(junk).await.verdict(), "401/unauthorized", "{at}");
            } else {
                let ask = match operation.id.as_str() {
                    // Its only credential is the token in its body.
                    "refreshTokens" => operation.bare().json(&json!({"refresh_token": somebody.cookie(REFRESH)})),
                    _ => operation.ask(),
                };
                let answer = world.send(ask).await;
                assert_ne!(answer.status, 401, "{at}: {}", answer.text());
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h058_s085_whatever_changes_something_needs_the_pair_of_cookie_and_proof() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut stranger = world.browser();
        stranger.fetch_csrf().await;
        let session = format!("{ACCESS}={}; {REFRESH}={}", browser.cookie(ACCESS), browser.cookie(REFRESH));
        let (own, other) = (browser.cookie(CSRF).to_owned(), stranger.cookie(CSRF).to_owned());
        let mut routes: Vec<(String, Ask)> = operations()
            .into_iter()
            .filter(contract::Operation::needs_csrf)
            .map(|operation| (operation.id.clone(), operation.ask()))
            .collect();
        assert!(routes.len() >= 9, "{}: {routes:?}", world.name);
        for (method, path, _) in pages::ROUTES.iter().filter(|(method, ..)| *method == "POST") {
            let form = Ask::new(method, path).form(&[("email", "dana@example.org"), ("password", PASSWORD)]);
            routes.push(((*path).to_owned(), form));
        }
        for (route, ask) in routes {
            for (cookie, header) in [
                (None, None),
                (Some(&own), None),
                (None, Some(&own)),
                (Some(&own), Some(&other)),
                (Some(&other), Some(&own)),
            ] {
                let cookies = cookie.map_or_else(|| session.clone(), |value| format!("{session}; {CSRF}={value}"));
                let mut ask = ask.clone().header("cookie", &cookies);
                if let Some(header) = header {
                    ask = ask.header("x-csrf-token", header);
                }
                let answer = world.send(ask).await;
                assert_eq!(answer.status, 403, "{} {route} {cookie:?} {header:?}", world.name);
                if !route.starts_with('/') {
                    assert_eq!(answer.code(), "forbidden", "{} {route}", world.name);
                }
                assert_eq!(answer.set_cookie(ACCESS), None, "{} {route}", world.name);
                assert_eq!(answer.set_cookie(REFRESH), None, "{} {route}", world.name);
            }
        }
        assert_eq!(browser.refresh().await.status, 200, "{}: nothing was changed", world.name);
        assert_eq!(browser.user_status().await, 200, "{}: nothing was changed", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h009_h010_s149_a_variant_of_a_path_is_another_path() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        for target in [
            "/auth/api/v1/user/",
            "/auth/api/v1/user//",
            "/auth/api/v1//user",
            "/auth//api/v1/user",
            "//auth/api/v1/user",
            "/auth/api/v1/./user",
            "/auth/api/v1/x/../user",
            "/auth/api/v1/../v1/user",
            "/auth/api/v1/%2e/user",
            "/auth/api/v1/x/%2e%2e/user",
            "/auth/api/v1/user;",
            "/auth/api/v1/user;a=b",
            "/auth/api/v1;a=b/user",
            "/auth/api/v1/User",
            "/auth/api/V1/user",
            "/auth/API/v1/user",
            "/AUTH/api/v1/user",
            "/auth/api/v1/user%2f",
            "/auth/api/v1%2fuser",
            "/auth/api/v1/%2fuser",
            "/auth/api/v1/%2575ser",
            "/auth/api/v1/user%00",
            "/auth/api/v1/user%20",
            "/auth/api/v1/user%0a",
            "/auth/api/v1/user.json",
            "/auth/api/v1/user.",
            "/auth/api/v1/user\\",
            "/auth/api/v1\\user",
            "/auth/api/v1/user%3fa=b",
        ] {
            let answer = world.send(Ask::new("GET", target).header("cookie", &browser.cookies())).await;
            assert_eq!(answer.status, 404, "{} {target}: {}", world.name, answer.text());
            if target.starts_with("/auth/api/") {
                assert_eq!(answer.code(), "not_found", "{} {target}", world.name);
            }
        }
        // One decoding, and the query is no part of the path.
        for target in ["/auth/api/v1/%75ser", "/auth/api/v1/user?", "/auth/api/v1/user?/../x"] {
            let answer = world.send(Ask::new("GET", target).header("cookie", &browser.cookies())).await;
            assert_eq!(answer.status, 200, "{} {target}", world.name);
        }
        for target in
            ["/auth/login/", "/auth//login", "/auth/Login", "/auth/login;x", "/auth/login%2f", "/auth/./login"]
        {
            assert_eq!(world.send(Ask::new("GET", target)).await.status, 404, "{} {target}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h011_h013_health_and_version_say_exactly_what_probes_expect() {
    for world in worlds().await {
        let health = world.send(Ask::new("GET", "/auth/health")).await;
        assert_eq!((health.status, health.text().as_str()), (200, r#"{"status":"ok"}"#), "{}", world.name);
        assert_eq!(health.header("content-type"), Some("text/plain; charset=utf-8"), "{}", world.name);
        let version = world.send(Ask::new("GET", "/auth/version")).await;
        assert_eq!(version.status, 200, "{}", world.name);
        assert_eq!(version.header("content-type"), Some("application/json"), "{}", world.name);
        assert_eq!(version.json(), json!({"version": env!("CARGO_PKG_VERSION")}), "{}", world.name);
        world.stop().await;
    }
}

/// Where `GET` is, `HEAD` is too: the better behaviour of weakness 26.
#[actix_web::test]
async fn h012_s090_outside_the_api_a_wrong_method_is_refused_with_those_that_are_allowed() {
    for world in worlds().await {
        for (method, target, allowed) in [
            ("POST", "/auth/health", "GET, HEAD"),
            ("OPTIONS", "/auth/health", "GET, HEAD"),
            ("PUT", "/auth/version", "GET, HEAD"),
            ("DELETE", "/auth/login", "GET, HEAD, POST"),
            ("TRACE", "/auth/login", "GET, HEAD, POST"),
            ("BREW", "/auth/login", "GET, HEAD, POST"),
            ("GET", "/auth/sessions/logout", "POST"),
            ("GET", "/auth/sessions/refresh", "POST"),
        ] {
            let answer = world.send(Ask::new(method, target)).await;
            assert_eq!(answer.status, 405, "{} {method} {target}", world.name);
            assert_eq!(answer.header("allow"), Some(allowed), "{} {method} {target}", world.name);
            // People see pages; whatever asks for the rest needs no words.
            let is_page = !target.ends_with("/health") && !target.ends_with("/version");
            assert_eq!(answer.text().contains("<html"), is_page, "{} {method} {target}", world.name);
        }
        for target in ["/auth/health", "/auth/ready", "/auth/version", "/auth/login", "/auth/signup"] {
            let (head, get) = (world.send(Ask::new("HEAD", target)).await, world.send(Ask::new("GET", target)).await);
            assert_eq!((head.status, head.body.len()), (200, 0), "{} {target}", world.name);
            assert_eq!(head.header("content-type"), get.header("content-type"), "{} {target}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h014_s091_no_answer_allows_another_origin() {
    for world in worlds().await {
        for operation in operations() {
            for origin in ["https://evil.example", "null", "https://app.example.org"] {
                let answer = world.send(operation.ask().header("origin", origin)).await;
                let allows = answer.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
                assert_eq!(allows, None, "{} {} {origin}", world.name, operation.id);
            }
        }
        world.stop().await;
    }
}

/// Everything of an account that a request could change, as text.
async fn state_of(world: &World, token: SecretHash) -> String {
    let now = world.clock.now();
    let rows = world
        .app
        .store
        .read(move |tx| {
            let Some(owned) = refresh_tokens::find_with_owner(tx, &token)? else { return Ok(None) };
            let tokens = refresh_tokens::count_all(tx, owned.session.id)?;
            let live = sessions::list_live(tx, owned.user.id, now, 100)?;
            Ok(Some((owned, tokens, live)))
        })
        .await
        .unwrap()
        .expect("the token is known");
    format!("{rows:?} {:?} {:?}", world.app.store.recorded(), world.app.store.notices())
}

/// Also not by a page that would rather refresh, and not when a header or field names another
/// method.
#[actix_web::test]
async fn s090_get_head_and_options_change_nothing() {
    for world in worlds_with(|plan| plan.bend.policies.session.rotation = RotationPolicy::Always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let hash = RefreshToken::parse(browser.cookie(REFRESH)).unwrap().hash();
        let listed = browser.get("/account/sessions").await.json();
        let own = listed["sessions"][0]["id"].as_str().unwrap();
        let mut targets: Vec<String> =
            api::ROUTES.iter().map(|(_, path, _)| format!("{API}{}", path.replace("{session}", own))).collect();
        targets.extend(pages::ROUTES.iter().map(|(_, path, _)| path.replace("{name}", "authara.css")));
        // First with a good access token, then with the refresh token alone.
        for minutes in [0, 11] {
            world.clock.advance(TimeDelta::minutes(minutes));
            let before = state_of(&world, hash).await;
            for target in &targets {
                for method in ["GET", "HEAD", "OPTIONS"] {
                    let ask = Ask::new(method, &format!("{target}?_method=DELETE"))
                        .header("cookie", &browser.cookies())
                        .header("x-csrf-token", browser.cookie(CSRF))
                        .header("x-http-method-override", "DELETE")
                        .header("x-http-method", "POST")
                        .header("x-method-override", "POST");
                    let answer = world.send(ask).await;
                    let at = format!("{} {method} {target}", world.name);
                    assert!(answer.status < 500, "{at}: {}", answer.status);
                    assert_eq!(state_of(&world, hash).await, before, "{at}");
                    let refresh = answer.set_cookie(REFRESH);
                    assert!(refresh.is_none_or(|cookie| cookie.value == browser.cookie(REFRESH)), "{at}");
                }
            }
        }
        assert_eq!(browser.refresh().await.status, 200, "{}: the token is still live", world.name);
        world.stop().await;
    }
}
