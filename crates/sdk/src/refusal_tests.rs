//! The table of unauthenticated answers (T-11).

use super::*;

fn facts<'r>(method: &'r str, target: &'r str, lines: &[(&str, &'r str)]) -> RequestFacts<'r> {
    let start = RequestFacts::new(method, target).with_header("Host", b"app.example");
    lines.iter().fold(start, |facts, (name, value)| facts.with_header(name, value.as_bytes()))
}

fn header(refusal: &Refusal, name: &str) -> Option<String> {
    let found = refusal.headers.iter().find(|(kept, _)| *kept == name);
    found.map(|(_, value)| value.clone())
}

const HTML: (&str, &str) = ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
const HTMX: (&str, &str) = ("HX-Request", "true");

#[test]
fn t11_who_asks_is_told_by_headers() {
    for (lines, expected) in [
        (&[][..], Kind::Api),
        (&[("Accept", "*/*")], Kind::Api),
        (&[("Accept", "application/json")], Kind::Api),
        (&[HTML], Kind::Page),
        (&[("Accept", "TEXT/HTML")], Kind::Page),
        (&[HTMX], Kind::Htmx),
        (&[("HX-Request", "True")], Kind::Api),
        (&[("HX-Request", "true"), HTML], Kind::Htmx),
        (&[("Sec-Fetch-Mode", "navigate")], Kind::Page),
        (&[HTML, ("Sec-Fetch-Dest", "empty")], Kind::Api),
        (&[HTML, ("Sec-Fetch-Mode", "cors")], Kind::Page),
        (&[HTML, ("X-Requested-With", "XMLHttpRequest")], Kind::Api),
    ] {
        assert_eq!(Kind::of(&facts("GET", "/", lines)), expected, "{lines:?}");
    }
}

#[test]
fn t11_a_page_is_redirected_and_comes_back_to_what_was_asked() {
    for (method, target, lines, status, location) in [
        ("GET", "/private", &[HTML][..], 302, "/auth/login?return_to=%2Fprivate"),
        ("HEAD", "/private", &[HTML], 302, "/auth/login?return_to=%2Fprivate"),
        ("GET", "/a%2Fb?c=%26", &[HTML], 302, "/auth/login?return_to=%2Fa%252Fb%3Fc%3D%2526"),
        ("GET", "//evil.example", &[HTML], 302, "/auth/login"),
        ("GET", "/..//evil.example", &[HTML], 302, "/auth/login"),
        ("POST", "/save", &[HTML], 303, "/auth/login"),
        (
            "POST",
            "/save",
            &[HTML, ("Referer", "https://app.example/edit?id=1#x")],
            303,
            "/auth/login?return_to=%2Fedit%3Fid%3D1",
        ),
        ("DELETE", "/save", &[HTML, ("Referer", "https://evil.example/edit")], 303, "/auth/login"),
    ] {
        let refusal = Refusal::unauthenticated(&facts(method, target, lines), "/auth");
        assert_eq!(refusal.status, status, "{method} {target}");
        assert_eq!(header(&refusal, "location").as_deref(), Some(location), "{method} {target}");
        assert_eq!(refusal.body, "");
    }
}

#[test]
fn t11_an_over_long_target_is_left_out() {
    let long = format!("/{}", "a".repeat(2048));
    let refusal = Refusal::unauthenticated(&facts("GET", &long, &[HTML]), "/auth");
    assert_eq!(header(&refusal, "location").as_deref(), Some("/auth/login"));
}

#[test]
fn t11_htmx_moves_the_whole_page_and_comes_back_to_it() {
    let current = ("HX-Current-URL", "http://app.example:80/list?page=2");
    let referer = ("Referer", "https://app.example/around");
    let foreign = ("HX-Current-URL", "https://evil.example/list");
    for (lines, location) in [
        (&[HTMX][..], "/auth/login"),
        (&[HTMX, current, referer], "/auth/login?return_to=%2Flist%3Fpage%3D2"),
        (&[HTMX, foreign, referer], "/auth/login?return_to=%2Faround"),
        (&[HTMX, foreign], "/auth/login"),
    ] {
        let refusal = Refusal::unauthenticated(&facts("GET", "/fragment", lines), "/auth");
        assert_eq!(refusal.status, 200);
        assert_eq!(header(&refusal, "hx-redirect").as_deref(), Some(location), "{lines:?}");
    }
}

#[test]
fn t11_a_program_gets_the_envelope() {
    let refusal = Refusal::unauthenticated(&facts("GET", "/x", &[]), "/auth");
    assert_eq!(refusal.status, 401);
    assert_eq!(header(&refusal, "www-authenticate").as_deref(), Some("Bearer"));
    assert_eq!(header(&refusal, "content-type").as_deref(), Some("application/json"));
    let envelope: ErrorResponse = serde_json::from_str(&refusal.body).unwrap();
    assert_eq!(envelope.error.code, ErrorCode::Unauthorized);
}

#[test]
fn t17_whoever_presents_a_bearer_token_gets_401_even_for_a_page() {
    let lines = [HTML, ("Authorization", "Bearer x"), ("Sec-Fetch-Mode", "navigate")];
    let refusal = Refusal::unauthenticated(&facts("GET", "/x", &lines), "/auth");
    assert_eq!(refusal.status, 401);
}

#[test]
fn r45_no_answer_is_kept_by_a_cache() {
    for lines in [&[][..], &[HTML], &[HTMX]] {
        let facts = facts("GET", "/x", lines);
        let unauthenticated = Refusal::unauthenticated(&facts, "/auth");
        let vary = header(&unauthenticated, "vary");
        assert_eq!(vary.as_deref(), Some("Accept, HX-Request, Cookie, Authorization"));
        for refusal in [unauthenticated, Refusal::misconfigured(&facts)] {
            assert_eq!(header(&refusal, "cache-control").as_deref(), Some("no-store"));
        }
    }
}

#[test]
fn r35_a_faulty_set_up_is_told_without_a_redirect() {
    for lines in [&[][..], &[HTML], &[HTMX]] {
        let refusal = Refusal::misconfigured(&facts("GET", "/x", lines));
        assert_eq!(refusal.status, 500);
        assert_eq!(header(&refusal, "location"), None);
        assert!(refusal.body.contains("not set up"), "{}", refusal.body);
    }
}

proptest::proptest! {
    /// Whatever the headers say, the answer is one that a server can send, and stays on the origin.
    #[test]
    fn any_request_is_answered(target in "\\PC{0,80}", value in "\\PC{0,80}") {
        for name in ["Accept", "Authorization", "HX-Current-URL", "Referer", "Host", "Cookie"] {
            let facts = RequestFacts::new("POST", &target)
                .with_header("HX-Request", b"true")
                .with_header(name, value.as_bytes());
            let refusal = Refusal::unauthenticated(&facts, "/auth");
            for (_, value) in &refusal.headers {
                proptest::prop_assert!(value.bytes().all(|c| c == b' ' || c.is_ascii_graphic()));
            }
            let location = header(&refusal, "hx-redirect").unwrap_or_else(|| "/auth/login".into());
            proptest::prop_assert!(location.starts_with("/auth/login"));
        }
    }
}
