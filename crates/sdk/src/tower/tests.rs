//! The layer translates faithfully: the shared table of cases (T-10), and what only it can do.

use std::convert::Infallible;

use http::{Request, Response};
use tower::{Layer as _, ServiceExt as _};

use super::AuthLayer;
use crate::decision::Mode;
use crate::decision::cases::{Case, Outcome, cases};
use crate::testing::{USER, authara};
use crate::{Identity, Policy};

fn policy(mode: Mode) -> Policy {
    match mode {
        Mode::Required => Policy::required(),
        Mode::Optional => Policy::optional(),
    }
}

async fn whoever(request: Request<String>) -> Result<Response<String>, Infallible> {
    let caller = request.extensions().get::<Identity>();
    let body = caller.map_or_else(|| "nobody".to_owned(), |caller| caller.user_id.to_string());
    Ok(Response::builder().header("x-handled", "yes").body(body).unwrap())
}

#[tokio::test]
async fn t10_the_table_of_cases() {
    for case in cases() {
        let service = AuthLayer::new(authara(), policy(case.mode)).layer(tower::service_fn(whoever));
        let mut request = Request::builder().method(Case::METHOD).uri(Case::TARGET);
        for (name, value) in &case.headers {
            request = request.header(*name, value);
        }
        let response = service.oneshot(request.body(String::new()).unwrap()).await.unwrap();
        let outcome = match (response.headers().contains_key("x-handled"), response.body().as_str()) {
            (true, "nobody") => Outcome::Nobody,
            (true, user) => {
                assert_eq!(user, USER);
                Outcome::SignedIn
            }
            (false, _) => Outcome::Refused(response.status().as_u16()),
        };
        assert_eq!(outcome, case.expected, "{}", case.name);
    }
}

#[tokio::test]
async fn r25_the_servers_own_pages_pass_untouched() {
    let service = AuthLayer::required(authara()).layer(tower::service_fn(whoever));
    let request = Request::builder().uri("/auth/login").body(String::new()).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.body(), "nobody");
    assert!(!response.headers().contains_key("cache-control"));
}
