//! Where a browser is sent: never off this origin, on every route that redirects (security 9).

use authara_core::audience::Audience;
use authara_core::return_to::ReturnTo;
use authara_core::role::PlatformRole;
use url::form_urlencoded::byte_serialize;

use crate::browser::{ACCESS, Browser};
use crate::by_hand::{self, claims};
use crate::cookie_effects::assert_untouched;
use crate::pages::{HTMX, submit, unescaped};
use crate::wire::{Answer, Ask, raw};
use crate::world::{PASSWORD, Plan, World, worlds, worlds_with};

/// Where people go who did not say where they want to.
const DEFAULT: &str = "/home";

fn with_default(plan: &mut Plan) {
    plan.settings.default_return_to = ReturnTo::parse(DEFAULT).unwrap();
}

/// What is refused after one decoding; each names a place that no page may name.
fn refused() -> Vec<String> {
    let mut targets: Vec<String> = [
        "",
        " ",
        "evil",
        "evil.example",
        "?evil=1",
        "#evil",
        ".",
        "..",
        "../evil",
        "./evil",
        "//",
        "//evil.example",
        "///evil",
        "////evil.example",
        "https://evil.example",
        "http:evil.example",
        "https:/evil.example",
        "javascript:alert('evil')",
        "JaVaScRiPt:evil",
        "data:text/html,evil",
        "mailto:evil",
        "vbscript:evil",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/account\\evil",
        "/a\\..\\evil",
        "/\tevil",
        "/\t/evil.example",
        "/\n/evil.example",
        "/evil\r\nSet-Cookie: evil=1",
        "/evil\0b",
        "/evil\u{7f}b",
        "/evil\u{85}b",
        "/evil\u{9f}b",
        "/evil\u{2028}b",
        " /evil",
        "/evil ",
        "/evil\t",
        "\u{a0}/evil",
        "/evil\u{3000}",
        "/.//evil.example",
        "/..//evil.example",
        "/%2e//evil.example",
        "/%2E%2e//evil.example",
        "/.%2e//evil.example",
        "/a/..//evil.example",
        "/a/%2e%2E//evil.example",
        "/././/evil",
        "/a/b/../..//evil",
        "/../..//evil",
        "@evil.example",
        "evil.example/",
    ]
    .map(str::to_owned)
    .into();
    targets.push(format!("/evil{}", "x".repeat(2048)));
    assert!(targets.len() >= 40);
    targets
}

/// Values as they stand in the query, which are refused once decoded, or do not decode.
const REFUSED_RAW: [&str; 9] = [
    "%2F%2Fevil.example",
    "//evil.example",
    "%ff%2Fevil",
    "/evil%c3",
    "%zz/evil",
    "/evil%00",
    "/evil%0d%0aLocation:%20//evil.example",
    "%5C%5Cevil.example",
    "+/evil",
];

fn query_of(target: &str) -> String {
    format!("return_to={}", byte_serialize(target.as_bytes()).collect::<String>())
}

fn with_headers(mut ask: Ask, headers: &[(&str, &str)]) -> Ask {
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    ask
}

/// Where the answer sends a browser, by the one header that says so.
fn sent_to(answer: &Answer) -> String {
    match (answer.status, answer.header("location"), answer.header("hx-redirect")) {
        (303, Some(location), None) | (200, None, Some(location)) => location.to_owned(),
        other => panic!("sends nobody anywhere: {other:?}"),
    }
}

/// Does something of a bad target stand anywhere in the answer? Tokens are left out: by chance,
/// they may hold any four letters.
fn names_evil(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, value)| name != "set-cookie" && value.contains("evil"))
        || answer.set_cookie("evil").is_some()
        || answer.text().contains("evil")
}

/// The people that these tests need, made once for a world.
struct People {
    /// Signed in as dana.
    dana: Browser,
    /// With cookies of a session that is over.
    gone: Browser,
    accounts: u32,
}

