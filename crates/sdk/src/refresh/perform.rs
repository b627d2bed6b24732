//! Asking the server once, and judging its answer.

use std::sync::Arc;

use authara_core::cookies::CookieNames;

use super::{Outcome, Renewed};
use crate::client::{Caller, Cookies, SetCookies};
use crate::clock::Clock;
use crate::error::Error;
use crate::verifier::Verifier;

/// Renews the session of this caller.
pub(super) async fn renew(caller: &Caller, verifier: &Verifier, clock: &Clock, names: &CookieNames) -> Outcome {
    match caller.refresh_session().await {
        Ok(answer) => judged(answer.set_cookies, verifier, clock, names),
        Err(error) => failed(&error),
    }
}

fn judged(set_cookies: SetCookies, verifier: &Verifier, clock: &Clock, names: &CookieNames) -> Outcome {
    let mut cookies = Cookies::default();
    cookies.update(&set_cookies, names);
    let Some(access) = cookies.access() else {
        #[cfg(feature = "tracing")]
        tracing::error!("the server renewed a session without an access token");
        return Outcome::AWAY;
    };
    match verifier.verify(access.expose(), clock.now()) {
        Ok(identity) => Outcome::Renewed(Arc::new(Renewed { set_cookies, identity })),
        #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "it is only logged"))]
        Err(reason) => {
            #[cfg(feature = "tracing")]
            tracing::error!(
                issuer = verifier.issuer(),
                audience = verifier.audience(),
                keys = ?verifier.keys(),
                "a new access token does not verify: {reason}; compare AUTHARA_ISSUER, AUTHARA_AUDIENCE, \
                 AUTHARA_JWT_KEYS and the clock with the server's"
            );
            Outcome::Misconfigured
        }
    }
}

/// Only the server's own word ends a session: 401. Everything else may be otherwise in a moment.
fn failed(error: &Error) -> Outcome {
    if error.status() == Some(401) {
        return Outcome::SignedOut(error.set_cookies().clone());
    }
    if error.status() == Some(403) {
        return Outcome::Forbidden;
    }
    #[cfg(feature = "tracing")]
    tracing::warn!("a session could not be renewed: {error}");
    Outcome::Unavailable { retry_after: error.retry_after() }
}
