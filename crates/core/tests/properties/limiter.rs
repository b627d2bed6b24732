//! The limiter against a small model of its rules, and what filling its table cannot do.

use std::collections::HashMap;

use authara_core::limit::{Bucket, Count, Limited, Limiter, Rule};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

const WINDOW_SECONDS: i64 = 60;
/// A request from this long before the start of a window still belongs to it: it was overtaken.
const OVERTAKING_SECONDS: i64 = 30;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("an instant")
}

fn count(bucket: Bucket, key: u8, limit: u32) -> Count {
    let rule = Rule { limit, window: TimeDelta::seconds(WINDOW_SECONDS) };
    Count { bucket, key: key.to_string(), rule }
}

/// The two counters of a password check.
fn counts(address: u8, account: u8) -> [Count; 2] {
    [count(Bucket::LoginAddress, address, 4), count(Bucket::LoginAccount, account, 3)]
}

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Somebody tries a password.
    Attempt { address: u8, account: u8 },
    /// A password was right.
    GiveBack { account: u8 },
    /// Time passes, or the clock is set back.
    Clock(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0_u8..3, 0_u8..3).prop_map(|(address, account)| Step::Attempt { address, account }),
        1 => (0_u8..3).prop_map(|account| Step::GiveBack { account }),
        2 => (-40_i64..40).prop_map(Step::Clock),
        1 => (-5000_i64..5000).prop_map(Step::Clock),
    ];
    proptest::collection::vec(step, 1..200)
}

/// One window of one counter in the model.
#[derive(Clone, Copy, Debug)]
struct Window {
    started_at: i64,
    admitted: u32,
}

impl Window {
    fn is_open(&self, now: i64) -> bool {
        self.started_at - now < OVERTAKING_SECONDS && now < self.started_at + WINDOW_SECONDS
    }
}

/// The rules in their plainest form.
#[derive(Debug, Default)]
struct Model(HashMap<(Bucket, String), Window>);

impl Model {
    fn find_open(&mut self, count: &Count, now: i64) -> Option<&mut Window> {
        self.0.get_mut(&(count.bucket, count.key.clone())).filter(|window| window.is_open(now))
    }

    fn admit(&mut self, counts: &[Count], now: i64) -> Result<(), Limited> {
        for count in counts {
            if let Some(window) = self.find_open(count, now).filter(|window| window.admitted >= count.rule.limit) {
                let retry_after = TimeDelta::seconds(window.started_at + WINDOW_SECONDS - now);
                return Err(Limited { bucket: count.bucket, retry_after });
            }
        }
        for count in counts {
            if let Some(window) = self.find_open(count, now) {
                window.admitted += 1;
            } else {
                let window = Window { started_at: now, admitted: 1 };
                self.0.insert((count.bucket, count.key.clone()), window);
            }
        }
        Ok(())
    }
}

/// Takes the steps with limiter and model side by side. With `sweeps` the limiter forgets lapsed
/// windows at every attempt, and so does the model.
fn walk(steps: Vec<Step>, sweeps: bool) -> Result<(), TestCaseError> {
    let mut limiter = Limiter::new(1000, if sweeps { 1 } else { u32::MAX });
    let mut model = Model::default();
    let mut now = 0;
    for step in steps {
        match step {
            Step::Clock(seconds) => now += seconds,
            Step::GiveBack { account } => {
                let [_, account] = counts(0, account);
                limiter.give_back(&account, at(now));
                if let Some(window) = model.find_open(&account, now) {
                    window.admitted = window.admitted.saturating_sub(1);
                }
            }
            Step::Attempt { address, account } => {
                if sweeps {
                    model.0.retain(|_, window| window.is_open(now));
                }
                let counts = counts(address, account);
                let verdict = limiter.admit(&counts, at(now));
                prop_assert_eq!(&verdict, &model.admit(&counts, now));
                if let Err(Limited { bucket, retry_after }) = verdict {
                    prop_assert!(retry_after > TimeDelta::zero());
                    let refusing = counts.iter().find(|count| count.bucket == bucket);
                    let later = at(now) + retry_after;
                    prop_assert!(refusing.is_some_and(|count| limiter.check(count, later).is_ok()), "waiting helps");
                }
            }
        }
        for ((bucket, key), window) in &model.0 {
            let limit = if *bucket == Bucket::LoginAddress { 4 } else { 3 };
            prop_assert!(window.admitted <= limit, "{bucket:?} {key}: {window:?}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn s188_s024_no_window_admits_more_than_its_limit_whatever_the_clock_does(steps in steps()) {
        walk(steps, false)?;
    }

    #[test]
    fn s188_s024_forgetting_lapsed_windows_changes_no_rule(steps in steps()) {
        walk(steps, true)?;
    }

    /// In any span of one window's length there are at most two windows, however attempts fall.
    #[test]
    fn s188_s024_while_time_passes_no_span_admits_more_than_twice_the_limit(
        gaps in proptest::collection::vec(0_i64..25, 1..200),
    ) {
        let mut limiter = Limiter::new(1000, 7);
        let counted = count(Bucket::SignupAddress, 1, 3);
        let mut now = 0;
        let mut admitted = Vec::new();
        for gap in gaps {
            now += gap;
            if limiter.admit(std::slice::from_ref(&counted), at(now)).is_ok() {
                admitted.push(now);
            }
        }
        for start in &admitted {
            let within = admitted.iter().filter(|time| (*start..start + WINDOW_SECONDS).contains(*time)).count();
            prop_assert!(within <= 6, "{within} from second {start} on");
        }
    }

    /// A table that is far too small for its keys stays small, and whoever is refused stays refused
    /// until the time that was named.
    #[test]
    fn s188_s031_filling_the_table_lifts_no_block(
        attempts in proptest::collection::vec((0_u8..30, 0_i64..4), 1..300),
    ) {
        const ENTRIES: usize = 5;
        let mut limiter = Limiter::new(ENTRIES, 11);
        let mut blocked: HashMap<u8, i64> = HashMap::new();
        let mut now = 0;
        for (key, gap) in attempts {
            now += gap;
            let counted = count(Bucket::LoginAddress, key, 2);
            let _ = limiter.admit(std::slice::from_ref(&counted), at(now));
            prop_assert!(limiter.len() <= ENTRIES);
            if let Err(limited) = limiter.check(&counted, at(now)) {
                blocked.insert(key, now + limited.retry_after.num_seconds());
            }
            for (key, until) in blocked.iter().filter(|(_, until)| **until > now) {
                let still = limiter.check(&count(Bucket::LoginAddress, *key, 2), at(now));
                let waits = still.map_err(|limited| now + limited.retry_after.num_seconds());
                prop_assert_eq!(waits, Err(*until), "{} was refused until {}", key, until);
            }
        }
    }
}
