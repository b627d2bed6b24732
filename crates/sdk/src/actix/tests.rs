//! The layer translates faithfully: the shared table of cases (T-10), and what only it can do.

use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, web};

use super::RequireAuth;
use crate::client::SetCookies;
use crate::decision::Mode;
use crate::decision::cases::{Case, Outcome, cases};
use crate::refresh::stand_in::{COOKIES, Says, stand_in};
use crate::testing::{USER, authara, token, token_with};
use crate::{Authara, Identity};

/// Marks answers that the handler gave.
const HANDLED: &str = "x-handled";

async fn whoever(caller: Option<Identity>) -> HttpResponse {
    let body = caller.map_or_else(|| "nobody".to_owned(), |caller| caller.user_id.to_string());
    HttpResponse::Ok().insert_header((HANDLED, "yes")).body(body)
}

async fn somebody(caller: Identity) -> HttpResponse {
    whoever(Some(caller)).await
}

fn middleware(mode: Mode) -> RequireAuth {
    match mode {
        Mode::Required => RequireAuth::required(authara()),
        Mode::Optional => RequireAuth::optional(authara()),
    }
}

fn request(headers: &[(&'static str, String)]) -> TestRequest {
    let start = TestRequest::with_uri(Case::TARGET);
    headers.iter().fold(start, |request, (name, value)| request.append_header((*name, value.as_str())))
}

fn cookie(value: &str) -> (&'static str, String) {
    ("Cookie", format!("authara_access={value}"))
}

fn header<B>(response: &ServiceResponse<B>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

#[actix_web::test]
async fn t10_the_table_of_cases() {
    for case in cases() {
        let app = App::new().wrap(middleware(case.mode)).default_service(web::to(whoever));
        let app = init_service(app).await;
        let response = call_service(&app, request(&case.headers).to_request()).await;
        let (status, is_handled) = (response.status(), header(&response, HANDLED).is_some());
        let body = read_body(response).await;
        let outcome = match (is_handled, &*body) {
            (true, b"nobody") => Outcome::Nobody,
            (true, user) => {
                assert_eq!(user, USER.as_bytes());
                Outcome::SignedIn
            }
            (false, _) => Outcome::Refused(status.as_u16()),
        };
        assert_eq!(outcome, case.expected, "{}", case.name);
    }
}

#[actix_web::test]
async fn t11_a_refusal_arrives_with_its_headers() {
    let app = App::new().wrap(middleware(Mode::Required)).default_service(web::to(whoever));
    let app = init_service(app).await;
    let page = request(&[("Accept", "text/html".to_owned())]).to_request();
    let response = call_service(&app, page).await;
    assert_eq!(header(&response, LOCATION.as_str()).as_deref(), Some("/auth/login?return_to=%2Fprivate%3Fpage%3D2"));
    assert_eq!(header(&response, CACHE_CONTROL.as_str()).as_deref(), Some("no-store"));
    assert!(header(&response, "vary").is_some());
}

#[actix_web::test]
async fn an_extractor_asks_for_more_than_an_optional_middleware() {
    for (headers, status) in [
        (vec![], 401),
        (vec![("Accept", "text/html".to_owned())], 302),
        (vec![cookie(&token())], 200),
        (vec![cookie(&token_with("iss", "other".into()))], 500),
        (vec![cookie(&token()), ("Authorization", "Bearer x".to_owned())], 401),
    ] {
        let app = App::new().wrap(middleware(Mode::Optional)).default_service(web::to(somebody));
        let app = init_service(app).await;
        let response = call_service(&app, request(&headers).to_request()).await;
        assert_eq!(response.status().as_u16(), status);
    }
}

#[actix_web::test]
async fn r21_without_the_middleware_nobody_is_told_to_sign_in() {
    let app = init_service(App::new().default_service(web::to(somebody))).await;
    let headers = [cookie(&token()), ("Accept", "text/html".to_owned())];
    let response = call_service(&app, request(&headers).to_request()).await;
    assert_eq!(response.status().as_u16(), 500);
}

#[actix_web::test]
async fn r25_requests_to_the_servers_own_pages_pass_untouched() {
    let app = App::new().wrap(middleware(Mode::Required)).default_service(web::to(whoever));
    let app = init_service(app).await;
    for (uri, is_handled) in [("/auth/login", true), ("/auth/../private", false)] {
        let request = TestRequest::with_uri(uri).to_request();
        let response = call_service(&app, request).await;
        assert_eq!(header(&response, HANDLED).is_some(), is_handled, "{uri}");
    }
}

#[actix_web::test]
async fn an_inner_middleware_replaces_what_an_outer_one_found() {
    let admins = crate::testing::config().audience("admin").build().unwrap();
    let inner = RequireAuth::optional(Authara::new(admins).unwrap());
    // The middleware that is wrapped last is the outermost.
    let app = App::new().wrap(inner).wrap(middleware(Mode::Required)).default_service(web::to(whoever));
    let app = init_service(app).await;
    let response = call_service(&app, request(&[cookie(&token())]).to_request()).await;
    assert_eq!(&*read_body(response).await, b"nobody");
}

#[test]
fn r52_cookies_are_appended_beside_the_applications_own() {
    let lines = ["authara_access=a; Path=/", "authara_refresh=r; Path=/"];
    let mut response = HttpResponse::Ok().insert_header((SET_COOKIE, "theme=dark")).finish();
    SetCookies::default().apply_to(&mut response);
    assert!(response.headers().get(CACHE_CONTROL).is_none());
    SetCookies::new(lines.map(str::to_owned).to_vec()).apply_to(&mut response);
    let found: Vec<&str> = response.headers().get_all(SET_COOKIE).map(|line| line.to_str().unwrap()).collect();
    assert_eq!(found, ["theme=dark", lines[0], lines[1]]);
    assert_eq!(response.headers().get(CACHE_CONTROL).unwrap(), "no-store");
}

async fn failing() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorImATeapot("short and stout"))
}

async fn mirror(request: actix_web::HttpRequest, token: crate::AccessToken, csrf: crate::CsrfToken) -> HttpResponse {
    let cookies = request.headers().get("cookie").unwrap().to_str().unwrap();
    HttpResponse::Ok().insert_header(("set-cookie", "own=1")).body(format!("{cookies}|{}|{csrf}", token.as_str()))
}

#[actix_web::test]
async fn r33_r36_r37_the_handler_sees_the_new_cookies_and_the_browser_gets_them_whatever_is_answered() {
    let (authara, asked) = stand_in(Says::Renewed);
    let app = App::new()
        .route("/mirror", web::get().to(mirror))
        .route("/failing", web::get().to(failing))
        .wrap(actix_web::middleware::from_fn(async |request, next: actix_web::middleware::Next<_>| {
            // A middleware of the application that fails with an error, and not with an answer.
            let response: ServiceResponse<_> = next.call(request).await?;
            if response.status() == 418 { Err(actix_web::error::ErrorImATeapot("gone")) } else { Ok(response) }
        }))
        .wrap(RequireAuth::required_with_refresh(authara));
    let app = init_service(app).await;
    for (path, own) in [("/mirror", 1), ("/failing", 0), ("/nowhere", 0)] {
        let request = TestRequest::with_uri(path).insert_header(("Cookie", COOKIES)).to_request();
        let response = match app.call(request).await {
            Ok(response) => response.map_into_boxed_body().into_parts().1,
            Err(error) => error.error_response(),
        };
        let lines: Vec<_> = response.headers().get_all(SET_COOKIE).collect();
        assert_eq!(lines.len(), 2 + own, "{path}: {lines:?}");
        assert_eq!(response.headers().get(CACHE_CONTROL).unwrap(), "no-store", "{path}");
        if path == "/mirror" {
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            let seen = format!("theme=dark; authara_refresh=new; authara_csrf=c; authara_access={0}|{0}|c", token());
            assert_eq!(body, seen);
        }
    }
    assert_eq!(asked.renewals.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn r47_a_page_fetches_a_value_against_forgery_and_its_cookie_goes_along() {
    async fn page(session: crate::ServerSession) -> String {
        session.ensure_csrf().await.unwrap().to_string()
    }
    let (authara, _) = stand_in(Says::Renewed);
    let app = App::new().route("/page", web::get().to(page)).wrap(RequireAuth::optional(authara));
    let app = init_service(app).await;
    let response = call_service(&app, TestRequest::with_uri("/page").to_request()).await;
    assert_eq!(header(&response, "set-cookie").unwrap(), "authara_csrf=proof; Path=/");
    assert_eq!(read_body(response).await, "proof");
}
