//! The one clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use authara_core::time::to_micros;
use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time in microseconds, the resolution of the store.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is moved. Clones share it.
    pub fn fake(now: DateTime<Utc>) -> Self {
        Self(Source::Fake(Arc::new(AtomicI64::new(now.timestamp_micros()))))
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => to_micros(Utc::now()),
            Source::Fake(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// Moves a fake clock, forwards or back. The machine's clock is not moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fake(micros) = &self.0 {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}
