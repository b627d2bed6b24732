//! The only module that reads the clock.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Where the time comes from; handed in, so that a test can bend it. Cheap to clone.
///
/// ```
/// use authara_client::Clock;
///
/// let now = Clock::system().now();
/// assert_eq!(Clock::fixed(now).now(), now);
/// ```
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self::from_fn(read_system_clock)
    }

    /// A clock that stands still.
    pub fn fixed(instant: DateTime<Utc>) -> Self {
        Self::from_fn(move || instant)
    }

    /// A clock that asks `read` each time.
    pub fn from_fn(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
fn read_system_clock() -> DateTime<Utc> {
    Utc::now()
}
