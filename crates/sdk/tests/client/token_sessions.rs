//! Sessions by tokens (R-55, T-22): when they are renewed, and that they are never lost.

use std::future::{poll_fn, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use authara_client::wire::Tokens;
use authara_client::{Client, Clock, MemoryTokenStore, TokenSession, TokenStore, TokenStoreError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;

use crate::stub::{Reply, Stub};

const NOW: i64 = 1_790_000_000;
const REFRESH: &str = "POST /auth/api/v1/tokens/refresh";
const SESSIONS: &str = "GET /auth/api/v1/account/sessions";

/// An access token that lapses in so many seconds.
fn access(seconds: i64) -> String {
    let claims = format!(r#"{{"iat":{},"exp":{}}}"#, NOW + seconds - 600, NOW + seconds);
    format!("x.{}.z", URL_SAFE_NO_PAD.encode(claims))
}

fn tokens(access_token: &str, refresh_token: &str) -> Tokens {
    Tokens { access_token: access_token.to_owned(), refresh_token: refresh_token.to_owned() }
}

fn renewed(access_token: &str, refresh_token: &str) -> Reply {
    Reply::json(&format!(r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}"}}"#))
}

fn sessions() -> Reply {
    Reply::json(r#"{"sessions":[]}"#)
}

fn client(stub: &Stub) -> Client {
    let now = DateTime::from_timestamp(NOW, 0).expect("an instant");
    stub.builder().clock(Clock::fixed(now)).build().expect("a good configuration")
}

fn session(stub: &Stub, tokens: Tokens) -> TokenSession<MemoryTokenStore> {
    client(stub).token_session(MemoryTokenStore::new(tokens))
}

async fn ask<S: TokenStore>(session: &TokenSession<S>) -> Result<usize, authara_client::Error> {
    let answer = session.call(|caller| async move { caller.list_account_sessions().await }).await?;
    Ok(answer.body.sessions.len())
}

fn bearers(stub: &Stub) -> Vec<String> {
    stub.seen().iter().map(|seen| seen.header("authorization").unwrap_or_default()).collect()
}

#[tokio::test]
async fn t22_a_good_token_is_used_as_it_is() {
    let stub = Stub::start(vec![sessions()]);
    let good = access(31);
    ask(&session(&stub, tokens(&good, "r"))).await.unwrap();
    assert_eq!(stub.lines(), [SESSIONS]);
    assert_eq!(bearers(&stub), [format!("Bearer {good}")]);
}

#[tokio::test]
async fn t22_a_token_is_renewed_shortly_before_it_lapses() {
    let stub = Stub::start(vec![renewed("new", "r2"), sessions()]);
    let session = session(&stub, tokens(&access(30), "r"));
    ask(&session).await.unwrap();
    assert_eq!(stub.lines(), [REFRESH, SESSIONS]);
    assert_eq!(bearers(&stub), ["", "Bearer new"]);
    assert_eq!(stub.seen()[0].body, r#"{"refresh_token":"r","audience":"app"}"#);
    assert_eq!(session.store().load().await.unwrap(), Some(tokens("new", "r2")));
}

#[tokio::test]
async fn t22_a_refused_token_is_renewed_and_the_call_made_once_more() {
    let stub = Stub::start(vec![Reply::error(401, "unauthorized"), renewed("new", "r2"), sessions()]);
    let session = session(&stub, tokens("opaque", "r"));
    ask(&session).await.unwrap();
    assert_eq!(stub.lines(), [SESSIONS, REFRESH, SESSIONS]);
    assert_eq!(bearers(&stub), ["Bearer opaque", "", "Bearer new"]);
    // And no more than once.
    let no = || Reply::error(401, "unauthorized");
    let stub = Stub::start(vec![no(), renewed("new", "r2"), no(), sessions()]);
    let error = ask(&self::session(&stub, tokens("opaque", "r"))).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(stub.lines(), [SESSIONS, REFRESH, SESSIONS]);
}

#[tokio::test]
async fn t22_a_refused_renewal_ends_the_session_and_nothing_is_sent_any_more() {
    let no = || Reply::error(401, "unauthorized");
    let stub = Stub::start(vec![no(), no()]);
    let session = session(&stub, tokens("opaque", "r"));
    assert!(ask(&session).await.unwrap_err().is_unauthorized());
    assert_eq!(session.store().load().await.unwrap(), None);
    let error = ask(&session).await.unwrap_err();
    assert!(error.is_not_signed_in() && error.is_unauthorized());
    assert_eq!(stub.lines(), [SESSIONS, REFRESH]);
}

#[tokio::test]
async fn t22_an_outage_ends_no_session() {
    let away = || Reply::error(503, "service_unavailable");
    // The token has some seconds left, and is used.
    let stub = Stub::start(vec![away(), sessions()]);
    let old = tokens(&access(10), "r");
    let session = session(&stub, old.clone());
    ask(&session).await.unwrap();
    assert_eq!(stub.lines(), [REFRESH, SESSIONS]);
    assert_eq!(session.store().load().await.unwrap(), Some(old));
    // It has none left, and the outage is told as one.
    let stub = Stub::start(vec![away()]);
    let lapsed = tokens(&access(0), "r");
    let session = self::session(&stub, lapsed.clone());
    assert!(ask(&session).await.unwrap_err().is_unavailable());
    assert_eq!(session.store().load().await.unwrap(), Some(lapsed));
}

#[tokio::test]
async fn t22_two_tasks_share_one_renewal() {
    let stub = Stub::start(vec![renewed(&access(600), "r2"), sessions(), sessions()]);
    let session = session(&stub, tokens(&access(0), "r"));
    let other = session.clone();
    let (one, two) = tokio::join!(ask(&session), ask(&other));
    assert_eq!((one.unwrap(), two.unwrap()), (0, 0));
    assert_eq!(stub.lines(), [REFRESH, SESSIONS, SESSIONS]);
}

#[tokio::test]
async fn t22_a_renewal_outlives_the_call_that_wanted_it() {
    let stub = Stub::start(vec![renewed("new", "r2")]);
    let session = session(&stub, tokens(&access(0), "r"));
    {
        // Polled once, so that it is on its way, and dropped.
        let mut call = pin!(session.access_token());
        let is_waiting = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
        assert!(is_waiting);
    }
    let mut kept = None;
    for _ in 0..200 {
        kept = session.store().load().await.unwrap();
        if kept == Some(tokens("new", "r2")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(kept, Some(tokens("new", "r2")));
}

/// A store that another process writes too: the first swap comes too late.
struct Shared {
    tokens: MemoryTokenStore,
    others: Tokens,
    is_late: AtomicBool,
}

impl TokenStore for Shared {
    async fn load(&self) -> Result<Option<Tokens>, TokenStoreError> {
        self.tokens.load().await
    }

    async fn compare_and_swap(&self, expected: Tokens, next: Option<Tokens>) -> Result<bool, TokenStoreError> {
        if self.is_late.swap(false, Ordering::SeqCst) {
            self.tokens.set(Some(self.others.clone()));
        }
        self.tokens.compare_and_swap(expected, next).await
    }
}

#[tokio::test]
async fn t22_a_lost_swap_takes_the_others_tokens_and_renews_nothing() {
    for first in [renewed("mine", "r2"), Reply::error(401, "unauthorized")] {
        let stub = Stub::start(vec![first, sessions()]);
        let others = tokens(&access(600), "r3");
        let tokens = MemoryTokenStore::new(tokens(&access(0), "r"));
        let store = Shared { tokens, others: others.clone(), is_late: AtomicBool::new(true) };
        let session = client(&stub).token_session(store);
        ask(&session).await.unwrap();
        assert_eq!(stub.lines(), [REFRESH, SESSIONS]);
        assert_eq!(bearers(&stub), [String::new(), format!("Bearer {}", others.access_token)]);
        assert_eq!(session.store().load().await.unwrap(), Some(others));
    }
}

/// A store that is out of reach.
struct Broken;

impl TokenStore for Broken {
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, TokenStoreError>> + Send {
        ready(Err("disk on fire".into()))
    }

    fn compare_and_swap(
        &self,
        _expected: Tokens,
        _next: Option<Tokens>,
    ) -> impl Future<Output = Result<bool, TokenStoreError>> + Send {
        ready(Err("disk on fire".into()))
    }
}

#[tokio::test]
async fn r57_a_store_out_of_reach_signs_nobody_out() {
    let stub = Stub::start(vec![]);
    let error = ask(&client(&stub).token_session(Broken)).await.unwrap_err();
    assert!(error.is_token_store() && !error.is_unauthorized() && !error.is_unavailable());
    assert!(stub.lines().is_empty());
}

#[tokio::test]
async fn t23_a_session_shows_no_token() {
    let stub = Stub::start(vec![]);
    let session = session(&stub, tokens("canary", "canary"));
    assert!(!format!("{session:?} {:?}", session.store()).contains("canary"));
}
