//! The real server keeps the real document; a broken one of either is found out.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::stage::{Person, Stage, Who};
use super::*;
use crate::document::{Operation, Response};

/// The document of this workspace.
pub fn document() -> Document {
    Document::parse(include_str!("../../../../contract/openapi.yaml")).unwrap()
}

/// A server that is wrong on purpose.
struct Fake {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Fake {
    fn start(answer: fn(&HttpRequest) -> HttpResponse) -> Self {
        let serve = move |request: HttpRequest| async move { answer(&request) };
        let server = HttpServer::new(move || App::new().default_service(web::to(serve)))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self { address, handle }
    }

    async fn stop(self) {
        self.handle.stop(false).await;
    }
}

impl Stage for Fake {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn person(&self, _: Who) -> impl Future<Output = Person> {
        std::future::ready(Person {
            email: "robin@example.com".to_owned(),
            password: "seven quiet rivers".to_owned(),
            access: "good".to_owned(),
            refresh: "a-refresh-token".to_owned(),
            csrf: "a-csrf-value".to_owned(),
            visitor_csrf: "another-csrf-value".to_owned(),
            session: sample::NOBODYS_ID.to_owned(),
            other_session: sample::NOBODYS_ID.to_owned(),
        })
    }

    fn offers(&self, _: &Operation) -> bool {
        true
    }
}

/// The document with these operations alone.
fn only(ids: &[&str]) -> Document {
    let mut document = document();
    document.operations.retain(|operation| ids.contains(&operation.id.as_str()));
    assert_eq!(document.operations.len(), ids.len());
    document
}

fn json(status: u16, body: &'static str) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap();
    HttpResponse::build(status).insert_header(("content-type", "application/json")).body(body)
}

fn not_found(_: &HttpRequest) -> HttpResponse {
    json(404, r#"{"error":{"code":"not_found","message":"There is nothing here."}}"#)
}

/// Lets everybody in, and has nothing to say.
fn welcome(_: &HttpRequest) -> HttpResponse {
    json(200, "{}")
}

/// Is there a finding at this place that says this?
fn has(findings: &[Finding], place: &str, problem: &str) -> bool {
    findings.iter().any(|finding| finding.place == place && finding.problem.contains(problem))
}

#[track_caller]
fn assert_has(findings: &[Finding], place: &str, problem: &str) {
    assert!(has(findings, place, problem), "{place}: {problem}\nis not among {findings:#?}");
}

#[actix_web::test]
async fn the_server_keeps_the_document() {
    let findings = run(&document()).await;
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[actix_web::test]
async fn a_document_that_says_something_else_than_the_server_is_found_out() {
    let mut broken = document();
    for operation in &mut broken.operations {
        let nothing = Response { headers: BTreeMap::new(), content: BTreeMap::new() };
        match operation.id.as_str() {
            // Lists an answer that is never given.
            "getVersion" => drop(operation.responses.insert(410, nothing)),
            // Lists a code that is never given.
            "getReadiness" => operation.error_codes.entry(503).or_default().push("rate_limited".to_owned()),
            // Misses an answer, and a code.
            "getCurrentUser" => drop(operation.responses.remove(&401)),
            "getAccount" => drop(operation.error_codes.remove(&401)),
            // Promises a cookie that is never set, and misses one that is.
            "refreshTokens" => operation.set_cookies.push("authara_access".to_owned()),
            "loginWithPassword" => operation.set_cookies.retain(|name| name != "authara_csrf"),
            "logout" => operation.clear_cookies.clear(),
            "deleteOtherAccountSessions" => operation.clear_cookies.push("authara_refresh".to_owned()),
            // Asks for less than the server, and for more.
            "setCurrentUserPassword" => operation.csrf = false,
            "getCsrfToken" => operation.access = crate::document::Access::User,
            "refreshSession" => operation.bearer = true,
            // Is offered where nobody is.
            "listAccountSessions" => operation.availability = Some("never".to_owned()),
            // Is not there at all.
            "getHealth" => operation.path = "/auth/api/v1/healthy".to_owned(),
            _ => {}
        }
    }
    let findings = run(&broken).await;
    for (place, problem) in [
        ("GET /auth/version 410", "nothing brought it about"),
        ("GET /auth/ready 503", "`rate_limited` is listed and nothing brought it about"),
        ("GET /auth/api/v1/user 401", "does not list this status"),
        ("GET /auth/api/v1/account 401", "`unauthorized`, which the document does not list"),
        ("POST /auth/api/v1/tokens/refresh", "the cookie authara_access in `x-authara-set-cookies`"),
        ("POST /auth/api/v1/login 200", "sets the cookie authara_csrf"),
        ("POST /auth/api/v1/sessions/logout 204", "deletes the cookie authara_refresh"),
        ("DELETE /auth/api/v1/account/sessions/others", "the cookie authara_refresh in `x-authara-clear-cookies`"),
        ("PUT /auth/api/v1/users/password", "answers 403 forbidden instead of a success"),
        ("GET /auth/api/v1/csrf", "answers 200 instead of 401"),
        ("POST /auth/api/v1/sessions/refresh", "instead of a success when asked with a bearer token"),
        ("GET /auth/api/v1/account/sessions", "answers 401 unauthorized where `never` is not configured"),
        ("GET /auth/api/v1/healthy", "is not served"),
    ] {
        assert_has(&findings, place, problem);
    }
}

#[actix_web::test]
async fn a_server_without_routes_is_found_out() {
    let fake = Fake::start(not_found);
    let document = only(&["getCurrentUser", "loginWithPassword", "signupDirect", "getHealth"]);
    let findings = routes::check(&document, &fake, &mut Witness::default()).await;
    for operation in &document.operations {
        assert_has(&findings, &operation.place(), "is not served");
    }
    assert_eq!(findings.len(), document.operations.len(), "{findings:#?}");
    fake.stop().await;
}

#[actix_web::test]
async fn a_server_that_answers_unknown_routes_in_its_own_way_is_found_out() {
    let document = only(&["getCurrentUser"]);
    let fake = Fake::start(|_| HttpResponse::NotFound().insert_header(("content-type", "text/html")).body("<p>No"));
    let findings = routes::check(&document, &fake, &mut Witness::default()).await;
    assert_has(&findings, "GET /auth/api/v1/does-not-exist 404", "media type `text/html`");
    fake.stop().await;
    let fake = Fake::start(|_| HttpResponse::MethodNotAllowed().insert_header(("allow", "GET")).finish());
    let findings = routes::check(&document, &fake, &mut Witness::default()).await;
    assert_has(&findings, "PUT /auth/api/v1/user 405", "does not list this status");
    assert_has(&findings, "GET /auth/api/v1/user", "is not served");
    fake.stop().await;
}

#[actix_web::test]
async fn a_server_that_lets_everybody_in_is_found_out() {
    let fake = Fake::start(welcome);
    let document = only(&["getCurrentUser", "loginWithPassword", "refreshSession"]);
    let mut witness = Witness::default();
    let findings = security::check(&document, &fake, &mut witness).await;
    assert_has(&findings, "GET /auth/api/v1/user", "instead of 401 when asked without credentials");
    assert_has(&findings, "GET /auth/api/v1/user", "instead of 401 when asked with a bearer token that is none");
    for asked in ["without the CSRF pair", "without the CSRF header", "without the CSRF cookie", "never issued"] {
        let found = findings.iter().filter(|finding| finding.place == "POST /auth/api/v1/login");
        assert!(found.clone().any(|finding| finding.problem.contains(asked)), "{asked}: {findings:#?}");
    }
    assert_has(&findings, "POST /auth/api/v1/login", "in place of the CSRF pair");
    assert_has(&findings, "POST /auth/api/v1/sessions/refresh", "instead of a refusal");
    let findings = judge::judge_all(&document, &witness.exchanges);
    assert_has(&findings, "GET /auth/api/v1/user 200", "breaks its schema");
    assert_has(&findings, "GET /auth/api/v1/user 200", "lacks the header Cache-Control");
    assert_has(&findings, "POST /auth/api/v1/sessions/refresh 200", "none is documented");
    fake.stop().await;
}

#[actix_web::test]
async fn a_server_that_takes_every_body_is_found_out() {
    let fake = Fake::start(welcome);
    let findings = inputs::check(&only(&["loginWithPassword"]), &fake, &mut Witness::default()).await;
    for asked in [
        "with a body that is no JSON",
        "without a body",
        "with a body of another type",
        "with a member that the document does not know",
        "with identifier beside everything else",
        "without the member password",
        "with a number for the member email",
        "with too short a text for the member password",
        "for the parameter audience",
    ] {
        assert_has(&findings, "POST /auth/api/v1/login", asked);
    }
    fake.stop().await;
}

#[actix_web::test]
async fn a_server_that_lets_nobody_in_is_found_out() {
    let fake = Fake::start(|_| json(401, r#"{"error":{"code":"unauthorized","message":"No."}}"#));
    let document = only(&["getCurrentUser", "getVersion"]);
    let mut witness = Witness::default();
    let findings = security::check(&document, &fake, &mut witness).await;
    assert_has(&findings, "GET /auth/api/v1/user", "instead of a success when asked with what `security` lists");
    assert_has(&findings, "GET /auth/version", "instead of a success");
    let findings = coverage::check(&document, &[], &witness.exchanges);
    assert_has(&findings, "GET /auth/api/v1/user 200", "nothing brought it about");
    fake.stop().await;
}

#[actix_web::test]
async fn a_server_that_is_gone_is_found_out() {
    let fake = Fake::start(welcome);
    let gone = Fake { address: fake.address, handle: fake.handle.clone() };
    fake.stop().await;
    let document = only(&["getVersion"]);
    let mut witness = Witness::default();
    let _ = security::check(&document, &gone, &mut witness).await;
    assert_has(&judge::judge_all(&document, &witness.exchanges), "GET /auth/version", "gave no answer");
}

#[test]
fn what_both_databases_show_is_told_once() {
    let finding = |problem: &str| Finding::new("GET /x", problem, "mend it");
    let mut all = vec![("sqlite", finding("a")), ("sqlite", finding("a")), ("sqlite", finding("b"))];
    all.push(("postgres", finding("a")));
    let problems: Vec<String> = merge(all).into_iter().map(|finding| finding.problem).collect();
    assert_eq!(problems, ["a [sqlite, postgres]", "b [sqlite]"]);
}
