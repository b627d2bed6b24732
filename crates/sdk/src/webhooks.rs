//! Receiving webhooks: what the server tells about accounts, organizations and invitations.
//!
//! [`WebhookVerifier`] checks signatures and reads events. [`WebhookReceiver`] also notices events that
//! come twice. [`Webhook`] is its extractor for actix-web (feature `actix`) and axum (feature `axum`):
//!
//! ```
//! use authara_client::webhooks::{EventKind, Webhook, WebhookAnswer};
//!
//! async fn receive(webhook: Webhook) -> WebhookAnswer {
//!     let answer = webhook.handle(|event| async move {
//!         match event.kind {
//!             EventKind::UserDeleted(user) => println!("forgetting {}", user.user_id),
//!             _ => {}
//!         }
//!         Ok::<(), std::io::Error>(())
//!     });
//!     answer.await
//! }
//! ```
//!
//! The receiver is the router's state in axum, `.with_state(receiver)`, and application data in
//! actix-web, `.app_data(web::Data::new(receiver))`.
//!
//! # What the server makes of an answer
//!
//! | answer | given when | what the server does |
//! |---|---|---|
//! | 204 | the handler is done | nothing more |
//! | 200 | the event was delivered before; the handler does not run | nothing more |
//! | 400 | the body does not follow the contract, or a header says something else | **gives the event up** |
//! | 401 | the signature is missing or not good | **gives the event up** |
//! | 413 | the body is larger than 1 MiB | **gives the event up** |
//! | 500 | the handler gave an error, or there is no receiver | tries again |
//! | 503 | the [`SeenStore`] did not answer, or the signed time is out of tolerance | tries again |
//!
//! The same goes for answers that an application gives itself: 2xx is done, 429, 5xx and no answer
//! are tried again, and every other status gives the event up.
//!
//! # What to rely on
//!
//! - An event comes at least once, and in any order. In rare cases the handler sees one twice: when the
//!   process ends between handling and noting it, or when a store in memory was lost. So a handler
//!   should do no harm the second time.
//! - The signature covers the bytes of the body. Nothing may re-encode or unpack it on its way.
//! - The signature over the body alone does not lapse. Only a signed time, which newer servers send
//!   in the headers of Standard Webhooks 1.0.0, limits for how long a delivery can be replayed; see
//!   [`WebhookVerifierBuilder::require_signed_time`].

#[cfg(feature = "actix")]
mod actix;
mod answer;
#[cfg(feature = "axum")]
mod axum;
mod builder;
mod error;
mod event;
mod headers;
mod log;
mod payload;
mod receiver;
mod seen;
mod signature;
pub mod testing;
mod verifier;

pub use self::answer::{WebhookAnswer, WebhookRejection};
pub use self::builder::WebhookVerifierBuilder;
pub use self::error::WebhookError;
pub use self::event::{EventKind, WebhookEvent};
pub use self::payload::{
    InvitationAccepted, InvitationCreated, InvitationRevoked, MembershipCreated, MembershipData, OrganizationData,
    UserData,
};
pub use self::receiver::{Webhook, WebhookClaim, WebhookReceiver};
pub use self::seen::{MemorySeenStore, SeenStep, SeenStore, SeenStoreError};
pub use self::signature::{
    DELIVERY_HEADER, EVENT_HEADER, SIGNATURE_HEADER, TIME_ID_HEADER, TIME_SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
    sign_with_time,
};
pub use self::verifier::WebhookVerifier;

#[cfg(test)]
mod tests;
