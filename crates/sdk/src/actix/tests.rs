//! The layer translates faithfully: the shared table of cases (T-10), and what only it can do.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, web};

use super::RequireAuth;
use crate::client::SetCookies;
use crate::decision::Mode;
use crate::decision::cases::{Case, Outcome, cases};
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
