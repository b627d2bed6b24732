//! Asking a server in trouble, again and again, whether it still answers as it should.

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::crowd::together;
use crate::http::{Answer, Request, exchange};

/// Between two questions of one kind.
const PAUSE: Duration = Duration::from_millis(50);

/// One question.
pub(super) struct Probe {
    name: &'static str,
    request: Request,
    expected: Expected,
}

/// What is the right answer to a [`Probe`].
#[derive(Clone, Copy)]
enum Expected {
    /// What was asked for.
    Served,
    /// 503, and when to come back.
    Unavailable,
    /// What was asked for while it is in memory, later 503.
    ServedUntil(Duration),
}

impl Probe {
    /// One that is answered whatever the trouble is.
    pub(super) fn served(name: &'static str, request: Request) -> Self {
        Self { name, request, expected: Expected::Served }
    }

    /// One that cannot be answered.
    pub(super) fn unavailable(name: &'static str, request: Request) -> Self {
        Self { name, request, expected: Expected::Unavailable }
    }

    /// One that can be answered from memory for a while.
    pub(super) fn served_until(name: &'static str, request: Request, end: Duration) -> Self {
        Self { name, request, expected: Expected::ServedUntil(end) }
    }

    fn check(&self, answer: &Answer, asked_after: Duration) {
        let name = self.name;
        assert!(!answer.touches_session(), "{name}: {} touches the cookies of a session", answer.status);
        let is_right = match self.expected {
            Expected::Served => answer.status == 200,
            Expected::Unavailable => answer.is_unavailable(),
            Expected::ServedUntil(end) => answer.is_unavailable() || (answer.status == 200 && asked_after <= end),
        };
        assert!(is_right, "{name}, {asked_after:?} into the trouble: {} {}", answer.status, answer.json);
    }
}

/// Asks all questions side by side until the time is over, each at least once. Gives how many
/// answers came, and the longest that one took.
///
/// # Panics
///
/// When an answer is not the right one, or took longer than `limit`.
pub(super) fn ask_for(lasting: Duration, address: SocketAddr, probes: &[Probe], limit: Duration) -> (usize, Duration) {
    let started = Instant::now();
    let found = together(probes.len(), |number| {
        let probe = probes.get(number).expect("there is one for each number");
        let (mut count, mut slowest) = (0, Duration::ZERO);
        loop {
            let asked_after = started.elapsed();
            let answer = exchange(address, &probe.request).expect("the server answers");
            let took = started.elapsed().saturating_sub(asked_after);
            assert!(took <= limit, "{}: {} after {took:?}", probe.name, answer.status);
            probe.check(&answer, asked_after);
            (count, slowest) = (count + 1, slowest.max(took));
            if started.elapsed() >= lasting {
                return (count, slowest);
            }
            sleep(PAUSE);
        }
    });
    let slowest = found.iter().map(|(_, slowest)| *slowest).max().unwrap_or_default();
    (found.iter().map(|(count, _)| count).sum(), slowest)
}
