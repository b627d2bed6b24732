//! On whose behalf a call is made, and how a call goes: cookies, the value against CSRF, retries.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use authara_core::cookies::CookieNames;
use authara_core::secret::SecretText;
use authara_core::wire::{CsrfToken, ErrorCode};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, USER_AGENT};
use serde::Serialize;

use super::Client;
use super::answer::SetCookies;
use super::cookies::Cookies;
use super::exchange::Received;
use super::operation::{self, Audience, Operation};
use super::retry::{self, Attempt};
use super::transport::Outgoing;
use super::{builder, observe};
use crate::config;
use crate::error::Error;

/// Calls the API on somebody's behalf; made by [`Client::anonymous`], [`Client::as_request`],
/// [`Client::as_session`] and [`Client::as_bearer`]. One method for each operation.
///
/// Every call is bounded by the client's time and fails with an [`Error`]; a change that wants a
/// value against CSRF fetches one where the caller has none, or where the server refuses the one it
/// has.
///
/// A call that only reads is made up to two times more when there is no connection or the answer is
/// 502, 503 or 504. A change is never sent again for that: it may have been made.
///
/// ```
/// # use authara_client::{Client, Error};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = tower::service_fn(|_: http::Request<String>| async {
/// #     let body = r#"{"error":{"code":"unauthorized","message":"Please sign in."}}"#.to_owned();
/// #     let mut answer = http::Response::new(body);
/// #     *answer.status_mut() = http::StatusCode::UNAUTHORIZED;
/// #     Ok::<_, std::convert::Infallible>(answer)
/// # });
/// # let client = Client::builder("http://localhost:8080").service(server).build()?;
/// let error: Error = client.as_bearer("lapsed").get_account().await.unwrap_err();
/// assert!(error.is_unauthorized() && !error.is_unavailable());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    credentials: Credentials,
    audience: Option<String>,
    user_agent: Option<HeaderValue>,
    client_address: Option<IpAddr>,
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
    body: Option<String>,
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
        let body = serde_json::to_string(body)
            .map_err(|_| Error::unsendable(operation.id, "the body cannot be written as JSON"))?;
        Ok(Self { body: Some(body), ..Self::of(operation) })
    }
}

impl Caller {
    pub(super) fn new(client: Client, credentials: Credentials) -> Self {
        Self { client, credentials, audience: None, user_agent: None, client_address: None }
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

    /// Forwards the address that the browser came from, in `X-Forwarded-For`. Without it all users of
    /// the application share one limit of attempts.
    ///
    /// Only for a server that trusts this application as its proxy, and only with an address that
    /// the application has from its own connection or from a proxy that it trusts: what a browser
    /// says about itself can be made up.
    pub fn client_address(mut self, address: IpAddr) -> Self {
        self.client_address = Some(address);
        self
    }

    /// Makes a call, with the requests for a CSRF value that it needs.
    pub(super) async fn call(&self, call: Call) -> Result<Received, Error> {
        let operation = call.operation;
        let outcome = observe::in_span(operation, self.carry_out(call)).await;
        observe::count(&self.client.0.tally, operation, outcome.as_ref().map(drop));
        outcome
    }

    async fn carry_out(&self, call: Call) -> Result<Received, Error> {
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
        if answer.body.csrf_token.is_empty() {
            return Err(Error::csrf_missing(call.operation.id).with_set_cookies(answer.set_cookies));
        }
        cookies.update(&answer.set_cookies, &self.client.0.cookie_names);
        cookies.set_csrf(SecretText::new(answer.body.csrf_token));
        Ok(answer.set_cookies)
    }

    /// Sends a request, and again where that is safe and may help.
    async fn send(&self, call: &Call, cookies: &Cookies, deadline: Instant) -> Result<Received, Error> {
        let mut earlier = SetCookies::default();
        let mut retries = 0;
        loop {
            let error = match self.send_once(call, cookies, deadline).await {
                Ok(received) => return Ok(received.with_set_cookies(earlier)),
                Err(error) => error,
            };
            let remaining = remaining(deadline);
            let attempt = Attempt { operation: call.operation, error: &error, retries, remaining };
            let Some(pause) = attempt.pause(self.client.0.max_retries, retry::random()) else {
                return Err(error.with_set_cookies(earlier));
            };
            earlier.append(error.set_cookies());
            retries += 1;
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends one request, and keeps what its answer says to keep.
    async fn send_once(&self, call: &Call, cookies: &Cookies, deadline: Instant) -> Result<Received, Error> {
        let outgoing = self.outgoing(call, cookies, deadline)?;
        let outcome = self.client.exchange(call.operation, outgoing).await;
        let lines = match &outcome {
            Ok(received) => &received.set_cookies,
            Err(error) => error.set_cookies(),
        };
        self.credentials.learn(lines, &self.client.0.cookie_names);
        outcome
    }

    fn outgoing(&self, call: &Call, cookies: &Cookies, deadline: Instant) -> Result<Outgoing, Error> {
        let operation = call.operation;
        let mut url = self.client.endpoint(&call.path);
        if let Some(audience) = self.audience_for(operation) {
            url.query_pairs_mut().append_pair("audience", audience);
        }
        let headers = self.headers(call, cookies)?;
        let timeout = remaining(deadline);
        Ok(Outgoing { method: operation.method(), url, headers, body: call.body.clone(), timeout })
    }

    fn headers(&self, call: &Call, cookies: &Cookies) -> Result<HeaderMap, Error> {
        let operation = call.operation;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let user_agent = self.user_agent.clone();
        headers.insert(USER_AGENT, user_agent.unwrap_or(HeaderValue::from_static(builder::USER_AGENT)));
        let address = self.client_address.map(|address| address.to_string());
        if let Some(address) = address.and_then(|address| HeaderValue::from_str(&address).ok()) {
            headers.insert("x-forwarded-for", address);
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
        if call.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(headers)
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

fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn sensitive(operation: &Operation, text: &SecretText) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text.expose())
        .map_err(|_| Error::unsendable(operation.id, "a credential cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
