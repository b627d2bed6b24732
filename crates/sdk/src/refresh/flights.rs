//! What is under way, and what has just arrived, by a hash of the refresh token.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Outcome;

/// SHA-256 of audience and refresh token: nobody finds another token with the same one.
pub(super) type Key = [u8; 32];
type Result = watch::Receiver<Option<Outcome>>;

/// Tokens that are remembered; of more the oldest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Everything under way or remembered.
#[derive(Debug)]
pub(super) struct Flights {
    board: Mutex<Board>,
    reuse: Duration,
    signed_out: Duration,
}

#[derive(Debug, Default)]
struct Board {
    entries: HashMap<Key, Entry>,
    /// In the order in which they began, with the number of the beginning.
    order: VecDeque<(Key, u64)>,
    begun: u64,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    result: Result,
    /// Set when it has landed.
    until: Option<Instant>,
}

/// Where a request finds itself.
pub(super) enum Seat {
    /// The answer is there.
    Known(Outcome),
    /// Somebody else asks.
    Passenger(Result),
    /// This one has to ask.
    Pilot(Flight, Result),
}

/// The right to say what came of it. Dropped without a word, it frees the token for the next one.
pub(super) struct Flight {
    flights: Arc<Flights>,
    key: Key,
    number: u64,
    result: watch::Sender<Option<Outcome>>,
    has_landed: bool,
}

impl Flights {
    pub(super) fn new(reuse: Duration, signed_out: Duration) -> Self {
        Self { board: Mutex::default(), reuse, signed_out }
    }

    /// A seat for a request with this token.
    pub(super) fn seat(self: &Arc<Self>, key: Key) -> Seat {
        let now = Instant::now();
        let mut board = self.board();
        if let Some(entry) = board.entries.get(&key) {
            match entry.until {
                None => return Seat::Passenger(entry.result.clone()),
                Some(until) if now < until => {
                    if let Some(outcome) = entry.result.borrow().clone() {
                        return Seat::Known(outcome);
                    }
                }
                Some(_) => {}
            }
        }
        let (sender, result) = watch::channel(None);
        board.begun += 1;
        let number = board.begun;
        board.entries.insert(key, Entry { number, result: result.clone(), until: None });
        board.order.push_back((key, number));
        board.make_room(now);
        Seat::Pilot(Flight { flights: Arc::clone(self), key, number, result: sender, has_landed: false }, result)
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // Nothing in here panics half way.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long an outcome is remembered; none at all where asking again may give another one.
    fn life(&self, outcome: &Outcome) -> Option<Duration> {
        match outcome {
            Outcome::Renewed(_) => Some(self.reuse),
            Outcome::SignedOut(_) | Outcome::Forbidden | Outcome::Misconfigured => Some(self.signed_out),
            Outcome::Unavailable { .. } => None,
        }
        .filter(|life| !life.is_zero())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        let board = self.board();
        (board.entries.len(), board.order.len())
    }
}

impl Board {
    /// Forgets what is over, and then the oldest until there is room.
    fn make_room(&mut self, now: Instant) {
        while let Some((key, number)) = self.order.front().copied() {
            let is_current = |entry: &&Entry| entry.number == number;
            let is_over = match self.entries.get(&key).filter(is_current) {
                None => true,
                Some(entry) => entry.until.is_some_and(|until| until <= now),
            };
            if !is_over && self.order.len() <= MAX_REMEMBERED {
                return;
            }
            self.order.pop_front();
            self.forget(&key, number);
        }
    }

    fn forget(&mut self, key: &Key, number: u64) {
        if self.entries.get(key).is_some_and(|entry| entry.number == number) {
            self.entries.remove(key);
        }
    }
}

impl Flight {
    /// Says what came of it, to everybody who waits and to those who come soon.
    pub(super) fn land(mut self, outcome: Outcome) {
        self.has_landed = true;
        let life = self.flights.life(&outcome);
        // Told first: whoever finds the entry landed finds the outcome in it too.
        self.result.send_replace(Some(outcome));
        let mut board = self.flights.board();
        match (life, board.entries.get_mut(&self.key)) {
            (Some(life), Some(entry)) if entry.number == self.number => entry.until = Some(Instant::now() + life),
            _ => board.forget(&self.key, self.number),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.has_landed {
            self.flights.board().forget(&self.key, self.number);
        }
    }
}
