//! How a Rust application uses Authara: verify access tokens, protect routes, call the API.
//!
//! [`Authara`] is the one value to hold: it is read from the environment, cheap to clone, and shared
//! by all workers. What it offers, from the inside out:
//!
//! - [`Verifier`] verifies access tokens locally, with the very function that the server uses, and
//!   gives an [`Identity`].
//! - [`Authara::decide`] says what to do with a request, whatever framework it came through:
//!   [`RequestFacts`] in, [`Decision`] out, and the answer for somebody who is not signed in as
//!   plain data.
//! - `Policy` says how a route is guarded, and whether a session that lapsed is renewed on the way:
//!   once for each refresh token, however many requests carry it.
//! - `actix` (feature `actix`) translates both for actix-web 4, `tower` (features `tower` and `axum`)
//!   for axum, tonic and hyper.
//! - `webhooks` (feature `webhooks`) verifies and reads what the server sends.
//! - `Client` (feature `client`, on unless switched off) calls the API, with typed requests, answers
//!   and errors.
//!
//! ```
//! use authara_client::{Authara, Config};
//!
//! let config = Config::builder()
//!     .keys_text("k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
//!     .build()?;
//! let authara = Authara::new(config)?;
//! assert_eq!(authara.login_url(Some("/private")), "/auth/login?return_to=%2Fprivate");
//! # Ok::<(), authara_client::ConfigError>(())
//! ```
//!
//! Invariants:
//!
//! - Whoever holds the keys can also make tokens: HS256 is symmetric. Guard them as the server does.
//! - *Signed out* and *away* are never confused. An outage neither sends anybody to the login page
//!   nor clears a cookie.
//! - No input makes anything here panic, and no secret is printed by `Debug` or `Display`.
//! - Only [`Clock`] tells the time, and it can be handed in. Without features there is no I/O but
//!   reading the configuration, and no async runtime.

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "client")]
mod admission;
mod authara;
#[cfg(feature = "client")]
mod client;
mod clock;
mod config;
mod decision;
#[cfg(feature = "client")]
mod error;
mod identity;
mod links;
mod logout_form;
#[cfg(feature = "client")]
mod refresh;
mod refusal;
mod request_facts;
#[cfg(feature = "client")]
mod server_session;
#[cfg(test)]
mod testing;
#[cfg(feature = "tower")]
pub mod tower;
mod verifier;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use authara_core::cookies::CookieNames;
pub use authara_core::id::{OrganizationId, SessionId, UserId};
pub use authara_core::keys::KeyRing;
pub use authara_core::role::{OrganizationRole, PlatformRole};
pub use authara_core::secret::SecretText;
pub use authara_core::token::{OrganizationRoleClaim, VerifyError};
pub use authara_core::wire::{self, ErrorCode};

#[cfg(feature = "client")]
pub use crate::admission::{Admission, Arrival, Pass, Policy, Renewal, SessionUnavailable, Waiting};
pub use crate::authara::Authara;
#[cfg(feature = "client")]
#[doc(hidden)]
pub use crate::client::contract;
#[cfg(feature = "client")]
pub use crate::client::{
    Answer, Caller, Client, ClientBuilder, Counted, Counters, MemoryTokenStore, Session, SetCookies, TokenSession,
    TokenStore, TokenStoreError,
};
pub use crate::clock::Clock;
pub use crate::config::{Config, ConfigBuilder, ConfigError, Fault, parse_keys};
pub use crate::decision::{Decision, Mode};
#[cfg(feature = "client")]
pub use crate::error::Error;
pub use crate::identity::{Identity, PlatformRoles};
pub use crate::links::is_safe_return_to;
pub use crate::logout_form::LogoutForm;
pub use crate::refusal::Refusal;
pub use crate::request_facts::RequestFacts;
#[cfg(feature = "client")]
pub use crate::server_session::{AccessToken, CsrfToken, ServerSession};
pub use crate::verifier::Verifier;
