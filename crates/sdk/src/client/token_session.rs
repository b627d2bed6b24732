//! A session by tokens without cookies, which are renewed in time.

use std::fmt;
use std::sync::Arc;

use authara_core::secret::SecretText;
use authara_core::wire::{TokenRefreshRequest, Tokens};
use tokio::sync::Mutex;

use super::Client;
use super::caller::Caller;
use super::counters::Counted;
use super::lifetime::Lifetime;
use super::operation::REFRESH_TOKENS;
use super::token_store::{TokenStore, TokenStoreError};
use crate::error::Error;

/// A session by tokens that are kept in a [`TokenStore`]; made by [`Client::token_session`]. Cheap to
/// clone; clones share their tokens, and renew them together.
///
/// The access token is renewed shortly before it lapses, and when the server refuses it. However
/// many calls run, there is one renewal at a time, and each call is made once more at most.
///
/// ```
/// use authara_client::wire::Tokens;
/// use authara_client::{Client, MemoryTokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = tower::service_fn(|request: http::Request<String>| async move {
/// #     let answer = http::Response::builder();
/// #     if request.uri().path() == "/auth/api/v1/tokens/refresh" {
/// #         return answer.body(r#"{"access_token":"new","refresh_token":"r2"}"#.to_owned());
/// #     }
/// #     if request.headers()["authorization"] != "Bearer new" {
/// #         let body = r#"{"error":{"code":"unauthorized","message":"Please sign in."}}"#;
/// #         return answer.status(401).body(body.to_owned());
/// #     }
/// #     answer.body(r#"{"sessions":[]}"#.to_owned())
/// # });
/// # let client = Client::builder("http://localhost:8080").service(server).build()?;
/// // As kept from a login or from the last run.
/// let tokens = Tokens { access_token: "lapsed".to_owned(), refresh_token: "r".to_owned() };
/// let session = client.token_session(MemoryTokenStore::new(tokens));
/// let sessions = session.call(|caller| async move { caller.list_account_sessions().await }).await?.body;
/// assert!(sessions.sessions.is_empty());
/// assert_eq!(session.access_token().await?.expose(), "new");
/// # Ok(())
/// # }
/// ```
pub struct TokenSession<S>(Arc<Inner<S>>);

struct Inner<S> {
    client: Client,
    store: S,
    /// Held by whoever renews.
    flight: Mutex<()>,
}

impl<S: TokenStore> TokenSession<S> {
    pub(super) fn new(client: Client, store: S) -> Self {
        Self(Arc::new(Inner { client, store, flight: Mutex::new(()) }))
    }

    /// Where the tokens are kept.
    pub fn store(&self) -> &S {
        &self.0.store
    }

    /// Makes a call with an access token that is good. When the server refuses the token all the
    /// same, it is renewed, and the call made once more; a refused call has changed nothing.
    ///
    /// The [`Caller`] carries the token where an operation takes one; sign in with
    /// [`Client::anonymous`] in place of this.
    ///
    /// # Errors
    ///
    /// [`Error`] of the call or of the renewal: [unauthorized](Error::is_unauthorized) when the
    /// session is over, in particular [not signed in](Error::is_not_signed_in) without tokens, and
    /// [token store](Error::is_token_store) when they could not be loaded or kept.
    pub async fn call<T, C, F>(&self, call: C) -> Result<T, Error>
    where
        C: Fn(Caller) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let tokens = self.fresh().await?;
        match call(self.caller(&tokens)).await {
            Err(error) if error.is_unauthorized() => {
                let renewed = self.renew(tokens).await?;
                call(self.caller(&renewed)).await
            }
            outcome => outcome,
        }
    }

    /// An access token that is good, for requests to an application that accepts it.
    ///
    /// # Errors
    ///
    /// As for [`call`](TokenSession::call).
    pub async fn access_token(&self) -> Result<SecretText, Error> {
        self.fresh().await.map(|tokens| SecretText::new(tokens.access_token))
    }

    fn caller(&self, tokens: &Tokens) -> Caller {
        self.0.client.as_bearer(&tokens.access_token)
    }

    /// The tokens, renewed if it is time.
    async fn fresh(&self) -> Result<Tokens, Error> {
        let tokens = self.0.load().await?;
        let now = self.0.client.0.clock.now();
        let life = Lifetime::read(&tokens.access_token);
        if !life.is_some_and(|life| life.is_due(now)) {
            return Ok(tokens);
        }
        match self.renew(tokens.clone()).await {
            // An outage ends no session whose token is still good.
            Err(error) if error.is_unavailable() && life.is_some_and(|life| life.is_alive(now)) => Ok(tokens),
            outcome => outcome,
        }
    }

    /// Renews in a task of its own. Were it dropped with the call that wanted it, an answer on its
    /// way would be lost, and with it the only good refresh token.
    async fn renew(&self, stale: Tokens) -> Result<Tokens, Error> {
        let session = Arc::clone(&self.0);
        let renewal = tokio::spawn(async move { session.renew(stale).await });
        renewal.await.unwrap_or_else(|fault| Err(Error::lost(REFRESH_TOKENS.id, Box::new(fault), false)))
    }
}

impl<S: TokenStore> Inner<S> {
    async fn renew(&self, stale: Tokens) -> Result<Tokens, Error> {
        let _flight = self.flight.lock().await;
        let stored = self.load().await?;
        if stored != stale {
            // Somebody renewed them in the meantime.
            self.client.count(Counted::Coalesced);
            return Ok(stored);
        }
        let refresh_token = stored.refresh_token.clone();
        let request = TokenRefreshRequest { refresh_token, audience: self.client.audience() };
        let (next, outcome) = match self.client.anonymous().refresh_tokens(&request).await {
            Ok(answer) => (Some(answer.body.clone()), Ok(answer.body)),
            Err(error) if error.is_unauthorized() => (None, Err(error)),
            Err(error) => return Err(error),
        };
        if self.store.compare_and_swap(stored, next).await.map_err(unkept)? {
            outcome
        } else {
            // Another process was faster, and its tokens are the ones in force.
            self.load().await
        }
    }

    async fn load(&self) -> Result<Tokens, Error> {
        let tokens = self.store.load().await.map_err(unkept)?;
        tokens.ok_or_else(|| Error::not_signed_in(REFRESH_TOKENS.id))
    }
}

fn unkept(fault: TokenStoreError) -> Error {
    Error::store(REFRESH_TOKENS.id, fault)
}

impl<S> Clone for TokenSession<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for TokenSession<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSession").field("client", &self.0.client).finish_non_exhaustive()
    }
}
