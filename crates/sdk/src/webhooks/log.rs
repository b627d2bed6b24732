//! What receiving leaves in the log: ids, types and reasons; never a body, a header or a secret.

use std::fmt;

use uuid::Uuid;

#[cfg(any(feature = "actix", feature = "axum"))]
use super::answer::WebhookRejection;

/// A handler gave an error.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
pub(super) fn handler_failed(id: Uuid, event_type: &str, error: &impl fmt::Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(%id, event_type, %error, "a webhook was not handled, and will come again");
}

/// The store did not note how handling ended.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
pub(super) fn not_noted(id: Uuid, error: &impl fmt::Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(%id, %error, "a webhook may come to the handler once more, or a little later");
}

/// An extractor refused a delivery.
#[cfg(any(feature = "actix", feature = "axum"))]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
pub(super) fn rejected(rejection: &WebhookRejection) {
    #[cfg(feature = "tracing")]
    {
        match rejection {
            WebhookRejection::Duplicate { id } => tracing::debug!(%id, "a webhook came again"),
            WebhookRejection::StoreUnavailable(source) => {
                tracing::error!(%source, "a webhook was put off: {rejection}");
            }
            WebhookRejection::NotConfigured => tracing::error!("a webhook was put off: {rejection}"),
            WebhookRejection::Refused(_) | WebhookRejection::Unreadable => {
                tracing::warn!("a webhook was refused: {rejection}");
            }
        }
    }
}
