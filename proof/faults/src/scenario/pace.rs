//! Clients who ask again as soon as they are answered, or at fixed times.

use std::iter::Sum;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::crowd::each;
use crate::http::Connection;

/// What came of many requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Requests that were served.
    pub(super) served: u64,
    /// Requests that were told to come back.
    pub(super) later: u64,
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        let add = |a: Self, b: Self| Self { served: a.served + b.served, later: a.later + b.later };
        tallies.fold(Self::default(), add)
    }
}

/// How often each client asks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// As soon as it is answered.
    Steady,
    /// All of them together so many times a second, whether or not the server keeps up. A client whose
    /// answer is late skips the times that passed meanwhile: it has one connection.
    PerSecond(u32),
}

/// Lets every client ask, each on a connection of its own, for so long. `ask` sends one request and
/// says whether it was served.
pub(super) fn ask_for<C: Send>(
    lasting: Duration,
    address: SocketAddr,
    clients: &mut [C],
    pace: Pace,
    ask: impl Fn(&mut C, &mut Connection) -> bool + Sync,
) -> Tally {
    let count = u32::try_from(clients.len()).expect("a crowd of reasonable size").max(1);
    let interval = match pace {
        Pace::Steady => Duration::ZERO,
        Pace::PerSecond(times) => Duration::from_secs(1) * count / times.max(1),
    };
    let start = Instant::now();
    let tallies = each(clients, |number, client| {
        // Opened only now: a connection on which nothing is said is closed by the server.
        let mut connection = Connection::open(address).expect("the server listens");
        // Everybody's first time is shortly after their neighbour's.
        let mut next = start + interval / count * u32::try_from(number).unwrap_or_default();
        let mut tally = Tally::default();
        while next.max(Instant::now()) < start + lasting {
            sleep(next.saturating_duration_since(Instant::now()));
            next = (next + interval).max(Instant::now());
            if ask(client, &mut connection) {
                tally.served += 1;
            } else {
                tally.later += 1;
            }
        }
        tally
    });
    tallies.into_iter().sum()
}

/// So many a second, as a whole number.
pub(super) fn rate(count: u64, time: Duration) -> u64 {
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1000) / milliseconds
}

/// Several times or a part of a rate, for [`Pace::PerSecond`]; at least one.
pub(super) fn scaled(rate: u64, times: u64, parts: u64) -> u32 {
    u32::try_from(rate * times / parts).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up() {
        let (one, other) = (Tally { served: 3, later: 1 }, Tally { served: 4, later: 0 });
        assert_eq!([one, other].into_iter().sum::<Tally>(), Tally { served: 7, later: 1 });
    }

    #[test]
    fn rates_are_counted_by_the_second() {
        assert_eq!(rate(500, Duration::from_millis(2500)), 200);
        assert_eq!(scaled(200, 4, 1), 800);
        assert_eq!(scaled(1, 1, 2), 1);
    }
}
