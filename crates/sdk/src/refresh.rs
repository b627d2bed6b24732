//! Renewing a session on the way to a handler: once for each refresh token, however many requests
//! carry it.
//!
//! The server replaces refresh tokens and takes a second use of a replaced one for theft. A page that
//! loads ten things after a night's sleep sends ten requests with the same token, so the first one
//! renews, and the others get what it got.

mod cookie_header;
mod flights;
mod perform;

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

pub(crate) use self::cookie_header::rebuilt;
use self::flights::{Flights, Key, Seat};
use crate::client::{Client, SetCookies};
use crate::clock::Clock;
use crate::identity::Identity;
use crate::request_facts::RequestFacts;
use crate::verifier::Verifier;

/// Requests that may wait for an answer of the server at a time; more are told that it is away.
const MAX_WAITING: usize = 1_000;
/// How long an answer is also the answer to requests that set out with the same token.
pub(crate) const DEFAULT_REUSE: Duration = Duration::from_secs(10);
/// How long a session that is over stays over without asking again.
const SIGNED_OUT_REMEMBERED: Duration = Duration::from_secs(2);

/// What came of renewing a session.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// There is a new access token, and it verifies.
    Renewed(Arc<Renewed>),
    /// The server says that the session is over; its cookies clear the browser's.
    SignedOut(SetCookies),
    /// The session goes on, but not for this audience.
    Forbidden,
    /// The server did not answer, or not with anything that decides.
    Unavailable {
        /// When to try again, where the server said so.
        retry_after: Option<Duration>,
    },
    /// The server's new token does not verify here: signing in again would not mend that.
    Misconfigured,
}

impl Outcome {
    /// Nobody said when to try again.
    pub(crate) const AWAY: Self = Self::Unavailable { retry_after: None };
}

/// A renewed session.
#[derive(Debug)]
pub(crate) struct Renewed {
    /// For the browser.
    pub(crate) set_cookies: SetCookies,
    /// Who it is.
    pub(crate) identity: Identity,
}

/// A request that wants its session renewed, with nothing borrowed from it.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    key: Key,
    /// The request's cookies; only the server's own are passed on.
    cookies: String,
    user_agent: Option<String>,
}

/// Renews sessions. One for each [`Authara`](crate::Authara).
#[derive(Debug)]
pub(crate) struct Refresher {
    flights: Arc<Flights>,
    waiting: Semaphore,
    client: Client,
    verifier: Verifier,
    clock: Clock,
    audience: String,
}

impl Refresher {
    pub(crate) fn new(client: Client, verifier: Verifier, clock: Clock, audience: &str, reuse: Duration) -> Self {
        Self {
            flights: Arc::new(Flights::new(reuse, SIGNED_OUT_REMEMBERED)),
            waiting: Semaphore::new(MAX_WAITING),
            client,
            verifier,
            clock,
            audience: audience.to_owned(),
        }
    }

    /// What a request has to hand over to be renewed; `None` without exactly one refresh cookie.
    pub(crate) fn wish(&self, facts: &RequestFacts<'_>, refresh_cookie: &str) -> Option<Wish> {
        let token = facts.cookie(refresh_cookie).one().filter(|token| !token.is_empty())?;
        let mut hash = Sha256::new();
        // The audience cannot reach into the token: its length stands in front.
        hash.update(self.audience.len().to_be_bytes());
        hash.update(self.audience.as_bytes());
        hash.update(token.as_bytes());
        Some(Wish {
            key: hash.finalize().into(),
            cookies: facts.cookies(),
            user_agent: facts.first("user-agent").map(str::to_owned),
        })
    }

    /// Renews, or waits for the one that already does. Whoever stops waiting stops nobody else.
    pub(crate) async fn renew(&self, wish: Wish) -> Outcome {
        // Holding it open for ever is what an outage would do with every request of a busy site.
        let Ok(_place) = self.waiting.try_acquire() else { return Outcome::AWAY };
        let mut result = match self.flights.seat(wish.key) {
            Seat::Known(outcome) => return outcome,
            Seat::Passenger(result) => result,
            Seat::Pilot(flight, result) => {
                let caller = self.client.as_browser(&wish.cookies, wish.user_agent.as_deref());
                let caller = caller.audience(self.audience.as_str());
                let (verifier, clock) = (self.verifier.clone(), self.clock.clone());
                let names = self.client.cookie_names().clone();
                // A task of its own: the browser that began it may go away.
                tokio::spawn(async move {
                    flight.land(perform::renew(&caller, &verifier, &clock, &names).await);
                });
                result
            }
        };
        match result.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Outcome::AWAY),
            // The task ended without a word.
            Err(_) => Outcome::AWAY,
        }
    }
}

#[cfg(test)]
pub(crate) mod stand_in;
#[cfg(test)]
mod tests;
