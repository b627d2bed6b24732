//! What a delivery is answered with.

use std::fmt;

use uuid::Uuid;

use super::error::WebhookError;
use super::seen::SeenStoreError;

/// How handling an event ended. It is a response of actix-web and of axum, with an empty body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the server waits for an answer"]
pub enum WebhookAnswer {
    /// 204: done.
    Handled,
    /// 500: the server sends the event again.
    Failed,
}

impl WebhookAnswer {
    /// The status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Self::Handled => 204,
            Self::Failed => 500,
        }
    }
}

/// Why a delivery never got to the handler.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookRejection {
    /// It is not good.
    Refused(WebhookError),
    /// The event was delivered before and is handled, or just being handled.
    Duplicate {
        /// The event's id.
        id: Uuid,
    },
    /// Nobody knows whether the event was delivered before.
    StoreUnavailable(SeenStoreError),
    /// The body did not arrive as a whole.
    Unreadable,
    /// The application has no [`WebhookReceiver`] where the extractor looks for it.
    NotConfigured,
}

impl WebhookRejection {
    /// The status to answer with: that of [`WebhookError::status`]; 200 for what came twice, which
    /// needs nothing more; 503 and 500 for what is the receiver's own trouble, so that the server
    /// tries again.
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused(error) => error.status(),
            Self::Duplicate { .. } => 200,
            Self::StoreUnavailable(_) => 503,
            Self::Unreadable => 400,
            Self::NotConfigured => 500,
        }
    }
}

impl From<WebhookError> for WebhookRejection {
    fn from(error: WebhookError) -> Self {
        Self::Refused(error)
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Duplicate { id } => write!(f, "the event {id} was delivered before"),
            Self::StoreUnavailable(_) => f.write_str("the store of seen events did not answer"),
            Self::Unreadable => f.write_str("the body did not arrive as a whole"),
            Self::NotConfigured => f.write_str("there is no WebhookReceiver among the application's data"),
        }
    }
}

impl std::error::Error for WebhookRejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::StoreUnavailable(source) => Some(source.as_ref()),
            Self::Refused(_) | Self::Duplicate { .. } | Self::Unreadable | Self::NotConfigured => None,
        }
    }
}
