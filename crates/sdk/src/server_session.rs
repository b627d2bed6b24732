//! What a handler may want besides the caller: the proof against forgery, the token, and a way to call
//! the server on the caller's behalf.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use authara_core::secret::SecretText;

use crate::authara::Authara;
use crate::client::{Answer, Caller, SetCookies};
use crate::error::Error;
use crate::request_facts::RequestFacts;

/// The value that forms carry in the field `csrf_token`, and scripts in the header `X-CSRF-Token`.
///
/// `Display` writes it, for templates; `Debug` does not, for logs.
#[derive(Clone, Debug)]
pub struct CsrfToken(SecretText);

impl CsrfToken {
    /// The value.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The caller's access token as it arrived, or as it was renewed on the way: for calling a service that
/// verifies it too. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct AccessToken(SecretText);

impl AccessToken {
    /// The token.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

/// Lines for the browser that come up while a request is handled. The layer appends them to the answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox(Arc<Mutex<Vec<String>>>);

impl Outbox {
    fn put(&self, lines: &SetCookies) {
        let mut outbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.extend(lines.lines().map(str::to_owned));
    }

    /// Everything in it, which is nothing from then on.
    #[cfg_attr(not(any(feature = "actix", feature = "tower")), expect(dead_code, reason = "layers empty it"))]
    pub(crate) fn empty(&self) -> SetCookies {
        SetCookies::new(std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Calls the server on behalf of whoever sent the request, with the cookies or the bearer token that
/// the request came with, or that it was given on the way.
///
/// What a call wants the browser to keep has to get there: hand each answer to [`deliver`](Self::deliver).
#[derive(Clone, Debug)]
pub struct ServerSession {
    caller: Caller,
    csrf: Option<CsrfToken>,
    outbox: Outbox,
}

impl ServerSession {
    /// Takes an answer's body, and has its cookies appended to the response of the handler.
    pub fn deliver<T>(&self, answer: Answer<T>) -> T {
        self.outbox.put(&answer.set_cookies);
        answer.body
    }

    /// The value against forgery; fetched where the request has none, and its cookie is then appended to
    /// the response of the handler.
    ///
    /// # Errors
    ///
    /// [`Error`] when it has to be fetched and the server is away.
    pub async fn ensure_csrf(&self) -> Result<CsrfToken, Error> {
        if let Some(csrf) = &self.csrf {
            return Ok(csrf.clone());
        }
        let fetched = self.deliver(self.caller.get_csrf_token().await?);
        Ok(CsrfToken(SecretText::new(fetched.csrf_token)))
    }
}

/// The operations are those of any caller.
impl Deref for ServerSession {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Authara {
    /// The value against forgery in a request's cookie; `None` without one, or with two that differ.
    pub fn csrf_token(&self, facts: &RequestFacts<'_>) -> Option<CsrfToken> {
        let value = facts.cookie(&self.config().cookie_names().csrf).one()?;
        (!value.is_empty()).then(|| CsrfToken(SecretText::new(value.to_owned())))
    }

    /// The access token of a request, whether it is good or not: a bearer token comes before the cookie.
    pub fn access_token(&self, facts: &RequestFacts<'_>) -> Option<AccessToken> {
        let cookie = || facts.cookie(&self.config().cookie_names().access).one();
        let token = facts.bearer().or_else(cookie)?;
        (!token.is_empty()).then(|| AccessToken(SecretText::new(token.to_owned())))
    }

    /// A handle for calls on behalf of whoever sent the request.
    #[cfg_attr(not(any(feature = "actix", feature = "axum")), expect(dead_code, reason = "extractors call it"))]
    pub(crate) fn server_session(&self, facts: &RequestFacts<'_>, outbox: Outbox) -> Result<ServerSession, Error> {
        let client = self.client()?;
        let user_agent = facts.first("user-agent");
        let caller = match facts.bearer() {
            Some(token) => client.as_bearer(token).user_agent(user_agent.unwrap_or_default()),
            None => client.as_browser(&facts.cookies(), user_agent),
        };
        Ok(ServerSession { caller, csrf: self.csrf_token(facts), outbox })
    }
}
