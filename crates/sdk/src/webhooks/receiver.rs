//! Receiving: verify, notice what comes twice, run the handler, and say so.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use uuid::Uuid;

use super::answer::{WebhookAnswer, WebhookRejection};
#[cfg(any(feature = "actix", feature = "axum"))]
use super::error::WebhookError;
use super::event::WebhookEvent;
use super::log;
use super::seen::{AnySeenStore, MemorySeenStore, SeenStep, SeenStore, SeenStoreError, any};
use super::verifier::WebhookVerifier;

/// For how long an id is noted before its event is handled. The server waits at least 30 s before it
/// sends an event again, and by then the note of a handling that broke off has to be gone.
const HANDLING: Duration = Duration::from_secs(25);
/// For how long an id is noted after its event was handled.
const DEFAULT_REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Receives deliveries: verifies them, and hands out each event once. Cheap to clone; clones share
/// everything.
///
/// The extractors for actix-web and axum hold on to one. With any other framework:
///
/// ```
/// use authara_client::webhooks::testing::Delivery;
/// use authara_client::webhooks::{WebhookReceiver, WebhookVerifier};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), authara_client::ConfigError> {
/// # let secret = "a secret of at least thirty-two bytes";
/// let verifier = WebhookVerifier::builder().secret(secret).build()?;
/// let receiver = WebhookReceiver::new(verifier);
///
/// # let delivery = Delivery::new("user.created", serde_json::json!({"user_id": uuid::Uuid::nil()})).sign(secret);
/// let status = match receiver.receive(&delivery.headers, &delivery.body).await {
///     Ok(webhook) => {
///         let answer = webhook.handle(|event| async move {
///             println!("{} happened at {}", event.kind.name(), event.created_at);
///             Ok::<(), std::io::Error>(())
///         });
///         answer.await.status()
///     }
///     Err(rejection) => rejection.status(),
/// };
/// assert_eq!(status, 204);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookReceiver {
    verifier: WebhookVerifier,
    seen: AnySeenStore,
    remembered: Duration,
}

impl WebhookReceiver {
    /// Remembers events in memory, by the verifier's clock: [`MemorySeenStore`].
    pub fn new(verifier: WebhookVerifier) -> Self {
        let store = MemorySeenStore::new(MemorySeenStore::DEFAULT_CAPACITY, verifier.clock().clone());
        Self { verifier, seen: any(store), remembered: DEFAULT_REMEMBERED }
    }

    /// Remembers events elsewhere, as several processes have to.
    pub fn with_seen_store(mut self, store: impl SeenStore) -> Self {
        self.seen = any(store);
        self
    }

    /// For how long a handled event is remembered: 7 days unless set.
    pub fn remember_for(mut self, ttl: Duration) -> Self {
        self.remembered = ttl;
        self
    }

    /// What verifies.
    pub fn verifier(&self) -> &WebhookVerifier {
        &self.verifier
    }

    /// Verifies a delivery, and sees to it that its event is handed out once.
    ///
    /// # Errors
    ///
    /// [`WebhookRejection`]; its [`status`](WebhookRejection::status) is what to answer. An event that
    /// was delivered already is one too, with status 200.
    pub async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Webhook, WebhookRejection> {
        let event = self.verifier.verify(headers, body)?;
        self.admit(event).await
    }

    /// Sees to it that an event is handed out once, after
    /// [`WebhookVerifier::verify_lines`] found its signature good.
    ///
    /// # Errors
    ///
    /// [`WebhookRejection::Duplicate`] and [`WebhookRejection::StoreUnavailable`].
    pub async fn admit(&self, event: WebhookEvent) -> Result<Webhook, WebhookRejection> {
        let id = event.id;
        match (self.seen)(id, SeenStep::FirstTime(HANDLING)).await {
            Ok(true) => {
                let claim = WebhookClaim { id, seen: Arc::clone(&self.seen), remembered: self.remembered };
                Ok(Webhook { event, claim })
            }
            Ok(false) => Err(WebhookRejection::Duplicate { id }),
            Err(source) => Err(WebhookRejection::StoreUnavailable(source)),
        }
    }

    /// Refuses a body by the size that its header announces, before it is read.
    #[cfg(any(feature = "actix", feature = "axum"))]
    pub(super) fn check_announced_length(&self, content_length: Option<&[u8]>) -> Result<(), WebhookRejection> {
        let announced = content_length.and_then(|value| std::str::from_utf8(value).ok()?.parse::<u64>().ok());
        let is_too_large = announced.is_some_and(|bytes| bytes > self.limit_bytes() as u64);
        if is_too_large { Err(self.too_large()) } else { Ok(()) }
    }

    #[cfg(any(feature = "actix", feature = "axum"))]
    pub(super) fn limit_bytes(&self) -> usize {
        self.verifier.max_body_bytes()
    }

    #[cfg(any(feature = "actix", feature = "axum"))]
    pub(super) fn too_large(&self) -> WebhookRejection {
        WebhookError::TooLarge { limit_bytes: self.limit_bytes() }.into()
    }
}

impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookReceiver")
            .field("verifier", &self.verifier)
            .field("remembered", &self.remembered)
            .finish_non_exhaustive()
    }
}

/// An event that has to be handled: its signature is good, and it was not handled before. As an
/// argument of a handler it is the extractor for actix-web and axum.
///
/// When it is dropped, the event counts as not handled once 25 s have passed.
#[derive(Debug)]
#[must_use = "the event is not handled yet"]
pub struct Webhook {
    event: WebhookEvent,
    claim: WebhookClaim,
}

impl Webhook {
    /// The event.
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// Runs the application's handler and answers. After an `Err` the event counts as not handled, and
    /// the server sends it again; the error is logged.
    ///
    /// The server waits 5 s for an answer. Put what takes longer into a queue of your own.
    pub async fn handle<F, A, E>(self, handler: F) -> WebhookAnswer
    where
        F: FnOnce(WebhookEvent) -> A,
        A: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let (event, claim) = self.into_parts();
        let (id, event_type) = (event.id, event.kind.name().to_owned());
        let is_handled = match handler(event).await {
            Ok(()) => true,
            Err(error) => {
                log::handler_failed(id, &event_type, &error);
                false
            }
        };
        let noted = if is_handled { claim.keep().await } else { claim.forget().await };
        if let Err(error) = noted {
            log::not_noted(id, &error);
        }
        if is_handled { WebhookAnswer::Handled } else { WebhookAnswer::Failed }
    }

    /// The event, and the claim to be its handler, for whoever answers otherwise.
    pub fn into_parts(self) -> (WebhookEvent, WebhookClaim) {
        (self.event, self.claim)
    }
}

/// The claim to be the handler of an event, for 25 s.
#[must_use = "the event is new again once 25 s have passed"]
pub struct WebhookClaim {
    id: Uuid,
    seen: AnySeenStore,
    remembered: Duration,
}

impl WebhookClaim {
    /// The event is handled: whoever delivers it again is told so.
    ///
    /// # Errors
    ///
    /// When the store did not note it. The event is handled all the same.
    pub async fn keep(self) -> Result<(), SeenStoreError> {
        (self.seen)(self.id, SeenStep::Keep(self.remembered)).await?;
        Ok(())
    }

    /// The event is not handled, and new again at once.
    ///
    /// # Errors
    ///
    /// When the store may still have it noted. It is new again once 25 s have passed.
    pub async fn forget(self) -> Result<(), SeenStoreError> {
        (self.seen)(self.id, SeenStep::Forget).await?;
        Ok(())
    }
}

impl fmt::Debug for WebhookClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookClaim").field("id", &self.id).finish_non_exhaustive()
    }
}
