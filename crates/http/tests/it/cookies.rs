//! Every `Set-Cookie` that leaves the server, and what a request's cookies mean .

use authara_core::cookies::CookieNames;
use authara_core::limit::Rule;
use authara_core::role::PlatformRole;
use authara_core::session::RotationPolicy;
use authara_server::config::PublicUrl;
use authara_server::{api, pages};
use authara_storage::faults::FaultKind;
use authara_storage::{FaultPoint, platform_roles, users};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::contract::{NOBODYS_ID, operations};
use crate::wire::{API, Answer, Ask, SetCookie};
use crate::world::{PASSWORD, Plan, World, worlds, worlds_with};

const ACCESS_SECONDS: i64 = 600;
const REFRESH_SECONDS: i64 = 14 * 24 * 3600;

/// A server without TLS, as in development.
fn without_tls(plan: &mut Plan) {
    plan.settings.is_development = true;
    plan.settings.secure_cookies = false;
    plan.settings.public_url = PublicUrl {
        origin: "http://localhost:8080".to_owned(),
        host: "localhost".to_owned(),
        port: Some(8080),
        https: false,
    };
}

/// When a cookie lapses by its own `Expires`.
fn expiry(cookie: &SetCookie) -> Option<DateTime<Utc>> {
    let text = cookie.attribute("expires")?;
    Some(DateTime::parse_from_rfc2822(text).expect("a date of HTTP").to_utc())
}

/// What is true of every cookie (S-066, S-067, S-071).
fn assert_is_ours(cookie: &SetCookie, is_secure: bool, what: &str) {
    let at = format!("{what}: {cookie:?}");
    // Those of our own pages: kept to them, and what they say is looked up in a closed list (S-067).
    let (is_flash, is_choice) =
        (cookie.name == "authara_flash", ["authara_language", "authara_theme"].contains(&cookie.name.as_str()));
    let is_of_pages = is_flash || is_choice;
    assert!(is_of_pages || [ACCESS, REFRESH, CSRF].contains(&cookie.name.as_str()), "{at}");
    assert_eq!(cookie.attribute("path"), Some(if is_of_pages { "/auth" } else { "/" }), "{at}");
    assert_eq!(cookie.attribute("samesite"), Some("Lax"), "{at}");
    assert_eq!(cookie.attribute("domain"), None, "{at}");
    assert_eq!(cookie.attribute("secure").is_some(), is_secure, "{at}");
    assert_eq!(cookie.attribute("httponly").is_some(), cookie.name != CSRF && !is_choice, "{at}");
    let max_age: i64 = cookie.attribute("max-age").expect("a life").parse().unwrap();
    match cookie.name.as_str() {
        _ if is_flash => assert!((0..=60).contains(&max_age), "{at}"),
        _ if is_choice => assert_eq!(max_age, 31_536_000, "{at}"),
        CSRF => assert_eq!(max_age, 2_592_000, "{at}"),
        _ if cookie.value.is_empty() => assert_eq!(max_age, 0, "{at}"),
        ACCESS => assert!((1..=ACCESS_SECONDS).contains(&max_age), "{at}"),
        _ => assert!((1..=REFRESH_SECONDS).contains(&max_age), "{at}"),
    }
}

/// Checks each cookie of an answer, and that none is spoken of twice.
fn assert_all_are_ours(answer: &Answer, is_secure: bool, what: &str) {
    let mut names = Vec::new();
    for cookie in answer.set_cookies() {
        assert_is_ours(&cookie, is_secure, what);
        names.push(cookie.name);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), answer.set_cookies().len(), "{what}");
    for (name, line) in &answer.headers {
        assert!(name != "set-cookie" || line.len() <= 4096, "{what}: {} bytes", line.len());
    }
}

