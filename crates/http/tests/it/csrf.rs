//! Requests that other sites would like to make in a browser's name.

use std::sync::Arc;

use authara_core::csrf::CsrfKeys;
use authara_core::id::SessionId;
use authara_core::keys::KeyRing;
use authara_flows::Rng;
use authara_server::config::PublicUrl;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::contract::{Operation, operations};
use crate::wire::{Answer, Ask};
use crate::world::{ORIGIN, PASSWORD, Plan, worlds, worlds_with};

/// Signing out with this cookie and this header: it asks for nothing but the proof.
fn log_out(cookie: Option<&str>, header: Option<&str>) -> Ask {
    let mut ask = Ask::api("POST", "/sessions/logout");
    if let Some(value) = cookie {
        ask = ask.header("cookie", &format!("{CSRF}={value}"));
    }
    if let Some(value) = header {
        ask = ask.header("x-csrf-token", value);
    }
    ask
}

/// The id of the session that the browser is in.
async fn session_of(browser: &mut Browser) -> SessionId {
    let listed = browser.get("/account/sessions").await.json();
    SessionId::parse(listed["sessions"][0]["id"].as_str().unwrap()).unwrap()
}

fn operations_with_csrf() -> Vec<Operation> {
    operations().into_iter().filter(Operation::needs_csrf).collect()
}

