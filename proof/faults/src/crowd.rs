//! Many at a time, and waiting until something is so.

use std::panic::resume_unwind;
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// Runs the same work on so many threads at once, each with its number, and gives what they found. A
/// panic of one of them goes on here, after all have ended.
pub fn together<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..count).map(|number| scope.spawn(move || work(number))).collect();
        let ended: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        ended.into_iter().map(found).collect()
    })
}

/// The same with something of its own for each thread.
pub fn each<C: Send, T: Send>(of: &mut [C], work: impl Fn(usize, &mut C) -> T + Sync) -> Vec<T> {
    let work = &work;
    std::thread::scope(|scope| {
        let start = |(number, own)| scope.spawn(move || work(number, own));
        let running: Vec<_> = of.iter_mut().enumerate().map(start).collect();
        let ended: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        ended.into_iter().map(found).collect()
    })
}

/// What a thread found. Its panic goes on here.
pub fn joined<T>(thread: JoinHandle<T>) -> T {
    found(thread.join())
}

fn found<T>(end: std::thread::Result<T>) -> T {
    match end {
        Ok(found) => found,
        Err(panic) => resume_unwind(panic),
    }
}

/// Looks again and again until it is so, and gives how long that took.
///
/// # Panics
///
/// When it is not so within the limit.
pub fn until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
        sleep(PAUSE);
    }
    started.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_a_crowd_has_a_number_and_is_heard_in_order() {
        assert_eq!(together(4, |number| number * 2), [0, 2, 4, 6]);
    }

    #[test]
    fn everybody_in_a_crowd_has_something_of_their_own() {
        let mut counts = [1, 2, 3];
        let before = each(&mut counts, |number, count| {
            *count += number;
            *count - number
        });
        assert_eq!((before, counts), (vec![1, 2, 3], [1, 3, 5]));
    }

    #[test]
    #[should_panic(expected = "the second")]
    fn a_panic_in_a_crowd_is_not_lost() {
        together(2, |number| assert_eq!(number, 0, "the second"));
    }

    #[test]
    fn waiting_ends_when_it_is_so() {
        let mut looks = 0;
        let took = until("the third look", Duration::from_secs(60), || {
            looks += 1;
            looks == 3
        });
        assert!(took >= PAUSE);
    }

    #[test]
    #[should_panic(expected = "not within 0ns: what never happens")]
    fn waiting_for_what_never_happens_is_a_failure() {
        until("what never happens", Duration::ZERO, || false);
    }
}