/// One answer of every route and method: of a stranger, of somebody who is signed in and proves it,
/// and of somebody whose cookies are nonsense.
async fn answers_of_every_route(world: &World) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    let mut asks: Vec<(String, Ask)> =
        operations().iter().map(|operation| (operation.id.clone(), operation.ask())).collect();
    for (method, path, _) in pages::ROUTES {
        let ask = Ask::new(method, path);
        let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
        asks.push((format!("{method} {path}"), if *method == "POST" { ask.form(&fields) } else { ask }));
    }
    for (method, path, _) in api::ROUTES {
        let target = format!("{API}{}", path.replace("{session}", NOBODYS_ID));
        asks.push((format!("{method} {path}, bare"), Ask::new(method, &target)));
    }
    asks.push(("unknown page".to_owned(), Ask::new("GET", "/auth/unknown")));
    asks.push(("unknown route".to_owned(), Ask::api("GET", "/unknown")));
    for (number, (what, ask)) in asks.into_iter().enumerate() {
        answers.push((format!("{what}, stranger"), world.send(ask.clone()).await));
        let mut browser = world.signed_up(&format!("user{number}@example.org")).await;
        answers.push((format!("{what}, signed in"), browser.mutate(ask.clone()).await));
        let mut odd = world.browser();
        odd.fetch_csrf().await;
        odd.set(ACCESS, "nonsense");
        odd.set(REFRESH, "nonsense");
        answers.push((format!("{what}, nonsense"), odd.mutate(ask).await));
    }
    answers
}

/// The answers of a whole life: sign-up, login, refresh, password, the pages, logout.
async fn answers_of_a_story(world: &World) -> Vec<(&'static str, Answer)> {
    let mut browser = world.browser();
    let (email, password) = ("story@example.org", PASSWORD);
    let fields = [("email", email), ("password", password)];
    let changed = json!({"current_password": password, "new_password": password});
    let mut answers = vec![
        ("csrf", browser.fetch_csrf().await),
        ("sign-up", browser.sign_up(email, password).await),
        ("login", browser.log_in(email, password).await),
        ("refresh", browser.refresh().await),
        ("password set", browser.put_json("/users/password", &json!({"password": password})).await),
        ("password changed", browser.put_json("/account/password", &changed).await),
        ("page refresh", browser.submit("/auth/sessions/refresh", &[]).await),
    ];
    browser.forget(ACCESS);
    answers.push(("page for somebody with a refresh token", browser.send(Ask::new("GET", "/auth/login")).await));
    answers.push(("page logout", browser.submit("/auth/sessions/logout", &[]).await));
    answers.push(("page login", browser.submit("/auth/login", &fields).await));
    answers.push(("logout", browser.post("/sessions/logout").await));
    let other = [("email", "other@example.org"), ("password", password)];
    answers.push(("page sign-up", browser.submit("/auth/signup", &other).await));
    browser.set(REFRESH, &"A".repeat(43));
    answers.push(("unknown token", browser.refresh().await));
    answers
}

