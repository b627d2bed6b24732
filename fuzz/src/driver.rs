//! Runs a target: the corpus as it is, then mutations of it until the time or the count is up.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::mutate::Mutator;
use crate::{Target, corpus, world};

/// Longest that one input may take (annex B).
const LIMIT: Duration = Duration::from_secs(1);

/// An input that took too long is tried this often before it is believed: a busy machine stops for a
/// moment now and then.
const TRIES: u32 = 3;

/// When to stop mutating.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// After this time.
    After(Duration),
    /// After so many inputs.
    Inputs(u32),
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Inputs of the corpus.
    pub replayed: u32,
    /// Mutated inputs.
    pub mutated: u32,
    /// The longest that one of them took.
    pub slowest: Duration,
}

/// An input that breaks a target.
#[derive(Clone)]
pub struct Finding {
    /// The target.
    pub target: &'static str,
    /// The input.
    pub input: Vec<u8>,
    /// What broke.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 400;
        let input = self.input.get(..SHOWN).unwrap_or(&self.input);
        let more = if self.input.len() > SHOWN { "..." } else { "" };
        let (target, bytes, what) = (self.target, self.input.len(), &self.what);
        write!(f, "{target}: {what}\n  with {bytes} bytes: \"{}\"{more}", input.escape_ascii())
    }
}

impl fmt::Debug for Finding {
    /// As it is shown: a test that fails prints this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Finding {}

/// Tries one input and gives how long it took.
///
/// # Errors
///
/// [`Finding`] when the target panics, or takes longer than a second three times in a row.
pub fn attempt(target: &Target, input: &[u8]) -> Result<Duration, Finding> {
    attempt_within(target, input, LIMIT)
}

fn attempt_within(target: &Target, input: &[u8], limit: Duration) -> Result<Duration, Finding> {
    let finding = |what| Finding { target: target.name, input: input.to_vec(), what };
    let mut quickest = Duration::MAX;
    for _ in 0..TRIES {
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
        let took = started.elapsed();
        if let Err(payload) = outcome {
            return Err(finding(said(payload.as_ref())));
        }
        quickest = quickest.min(took);
        if quickest <= limit {
            return Ok(quickest);
        }
    }
    Err(finding(format!("took {quickest:?} at best, and may take {limit:?}")))
}

/// What a panic said.
fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panicked without a word").to_owned()
}

/// Replays the corpus of a target, then mutates it.
///
/// # Errors
///
/// The first [`Finding`]. A corpus that cannot be read is one, too: it has no input.
pub fn fuzz(target: &Target, stop: Stop, seed: u64) -> Result<Report, Finding> {
    let no_corpus = |what| Finding { target: target.name, input: Vec::new(), what };
    fuzz_corpus(target, &corpus::load(target).map_err(no_corpus)?, stop, seed)
}

fn fuzz_corpus(target: &Target, corpus: &[Vec<u8>], stop: Stop, seed: u64) -> Result<Report, Finding> {
    let _world = world::hold();
    let mut report = Report::default();
    for input in corpus {
        report.slowest = attempt(target, input)?.max(report.slowest);
        report.replayed += 1;
    }
    let started = Instant::now();
    let mut mutator = Mutator::new(target, corpus, seed);
    let goes_on = |mutated| match stop {
        Stop::After(time) => started.elapsed() < time,
        Stop::Inputs(count) => mutated < count,
    };
    while goes_on(report.mutated) {
        report.slowest = attempt(target, &mutator.next_input())?.max(report.slowest);
        report.mutated = report.mutated.saturating_add(1);
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HARMLESS: Target = Target::new("harmless", |_| {}, &["a"]);
    /// Breaks on an input that only a change of the corpus can make.
    const FRAGILE: Target = Target::new("fragile", |data| assert!(!data.contains(&b'!'), "an exclamation"), &["!"]);

    #[test]
    fn a_harmless_target_is_tried_as_often_as_asked() {
        let report = fuzz_corpus(&HARMLESS, &[b"x".to_vec(), b"y".to_vec()], Stop::Inputs(50), 1).unwrap();
        assert_eq!((report.replayed, report.mutated), (2, 50));
        let time = Duration::from_millis(50);
        let report = fuzz_corpus(&HARMLESS, &[b"x".to_vec()], Stop::After(time), 1).unwrap();
        assert!(report.mutated > 0);
    }

    #[test]
    fn a_panic_is_found_by_replaying_and_by_mutating_and_names_its_input() {
        let replayed = fuzz_corpus(&FRAGILE, &[b"a!".to_vec()], Stop::Inputs(0), 1).unwrap_err();
        assert_eq!((replayed.target, &*replayed.what, &*replayed.input), ("fragile", "an exclamation", &b"a!"[..]));
        let mutated = fuzz_corpus(&FRAGILE, &[b"a".to_vec()], Stop::Inputs(2000), 1).unwrap_err();
        assert!(mutated.input.contains(&b'!'), "{mutated}");
        assert!(mutated.to_string().contains("fragile: an exclamation"), "{mutated}");
    }

    #[test]
    fn a_slow_input_is_a_finding_and_one_that_was_slow_once_is_not() {
        static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let limit = Duration::from_millis(20);
        let sleepy = Target::new("sleepy", |_| std::thread::sleep(Duration::from_millis(60)), &[]);
        let slow = attempt_within(&sleepy, b"x", limit).unwrap_err();
        assert!(slow.what.starts_with("took "), "{slow}");
        let warming_up = |_: &[u8]| {
            if CALLS.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                std::thread::sleep(Duration::from_millis(60));
            }
        };
        assert!(attempt_within(&Target::new("warming up", warming_up, &[]), b"x", limit).is_ok());
    }

    #[test]
    fn a_target_without_a_corpus_does_not_pass() {
        let nameless = Target { name: "no such target", ..HARMLESS };
        let missing = fuzz(&nameless, Stop::Inputs(1), 1).unwrap_err();
        assert!(missing.what.contains("no such target"), "{missing}");
    }
}
