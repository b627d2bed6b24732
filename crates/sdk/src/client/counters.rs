//! What is counted, for whoever keeps metrics.

use std::fmt;
use std::sync::Arc;

/// Something that happened, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counted {
    /// An access token was good.
    Verified,
    /// An access token had lapsed.
    Expired,
    /// The server renewed tokens.
    Refreshed,
    /// Somebody got the tokens of a renewal that somebody else had asked for.
    Coalesced,
    /// The server refused to renew tokens: the session is over.
    SignedOut,
    /// A call had no answer, or one that the server is away.
    Unavailable,
    /// No token can verify: issuer, audience or keys are not the server's.
    Misconfigured,
}

/// Where counts go. Called on the way of requests, so it must be quick and not block.
///
/// A closure is one:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use authara_client::{Client, Counted};
///
/// let away = Arc::new(AtomicU64::new(0));
/// let counter = Arc::clone(&away);
/// let client = Client::builder("http://localhost:8080")
///     .counters(move |what: Counted| {
///         if what == Counted::Unavailable {
///             counter.fetch_add(1, Ordering::Relaxed);
///         }
///     })
///     .build()?;
/// assert_eq!(away.load(Ordering::Relaxed), 0);
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
pub trait Counters: Send + Sync + 'static {
    /// Counts one more.
    fn count(&self, what: Counted);
}

impl<F: Fn(Counted) + Send + Sync + 'static> Counters for F {
    fn count(&self, what: Counted) {
        self(what);
    }
}

/// The counters of a client, which need not exist.
#[derive(Clone, Default)]
pub(crate) struct Tally(Option<Arc<dyn Counters>>);

impl Tally {
    pub(crate) fn new(counters: impl Counters) -> Self {
        Self(Some(Arc::new(counters)))
    }

    pub(crate) fn count(&self, what: Counted) {
        if let Some(counters) = &self.0 {
            counters.count(what);
        }
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tally({})", self.0.is_some())
    }
}