#[actix_web::test]
async fn h068_h069_h070_s066_s067_s071_every_cookie_of_every_route_is_as_the_contract_says() {
    for world in worlds().await {
        for (what, answer) in answers_of_every_route(&world).await {
            assert_all_are_ours(&answer, true, &format!("{} {what}", world.name));
        }
        for (what, answer) in answers_of_a_story(&world).await {
            assert_all_are_ours(&answer, true, &format!("{} {what}", world.name));
            assert!(!answer.set_cookies().is_empty(), "{} {what}: {} {}", world.name, answer.status, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h070_s066_without_tls_no_cookie_is_secure() {
    for world in worlds_with(without_tls).await {
        for (what, answer) in answers_of_a_story(&world).await {
            assert_all_are_ours(&answer, false, &format!("{} {what}", world.name));
            assert!(!answer.set_cookies().is_empty(), "{} {what}: {} {}", world.name, answer.status, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h071_s066_the_session_cookies_live_as_long_as_their_tokens() {
    for world in worlds().await {
        let mut browser = world.browser();
        let signed_up = browser.sign_up("dana@example.org", PASSWORD).await;
        let logged_in = browser.log_in("dana@example.org", PASSWORD).await;
        for (what, answer) in [("sign-up", signed_up), ("login", logged_in)] {
            let at = format!("{} {what}", world.name);
            for (name, seconds) in [(ACCESS, ACCESS_SECONDS), (REFRESH, REFRESH_SECONDS)] {
                let cookie = answer.set_cookie(name).expect("both cookies");
                assert_eq!(cookie.attribute("max-age"), Some(seconds.to_string().as_str()), "{at} {name}");
                let end = world.clock.now() + TimeDelta::seconds(seconds);
                assert!(expiry(&cookie).is_none_or(|expires| expires <= end), "{at} {name}: {cookie:?}");
            }
            let body = answer.json();
            assert_eq!(body["access_token"], answer.set_cookie(ACCESS).unwrap().value, "{at}");
            assert_eq!(body["refresh_token"], answer.set_cookie(REFRESH).unwrap().value, "{at}");
        }
        world.stop().await;
    }
}

/// Not as numbered: the life of a cookie ends with its token (S-066).
#[actix_web::test]
async fn h078_s066_a_refresh_cookie_ends_no_later_than_its_token_and_its_session() {
    let bend = |plan: &mut Plan| {
        plan.bend.policies.session.session_ttl = TimeDelta::days(20);
        plan.bend.policies.session.rotation = RotationPolicy::After(TimeDelta::hours(24));
    };
    for world in worlds_with(bend).await {
        let mut browser = world.signed_up("dana@example.org").await;
        // (hours since the last refresh, seconds that are left of the token)
        for (hours, seconds) in [
            // Kept: what is left of the first token.
            (1, REFRESH_SECONDS - 3600),
            // Rotated on day 7: the successor ends with the session, on day 20.
            (7 * 24 - 1, 13 * 24 * 3600),
            // Kept once more.
            (1, 13 * 24 * 3600 - 3600),
            // Rotated on day 17.
            (10 * 24 - 1, 3 * 24 * 3600),
        ] {
            world.clock.advance(TimeDelta::hours(hours));
            let answer = browser.refresh().await;
            assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
            let cookie = answer.set_cookie(REFRESH).expect("a refresh cookie");
            assert_eq!(cookie.attribute("max-age"), Some(seconds.to_string().as_str()), "{} {hours}", world.name);
            let end = world.clock.now() + TimeDelta::seconds(seconds);
            assert!(expiry(&cookie).is_none_or(|expires| expires <= end), "{} {cookie:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h072_s070_clearing_uses_the_attributes_of_setting() {
    for is_secure in [true, false] {
        let bend = |plan: &mut Plan| {
            if !is_secure {
                without_tls(plan);
            }
        };
        for world in worlds_with(bend).await {
            let mut browser = world.browser();
            let set = browser.sign_up("dana@example.org", PASSWORD).await;
            let cleared = browser.post("/sessions/logout").await;
            assert_eq!(cleared.status, 204, "{}", world.name);
            for name in [ACCESS, REFRESH] {
                let (set, cleared) = (set.set_cookie(name).unwrap(), cleared.set_cookie(name).unwrap());
                assert_eq!(cleared.value, "", "{} {name}", world.name);
                assert_eq!(cleared.attribute("max-age"), Some("0"), "{} {name}", world.name);
                assert_eq!(
                    cleared.attribute("expires"),
                    Some("Thu, 01 Jan 1970 00:00:00 GMT"),
                    "{} {name}",
                    world.name
                );
                for attribute in ["path", "domain", "samesite", "secure", "httponly"] {
                    assert_eq!(set.attribute(attribute), cleared.attribute(attribute), "{} {name}", world.name);
                }
            }
            world.stop().await;
        }
    }
}

#[actix_web::test]
async fn h073_h113_an_empty_cookie_is_like_none() {
    for world in worlds().await {
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        for value in [None, Some(""), Some("\"\"")] {
            for name in [ACCESS, REFRESH] {
                match value {
                    None => browser.forget(name),
                    Some(value) => browser.set(name, value),
                }
            }
            let user = browser.get("/user").await;
            assert_eq!((user.verdict(), user.set_cookies()), ("401/unauthorized".to_owned(), vec![]), "{}", world.name);
            let renewed = browser.refresh().await;
            assert_eq!(renewed.verdict(), "401/unauthorized", "{} {value:?}", world.name);
            assert_eq!(renewed.set_cookies(), vec![], "{} {value:?}", world.name);
        }
        world.stop().await;
    }
}

/// A request with these cookies and, where asked for, the proof of this browser.
fn with_cookies(ask: Ask, lines: &[String], browser: &Browser) -> Ask {
    let ask = ask.header("x-csrf-token", browser.cookie(CSRF));
    lines.iter().fold(ask, |ask, line| ask.header("cookie", line))
}

/// No "first of two".
#[actix_web::test]
async fn h074_s068_of_two_different_cookies_none_is_preferred_and_nothing_is_cleared() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let mut planted = world.signed_up("attacker@example.org").await;
        for (name, path, method, verdict) in [
            (ACCESS, "/user", "GET", "401/unauthorized"),
            (ACCESS, "/account/sessions/others", "DELETE", "401/unauthorized"),
            (REFRESH, "/sessions/refresh", "POST", "401/unauthorized"),
            (CSRF, "/sessions/refresh", "POST", "403/forbidden"),
            (CSRF, "/sessions/logout", "POST", "403/forbidden"),
            (CSRF, "/account/sessions/others", "DELETE", "403/forbidden"),
        ] {
            let own = browser.cookies();
            for other in [planted.cookie(name), "nonsense"] {
                let extra = format!("{name}={other}");
                for lines in [
                    vec![format!("{own}; {extra}")],
                    vec![format!("{extra}; {own}")],
                    vec![own.clone(), extra.clone()],
                    vec![extra.clone(), own.clone()],
                ] {
                    let answer = world.send(with_cookies(Ask::api(method, path), &lines, &browser)).await;
                    let at = format!("{} {name} {path} {lines:?}", world.name);
                    assert_eq!(answer.verdict(), verdict, "{at}");
                    assert_eq!(answer.set_cookies(), vec![], "{at}");
                }
            }
        }
        assert_eq!(browser.clone().refresh().await.status, 200, "{}: nothing ended", world.name);
        assert_eq!(planted.refresh().await.status, 200, "{}: nothing ended", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s068_a_cookie_that_is_repeated_byte_by_byte_counts_once() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let own = browser.cookies();
        let lines = [format!("{own}; {own}"), own.clone()];
        for (method, path, status) in
            [("GET", "/user", 200), ("POST", "/sessions/refresh", 200), ("DELETE", "/account/sessions/others", 204)]
        {
            let answer = world.send(with_cookies(Ask::api(method, path), &lines, &browser)).await;
            assert_eq!(answer.status, status, "{} {path}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h075_k10_quotes_are_taken_off_and_cookies_of_the_application_do_not_matter() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let (access, refresh, csrf) = (browser.cookie(ACCESS), browser.cookie(REFRESH), browser.cookie(CSRF));
        let own = format!("{ACCESS}=\"{access}\"; {REFRESH}=\"{refresh}\"; {CSRF}=\"{csrf}\"");
        let lines = [format!("theme=dark; broken; =; x{ACCESS}=y; {own}; cart={}; ;", "c".repeat(5000))];
        for (method, path) in [("GET", "/user"), ("POST", "/sessions/refresh")] {
            let answer = world.send(with_cookies(Ask::api(method, path), &lines, &browser)).await;
            assert_eq!(answer.status, 200, "{} {path}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h076_a_failed_login_neither_sets_nor_clears_a_cookie() {
    for world in worlds().await {
        let mut signed_in = world.signed_up("dana@example.org").await;
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for browser in [&mut signed_in, &mut visitor] {
            for (email, password, status) in [
                ("dana@example.org", "wrong password", 401),
                ("nobody@example.org", PASSWORD, 401),
                ("no address", PASSWORD, 400),
                ("dana@example.org", "", 400),
            ] {
                let answer = browser.log_in(email, password).await;
                assert_eq!(answer.status, status, "{} {email} {password}", world.name);
                assert_eq!(answer.set_cookies(), vec![], "{} {email} {password}", world.name);
                let page = browser.submit("/auth/login", &[("email", email), ("password", password)]).await;
                assert!((400..500).contains(&page.status), "{} {email} {password}", world.name);
                assert_eq!(page.set_cookies(), vec![], "{} {email} {password}", world.name);
            }
        }
        assert_eq!(signed_in.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

/// Not as numbered: a caller with cookies goes on in a new session.
#[actix_web::test]
async fn h077_a_password_change_replaces_the_cookies_of_its_caller() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = browser.clone();
        let answer = browser.put_json("/users/password", &json!({"password": "another fine password"})).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (204, 3), "{}", world.name);
        for name in [ACCESS, REFRESH, CSRF] {
            assert_ne!(browser.cookie(name), before.cookie(name), "{} {name}", world.name);
            assert_ne!(browser.cookie(name), "", "{} {name}", world.name);
        }
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(before.clone().user_status().await, 401, "{}", world.name);
        let bearer = Ask::api("PUT", "/users/password")
            .header("authorization", &format!("Bearer {}", browser.cookie(ACCESS)))
            .json(&json!({"password": "a third fine password"}));
        let answer = world.send(bearer).await;
        assert_eq!((answer.status, answer.set_cookies()), (204, vec![]), "{}: by bearer token", world.name);
        world.stop().await;
    }
}

/// Nobody is signed out by an outage.
#[actix_web::test]
async fn s070_during_an_outage_cookies_are_kept() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.faults.set_outage(true);
        for (what, ask) in [
            ("refresh", Ask::api("POST", "/sessions/refresh")),
            ("logout", Ask::api("POST", "/sessions/logout")),
            ("user", Ask::api("GET", "/user")),
            ("account", Ask::api("GET", "/account")),
            ("others", Ask::api("DELETE", "/account/sessions/others")),
            ("login", Ask::api("POST", "/login").json(&json!({"email": "dana@example.org", "password": PASSWORD}))),
            ("password", Ask::api("PUT", "/users/password").json(&json!({"password": "another fine password"}))),
        ] {
            let answer = browser.mutate(ask).await;
            let at = format!("{} {what}", world.name);
            assert_eq!(answer.verdict(), "503/service_unavailable", "{at}");
            assert!(answer.header("retry-after").is_some(), "{at}");
            assert_eq!(answer.set_cookies(), vec![], "{at}");
        }
        let without_access = {
            let mut other = browser.clone();
            other.forget(ACCESS);
            other
        };
        for (what, mut other) in [("both", browser.clone()), ("refresh token alone", without_access)] {
            for path in ["/auth/sessions/refresh", "/auth/sessions/logout"] {
                let answer = other.submit(path, &[]).await;
                assert_eq!(answer.status, 503, "{} {path}, {what}", world.name);
                assert_eq!(answer.set_cookies(), vec![], "{} {path}, {what}", world.name);
            }
            let answer = other.send(Ask::new("GET", "/auth/login")).await;
            assert_eq!(answer.set_cookie(ACCESS), None, "{} login page, {what}", world.name);
            assert_eq!(answer.set_cookie(REFRESH), None, "{} login page, {what}", world.name);
        }
        world.faults.set_outage(false);
        assert_eq!(browser.refresh().await.status, 200, "{}: the session outlived the outage", world.name);
        assert_eq!(browser.user_status().await, 200, "{}: the session outlived the outage", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_a_server_error_keeps_cookies() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (point, kind, path, verdict) in [
            (FaultPoint::Read, FaultKind::Query, "/sessions/refresh", "500/internal_error"),
            (FaultPoint::Write, FaultKind::Query, "/sessions/refresh", "500/internal_error"),
            (FaultPoint::Write, FaultKind::Query, "/sessions/logout", "500/internal_error"),
            (FaultPoint::Read, FaultKind::Unavailable, "/sessions/refresh", "503/service_unavailable"),
            (FaultPoint::Commit, FaultKind::Unavailable, "/sessions/refresh", "503/service_unavailable"),
            (FaultPoint::Commit, FaultKind::Unavailable, "/sessions/logout", "503/service_unavailable"),
        ] {
            // A refresh after a day reads, and then writes.
            world.clock.advance(TimeDelta::hours(25));
            world.faults.order(point, kind, 0);
            let answer = browser.post(path).await;
            assert_eq!(answer.verdict(), verdict, "{} {path} {point:?}", world.name);
            assert_eq!(answer.set_cookies(), vec![], "{} {path} {point:?}", world.name);
        }
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_a_refusal_by_a_limit_keeps_cookies() {
    let rule = Rule { limit: 2, window: TimeDelta::hours(1) };
    let bend = |plan: &mut Plan| {
        plan.bend.rules.login_address = rule;
        plan.bend.rules.refresh_address = rule;
    };
    for world in worlds_with(bend).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut last = browser.log_in("dana@example.org", "wrong password").await;
        for _ in 0..3 {
            last = browser.log_in("dana@example.org", "wrong password").await;
        }
        assert_eq!(last.verdict(), "429/rate_limited", "{} login", world.name);
        assert_eq!(last.set_cookies(), vec![], "{} login", world.name);

        let mut unknown = browser.clone();
        for _ in 0..4 {
            unknown.forget(ACCESS);
            unknown.set(REFRESH, &"A".repeat(43));
            last = unknown.refresh().await;
        }
        assert_eq!(last.verdict(), "429/rate_limited", "{} refresh", world.name);
        assert_eq!(last.set_cookies(), vec![], "{} refresh", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}: a known token is not counted", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s069_with_prefixed_names_only_those_are_set_and_read() {
    for world in worlds_with(|plan| plan.settings.cookie_names = CookieNames::host_prefixed()).await {
        let prefixed = |name: &str| format!("__Host-{name}");
        let mut browser = world.browser();
        let mut answers = vec![browser.fetch_csrf().await];
        let credentials = json!({"email": "dana@example.org", "password": PASSWORD});
        for (method, path, body) in [
            ("POST", "/signup/direct", Some(&credentials)),
            ("POST", "/login", Some(&credentials)),
            ("POST", "/sessions/refresh", None),
        ] {
            let value = browser.cookie(&prefixed(CSRF)).to_owned();
            let ask = Ask::api(method, path).header("x-csrf-token", &value);
            let answer = browser.send(if let Some(body) = body { ask.json(body) } else { ask }).await;
            assert!((200..300).contains(&answer.status), "{} {path}: {}", world.name, answer.text());
            answers.push(answer);
        }
        let signed_in = browser.clone();
        let value = browser.cookie(&prefixed(CSRF)).to_owned();
        answers.push(browser.send(Ask::api("POST", "/sessions/logout").header("x-csrf-token", &value)).await);
        for cookie in answers.iter().flat_map(Answer::set_cookies) {
            // RFC 6265bis section 4.1.3.2: what a browser demands of the prefix.
            assert!(cookie.name.starts_with("__Host-authara_"), "{} {cookie:?}", world.name);
            assert!(cookie.attribute("secure").is_some(), "{} {cookie:?}", world.name);
            assert_eq!(cookie.attribute("path"), Some("/"), "{} {cookie:?}", world.name);
            assert_eq!(cookie.attribute("domain"), None, "{} {cookie:?}", world.name);
        }

        let mut other = world.browser();
        other.fetch_csrf().await;
        let value = other.cookie(&prefixed(CSRF)).to_owned();
        other.send(Ask::api("POST", "/login").header("x-csrf-token", &value).json(&credentials)).await;
        assert_eq!(other.user_status().await, 200, "{}: prefixed", world.name);
        let mut plain = world.browser();
        for name in [ACCESS, REFRESH, CSRF] {
            plain.set(name, other.cookie(&prefixed(name)));
        }
        assert_eq!(plain.user_status().await, 401, "{}: plain names are not read", world.name);
        assert_eq!(plain.post("/sessions/logout").await.status, 403, "{}: plain names are not read", world.name);
        // Nor do they get in the way.
        for name in [ACCESS, REFRESH, CSRF] {
            other.set(name, signed_in.cookie(&prefixed(name)));
        }
        assert_eq!(other.user_status().await, 200, "{}: plain names do not matter", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s071_the_largest_token_fits_into_a_cookie() {
    for world in worlds().await {
        let email = format!("{}@{}.example.org", "d".repeat(64), "e".repeat(63));
        let mut browser = world.signed_up(&email).await;
        let (now, wanted) = (world.clock.now(), email.clone());
        let granted = world.app.store.write(move |tx| {
            let user = users::find_by_email(tx, &wanted)?.expect("an account");
            for role in PlatformRole::ALL {
                platform_roles::grant(tx, user.id, role, now)?;
            }
            Ok(())
        });
        granted.await.unwrap();
        let body = json!({"email": email, "password": PASSWORD});
        let answer = browser.post_json("/login?audience=admin", &body).await;
        assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
        assert_eq!(answer.set_cookies().len(), 3, "{}", world.name);
        assert_all_are_ours(&answer, true, world.name);
        world.stop().await;
    }
}