impl People {
    async fn of(world: &World) -> Self {
        let gone = world.signed_up("dana@example.org").await;
        assert_eq!(gone.clone().post("/sessions/logout").await.status, 204, "{}", world.name);
        let mut dana = world.browser();
        assert_eq!(dana.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        Self { dana, gone, accounts: 0 }
    }

    /// The answers of all routes that send a browser to the target of their query.
    async fn answers(&mut self, world: &World, query: &str, headers: &[(&str, &str)]) -> Vec<(&'static str, Answer)> {
        let mut answers = Vec::new();
        for (name, page) in [("GET login", "/auth/login"), ("GET signup", "/auth/signup")] {
            let ask = with_headers(Ask::new("GET", &format!("{page}?{query}")), headers);
            answers.push((name, self.dana.send(ask).await));
        }
        let refresh = format!("/auth/sessions/refresh?{query}");
        answers.push(("POST refresh", submit(&mut self.dana, &refresh, &[], headers).await));
        for (name, page) in [("POST sessions/logout", "/auth/sessions/logout"), ("POST logout", "/auth/logout")] {
            let answer = submit(&mut self.gone.clone(), &format!("{page}?{query}"), &[], headers).await;
            answers.push((name, answer));
        }
        let fields = [("email", "dana@example.org"), ("password", PASSWORD)];
        let login = format!("/auth/login?{query}");
        answers.push(("POST login", submit(&mut world.browser(), &login, &fields, headers).await));
        self.accounts += 1;
        let email = format!("person{}@example.org", self.accounts);
        let fields = [("email", email.as_str()), ("password", PASSWORD)];
        let signup = format!("/auth/signup?{query}");
        answers.push(("POST signup", submit(&mut world.browser(), &signup, &fields, headers).await));
        answers
    }

    /// Where a refresh leads somebody whose session is over.
    async fn login_after(&self, query: &str, headers: &[(&str, &str)]) -> String {
        let path = format!("/auth/sessions/refresh?{query}");
        sent_to(&submit(&mut self.gone.clone(), &path, &[], headers).await)
    }
}

#[actix_web::test]
async fn s093_s094_s095_a_refused_target_is_the_default_on_every_route_and_is_echoed_nowhere() {
    for world in worlds_with(with_default).await {
        let mut people = People::of(&world).await;
        let encoded = refused().iter().map(|target| query_of(target)).collect::<Vec<_>>();
        let raw = REFUSED_RAW.iter().map(|value| format!("return_to={value}"));
        for (number, query) in encoded.into_iter().chain(raw).enumerate() {
            let headers = if number % 2 == 0 { &[][..] } else { &[HTMX][..] };
            for (route, answer) in people.answers(&world, &query, headers).await {
                assert_eq!(sent_to(&answer), DEFAULT, "{} {route} {query:.80}", world.name);
                assert!(!names_evil(&answer), "{} {route} {query:.80}", world.name);
            }
            let login = people.login_after(&query, headers).await;
            assert_eq!(login, "/auth/login?return_to=%2Fhome", "{} {query:.80}", world.name);
            for page in ["/auth/login", "/auth/signup", "/auth/logout"] {
                let answer = world.send(Ask::new("GET", &format!("{page}?{query}"))).await;
                assert_eq!(answer.status, 200, "{} {page} {query:.80}", world.name);
                let text = unescaped(&answer.text());
                assert!(text.contains("return_to=%2Fhome"), "{} {page} {query:.80}", world.name);
                assert!(!text.contains("evil"), "{} {page} {query:.80}: {text}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s095_k24_an_accepted_target_arrives_unchanged_on_every_route() {
    for world in worlds_with(with_default).await {
        let mut people = People::of(&world).await;
        for (query, location) in [
            ("return_to=%2F", "/"),
            ("return_to=/private", "/private"),
            ("return_to=%2Faccount%3Ftab%3Dsessions%23current", "/account?tab=sessions#current"),
            ("return_to=%2Fa%2Fb%3Fq%3Dx%26r%3D%2Fy", "/a/b?q=x&r=/y"),
            ("return_to=%2Fsearch%3Fq%3Da+b", "/search?q=a%20b"),
            ("return_to=%2Fsearch%3Fq%3Da%2Bb", "/search?q=a+b"),
            ("return_to=%2F%C3%A4", "/%C3%A4"),
            ("return_to=%2F%252Fevil", "/%2Fevil"),
            ("return_to=%2F%255Cevil", "/%5Cevil"),
            ("return_to=%2F%250d%250aX", "/%0d%0aX"),
            ("return_to=%2F%40evil", "/@evil"),
            ("return_to=%2F%3Fnext%3D%2F%2Fevil.example", "/?next=//evil.example"),
            ("return_to=%2Fauth%2Fnowhere", "/auth/nowhere"),
            ("other=1&return_to=%2Fprivate&audience=admin", "/private"),
        ] {
            for headers in [&[][..], &[HTMX][..]] {
                for (route, answer) in people.answers(&world, query, headers).await {
                    assert_eq!(sent_to(&answer), location, "{} {route} {query}", world.name);
                }
            }
            // What the login page hands on is the same target.
            let login = people.login_after(query, &[]).await;
            let answer = people.dana.send(Ask::new("GET", &login)).await;
            assert_eq!(sent_to(&answer), location, "{} {login}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s093_a_target_has_at_most_2048_bytes() {
    for world in worlds_with(with_default).await {
        let mut people = People::of(&world).await;
        let longest = format!("/{}", "a".repeat(2047));
        for (route, answer) in people.answers(&world, &query_of(&longest), &[]).await {
            assert_eq!(sent_to(&answer), longest, "{} {route}", world.name);
        }
        for (route, answer) in people.answers(&world, &query_of(&format!("{longest}a")), &[]).await {
            assert_eq!(sent_to(&answer), DEFAULT, "{} {route}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s096_of_several_targets_all_routes_take_the_same_harmless_one() {
    for world in worlds_with(with_default).await {
        let mut people = People::of(&world).await;
        for query in [
            "return_to=%2Fprivate&return_to=%2F%2Fevil.example",
            "return_to=%2F%2Fevil.example&return_to=%2Fprivate",
            "return_to=https://evil.example&return_to=//evil.example",
            "return_to=&return_to=%2F%2Fevil.example",
            "return_to&return_to=%2Fprivate",
        ] {
            let answers = people.answers(&world, query, &[]).await;
            let first = sent_to(&answers[0].1);
            assert!(["/private", DEFAULT].contains(&first.as_str()), "{} {query}: {first}", world.name);
            for (route, answer) in &answers {
                assert_eq!(sent_to(answer), first, "{} {route} {query}", world.name);
            }
            let page = unescaped(&world.send(Ask::new("GET", &format!("/auth/login?{query}"))).await.text());
            assert!(page.contains(&format!("/auth/login?{}", query_of(&first))), "{} {query}: {page}", world.name);
            assert!(!page.contains("evil"), "{} {query}: {page}", world.name);
        }
        // Two good ones: the first.
        for (route, answer) in people.answers(&world, "return_to=%2Fa&return_to=%2Fb", &[]).await {
            assert_eq!(sent_to(&answer), "/a", "{} {route}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_target_is_taken_from_the_query_alone() {
    for world in worlds_with(with_default).await {
        let mut browser = world.signed_up("dana@example.org").await;
        let fields = [("email", "dana@example.org"), ("password", PASSWORD), ("return_to", "/private")];
        for path in ["/auth/login", "/auth/sessions/refresh", "/auth/sessions/logout"] {
            let answer = submit(&mut browser, path, &fields, &[("referer", "https://app.example.org/private")]).await;
            assert_eq!(sent_to(&answer), DEFAULT, "{} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s097_nothing_depends_on_the_host_that_a_client_names() {
    for world in worlds_with(with_default).await {
        let browser = world.signed_up("dana@example.org").await;
        let signed_in = format!("cookie: {}\r\n", browser.cookies());
        for (cookies, path, location) in [
            (signed_in.as_str(), "/auth/login?return_to=%2Fprivate", Some("/private")),
            (signed_in.as_str(), "/auth/signup", Some(DEFAULT)),
            ("", "/auth/login?return_to=%2Fprivate", None),
            ("", "/auth/logout", None),
            ("", "/auth/nowhere", None),
        ] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n{cookies}\
                 x-forwarded-host: evil.example\r\nx-forwarded-proto: http\r\nforwarded: host=evil.example\r\n\
                 x-original-url: //evil.example\r\n\r\n"
            );
            let answer = raw(world.address, request.as_bytes()).await;
            assert_eq!(answer.header("location"), location, "{} {path}: {}", world.name, answer.status);
            assert!(!names_evil(&answer), "{} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s097_no_path_is_cleaned_by_a_redirect() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for path in [
            "//evil.example/%2e%2e/auth/login/",
            "//evil.example/../auth/login",
            "//auth/login",
            "/auth//login",
            "/auth/login/",
            "/auth/login//",
            "/auth/./login",
            "/auth/x/../login",
            "/auth/%2e%2e/auth/login",
            "/auth%2Flogin",
            "/auth/login%2F",
            "/auth//",
            "/auth/account/",
        ] {
            let answer = browser.send(Ask::new("GET", path)).await;
            assert!([400, 404].contains(&answer.status), "{} {path}: {}", world.name, answer.status);
            assert_eq!(answer.header("location"), None, "{} {path}", world.name);
            assert!(!answer.text().contains("evil"), "{} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s098_the_admin_area_begins_at_a_whole_segment() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        world.signed_up("erik@example.org").await;
        by_hand::grant(&world, "erik@example.org", PlatformRole::Admin).await;
        for (target, audience) in [
            ("/administrators", Audience::App),
            ("/admin-tools", Audience::App),
            ("/Admin", Audience::App),
            ("/auth/admin", Audience::App),
            ("/private?x=/admin", Audience::App),
            ("/admin", Audience::Admin),
            ("/admin/", Audience::Admin),
            ("/admin/users", Audience::Admin),
            ("/admin?x=1", Audience::Admin),
            ("/admin#x", Audience::Admin),
        ] {
            let path = format!("/auth/login?{}", query_of(target));
            for (email, has_role) in [("dana@example.org", false), ("erik@example.org", true)] {
                let mut browser = world.browser();
                let fields = [("email", email), ("password", PASSWORD)];
                let answer = submit(&mut browser, &path, &fields, &[]).await;
                if has_role || audience == Audience::App {
                    assert_eq!(sent_to(&answer), target, "{} {email} {target}", world.name);
                    claims(&world, browser.cookie(ACCESS), audience);
                } else {
                    assert_eq!(answer.status, 422, "{} {email} {target}", world.name);
                    assert_untouched(&answer, target);
                }
            }
        }
        world.stop().await;
    }
}