#[actix_web::test]
async fn h055_k02_a_browser_without_a_value_is_given_one() {
    for world in worlds().await {
        let answer = world.send(Ask::api("GET", "/csrf")).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        let cookie = answer.set_cookie(CSRF).expect("a cookie");
        assert_eq!(answer.json(), json!({"csrf_token": cookie.value}), "{}", world.name);
        assert_eq!(cookie.value.len(), 43, "{}", world.name);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(cookie.value.chars().all(is_plain), "{}: {}", world.name, cookie.value);
        assert_eq!(cookie.attribute("path"), Some("/"), "{}", world.name);
        assert_eq!(cookie.attribute("samesite"), Some("Lax"), "{}", world.name);
        assert_eq!(cookie.attribute("max-age"), Some("2592000"), "{}", world.name);
        assert_eq!(cookie.attribute("httponly"), None, "{}: script reads it", world.name);
        assert_eq!(answer.set_cookies().len(), 1, "{}", world.name);
        let other = world.send(Ask::api("GET", "/csrf")).await;
        assert_ne!(other.json(), answer.json(), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h056_k03_k33_a_usable_value_is_kept_by_reads_and_by_calls_that_fail() {
    for world in worlds().await {
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for mut browser in [visitor, world.signed_up("dana@example.org").await] {
            let value = browser.cookie(CSRF).to_owned();
            for _ in 0..2 {
                let answer = browser.fetch_csrf().await;
                assert_eq!(answer.json(), json!({"csrf_token": value}), "{}", world.name);
                assert_eq!(answer.set_cookies(), vec![], "{}", world.name);
            }
            for path in ["/user", "/account", "/account/sessions", "/openapi.json", "/unknown"] {
                assert_eq!(browser.get(path).await.set_cookies(), vec![], "{} {path}", world.name);
            }
            for (path, body) in [
                ("/login", json!({"email": "dana@example.org", "password": "wrong password"})),
                ("/login", json!({})),
                ("/login?audience=admin", json!({"email": "dana@example.org", "password": PASSWORD})),
                ("/signup/direct", json!({"email": "dana@example.org", "password": PASSWORD})),
                ("/signup/direct", json!({"email": "eve@example.org", "password": "short"})),
                ("/tokens/refresh", json!({"refresh_token": "x"})),
            ] {
                let answer = browser.post_json(path, &body).await;
                assert!((400..500).contains(&answer.status), "{} {path}: {}", world.name, answer.status);
                assert_eq!(answer.set_cookies(), vec![], "{} {path} {body}", world.name);
            }
            assert_eq!(browser.cookie(CSRF), value, "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h057_s192_an_empty_or_invented_value_is_replaced() {
    for world in worlds().await {
        let mut genuine = world.browser();
        genuine.fetch_csrf().await;
        let cut = genuine.cookie(CSRF)[..42].to_owned();
        let unsigned = "A".repeat(43);
        for value in ["", "\"\"", "x", unsigned.as_str(), cut.as_str()] {
            for ask in [Ask::api("GET", "/csrf"), Ask::new("GET", "/auth/login"), Ask::new("GET", "/auth/signup")] {
                let answer = world.send(ask.clone().header("cookie", &format!("{CSRF}={value}"))).await;
                assert_eq!(answer.status, 200, "{} {ask:?}", world.name);
                let fresh = answer.set_cookie(CSRF).expect("a new value").value;
                assert_ne!(fresh, value, "{}", world.name);
                assert!(answer.text().contains(&fresh), "{} {ask:?}", world.name);
                let accepted = world.send(log_out(Some(&fresh), Some(&fresh))).await;
                assert_eq!(accepted.status, 204, "{}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h059_renewing_tokens_from_the_body_needs_no_proof() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let ask = Ask::api("POST", "/tokens/refresh").json(&json!({"refresh_token": browser.cookie(REFRESH)}));
        let answer = world.send(ask.clone()).await;
        assert_eq!((answer.status, answer.set_cookies()), (200, vec![]), "{}", world.name);
        // Cookies beside it count for nothing.
        let answer = world.send(ask.header("cookie", &format!("{CSRF}=x; {ACCESS}=x; {REFRESH}=x"))).await;
        assert_eq!((answer.status, answer.set_cookies()), (200, vec![]), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h060_h067_s085_cookie_and_header_must_both_be_there_and_equal() {
    for world in worlds().await {
        let (mut one, mut two) = (world.browser(), world.browser());
        one.fetch_csrf().await;
        two.fetch_csrf().await;
        let (value, other) = (one.cookie(CSRF), two.cookie(CSRF));
        let longer = format!("{value}A");
        for (cookie, header, accepted) in [
            (Some(value), Some(value), true),
            (Some(value), None, false),
            (None, Some(value), false),
            (None, None, false),
            (Some(value), Some(""), false),
            (Some(""), Some(value), false),
            (Some(""), Some(""), false),
            (Some(value), Some(other), false),
            (Some(other), Some(value), false),
            (Some(value), Some(&value[..42]), false),
            (Some(value), Some(longer.as_str()), false),
        ] {
            let at = format!("{} {cookie:?} {header:?}", world.name);
            let answer = world.send(log_out(cookie, header)).await;
            if accepted {
                assert_eq!(answer.status, 204, "{at}");
                continue;
            }
            assert_eq!(answer.verdict(), "403/forbidden", "{at}");
            // The envelope, also for who looks like a browser or like HTMX.
            let ask = log_out(cookie, header).header("accept", "text/html").header("hx-request", "true");
            let answer = world.send(ask).await;
            assert_eq!(answer.verdict(), "403/forbidden", "{at}");
            assert_eq!(answer.header("content-type"), Some("application/json"), "{at}");
        }
        let twice = log_out(Some(value), Some(value)).header("x-csrf-token", other);
        assert_eq!(world.send(twice).await.verdict(), "403/forbidden", "{}: two headers", world.name);
        world.stop().await;
    }
}

/// The better behaviour of weakness 11.
#[actix_web::test]
async fn h061_s086_a_pair_that_merely_matches_is_refused() {
    for world in worlds().await {
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        let genuine = browser.cookie(CSRF);
        let elsewhere = CsrfKeys::new(&KeyRing::generate("test", &mut Rng::seeded(99)));
        let mut altered = genuine.to_owned();
        altered.replace_range(20..21, if &genuine[20..21] == "A" { "B" } else { "A" });
        for invented in [
            "x".to_owned(),
            "AAAA".to_owned(),
            "A".repeat(43),
            "A".repeat(4000),
            genuine[..42].to_owned(),
            format!("{genuine}A"),
            format!("{genuine}="),
            genuine.to_lowercase() + "-",
            altered,
            elsewhere.issue(None, &mut Rng::seeded(98)),
        ] {
            let answer = world.send(log_out(Some(&invented), Some(&invented))).await;
            assert_eq!(answer.verdict(), "403/forbidden", "{} {invented}", world.name);
            let form = Ask::new("POST", "/auth/sessions/logout")
                .header("cookie", &format!("{CSRF}={invented}"))
                .form(&[("csrf_token", invented.as_str())]);
            assert_eq!(world.send(form).await.status, 403, "{} {invented} in a form", world.name);
        }
        world.stop().await;
    }
}

/// The better behaviour of weakness 11; and on JSON routes a form is no proof either.
#[actix_web::test]
async fn h062_h063_h064_s088_the_proof_travels_in_the_header_and_on_pages_in_the_form() {
    for world in worlds().await {
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        let value = browser.cookie(CSRF).to_owned();
        let cookie = format!("{CSRF}={value}");
        let field = [("csrf_token", value.as_str())];
        let (api, page) = ("/auth/api/v1/sessions/logout", "/auth/sessions/logout");
        let in_query = |target: &str| format!("{target}?csrf_token={value}&X-CSRF-Token={value}");
        for (what, ask, status) in [
            ("header", Ask::new("POST", api).header("x-csrf-token", &value), 204),
            ("query", Ask::new("POST", &in_query(api)), 403),
            ("wrong header, right query", Ask::new("POST", &in_query(api)).header("x-csrf-token", "x"), 403),
            ("form", Ask::new("POST", api).form(&field), 403),
            ("wrong header, right form", Ask::new("POST", api).header("x-csrf-token", "x").form(&field), 403),
            ("page, form", Ask::new("POST", page).form(&field), 303),
            ("page, header", Ask::new("POST", page).header("x-csrf-token", &value), 303),
            ("page, query", Ask::new("POST", &in_query(page)), 403),
            ("page, query beside a form", Ask::new("POST", &in_query(page)).form(&[("a", "b")]), 403),
            ("page, wrong header", Ask::new("POST", page).header("x-csrf-token", "x").form(&field), 403),
            ("page, wrong field", Ask::new("POST", page).form(&[("csrf_token", "x")]), 403),
        ] {
            let answer = world.send(ask.header("cookie", &cookie)).await;
            assert_eq!(answer.status, status, "{} {what}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}

/// The better behaviour of weakness 3.
#[actix_web::test]
async fn h066_k05_a_refresh_without_proof_is_403_and_spends_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.clock.advance(TimeDelta::hours(25));
        let cookies = format!("{REFRESH}={}", browser.cookie(REFRESH));
        let answer = world.send(Ask::api("POST", "/sessions/refresh").header("cookie", &cookies)).await;
        assert_eq!(answer.verdict(), "403/forbidden", "{}", world.name);
        assert_eq!(answer.set_cookies(), vec![], "{}", world.name);
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(browser.refresh().await.status, 200, "{}: nothing was spent", world.name);
        world.stop().await;
    }
}

/// What a request says of where it comes from, and whether that is here.
const SOURCES: &[(&[(&str, &str)], bool)] = &[
    // Servers and scripts outside browsers send none of these headers (K-09).
    (&[], true),
    (&[("sec-fetch-site", "same-origin")], true),
    (&[("sec-fetch-site", "none")], true),
    (&[("sec-fetch-site", "same-site")], false),
    (&[("sec-fetch-site", "cross-site")], false),
    (&[("sec-fetch-site", "unheard-of")], false),
    (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
    (&[("origin", ORIGIN)], true),
    (&[("origin", "null")], false),
    (&[("origin", "https://evil.example")], false),
    (&[("origin", "http://app.example.org")], false),
    (&[("origin", "https://app.example.org:8443")], false),
    (&[("origin", "https://app.example.org.evil.example")], false),
    (&[("origin", "https://evil.example/https://app.example.org")], false),
    (&[("origin", "https://sub.app.example.org")], false),
    (&[("origin", "https://example.org")], false),
    (&[("origin", "https://app.example.org@evil.example")], false),
    (&[("origin", "http://localhost:8080")], false),
    (&[("origin", "http://127.0.0.1")], false),
    (&[("origin", ORIGIN), ("origin", "https://evil.example")], false),
    (&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN)], true),
    (&[("sec-fetch-site", "none"), ("origin", ORIGIN)], true),
    (&[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)], false),
    (&[("sec-fetch-site", "same-site"), ("origin", ORIGIN)], false),
    // Of no meaning here.
    (&[("referer", "https://evil.example/")], true),
    (&[("x-forwarded-host", "evil.example"), ("origin", "https://evil.example")], false),
];

fn from_source(ask: Ask, headers: &[(&str, &str)]) -> Ask {
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
}

#[actix_web::test]
async fn k09_s087_a_good_pair_from_another_site_is_refused() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (headers, is_ours) in SOURCES {
            let value = browser.cookie(CSRF).to_owned();
            let ask = from_source(Ask::api("POST", "/sessions/refresh"), headers);
            let answer = browser.mutate(ask).await;
            let at = format!("{} {headers:?}: {}", world.name, answer.text());
            assert_eq!(answer.status, if *is_ours { 200 } else { 403 }, "{at}");
            if !is_ours {
                assert_eq!(answer.code(), "forbidden", "{at}");
                assert_eq!(answer.set_cookies(), vec![], "{at}");
            }
            let form = Ask::new("POST", "/auth/sessions/refresh").form(&[("csrf_token", value.as_str())]);
            let answer = browser.send(from_source(form, headers)).await;
            assert_eq!(answer.status, if *is_ours { 303 } else { 403 }, "{} {headers:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s087_every_operation_that_changes_something_looks_at_where_the_request_comes_from() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for operation in operations_with_csrf() {
            for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
                let answer = browser.mutate(operation.ask().header(name, value)).await;
                assert_eq!(answer.verdict(), "403/forbidden", "{} {} {name}", world.name, operation.id);
            }
        }
        for path in ["/auth/login", "/auth/signup", "/auth/logout", "/auth/sessions/logout", "/auth/sessions/refresh"] {
            for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
                let csrf = browser.cookie(CSRF).to_owned();
                let form = Ask::new("POST", path).form(&[("csrf_token", csrf.as_str())]).header(name, value);
                assert_eq!(browser.send(form).await.status, 403, "{} {path} {name}", world.name);
            }
        }
        assert_eq!(browser.user_status().await, 200, "{}: nothing was changed", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s087_in_development_the_origin_may_be_any_loopback_name_on_the_port() {
    let develop = |plan: &mut Plan| {
        plan.settings.is_development = true;
        plan.settings.secure_cookies = false;
        plan.settings.public_url = PublicUrl {
            origin: "http://localhost:8080".to_owned(),
            host: "localhost".to_owned(),
            port: Some(8080),
            https: false,
        };
    };
    for world in worlds_with(develop).await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (origin, is_ours) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://127.0.0.1:9090", false),
            ("http://127.0.0.1", false),
            ("https://127.0.0.1:8080", false),
            ("http://192.0.2.1:8080", false),
            ("http://localhost.evil.example:8080", false),
            ("http://127.0.0.1.evil.example:8080", false),
            ("https://evil.example", false),
            ("null", false),
        ] {
            let answer = browser.mutate(Ask::api("POST", "/sessions/refresh").header("origin", origin)).await;
            assert_eq!(answer.status, if is_ours { 200 } else { 403 }, "{} {origin}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h065_s088_s192_k33_a_whole_story_works_with_the_cookie_as_it_is_at_each_step() {
    for world in worlds().await {
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        let api = |method: &str, path: &str, body: Value| Ask::api(method, path).json(&body);
        let credentials = |password: &str| json!({"email": "dana@example.org", "password": password});
        let renewed = "another fine password";
        let refresh = || Ask::api("POST", "/sessions/refresh");
        let log_out = || Ask::api("POST", "/sessions/logout");
        let passwords = json!({"current_password": PASSWORD, "new_password": renewed});
        for (what, ask, status, changes) in [
            ("sign-up", api("POST", "/signup/direct", credentials(PASSWORD)), 201, true),
            ("login while signed in", api("POST", "/login", credentials(PASSWORD)), 200, true),
            ("refresh", refresh(), 200, false),
            ("ending the others", Ask::api("DELETE", "/account/sessions/others"), 204, false),
            ("changing the password", api("PUT", "/account/password", passwords), 204, true),
            ("refresh", refresh(), 200, false),
            ("setting the password", api("PUT", "/users/password", json!({"password": renewed})), 204, true),
            ("logout", log_out(), 204, true),
            ("logout again", log_out(), 204, true),
            ("login", api("POST", "/login", credentials(renewed)), 200, true),
            ("refresh", refresh(), 200, false),
            ("logout", log_out(), 204, true),
        ] {
            let at = format!("{} {what}", world.name);
            let before = browser.cookie(CSRF).to_owned();
            assert_ne!(before, "", "{at}");
            let answer = browser.mutate(ask).await;
            assert_eq!(answer.status, status, "{at}: {}", answer.text());
            assert_eq!(answer.set_cookie(CSRF).is_some(), changes, "{at}");
            assert_eq!(browser.cookie(CSRF) != before, changes, "{at}");
            // What `GET csrf` tells is what the browser already has.
            let told = browser.fetch_csrf().await;
            assert_eq!(told.json()["csrf_token"], browser.cookie(CSRF), "{at}");
            assert_eq!(told.set_cookies(), vec![], "{at}");
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s192_beside_a_session_only_a_value_issued_for_it_counts() {
    for world in worlds().await {
        let mut victim = world.browser();
        victim.fetch_csrf().await;
        let before_login = victim.cookie(CSRF).to_owned();
        assert_eq!(victim.sign_up("victim@example.org", PASSWORD).await.status, 201, "{}", world.name);
        let earlier_session = victim.cookie(CSRF).to_owned();
        assert_eq!(victim.log_in("victim@example.org", PASSWORD).await.status, 200, "{}", world.name);
        let stranger = world.signed_up("stranger@example.org").await;
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for (whose, planted) in [
            ("a stranger's", stranger.cookie(CSRF)),
            ("a visitor's", visitor.cookie(CSRF)),
            ("from before login", before_login.as_str()),
            ("of an earlier session", earlier_session.as_str()),
        ] {
            for operation in operations_with_csrf() {
                victim.set(CSRF, planted);
                let answer = victim.mutate(operation.ask()).await;
                let at = format!("{} {}, {whose}", world.name, operation.id);
                assert_eq!(answer.verdict(), "403/forbidden", "{at}");
                assert_eq!((answer.set_cookie(ACCESS), answer.set_cookie(REFRESH)), (None, None), "{at}");
            }
            for path in ["/auth/login", "/auth/signup", "/auth/sessions/logout", "/auth/sessions/refresh"] {
                victim.set(CSRF, planted);
                assert_eq!(victim.submit(path, &[]).await.status, 403, "{} {path}, {whose}", world.name);
            }
            victim.set(CSRF, planted);
            let healed = victim.fetch_csrf().await;
            let fresh = healed.set_cookie(CSRF).expect("a value for this session").value;
            assert_eq!(healed.json(), json!({"csrf_token": fresh}), "{} {whose}", world.name);
            assert_eq!(victim.delete("/account/sessions/others").await.status, 204, "{} {whose}", world.name);
        }
        assert_eq!(victim.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k23_s192_pages_replace_a_value_that_was_not_issued_for_the_session() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for planted in ["", "x", visitor.cookie(CSRF)] {
            for (target, status) in [("/auth/login", 303), ("/auth/signup", 303), ("/auth/logout", 200)] {
                browser.set(CSRF, planted);
                let answer = browser.send(Ask::new("GET", target)).await;
                let at = format!("{} {target} {planted:?}", world.name);
                assert_eq!(answer.status, status, "{at}");
                let fresh = answer.set_cookie(CSRF).expect("a value for this session").value;
                assert!(status == 303 || answer.text().contains(&fresh), "{at}");
                assert_eq!(browser.refresh().await.status, 200, "{at}: it is good for this session");
            }
        }
        world.stop().await;
    }
}

/// The value in the form of a page.
fn value_in_form(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(r#"name="csrf_token" value=""#).expect("a form");
    rest.split_once('"').unwrap().0.to_owned()
}

/// Otherwise the form that is shown to somebody whose session is over could not be sent.
#[actix_web::test]
async fn s192_a_page_that_takes_cookies_away_hands_over_one_value_in_form_and_cookie_alike() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let mut with_value = world.browser();
        with_value.fetch_csrf().await;
        for mut browser in [world.browser(), with_value] {
            browser.set(REFRESH, &"A".repeat(43));
            let page = browser.send(Ask::new("GET", "/auth/login")).await;
            let at = format!("{}: {:?}", world.name, page.set_cookies());
            assert_eq!((page.status, browser.cookie(REFRESH)), (200, ""), "{at}");
            let values = page.set_cookies().iter().filter(|cookie| cookie.name == CSRF).count();
            assert!(values <= 1, "{at}");
            assert_eq!(value_in_form(&page), browser.cookie(CSRF), "{at}");
            let answer = browser.submit("/auth/login", &[("email", "dana@example.org"), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, 303, "{at}: {}", answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s192_without_a_good_access_token_any_genuine_value_counts() {
    for world in worlds().await {
        let stranger = world.signed_up("stranger@example.org").await;
        let mut browser = world.signed_up("dana@example.org").await;
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for foreign in [stranger.cookie(CSRF), visitor.cookie(CSRF)] {
            // The access token lapsed: a refresh, which hands over a value for its session.
            world.clock.advance(TimeDelta::minutes(11));
            browser.set(CSRF, foreign);
            let answer = browser.refresh().await;
            assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
            assert_eq!(answer.set_cookies().len(), 3, "{}: a third cookie", world.name);
            assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{}", world.name);
            // One that is bound to the session is kept also then.
            world.clock.advance(TimeDelta::minutes(11));
            assert_eq!(browser.refresh().await.set_cookie(CSRF), None, "{}", world.name);
            // Signing out, signing out again, and signing in.
            world.clock.advance(TimeDelta::minutes(11));
            for _ in 0..2 {
                browser.set(CSRF, foreign);
                assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
            }
            browser.set(CSRF, foreign);
            let answer = browser.log_in("dana@example.org", PASSWORD).await;
            assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s086_values_of_a_listed_older_key_stay_genuine_and_bound() {
    let old = KeyRing::generate("old", &mut Rng::seeded(1));
    let ring = Arc::new(old.rotated("new", 1, &mut Rng::seeded(2)));
    let dropped = KeyRing::generate("dropped", &mut Rng::seeded(3));
    for world in worlds_with(|plan| plan.bend.ring = ring.clone()).await {
        let (old, dropped) = (CsrfKeys::new(&old), CsrfKeys::new(&dropped));
        let mut rng = Rng::seeded(4);
        for (keys, status) in [(&old, 204), (&dropped, 403)] {
            let value = keys.issue(None, &mut rng);
            assert_eq!(world.send(log_out(Some(&value), Some(&value))).await.status, status, "{}", world.name);
        }
        let mut browser = world.signed_up("dana@example.org").await;
        let session = session_of(&mut browser).await;
        let another = SessionId(world.app.rng.id(world.clock.now()));
        for (keys, bound_to, status) in
            [(&old, Some(session), 200), (&old, Some(another), 403), (&old, None, 403), (&dropped, Some(session), 403)]
        {
            browser.set(CSRF, &keys.issue(bound_to, &mut rng));
            let answer = browser.refresh().await;
            assert_eq!(answer.status, status, "{} {bound_to:?}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}
