//! On whose behalf a call is made, and how a call goes: cookies, the value against CSRF, one retry.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use authara_core::cookies::CookieNames;
use authara_core::secret::SecretText;
use authara_core::wire::{CsrfToken, ErrorCode};
use reqwest::Request;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue, USER_AGENT};
use serde::Serialize;

use super::Client;
use super::answer::SetCookies;
use super::cookies::Cookies;
use super::exchange::Received;
use super::operation::{self, Audience, Operation};
use crate::config;
use crate::error::Error;

/// Calls the API on somebody's behalf; made by [`Client::anonymous`], [`Client::as_request`] and
/// [`Client::as_bearer`]. One method for each operation.
///
/// Every call is bounded by the client's time and fails with an [`Error`]; a change that wants a
/// value against CSRF fetches one where the caller has none, or where the server refuses the one it
/// has.
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    credentials: Credentials,
    audience: Option<String>,
    user_agent: Option<HeaderValue>,
}

/// How a caller shows who it is.
#[derive(Clone, Debug)]
pub(super) enum Credentials {
    Anonymous,
    /// The cookies of a browser, which are its own to change.
    Forwarded(Cookies),
    Bearer(SecretText),
    /// Cookies that every answer changes.
    Jar(Arc<Mutex<Cookies>>),
}

impl Credentials {
    fn cookies(&self) -> Cookies {
        match self {
            Self::Anonymous | Self::Bearer(_) => Cookies::default(),
            Self::Forwarded(cookies) => cookies.clone(),
            Self::Jar(jar) => jar.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    fn learn(&self, lines: &SetCookies, names: &CookieNames) {
        if let Self::Jar(jar) = self {
            jar.lock().unwrap_or_else(PoisonError::into_inner).update(lines, names);
        }
    }
}

/// An operation with what this call of it adds.
pub(super) struct Call {
    operation: &'static Operation,
    path: Cow<'static, str>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub(super) fn of(operation: &'static Operation) -> Self {
        let path = Cow::Borrowed(operation.path);
        Self { operation, path, body: None }
    }

    /// On the thing with this id.
    pub(super) fn on(operation: &'static Operation, id: impl fmt::Display) -> Self {
        let path = Cow::Owned(format!("{}{id}", operation.path));
        Self { path, ..Self::of(operation) }
    }

    /// With a JSON body.
    pub(super) fn with(operation: &'static Operation, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|_| Error::unsendable(operation.id, "the body cannot be written as JSON"))?;
        Ok(Self { body: Some(body), ..Self::of(operation) })
    }
}

impl Caller {
    pub(super) fn new(client: Client, credentials: Credentials) -> Self {
        Self { client, credentials, audience: None, user_agent: None }
    }

    /// Asks for this audience at login and refresh, in place of the client's.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Forwards the name that the browser gave itself, so that lists of sessions name the browser
    /// and not this library. What cannot be sent in a header is left out.
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        self.user_agent = HeaderValue::from_str(user_agent).ok();
        self
    }

    /// Makes a call, with the requests for a CSRF value that it needs.
    pub(super) async fn call(&self, call: Call) -> Result<Received, Error> {
        // The time is bounded where it is configured, so that the sum exists.
        let deadline = Instant::now() + self.client.0.timeout;
        let mut cookies = self.credentials.cookies();
        if self.bearer_for(call.operation).is_some() || !call.operation.needs_csrf() {
            return self.send(&call, &cookies, deadline).await;
        }
        let mut earlier = SetCookies::default();
        let is_first_hand = cookies.csrf().is_none();
        if is_first_hand {
            earlier = self.fetch_csrf(&mut cookies, deadline).await?;
        }
        let mut outcome = self.send(&call, &cookies, deadline).await;
        if !is_first_hand && outcome.as_ref().is_err_and(is_perhaps_for_csrf) {
            let refused = cookies.clone();
            let fetched = self.fetch_csrf(&mut cookies, deadline).await;
            // The server gives out a value that it accepts as it is. The same one again means that
            // the call was refused for something else, which repeating does not change.
            if let Ok(lines) = fetched
                && cookies.csrf() != refused.csrf()
            {
                earlier = lines;
                outcome = self.send(&call, &cookies, deadline).await;
            }
        }
        match outcome {
            Ok(received) => Ok(received.with_set_cookies(earlier)),
            Err(error) => Err(error.with_set_cookies(earlier)),
        }
    }

    /// Gets a value that the server accepts, for these cookies and among them.
    async fn fetch_csrf(&self, cookies: &mut Cookies, deadline: Instant) -> Result<SetCookies, Error> {
        let call = Call::of(&operation::GET_CSRF_TOKEN);
        let received = self.send(&call, cookies, deadline).await?;
        let answer = received.json::<CsrfToken>()?;
        cookies.update(&answer.set_cookies, &self.client.0.cookie_names);
        cookies.set_csrf(SecretText::new(answer.body.csrf_token));
        Ok(answer.set_cookies)
    }

    /// Sends one request, and keeps what its answer says to keep.
    async fn send(&self, call: &Call, cookies: &Cookies, deadline: Instant) -> Result<Received, Error> {
        let request = self.request(call, cookies, deadline)?;
        let outcome = self.client.exchange(call.operation, request).await;
        let lines = match &outcome {
            Ok(received) => &received.set_cookies,
            Err(error) => error.set_cookies(),
        };
        self.credentials.learn(lines, &self.client.0.cookie_names);
        outcome
    }

    fn request(&self, call: &Call, cookies: &Cookies, deadline: Instant) -> Result<Request, Error> {
        let operation = call.operation;
        let mut url = self.client.endpoint(&call.path);
        if let Some(audience) = self.audience_for(operation) {
            url.query_pairs_mut().append_pair("audience", audience);
        }
        let mut request = Request::new(operation.method(), url);
        *request.timeout_mut() = Some(deadline.saturating_duration_since(Instant::now()));
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(user_agent) = &self.user_agent {
            headers.insert(USER_AGENT, user_agent.clone());
        }
        if let Some(token) = self.bearer_for(operation) {
            let credential = SecretText::new(format!("Bearer {}", token.expose()));
            headers.insert(AUTHORIZATION, sensitive(operation, &credential)?);
        } else {
            let names = &self.client.0.cookie_names;
            if let Some(pairs) = cookies.header(operation.sends, names) {
                headers.insert(COOKIE, sensitive(operation, &pairs)?);
            }
            if let Some(csrf) = cookies.csrf().filter(|_| operation.needs_csrf()) {
                headers.insert("x-csrf-token", sensitive(operation, csrf)?);
            }
        }
        if let Some(body) = &call.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    fn bearer_for(&self, operation: &Operation) -> Option<&SecretText> {
        match &self.credentials {
            Credentials::Bearer(token) => Some(token).filter(|_| operation.takes_bearer),
            _ => None,
        }
    }

    fn audience_for(&self, operation: &Operation) -> Option<&str> {
        let callers = self.audience.as_ref().unwrap_or(&self.client.0.audience).trim();
        match operation.audience {
            Audience::None => None,
            Audience::Callers if !callers.is_empty() => Some(callers),
            Audience::App | Audience::Callers => Some(config::DEFAULT_AUDIENCE),
        }
    }
}

/// A change without a value that the server accepts is forbidden, and so are other things.
fn is_perhaps_for_csrf(error: &Error) -> bool {
    error.is_forbidden() && error.code() == Some(&ErrorCode::Forbidden)
}

fn sensitive(operation: &Operation, text: &SecretText) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text.expose())
        .map_err(|_| Error::unsendable(operation.id, "a credential cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
