//! Headers of every answer: security, caching, request ids, and the envelope around every error.

use std::collections::{BTreeMap, BTreeSet};

use authara_server::config::PublicUrl;
use authara_server::{api, pages};
use authara_storage::FaultPoint;
use authara_storage::faults::FaultKind;
use serde_json::json;

use crate::browser::{ACCESS, Browser, CSRF, REFRESH};
use crate::contract::{NOBODYS_ID, operations};
use crate::wire::{API, Answer, Ask};
use crate::world::{PASSWORD, Plan, World, worlds, worlds_with};

/// An answer, and what was asked.
struct Sample {
    what: String,
    method: &'static str,
    target: String,
    answer: Answer,
}

impl Sample {
    fn is_api(&self) -> bool {
        self.target.starts_with("/auth/api/") || self.target.starts_with("/auth/internal/")
    }

    fn is_html(&self) -> bool {
        self.answer.header("content-type").is_some_and(|value| value.starts_with("text/html"))
    }

    fn is_static_file(&self) -> bool {
        self.target.starts_with("/auth/static/") && self.answer.status == 200
    }
}

/// Answers of many kinds, from all routes and from none.
struct Samples<'w> {
    world: &'w World,
    taken: Vec<Sample>,
}

impl Samples<'_> {
    fn note(&mut self, how: &str, method: &'static str, target: &str, answer: Answer) {
        let what = format!("{} {method} {target}, {how}", self.world.name);
        self.taken.push(Sample { what, method, target: target.to_owned(), answer });
    }

    async fn ask(&mut self, browser: &Browser, how: &str, method: &'static str, target: &str) {
        let answer = browser.clone().mutate(Ask::new(method, target)).await;
        self.note(how, method, target, answer);
    }
}

/// Every target there is, and some that are none.
fn targets(world: &World) -> Vec<String> {
    let mut targets: Vec<String> =
        api::ROUTES.iter().map(|(_, path, _)| format!("{API}{}", path.replace("{session}", NOBODYS_ID))).collect();
    targets.extend(pages::ROUTES.iter().map(|(_, path, _)| path.replace("{name}", "unknown.css")));
    targets.extend(world.asset_paths.iter().cloned());
    let others = ["/auth/api/v1/unknown", "/auth/internal/v1/unknown", "/auth/api", "/auth/unknown", "/", "/unknown"];
    targets.extend(others.map(str::to_owned));
    targets.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

async fn samples(world: &World) -> Vec<Sample> {
    let mut samples = Samples { world, taken: Vec::new() };
    let somebody = world.signed_up("dana@example.org").await;
    let mut visitor = world.browser();
    visitor.fetch_csrf().await;
    for target in targets(world) {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = world.send(Ask::new(method, &target)).await;
            samples.note("bare", method, &target, answer);
        }
        samples.ask(&somebody, "signed in", "GET", &target).await;
        samples.ask(&somebody, "signed in", "HEAD", &target).await;
        // With proof, but without a body.
        samples.ask(&visitor, "visitor", "POST", &target).await;
    }
    successes(&mut samples).await;
    troubles(&mut samples, &somebody).await;
    samples.taken
}

/// What goes well: 200, 201, 204 and 303, with and without cookies.
async fn successes(samples: &mut Samples<'_>) {
    let mut browser = samples.world.browser();
    let (email, password) = ("eve@example.org", PASSWORD);
    let fields = [("email", email), ("password", password)];
    let answer = browser.sign_up(email, password).await;
    samples.note("success", "POST", "/auth/api/v1/signup/direct", answer);
    let answer = browser.log_in(email, password).await;
    samples.note("success", "POST", "/auth/api/v1/login", answer);
    let answer = browser.refresh().await;
    samples.note("success", "POST", "/auth/api/v1/sessions/refresh", answer);
    let token = json!({"refresh_token": browser.cookie(REFRESH)});
    let answer = browser.post_json("/tokens/refresh", &token).await;
    samples.note("success", "POST", "/auth/api/v1/tokens/refresh", answer);
    let answer = browser.put_json("/users/password", &json!({"password": password})).await;
    samples.note("success", "PUT", "/auth/api/v1/users/password", answer);
    let answer = browser.submit("/auth/sessions/refresh", &[]).await;
    samples.note("success", "POST", "/auth/sessions/refresh", answer);
    let answer = browser.submit("/auth/sessions/logout", &[]).await;
    samples.note("success", "POST", "/auth/sessions/logout", answer);
    let answer = browser.submit("/auth/login", &[("email", email), ("password", "wrong password")]).await;
    samples.note("wrong password", "POST", "/auth/login", answer);
    let answer = browser.submit("/auth/login", &fields).await;
    samples.note("success", "POST", "/auth/login", answer);
    let answer = browser.post("/sessions/logout").await;
    samples.note("success", "POST", "/auth/api/v1/sessions/logout", answer);
}

