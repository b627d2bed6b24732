//! A stand-in for the server that renews sessions, for the tests of everything that asks for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::Authara;
use crate::client::Client;
use crate::testing::{config, token, token_with};

/// What the stand-in for the server says to a renewal: a status, and whether with cookies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    Renewed,
    Foreign,
    NoToken,
    SignedOut,
    Forbidden,
    Limited,
    Broken,
    Gone,
}

#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) renewals: AtomicUsize,
    pub(crate) proofs: AtomicUsize,
}

fn answer(status: u16, cookies: &[String], body: &str) -> http::Response<String> {
    let mut response = http::Response::builder().status(status).header("content-type", "application/json");
    for cookie in cookies {
        response = response.header("set-cookie", cookie);
    }
    response.body(body.to_owned()).unwrap()
}

/// A server that takes its time.
pub(crate) fn stand_in(says: Says) -> (Authara, Arc<Asked>) {
    let asked = Arc::new(Asked::default());
    let heard = Arc::clone(&asked);
    let service = tower::service_fn(move |request: http::Request<String>| {
        let asked = Arc::clone(&heard);
        async move {
            if request.uri().path().ends_with("/csrf") {
                asked.proofs.fetch_add(1, Ordering::Relaxed);
                let cookie = ["authara_csrf=proof; Path=/".to_owned()];
                return Ok(answer(200, &cookie, r#"{"csrf_token":"proof"}"#));
            }
            asked.renewals.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(30)).await;
            let fresh =
                |access: String| [format!("authara_access={access}; Path=/"), "authara_refresh=new; Path=/".to_owned()];
            let gone = ["authara_access=; Max-Age=0", "authara_refresh=; Max-Age=0"].map(str::to_owned);
            let envelope = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"for people"}}}}"#);
            Ok(match says {
                Says::Renewed => answer(204, &fresh(token()), ""),
                Says::Foreign => answer(204, &fresh(token_with("iss", json!("other"))), ""),
                Says::NoToken => answer(204, &[], ""),
                Says::SignedOut => answer(401, &gone, &envelope("unauthorized")),
                Says::Forbidden => answer(403, &[], &envelope("forbidden")),
                Says::Limited => {
                    let mut limited = answer(429, &[], &envelope("rate_limited"));
                    limited.headers_mut().insert("retry-after", "7".parse().unwrap());
                    limited
                }
                Says::Broken => answer(502, &[], "<html>"),
                Says::Gone => return Err("no connection"),
            })
        }
    });
    let client = Client::builder("http://localhost:8080").service(service).build().unwrap();
    (Authara::with_client(config().build().unwrap(), client), asked)
}

/// A request whose session can be renewed.
pub(crate) const COOKIES: &str = "theme=dark; authara_refresh=old; authara_csrf=c";
