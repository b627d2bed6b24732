//! The hosted pages as a browser meets them: log in, sign up, sign out, renew (browser 1 to 3).

use authara_core::audience::Audience;
use authara_core::limit::Rule;
use authara_core::role::PlatformRole;
use authara_core::session::RotationPolicy;
use authara_server::messages::{Argument, Catalogues};
use chrono::TimeDelta;
use url::form_urlencoded::byte_serialize;

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::by_hand::{self, claims, token_row};
use crate::cookie_effects::{assert_cleared, assert_session_untouched, assert_set, assert_untouched};
use crate::limits::retry_after_seconds;
use crate::wire::{Answer, Ask};
use crate::world::{ORIGIN, PASSWORD, Plan, worlds, worlds_with};

/// What HTMX adds to each of its requests.
pub const HTMX: (&str, &str) = ("hx-request", "true");
const HOSTILE: &str = "\"><script>alert(1)</script>";

/// A page's text as a browser understands it.
pub fn unescaped(page: &str) -> String {
    let entities = [("&#x2F;", "/"), ("&quot;", "\""), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(page.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// Sends a form with its proof and with these headers.
pub async fn submit(browser: &mut Browser, target: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    if browser.cookie(CSRF).is_empty() {
        browser.fetch_csrf().await;
    }
    let value = browser.cookie(CSRF).to_owned();
    let mut all = vec![("csrf_token", value.as_str())];
    all.extend_from_slice(fields);
    let mut ask = Ask::new("POST", target).form(&all);
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    browser.send(ask).await
}

/// A sentence of the catalogue.
fn words(key: &str) -> String {
    Catalogues::load(None).unwrap().choose(None, None, None).text(key)
}

/// A sentence with a number in it.
fn counted(key: &str, name: &str, number: i64) -> String {
    Catalogues::load(None).unwrap().choose(None, None, None).format(key, &[(name, Argument::Number(number))])
}

fn assert_is_page(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{what}");
    assert_eq!(answer.header("location"), None, "{what}");
    assert_eq!(answer.header("hx-redirect"), None, "{what}");
}

/// Sent on: by a status to a browser, by a header to HTMX.
fn assert_sent_to(answer: &Answer, is_htmx: bool, target: &str, what: &str) {
    if is_htmx {
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{what}");
        assert_eq!(answer.header("hx-redirect"), Some(target), "{what}");
        assert_eq!(answer.header("location"), None, "{what}");
    } else {
        assert_eq!(answer.status, 303, "{what}: {}", answer.text());
        assert_eq!(answer.header("location"), Some(target), "{what}");
        assert_eq!(answer.header("hx-redirect"), None, "{what}");
    }
}

#[actix_web::test]
async fn k23_a_stranger_gets_the_form_and_a_csrf_value_that_works() {
    for world in worlds().await {
        for page in ["/auth/login", "/auth/signup"] {
            let mut browser = world.browser();
            let answer = browser.send(Ask::new("GET", &format!("{page}?return_to=%2Fprivate"))).await;
            assert_is_page(&answer, 200, page);
            assert_eq!(answer.set_cookies().len(), 1, "{} {page}", world.name);
            let text = unescaped(&answer.text());
            let value = format!("name=\"csrf_token\" value=\"{}\"", browser.cookie(CSRF));
            assert!(!browser.cookie(CSRF).is_empty() && text.contains(&value), "{} {page}: {text}", world.name);
            assert!(text.contains(&format!("action=\"{page}?return_to=%2Fprivate\"")), "{} {page}", world.name);
            for link in ["/auth/login?return_to=%2Fprivate", "/auth/signup?return_to=%2Fprivate"] {
                assert!(text.contains(link), "{} {page} {link}", world.name);
            }
            assert!(text.contains("name=\"email\"") && text.contains("name=\"password\""), "{} {page}", world.name);
            // A usable value is kept.
            let again = browser.send(Ask::new("GET", page)).await;
            assert_is_page(&again, 200, page);
            assert_untouched(&again, page);
            assert!(unescaped(&again.text()).contains(&value), "{} {page}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn whoever_signs_in_or_up_goes_on_to_the_target_with_and_without_script() {
    for world in worlds().await {
        for (name, headers) in [("plain", &[][..]), ("htmx", &[HTMX][..])] {
            let email = format!("{name}@example.org");
            let fields = [("email", email.as_str()), ("password", PASSWORD), ("remember", "on")];
            for page in ["/auth/signup", "/auth/login"] {
                let mut browser = world.browser();
                let target = format!("{page}?return_to=%2Fprivate%3Ftab%3D1");
                let answer = submit(&mut browser, &target, &fields, headers).await;
                assert_sent_to(&answer, !headers.is_empty(), "/private?tab=1", page);
                assert_set(&answer, page);
                assert_eq!(answer.set_cookies().len(), 3, "{} {page} {name}", world.name);
                assert_eq!(browser.user_status().await, 200, "{} {page} {name}", world.name);
                assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{} {page}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn without_a_target_people_go_to_the_default() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let fields = [("email", "  DANA@example.org "), ("password", PASSWORD)];
        let answer = submit(&mut world.browser(), "/auth/login", &fields, &[]).await;
        assert_sent_to(&answer, false, "/", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_login_that_fails_keeps_the_address_and_never_the_password() {
    let secret = "not-this-one-ever";
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        by_hand::account(&world, "gone@example.org", Some(secret), true).await;
        let long = "x".repeat(1025);
        for (email, password, status, key) in [
            ("dana@example.org", "", 400, "login-missing"),
            ("", secret, 400, "login-missing"),
            ("  ", secret, 400, "login-missing"),
            ("dana@example.org", secret, 422, "login-bad-credentials"),
            ("nobody@example.org", secret, 422, "login-bad-credentials"),
            ("not an address", secret, 422, "login-bad-credentials"),
            ("dana@example.org", long.as_str(), 422, "login-bad-credentials"),
            ("gone@example.org", "wrong", 422, "login-bad-credentials"),
            ("gone@example.org", secret, 422, "login-session-refused"),
        ] {
            for headers in [&[][..], &[HTMX][..]] {
                let fields = [("email", email), ("password", password)];
                let answer = submit(&mut browser, "/auth/login?return_to=%2Fprivate", &fields, headers).await;
                let what = format!("{} {email} {key}", world.name);
                assert_is_page(&answer, status, &what);
                assert_untouched(&answer, &what);
                let text = unescaped(&answer.text());
                assert!(text.contains(&words(key)), "{what}: {text}");
                let is_kept = email.trim().is_empty() || text.contains(&format!("value=\"{email}\""));
                assert!(is_kept, "{what}: {text}");
                assert!(password.is_empty() || password == "wrong" || !text.contains(password), "{what}: {text}");
                assert!(text.contains("/auth/login?return_to=%2Fprivate"), "{what}: {text}");
            }
        }
        // Nobody was signed out by it.
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s015_s020_the_page_does_not_tell_who_has_an_account_or_how_they_sign_in() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        by_hand::account(&world, "erik@example.org", None, false).await;
        let mut browser = world.browser();
        let mut pages = Vec::new();
        for email in ["dana@example.org", "erik@example.org", "nobo@example.org"] {
            let fields = [("email", email), ("password", "not this one")];
            let answer = submit(&mut browser, "/auth/login", &fields, &[]).await;
            pages.push((answer.status, answer.text().replace(email, "EMAIL")));
        }
        assert_eq!(pages[0], pages[1], "{}", world.name);
        assert_eq!(pages[0], pages[2], "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_sign_up_that_fails_says_what_is_wrong_beside_each_field() {
    let short = counted("signup-password-too-short", "min", 8);
    let long = counted("signup-password-too-long", "max", 128);
    let no_address = words("signup-email-invalid");
    let (common, taken) = (words("signup-password-common"), words("signup-email-taken"));
    let identity = words("signup-password-is-identity");
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let endless = "x".repeat(129);
        for (email, password, expected) in [
            ("no address", "fern-77", vec![&no_address, &short]),
            ("", "", vec![&no_address, &short]),
            ("no address", "nine green bicycles", vec![&no_address]),
            ("erik@example.org", "fern-77", vec![&short]),
            ("erik@example.org", endless.as_str(), vec![&long]),
            ("erik@example.org", "password123", vec![&common]),
            ("erik@example.org", "erik@example.org", vec![&identity]),
            ("DANA@example.org", "nine green bicycles", vec![&taken]),
        ] {
            let mut browser = world.browser();
            let fields = [("email", email), ("password", password)];
            let answer = submit(&mut browser, "/auth/signup?return_to=%2Fprivate", &fields, &[]).await;
            let what = format!("{} {email} {password:.20}", world.name);
            assert_is_page(&answer, 422, &what);
            assert_untouched(&answer, &what);
            let text = unescaped(&answer.text());
            for sentence in expected {
                assert!(text.contains(sentence), "{what}, {sentence}: {text}");
            }
            assert!(email.is_empty() || text.contains(&format!("value=\"{email}\"")), "{what}: {text}");
            assert!(password.is_empty() || password == email || !text.contains(password), "{what}: {text}");
            assert!(text.contains("/auth/signup?return_to=%2Fprivate"), "{what}: {text}");
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn nobody_signs_up_on_the_way_to_the_admin_area() {
    for world in worlds().await {
        let mut browser = world.browser();
        let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
        let answer = submit(&mut browser, "/auth/signup?return_to=%2Fadmin%2Fusers", &fields, &[]).await;
        assert_is_page(&answer, 403, world.name);
        assert_untouched(&answer, world.name);
        assert!(unescaped(&answer.text()).contains(&words("signup-app-only")), "{}", world.name);
        world.signed_up("dana@example.org").await;
        world.stop().await;
    }
}

#[actix_web::test]
async fn s032_too_many_tries_are_429_with_the_form_and_the_time_to_wait() {
    let bend = |plan: &mut Plan| {
        let once = Rule { limit: 1, window: TimeDelta::minutes(1) };
        plan.bend.rules.login_address = once;
        plan.bend.rules.signup_address = once;
    };
    for world in worlds_with(bend).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let fields = [("email", "dana@example.org"), ("password", "not this one")];
        assert_eq!(submit(&mut browser, "/auth/login", &fields, &[]).await.status, 422, "{}", world.name);
        let fields = [("email", "erik@example.org"), ("password", PASSWORD)];
        for page in ["/auth/login", "/auth/signup"] {
            let answer = submit(&mut browser, page, &fields, &[]).await;
            assert_is_page(&answer, 429, page);
            assert_untouched(&answer, page);
            assert!((1..=60).contains(&retry_after_seconds(&answer)), "{} {page}", world.name);
            let text = unescaped(&answer.text());
            let wait = counted("common-rate-limited-for", "minutes", 1);
            assert!(text.contains(&wait), "{} {page}: {text}", world.name);
            assert!(text.contains("value=\"erik@example.org\""), "{} {page}: {text}", world.name);
            assert!(!text.contains(PASSWORD), "{} {page}: {text}", world.name);
        }
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

/// Every form of this server: where it goes, and fields that it would take.
const FORMS: [(&str, &[(&str, &str)]); 5] = [
    ("/auth/login", &[("email", "dana@example.org"), ("password", PASSWORD)]),
    ("/auth/signup", &[("email", "erik@example.org"), ("password", PASSWORD)]),
    ("/auth/sessions/logout", &[]),
    ("/auth/logout", &[]),
    ("/auth/sessions/refresh", &[]),
];

#[actix_web::test]
async fn s085_s088_k22_a_form_without_its_proof_is_a_403_page_and_does_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut other = world.signed_up("fee@example.org").await;
        let csrf = browser.cookie(CSRF).to_owned();
        let foreign = other.cookie(CSRF).to_owned();
        for (path, fields) in FORMS {
            let with = |value: &str| {
                let mut all = vec![("csrf_token", value)];
                all.extend_from_slice(fields);
                Ask::new("POST", path).form(&all)
            };
            for (what, ask) in [
                ("none", Ask::new("POST", path).form(fields)),
                ("empty", with("")),
                ("wrong", with("AAAA")),
                ("somebody else's", with(&foreign)),
                ("in the query", Ask::new("POST", &format!("{path}?csrf_token={csrf}")).form(fields)),
                ("wrong header", with(&csrf).header("x-csrf-token", "wrong")),
                ("another site", with(&csrf).header("sec-fetch-site", "cross-site")),
                ("another origin", with(&csrf).header("origin", "https://evil.example")),
                ("no origin", with(&csrf).header("origin", "null")),
                ("htmx", Ask::new("POST", path).form(fields).header(HTMX.0, HTMX.1)),
            ] {
                let answer = browser.send(ask).await;
                assert_is_page(&answer, 403, &format!("{} {path} {what}", world.name));
                assert_untouched(&answer, what);
            }
        }
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        assert_eq!(other.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k04_a_form_takes_its_proof_from_the_header_as_well() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let answer = browser.mutate(Ask::new("POST", "/auth/sessions/refresh?return_to=%2Fprivate")).await;
        assert_sent_to(&answer, false, "/private", world.name);
        let answer = browser.mutate(Ask::new("POST", "/auth/sessions/logout").header("origin", ORIGIN)).await;
        assert_sent_to(&answer, false, "/", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn what_is_no_form_is_a_400_page() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (path, _) in FORMS {
            let json = Ask::new("POST", path).header("content-type", "application/json").body("{}");
            let answer = browser.mutate(json).await;
            assert_is_page(&answer, 400, path);
            assert_untouched(&answer, path);
            assert!(unescaped(&answer.text()).contains(&words("common-bad-form")), "{} {path}", world.name);
        }
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k22_signing_out_by_form_takes_the_cookies_away_and_goes_on() {
    for world in worlds().await {
        let mut people = 0;
        for path in ["/auth/sessions/logout", "/auth/logout"] {
            for (query, target) in [("", "/"), ("?return_to=%2Fbye", "/bye"), ("?return_to=%2F%2Fevil.example", "/")] {
                for headers in [&[][..], &[HTMX][..]] {
                    people += 1;
                    let mut browser = world.signed_up(&format!("person{people}@example.org")).await;
                    let mut copy = browser.clone();
                    let answer = submit(&mut browser, &format!("{path}{query}"), &[], headers).await;
                    assert_sent_to(&answer, !headers.is_empty(), target, path);
                    assert_cleared(&answer, path);
                    assert_ne!(browser.cookie(CSRF), copy.cookie(CSRF), "{} {path}", world.name);
                    let seen = (copy.user_status().await, copy.refresh().await.status);
                    assert_eq!(seen, (401, 401), "{} {path}", world.name);
                    // And once more, from a page that was open already.
                    let answer = submit(&mut copy, &format!("{path}{query}"), &[], headers).await;
                    assert_sent_to(&answer, !headers.is_empty(), target, path);
                    assert_cleared(&answer, path);
                }
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s090_a_link_asks_before_it_signs_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let answer = browser.send(Ask::new("GET", "/auth/logout?return_to=%2Fprivate")).await;
        assert_is_page(&answer, 200, world.name);
        assert_untouched(&answer, world.name);
        let text = unescaped(&answer.text());
        assert!(text.contains("action=\"/auth/sessions/logout?return_to=%2Fprivate\""), "{}: {text}", world.name);
        assert!(text.contains(browser.cookie(CSRF)) && text.contains("href=\"/private\""), "{}: {text}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn renewing_by_form_goes_on_or_leads_to_the_login_page() {
    for world in worlds().await {
        for headers in [&[][..], &[HTMX][..]] {
            let is_htmx = !headers.is_empty();
            let mut browser = world.signed_up(if is_htmx { "dana@example.org" } else { "erik@example.org" }).await;
            world.clock.advance(TimeDelta::minutes(11));
            let answer = submit(&mut browser, "/auth/sessions/refresh?return_to=%2Fprivate", &[], headers).await;
            assert_sent_to(&answer, is_htmx, "/private", world.name);
            assert_set(&answer, world.name);
            assert_eq!(browser.user_status().await, 200, "{}", world.name);
            // The target says for whom; what the query says of an audience is for scripts.
            let path = "/auth/sessions/refresh?return_to=%2Fprivate&audience=admin";
            assert_sent_to(&submit(&mut browser, path, &[], headers).await, is_htmx, "/private", world.name);
            claims(&world, browser.cookie(ACCESS), Audience::App);

            let login = "/auth/login?return_to=%2Fprivate";
            let mut without = browser.clone();
            without.forget(REFRESH);
            let answer = submit(&mut without, "/auth/sessions/refresh?return_to=%2Fprivate", &[], headers).await;
            assert_sent_to(&answer, is_htmx, login, world.name);
            assert_untouched(&answer, world.name);
            let mut copy = browser.clone();
            assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
            let answer = submit(&mut copy, "/auth/sessions/refresh?return_to=%2Fprivate", &[], headers).await;
            assert_sent_to(&answer, is_htmx, login, world.name);
            assert_cleared(&answer, world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s063_the_way_to_the_admin_area_never_costs_an_ordinary_user_the_session() {
    for world in worlds_with(|plan| plan.bend.policies.session.rotation = RotationPolicy::Always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let before = token_row(&world, browser.cookie(REFRESH)).await;
        for headers in [&[][..], &[HTMX][..]] {
            let answer = submit(&mut browser, "/auth/sessions/refresh?return_to=%2Fadmin", &[], headers).await;
            assert_sent_to(&answer, !headers.is_empty(), "/", world.name);
            assert_session_untouched(&answer, world.name);
        }
        let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
        let answer = submit(&mut browser, "/auth/login?return_to=%2Fadmin", &fields, &[]).await;
        assert_is_page(&answer, 422, world.name);
        assert_untouched(&answer, world.name);
        for page in ["/auth/login?return_to=%2Fadmin%2Fx", "/auth/signup?return_to=%2Fadmin"] {
            for forgotten in ["nothing", ACCESS] {
                let mut visitor = browser.clone();
                visitor.forget(forgotten);
                let answer = visitor.send(Ask::new("GET", page)).await;
                assert_session_untouched(&answer, &format!("{} {page} {forgotten}", world.name));
            }
        }
        assert_eq!(token_row(&world, browser.cookie(REFRESH)).await, before, "{}", world.name);
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_platform_role_gets_an_admin_token_on_the_way_to_the_admin_area() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        by_hand::grant(&world, "dana@example.org", PlatformRole::Auditor).await;
        let answer = submit(&mut browser, "/auth/sessions/refresh?return_to=%2Fadmin%2Fx", &[], &[]).await;
        assert_sent_to(&answer, false, "/admin/x", world.name);
        claims(&world, browser.cookie(ACCESS), Audience::Admin);
        let answer = browser.send(Ask::new("GET", "/auth/login?return_to=%2Fadmin%2Fx")).await;
        assert_sent_to(&answer, false, "/admin/x", world.name);
        let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
        let answer = submit(&mut browser, "/auth/login?return_to=%2Fadmin%3Fx", &fields, &[]).await;
        assert_sent_to(&answer, false, "/admin?x", world.name);
        claims(&world, browser.cookie(ACCESS), Audience::Admin);
        world.stop().await;
    }
}

/// How a form endpoint was called.
#[derive(Debug)]
struct Calling {
    mode: Option<&'static str>,
    is_htmx: bool,
    has_target: bool,
}

impl Calling {
    fn every_way() -> Vec<Self> {
        let mut ways = Vec::new();
        for mode in [None, Some("navigate"), Some("cors"), Some("same-origin"), Some("no-cors")] {
            for (is_htmx, has_target) in [(false, false), (false, true), (true, false), (true, true)] {
                ways.push(Self { mode, is_htmx, has_target });
            }
        }
        ways
    }

    /// By script that wants a plain answer.
    fn wants_plain(&self) -> bool {
        matches!(self.mode, Some("cors" | "same-origin")) && !self.is_htmx && !self.has_target
    }

    fn target(&self) -> &'static str {
        if self.has_target { "/private" } else { "/" }
    }

    async fn send(&self, browser: &mut Browser, path: &str, proof: &str) -> Answer {
        let query = if self.has_target { "?return_to=%2Fprivate" } else { "" };
        // `Accept` decides nothing.
        let mut ask = Ask::new("POST", &format!("{path}{query}")).header("accept", "*/*").header("x-csrf-token", proof);
        if let Some(mode) = self.mode {
            ask = ask.header("sec-fetch-mode", mode).header("sec-fetch-site", "same-origin");
        }
        if self.is_htmx {
            ask = ask.header(HTMX.0, HTMX.1);
        }
        browser.send(ask).await
    }
}

#[actix_web::test]
async fn k40_t60_a_script_that_renews_is_told_plainly_and_everybody_else_is_sent_on() {
    for world in worlds().await {
        let dead = world.signed_up("dana@example.org").await;
        let mut live = world.browser();
        assert_eq!(live.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        assert_eq!(dead.clone().post("/sessions/logout").await.status, 204, "{}", world.name);
        for calling in Calling::every_way() {
            let what = format!("{} {calling:?}", world.name);
            let (proof, path) = (live.cookie(CSRF).to_owned(), "/auth/sessions/refresh");
            let answer = calling.send(&mut live, path, &proof).await;
            if calling.wants_plain() {
                assert_eq!((answer.status, answer.body.len()), (204, 0), "{what}");
                assert_eq!(answer.header("location"), None, "{what}");
            } else {
                assert_sent_to(&answer, calling.is_htmx, calling.target(), &what);
            }
            assert_set(&answer, &what);

            let mut visitor = dead.clone();
            let proof = visitor.cookie(CSRF).to_owned();
            let answer = calling.send(&mut visitor, path, &proof).await;
            if calling.wants_plain() {
                assert_eq!(answer.verdict(), "401/unauthorized", "{what}");
            } else {
                let encoded = if calling.has_target { "%2Fprivate" } else { "%2F" };
                let login = format!("/auth/login?return_to={encoded}");
                assert_sent_to(&answer, calling.is_htmx, &login, &what);
            }
            assert_cleared(&answer, &what);

            let answer = calling.send(&mut live, path, "wrong").await;
            assert_eq!(answer.status, 403, "{what}");
            assert_untouched(&answer, &what);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k40_t60_a_script_that_signs_out_is_told_plainly_and_everybody_else_is_sent_on() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        for calling in Calling::every_way() {
            let what = format!("{} {calling:?}", world.name);
            let mut live = world.browser();
            assert_eq!(live.log_in("dana@example.org", PASSWORD).await.status, 200, "{what}");
            let mut dead = live.clone();
            let answer = calling.send(&mut live, "/auth/sessions/logout", "wrong").await;
            assert_eq!(answer.status, 403, "{what}");
            assert_untouched(&answer, &what);
            assert_eq!(live.user_status().await, 200, "{what}");
            for browser in [&mut live, &mut dead] {
                let proof = browser.cookie(CSRF).to_owned();
                let answer = calling.send(browser, "/auth/sessions/logout", &proof).await;
                if calling.wants_plain() {
                    assert_eq!((answer.status, answer.body.len()), (204, 0), "{what}");
                    assert_eq!(answer.header("location"), None, "{what}");
                } else {
                    assert_sent_to(&answer, calling.is_htmx, calling.target(), &what);
                }
                assert_cleared(&answer, &what);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k41_a_script_says_for_which_audience_it_renews() {
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")];
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (query, status) in [("?audience=foo", 400), ("?audience=", 400), ("?audience=admin", 401)] {
            let answer = submit(&mut browser, &format!("/auth/sessions/refresh{query}"), &[], &script).await;
            assert_eq!(answer.status, status, "{} {query}", world.name);
            answer.code();
            assert_untouched(&answer, query);
        }
        by_hand::grant(&world, "dana@example.org", PlatformRole::Monitor).await;
        for (query, audience) in
            [("", Audience::App), ("?audience=admin", Audience::Admin), ("?audience=app", Audience::App)]
        {
            let answer = submit(&mut browser, &format!("/auth/sessions/refresh{query}"), &[], &script).await;
            assert_eq!(answer.status, 204, "{} {query}", world.name);
            assert_set(&answer, query);
            claims(&world, browser.cookie(ACCESS), audience);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k23_somebody_who_is_signed_in_is_sent_on_with_a_csrf_value_that_works() {
    for world in worlds().await {
        let signed_in = world.signed_up("dana@example.org").await;
        let mut stranger = world.browser();
        stranger.fetch_csrf().await;
        let foreign = stranger.cookie(CSRF).to_owned();
        for page in ["/auth/login", "/auth/signup"] {
            for value in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", foreign.as_str()] {
                for headers in [&[][..], &[HTMX][..]] {
                    let mut browser = signed_in.clone();
                    browser.set(CSRF, value);
                    let mut ask = Ask::new("GET", &format!("{page}?return_to=%2Fprivate"));
                    for (name, value) in headers {
                        ask = ask.header(name, value);
                    }
                    let answer = browser.send(ask).await;
                    assert_sent_to(&answer, !headers.is_empty(), "/private", page);
                    assert_session_untouched(&answer, page);
                    assert_eq!(answer.set_cookies().len(), 1, "{} {page} {value}", world.name);
                    assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{} {page}", world.name);
                }
            }
            let answer = signed_in.clone().send(Ask::new("GET", page)).await;
            assert_sent_to(&answer, false, "/", page);
            assert_untouched(&answer, page);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s065_k23_a_page_asked_for_with_get_gives_an_access_token_and_never_rotates() {
    for world in worlds_with(|plan| plan.bend.policies.session.rotation = RotationPolicy::Always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let token = browser.cookie(REFRESH).to_owned();
        let before = token_row(&world, &token).await;
        for page in ["/auth/login", "/auth/signup"] {
            for forgotten in [&[ACCESS][..], &[ACCESS, CSRF][..]] {
                world.clock.advance(TimeDelta::minutes(11));
                for name in forgotten {
                    browser.forget(name);
                }
                let answer = browser.send(Ask::new("GET", &format!("{page}?return_to=%2Fprivate"))).await;
                assert_sent_to(&answer, false, "/private", page);
                assert_set(&answer, page);
                assert_eq!(browser.cookie(REFRESH), token, "{} {page}", world.name);
                assert_eq!(token_row(&world, &token).await, before, "{} {page}", world.name);
                assert_eq!(browser.user_status().await, 200, "{} {page}", world.name);
                assert_eq!(browser.delete("/account/sessions/others").await.status, 204, "{} {page}", world.name);
            }
        }
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_ne!(browser.cookie(REFRESH), token, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s065_a_page_that_nobody_has_asked_for_yet_leaves_everything_as_it_is() {
    for world in worlds_with(|plan| plan.bend.policies.session.rotation = RotationPolicy::Always).await {
        let mut browser = world.signed_up("dana@example.org").await;
        browser.forget(ACCESS);
        let mut dead = world.browser();
        assert_eq!(dead.sign_up("erik@example.org", PASSWORD).await.status, 201, "{}", world.name);
        assert_eq!(dead.clone().post("/sessions/logout").await.status, 204, "{}", world.name);
        let before = token_row(&world, browser.cookie(REFRESH)).await;
        for (name, value) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch;anonymous-client-ip"),
            ("purpose", "prefetch"),
        ] {
            for visitor in [&mut browser, &mut dead] {
                let answer =
                    visitor.send(Ask::new("GET", "/auth/login?return_to=%2Fprivate").header(name, value)).await;
                assert_is_page(&answer, 200, value);
                assert_session_untouched(&answer, value);
            }
        }
        assert_eq!(token_row(&world, browser.cookie(REFRESH)).await, before, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_a_session_that_is_over_is_forgotten_when_its_browser_opens_a_page() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let dead = browser.clone();
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        for page in ["/auth/login", "/auth/signup"] {
            let mut visitor = dead.clone();
            let answer = visitor.send(Ask::new("GET", page)).await;
            assert_is_page(&answer, 200, page);
            assert_cleared(&answer, page);
            // The form on that very page works with the cookies of that very answer.
            let shown = format!("value=\"{}\"", visitor.cookie(CSRF));
            assert!(unescaped(&answer.text()).contains(&shown), "{} {page}: {:?}", world.name, answer.set_cookies());
            let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
            let answer = submit(&mut visitor, "/auth/login", &fields, &[]).await;
            assert_sent_to(&answer, false, "/", page);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s068_of_two_different_refresh_cookies_a_page_takes_neither_away() {
    for world in worlds().await {
        let browser = world.signed_up("dana@example.org").await;
        let cookies = format!("{REFRESH}={}; {REFRESH}=x", browser.cookie(REFRESH));
        let answer = world.send(Ask::new("GET", "/auth/login").header("cookie", &cookies)).await;
        assert_is_page(&answer, 200, world.name);
        assert_session_untouched(&answer, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s070_s168_an_outage_is_a_503_page_and_signs_nobody_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        world.faults.set_outage(true);
        let mut answers = Vec::new();
        for (path, fields) in FORMS {
            answers.push((path, submit(&mut browser, path, fields, &[]).await));
        }
        let mut visitor = browser.clone();
        visitor.forget(ACCESS);
        for page in ["/auth/login", "/auth/signup"] {
            answers.push((page, visitor.send(Ask::new("GET", page)).await));
        }
        let script = [("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")];
        let plain = submit(&mut browser, "/auth/sessions/refresh", &[], &script).await;
        let stranger = world.browser().send(Ask::new("GET", "/auth/login")).await;
        world.faults.set_outage(false);
        for (path, answer) in answers {
            assert_is_page(&answer, 503, path);
            assert_untouched(&answer, path);
            assert!(retry_after_seconds(&answer) >= 1, "{} {path}", world.name);
            assert!(unescaped(&answer.text()).contains(&words("common-unavailable")), "{} {path}", world.name);
        }
        assert_eq!(plain.verdict(), "503/service_unavailable", "{}", world.name);
        assert_untouched(&plain, world.name);
        assert_is_page(&stranger, 200, world.name);
        assert_eq!((browser.user_status().await, browser.refresh().await.status), (200, 200), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn k47_s070_a_guesser_of_refresh_tokens_is_told_how_long_to_wait_and_keeps_the_cookies() {
    let bend = |plan: &mut Plan| plan.bend.rules.refresh_address = Rule { limit: 1, window: TimeDelta::minutes(10) };
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")];
    for world in worlds_with(bend).await {
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        let mut guesser = browser.clone();
        guesser.set(REFRESH, "x");
        assert_eq!(submit(&mut guesser, "/auth/sessions/refresh", &[], &[]).await.status, 303, "{}", world.name);
        browser.set(REFRESH, "x");
        for answer in [
            submit(&mut browser, "/auth/sessions/refresh", &[], &[]).await,
            submit(&mut browser, "/auth/sessions/refresh", &[], &script).await,
        ] {
            assert_eq!(answer.status, 429, "{}", world.name);
            assert!((1..=600).contains(&retry_after_seconds(&answer)), "{}", world.name);
            assert_untouched(&answer, world.name);
        }
        // A neighbour's guesses keep nobody from the sign-in form.
        let form = browser.send(Ask::new("GET", "/auth/login")).await;
        assert_is_page(&form, 200, world.name);
        assert_untouched(&form, world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s129_what_somebody_typed_is_text_on_the_page() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let fields = [("email", HOSTILE), ("password", PASSWORD)];
        let target = format!("/x{HOSTILE}");
        let target = format!("?return_to={}", byte_serialize(target.as_bytes()).collect::<String>());
        let mut answers = Vec::new();
        for page in ["/auth/login", "/auth/signup"] {
            answers.push((422, submit(&mut browser, &format!("{page}{target}"), &fields, &[]).await));
            answers.push((200, world.browser().send(Ask::new("GET", &format!("{page}{target}"))).await));
        }
        answers.push((200, browser.send(Ask::new("GET", &format!("/auth/logout{target}"))).await));
        answers.push((404, browser.send(Ask::new("GET", &format!("/auth/%22%3E%3Cscript%3E{target}"))).await));
        for (status, answer) in answers {
            assert_is_page(&answer, status, world.name);
            assert!(!answer.text().contains("<script>"), "{}: {}", world.name, answer.text());
            assert!(!answer.text().contains(HOSTILE), "{}: {}", world.name, answer.text());
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s142_no_page_shows_a_token() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for path in ["/auth/logout", "/auth/nowhere", "/auth/login?return_to=%2Fadmin"] {
            let text = browser.send(Ask::new("GET", path)).await.text();
            for name in [ACCESS, REFRESH] {
                assert!(!text.contains(browser.cookie(name)), "{} {path}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_those_that_are_allowed() {
    for world in worlds().await {
        for (method, path, allowed) in [
            ("PUT", "/auth/login", "GET, HEAD, POST"),
            ("DELETE", "/auth/signup", "GET, HEAD, POST"),
            ("PATCH", "/auth/logout", "GET, HEAD, POST"),
            ("GET", "/auth/sessions/logout", "POST"),
            ("GET", "/auth/sessions/refresh", "POST"),
            ("OPTIONS", "/auth/login", "GET, HEAD, POST"),
        ] {
            let answer = world.send(Ask::new(method, path)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{} {method} {path}", world.name);
            assert_untouched(&answer, path);
        }
        let head = world.send(Ask::new("HEAD", "/auth/login")).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn an_unknown_page_is_a_404_page_and_no_cookie_is_lost_over_it() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for path in ["/auth/nowhere", "/auth/login/", "/auth/Login", "/auth//", "/auth/login;x=1"] {
            for method in ["GET", "POST"] {
                let answer = browser.send(Ask::new(method, path)).await;
                assert_is_page(&answer, 404, path);
                assert_session_untouched(&answer, path);
                assert!(unescaped(&answer.text()).contains(&words("common-not-found")), "{} {path}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s049_signing_in_on_a_page_ends_the_session_that_the_browser_had() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (path, email) in [("/auth/login", "dana@example.org"), ("/auth/signup", "erik@example.org")] {
            let mut old = browser.clone();
            let fields = [("email", email), ("password", PASSWORD)];
            assert_sent_to(&submit(&mut browser, path, &fields, &[]).await, false, "/", path);
            assert_eq!((old.user_status().await, old.refresh().await.status), (401, 401), "{} {path}", world.name);
            assert_eq!(browser.get("/user").await.json()["email"], email, "{} {path}", world.name);
        }
        world.stop().await;
    }
}