/// What does not: faults of the store, and an outage.
async fn troubles(samples: &mut Samples<'_>, somebody: &Browser) {
    let mut without_access = somebody.clone();
    without_access.forget(ACCESS);
    let faults = samples.world.faults.clone();
    faults.order(FaultPoint::Read, FaultKind::Query, 0);
    samples.ask(somebody, "fault", "GET", "/auth/api/v1/user").await;
    faults.order(FaultPoint::Write, FaultKind::Query, 0);
    samples.ask(somebody, "fault", "DELETE", "/auth/api/v1/account/sessions/others").await;
    faults.order(FaultPoint::Read, FaultKind::Query, 0);
    samples.ask(&without_access, "fault", "GET", "/auth/login").await;
    faults.set_outage(true);
    samples.ask(somebody, "outage", "GET", "/auth/api/v1/user").await;
    samples.ask(somebody, "outage", "POST", "/auth/api/v1/sessions/refresh").await;
    samples.ask(somebody, "outage", "POST", "/auth/api/v1/sessions/logout").await;
    samples.ask(&without_access, "outage", "GET", "/auth/login").await;
    samples.ask(&without_access, "outage", "GET", "/auth/ready").await;
    faults.set_outage(false);
}

/// The directives of a content policy.
fn policy(answer: &Answer) -> BTreeMap<String, String> {
    let text = answer.header("content-security-policy").expect("a policy");
    let directives = text.split(';').map(str::trim).filter(|directive| !directive.is_empty());
    directives
        .map(|directive| directive.split_once(' ').unwrap_or((directive, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[actix_web::test]
async fn h050_s092_s131_every_answer_carries_the_security_headers() {
    for world in worlds().await {
        let samples = samples(&world).await;
        let statuses: BTreeSet<u16> = samples.iter().map(|sample| sample.answer.status).collect();
        for status in [200, 201, 204, 303, 400, 401, 403, 404, 405, 500, 503] {
            assert!(statuses.contains(&status), "{}: no {status} among the samples", world.name);
        }
        for Sample { what, answer, .. } in &samples {
            let what = format!("{what}: {}", answer.status);
            for (name, value) in [
                ("x-frame-options", "DENY"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{what}");
            }
            let transport = answer.header("strict-transport-security").expect("HSTS");
            let seconds = transport.strip_prefix("max-age=").and_then(|rest| rest.split(';').next()).unwrap();
            assert!(seconds.parse::<u64>().unwrap() >= 31_536_000, "{what}: {transport}");
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s131_without_tls_nothing_is_said_about_transport() {
    let bend = |plan: &mut Plan| {
        plan.settings.secure_cookies = false;
        plan.settings.public_url = PublicUrl {
            origin: "http://localhost:8080".to_owned(),
            host: "localhost".to_owned(),
            port: Some(8080),
            https: false,
        };
    };
    for world in worlds_with(bend).await {
        for target in targets(&world) {
            let answer = world.send(Ask::new("GET", &target)).await;
            assert_eq!(answer.header("strict-transport-security"), None, "{} {target}", world.name);
        }
        world.stop().await;
    }
}

/// `base-uri 'none'` is the stricter form.
#[actix_web::test]
async fn h051_h052_s130_the_content_policy_allows_nothing_inline_and_no_other_host() {
    for world in worlds().await {
        for sample in samples(&world).await {
            let (what, policy) = (&sample.what, policy(&sample.answer));
            let of = |name: &str| policy.get(name).map(String::as_str);
            for (name, value) in [
                ("default-src", "'none'"),
                ("object-src", "'none'"),
                ("base-uri", "'none'"),
                ("frame-ancestors", "'none'"),
                ("form-action", "'self'"),
            ] {
                assert_eq!(of(name), Some(value), "{what}");
            }
            for (name, value) in &policy {
                for word in value.split(' ') {
                    assert!(["'none'", "'self'", "data:"].contains(&word), "{what}: {name} {word}");
                    assert!(word != "data:" || name == "img-src", "{what}: {name} {word}");
                }
            }
            if sample.is_html() {
                assert_eq!(of("frame-src"), Some("'none'"), "{what}");
                assert_eq!(of("script-src"), Some("'self'"), "{what}");
                assert_eq!(of("style-src"), Some("'self'"), "{what}");
            }
        }
        world.stop().await;
    }
}

/// What the policy would keep from working.
#[actix_web::test]
async fn s130_pages_contain_nothing_inline_and_nothing_from_elsewhere() {
    for world in worlds().await {
        let samples = samples(&world).await;
        let pages: Vec<&Sample> = samples.iter().filter(|sample| sample.is_html() && sample.method != "HEAD").collect();
        assert!(pages.len() >= 10, "{}", world.name);
        for page in pages {
            let text = page.answer.text().to_lowercase();
            for word in ["<script>", "<style", " style=", " onclick=", " onload=", " onsubmit=", "javascript:", "<base"]
            {
                assert!(!text.contains(word), "{}: {word}", page.what);
            }
            for link in ["src=\"http", "href=\"http", "src=\"//", "href=\"//", "action=\"http", "action=\"//"] {
                assert!(!text.contains(link), "{}: {link}", page.what);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s132_nothing_is_stored_but_static_files_which_never_change() {
    for world in worlds().await {
        let samples = samples(&world).await;
        assert!(samples.iter().any(Sample::is_static_file), "{}", world.name);
        for sample in samples {
            let caching = sample.answer.header("cache-control");
            if sample.is_static_file() {
                assert_eq!(caching, Some("public, max-age=31536000, immutable"), "{}", sample.what);
            } else {
                assert_eq!(caching, Some("no-store"), "{}", sample.what);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s132_s150_static_files_are_named_by_their_content_and_nothing_else_is_served() {
    for world in worlds().await {
        for path in &world.asset_paths {
            let answer = world.send(Ask::new("GET", path)).await;
            assert_eq!(answer.status, 200, "{} {path}", world.name);
            assert!(!answer.body.is_empty(), "{} {path}", world.name);
            let name = path.strip_prefix("/auth/static/").unwrap();
            for target in [
                format!("/auth/static/{}", name.to_uppercase()),
                format!("/auth/static/{name}.map"),
                format!("/auth/static/{name}/"),
                format!("/auth/static/./{name}"),
                format!("/auth/static//{name}"),
                format!("/auth/static/%2e%2e/static/{name}"),
                format!("/auth/static/..%2fstatic%2f{name}"),
                format!("/auth/static/{}", name.replacen('.', "%2e", 1) + "%00"),
            ] {
                assert_eq!(world.send(Ask::new("GET", &target)).await.status, 404, "{} {target}", world.name);
            }
        }
        for target in [
            "/auth/static",
            "/auth/static/",
            "/auth/static/authara.css",
            "/auth/static/authara.0000000000000000.css",
            "/auth/static/.htaccess",
            "/auth/static/..",
            "/auth/static/../../Cargo.toml",
            "/auth/static/..%2f..%2fCargo.toml",
            "/auth/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "/auth/static/..%5c..%5cCargo.toml",
            "/auth/static//etc/passwd",
        ] {
            assert_eq!(world.send(Ask::new("GET", target)).await.status, 404, "{} {target}", world.name);
        }
        world.stop().await;
    }
}

/// Not as numbered: a plain id is echoed, so that a gateway's log and ours can be joined.
#[actix_web::test]
async fn h054_s139_a_plain_request_id_is_echoed_and_any_other_is_replaced() {
    for world in worlds().await {
        let longest = "x".repeat(64);
        let too_long = "x".repeat(65);
        let ask = |target: &str, id: &str| Ask::new("GET", target).header("x-request-id", id);
        let asset = world.asset_paths[0].as_str();
        for target in ["/auth/api/v1/csrf", "/auth/api/v1/unknown", "/auth/login", "/auth/health", asset, "/x"] {
            for id in ["a", "abc-123_X.y", "01890a5d-ac96-774b-bcce-b302099a8057", &longest] {
                let answer = world.send(ask(target, id)).await;
                assert_eq!(answer.header("x-request-id"), Some(id), "{} {target}", world.name);
            }
            for id in ["", "a b", "<script>", "a\"b", "a;b=c", "a/b", "a\tb", "é", "%0d%0ax: y", "${jndi}", &too_long]
            {
                let answer = world.send(ask(target, id)).await;
                let made = answer.header("x-request-id").expect("an id");
                assert_ne!(made, id, "{} {target}", world.name);
                assert!(!made.is_empty() && made.len() <= 64, "{} {target}: {made}", world.name);
                assert!(made.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{made}");
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h054_every_answer_has_a_request_id_of_its_own() {
    for world in worlds().await {
        let samples = samples(&world).await;
        let ids: BTreeSet<&str> = samples.iter().filter_map(|sample| sample.answer.header("x-request-id")).collect();
        assert_eq!(ids.len(), samples.len(), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s141_k18_every_refusal_of_the_api_is_the_envelope() {
    for world in worlds().await {
        for sample in samples(&world).await {
            if !sample.is_api() || sample.answer.status < 400 || sample.method == "HEAD" {
                continue;
            }
            let expected = match sample.answer.status {
                400 => "invalid_request",
                401 => "unauthorized",
                403 => "forbidden",
                404 => "not_found",
                409 => "password_already_exists",
                429 => "rate_limited",
                500 => "internal_error",
                503 => "service_unavailable",
                other => panic!("{}: {other}", sample.what),
            };
            assert_eq!(sample.answer.header("content-type"), Some("application/json"), "{}", sample.what);
            assert_eq!(sample.answer.code(), expected, "{}", sample.what);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k34_no_route_of_the_api_redirects() {
    for world in worlds().await {
        for sample in samples(&world).await {
            if sample.is_api() {
                assert!(!(300..400).contains(&sample.answer.status), "{}", sample.what);
                assert_eq!(sample.answer.header("location"), None, "{}", sample.what);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s141_errors_tell_nothing_of_the_inside() {
    for world in worlds().await {
        for sample in samples(&world).await {
            if sample.answer.status < 400 {
                continue;
            }
            let text = sample.answer.text().to_lowercase();
            for word in [
                "ordered fault",
                "ordered outage",
                "sqlite",
                "postgres",
                " from users",
                "panicked",
                ".rs:",
                "storeerror",
                "diesel",
            ] {
                assert!(!text.contains(word), "{}: {word} in {text}", sample.what);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn k47_whoever_should_wait_is_told_how_long() {
    for world in worlds().await {
        let samples = samples(&world).await;
        for sample in samples.iter().filter(|sample| sample.answer.status == 503) {
            let seconds = sample.answer.header("retry-after").expect("how long");
            assert!(seconds.parse::<u32>().unwrap() >= 1, "{}: {seconds}", sample.what);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s091_a_preflight_is_never_granted() {
    for world in worlds().await {
        for operation in operations() {
            for origin in ["https://evil.example", "null", "https://sub.app.example.org", "https://app.example.org"] {
                let ask = operation.bare();
                let target = operation.path.replace("{sessionID}", NOBODYS_ID);
                let preflight = Ask::new("OPTIONS", &target)
                    .header("origin", origin)
                    .header("access-control-request-method", &operation.method)
                    .header("access-control-request-headers", "x-csrf-token, content-type");
                for ask in [preflight, ask.header("origin", origin)] {
                    let answer = world.send(ask).await;
                    let granted = answer.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
                    assert_eq!(granted, None, "{} {} {origin}", world.name, operation.id);
                }
            }
        }
        for target in targets(&world) {
            let answer = world.send(Ask::new("GET", &target).header("origin", "https://evil.example")).await;
            let granted = answer.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
            assert_eq!(granted, None, "{} {target}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s155_nothing_but_status_and_version_is_told_and_nothing_is_there_for_debugging() {
    for world in worlds().await {
        for (target, body) in [
            ("/auth/health", json!({"status": "ok"})),
            ("/auth/ready", json!({"status": "ready"})),
            ("/auth/version", json!({"version": env!("CARGO_PKG_VERSION")})),
        ] {
            assert_eq!(world.send(Ask::new("GET", target)).await.json(), body, "{} {target}", world.name);
        }
        for target in [
            "/metrics",
            "/auth/metrics",
            "/auth/api/v1/metrics",
            "/debug",
            "/debug/pprof/",
            "/auth/debug",
            "/auth/debug/vars",
            "/auth/config",
            "/auth/env",
            "/auth/status",
            "/actuator/health",
            "/server-status",
            "/.env",
            "/.git/config",
            "/auth/.env",
            "/auth/swagger",
            "/auth/api/v1/debug",
        ] {
            assert_eq!(world.send(Ask::new("GET", target)).await.status, 404, "{} {target}", world.name);
        }
        for Sample { what, answer, .. } in samples(&world).await {
            for name in ["server", "x-powered-by", "via", "x-runtime"] {
                assert_eq!(answer.header(name), None, "{what}");
            }
        }
        world.stop().await;
    }
}

/// Tokens travel in three answers and nowhere else (S-142).
#[actix_web::test]
async fn s142_no_other_answer_holds_a_token() {
    for world in worlds().await {
        let browser = world.signed_up("frank@example.org").await;
        for target in targets(&world) {
            let answer = world.send(Ask::new("GET", &target).header("cookie", &browser.cookies())).await;
            let text = answer.text();
            for name in [ACCESS, REFRESH] {
                assert!(!text.contains(browser.cookie(name)), "{} {target}: {name}", world.name);
            }
            let is_for_csrf =
                target.ends_with("/csrf") || answer.header("content-type").is_some_and(|v| v.contains("html"));
            assert!(is_for_csrf || !text.contains(browser.cookie(CSRF)), "{} {target}: {CSRF}", world.name);
        }
        world.stop().await;
    }
}
