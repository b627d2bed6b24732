//! When a call is made again, and how long is waited before: decisions only, nothing here waits.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use super::operation::Operation;
use crate::error::Error;

/// A call is made at most this many times more.
pub(super) const MAX_RETRIES: u32 = 2;
/// Longest wait before the first retry. It doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A server that wants to be left alone for longer than this gets its wish: the caller is told.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3);

/// What the decision is about.
pub(super) struct Attempt<'a> {
    pub(super) operation: &'a Operation,
    /// How it failed.
    pub(super) error: &'a Error,
    /// How often it was made again before.
    pub(super) retries: u32,
    /// What is left of the time for the call.
    pub(super) remaining: Duration,
}

impl Attempt<'_> {
    /// How long to wait before the call is made again; `None` when it is not.
    ///
    /// Any of the values of `random` is as likely as another. They spread the retries of many
    /// callers, which otherwise come back all at once and bring the server down again.
    pub(super) fn pause(&self, max_retries: u32, random: u64) -> Option<Duration> {
        if self.retries >= max_retries || !self.operation.is_repeatable() || !self.error.is_passing() {
            return None;
        }
        let longest = FIRST_PAUSE * 2_u32.pow(self.retries.min(MAX_RETRIES));
        let backoff = spread(longest, random);
        let pause = match self.error.retry_after() {
            Some(asked) if asked > MAX_RETRY_AFTER => return None,
            Some(asked) => asked + backoff,
            None => backoff,
        };
        // Without time for the call itself there is no use in waiting for it.
        (pause < self.remaining).then_some(pause)
    }
}

/// Between half of `longest` and all of it.
fn spread(longest: Duration, random: u64) -> Duration {
    let half = longest / 2;
    let steps = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
    half + Duration::from_micros(random % steps.saturating_add(1))
}

/// Good enough to spread retries, and for nothing else: the keys of the standard library's maps.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::super::operation::{GET_ACCOUNT, GET_READINESS, LOGOUT};
    use super::*;
    use crate::error::Refused;

    const SECOND: Duration = Duration::from_secs(1);

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        let refused = Refused { status, code: None, message: None, request_id: None, retry_after };
        Error::refusal("getAccount", refused)
    }

    fn pause(operation: &Operation, error: &Error, retries: u32, remaining: Duration) -> Option<Duration> {
        Attempt { operation, error, retries, remaining }.pause(MAX_RETRIES, 0)
    }

    #[test]
    fn r56_only_passing_faults_of_reads_are_tried_again_and_only_twice() {
        let away = refused(503, None);
        assert!(pause(&GET_ACCOUNT, &away, 0, SECOND).is_some());
        assert!(pause(&GET_ACCOUNT, &away, 1, SECOND).is_some());
        assert_eq!(pause(&GET_ACCOUNT, &away, 2, SECOND), None);
        assert_eq!(pause(&LOGOUT, &away, 0, SECOND), None);
        assert_eq!(pause(&GET_READINESS, &away, 0, SECOND), None, "not ready is what was asked");
        for status in [400, 401, 403, 404, 409, 429, 500, 501, 505] {
            assert_eq!(pause(&GET_ACCOUNT, &refused(status, None), 0, SECOND), None, "{status}");
        }
        assert!(pause(&GET_ACCOUNT, &refused(502, None), 0, SECOND).is_some());
        assert!(pause(&GET_ACCOUNT, &refused(504, None), 0, SECOND).is_some());
    }

    #[test]
    fn r56_pauses_grow_and_are_spread() {
        let away = refused(502, None);
        for (retries, longest) in [(0, 100), (1, 200)] {
            let attempt = Attempt { operation: &GET_ACCOUNT, error: &away, retries, remaining: SECOND };
            let longest = Duration::from_millis(longest);
            for random in [0, 1, 12_345, 49_999, 50_000, u64::MAX] {
                let pause = attempt.pause(MAX_RETRIES, random).unwrap();
                assert!(pause >= longest / 2 && pause <= longest, "{pause:?}");
            }
            assert_eq!(attempt.pause(MAX_RETRIES, 0), Some(longest / 2));
        }
        let many: std::collections::HashSet<u64> = (0..32).map(|_| random()).collect();
        assert!(many.len() > 16);
    }

    #[test]
    fn r56_retry_after_is_waited_for_up_to_a_limit_and_within_the_time() {
        let long = Duration::from_secs(60);
        let pause_for = |seconds| pause(&GET_ACCOUNT, &refused(503, Some(seconds)), 0, long);
        assert!(pause_for(0).unwrap() < SECOND);
        assert!(pause_for(3).unwrap() >= Duration::from_secs(3));
        assert_eq!(pause_for(4), None);
        assert_eq!(pause_for(u64::MAX), None);
        assert_eq!(pause(&GET_ACCOUNT, &refused(503, Some(1)), 0, SECOND), None);
        assert_eq!(pause(&GET_ACCOUNT, &refused(503, None), 0, Duration::ZERO), None);
    }
}
