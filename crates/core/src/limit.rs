//! Fixed-window counters with bounded memory.
//!
//! A window starts with the first admitted attempt. All keys of an attempt are tested before any
//! is raised, and a refused attempt raises none, so that waiting out a window always helps.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

/// How many attempts within how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Attempts admitted in one window; at least 1.
    pub limit: u32,
    /// Length of the window; positive.
    pub window: TimeDelta,
}

/// What is counted. Each has its own keys; a full table only gives up entries of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Password checks by client address.
    LoginAddress,
    /// Password checks by account, from addresses that never succeeded there.
    LoginAccount,
    /// Password checks by account and address, for addresses that succeeded there before.
    LoginKnown,
    /// Sign-ups by client address.
    SignupAddress,
    /// Sign-ups by e-mail address.
    SignupEmail,
    /// Unknown refresh tokens by client address.
    RefreshAddress,
    /// Passwords set or changed, by account.
    PasswordChange,
}

/// One counter that an attempt is counted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which kind.
    pub bucket: Bucket,
    /// The canonical key: an address key, an account, an e-mail in normal form.
    pub key: String,
    /// The rule for it.
    pub rule: Rule,
}

/// The attempt is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// Which counter refused.
    pub bucket: Bucket,
    /// How long until its window ends; positive.
    pub retry_after: TimeDelta,
}

/// Longer than any request may take.
const OVERTAKING: TimeDelta = TimeDelta::seconds(30);

type Key = (Bucket, String);

#[derive(Debug)]
struct Window {
    started_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    count: u32,
    /// Position in `evictable`, or `None` while the counter refuses.
    age: Option<u64>,
}

/// The counters of one process.
#[derive(Debug)]
pub struct Limiter {
    windows: HashMap<Key, Window>,
    /// How many counters of each kind there are: a flood of one kind never costs another its own.
    sizes: BTreeMap<Bucket, usize>,
    /// Counters that may make room, oldest first. Those that refuse are never here: filling the
    /// table with junk does not lift a block (S-031).
    evictable: BTreeMap<(Bucket, u64), String>,
    next_age: u64,
    max_entries: usize,
    sweep_every: u32,
    calls: u32,
}

impl Limiter {
    /// Keeps at most `max_entries` counters of each kind and drops lapsed ones every `sweep_every` calls.
    pub fn new(max_entries: usize, sweep_every: u32) -> Self {
        Self {
            windows: HashMap::new(),
            sizes: BTreeMap::new(),
            evictable: BTreeMap::new(),
            next_age: 0,
            max_entries: max_entries.max(1),
            sweep_every: sweep_every.max(1),
            calls: 0,
        }
    }

    /// Would this attempt be refused? Counts nothing.
    ///
    /// # Errors
    ///
    /// [`Limited`] when the counter has reached its limit.
    pub fn check(&self, count: &Count, now: DateTime<Utc>) -> Result<(), Limited> {
        match self.windows.get(&(count.bucket, count.key.clone())) {
            Some(window) if window.is_open(now) && window.count >= count.rule.limit => {
                Err(Limited { bucket: count.bucket, retry_after: window.ends_at - now })
            }
            _ => Ok(()),
        }
    }

    /// Counts one attempt on all of `counts`, or on none.
    ///
    /// # Errors
    ///
    /// [`Limited`] names the first counter that has reached its limit.
    pub fn admit(&mut self, counts: &[Count], now: DateTime<Utc>) -> Result<(), Limited> {
        self.sweep_now_and_then(now);
        for count in counts {
            self.check(count, now)?;
        }
        for count in counts {
            self.raise(count, now)?;
        }
        Ok(())
    }

    /// Takes back one attempt, because it turned out to be a rightful one.
    pub fn give_back(&mut self, count: &Count, now: DateTime<Utc>) {
        let key = (count.bucket, count.key.clone());
        let age = self.next_age;
        let Some(window) = self.windows.get_mut(&key).filter(|w| w.is_open(now)) else { return };
        window.count = window.count.saturating_sub(1);
        if window.age.is_none() {
            window.age = Some(age);
            self.next_age += 1;
            self.evictable.insert((count.bucket, age), key.1);
        }
    }

    /// How many counters are kept.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// Is nothing counted?
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    fn raise(&mut self, count: &Count, now: DateTime<Utc>) -> Result<(), Limited> {
        let key = (count.bucket, count.key.clone());
        if let Some(window) = self.windows.get(&key)
            && !window.is_open(now)
        {
            self.remove(&key);
        }
        if !self.windows.contains_key(&key) {
            self.make_room(count, now)?;
            let age = self.next_age;
            self.next_age += 1;
            self.evictable.insert((count.bucket, age), key.1.clone());
            let ends_at = now + count.rule.window;
            *self.sizes.entry(count.bucket).or_default() += 1;
            self.windows.insert(key.clone(), Window { started_at: now, ends_at, count: 0, age: Some(age) });
        }
        if let Some(window) = self.windows.get_mut(&key) {
            window.count += 1;
            if window.count >= count.rule.limit
                && let Some(age) = window.age.take()
            {
                self.evictable.remove(&(count.bucket, age));
            }
        }
        Ok(())
    }

    /// Gives up the oldest counter of the same kind that does not refuse anybody.
    fn make_room(&mut self, count: &Count, now: DateTime<Utc>) -> Result<(), Limited> {
        if !self.is_full(count.bucket) {
            return Ok(());
        }
        let oldest = self.evictable.range((count.bucket, 0)..=(count.bucket, u64::MAX)).next();
        if let Some(key) = oldest.map(|(_, key)| key.clone()) {
            self.remove(&(count.bucket, key));
            return Ok(());
        }
        // Everything kept is an active block. Admitting uncounted would open the door, so wait.
        self.sweep(now);
        if self.is_full(count.bucket) {
            return Err(Limited { bucket: count.bucket, retry_after: count.rule.window });
        }
        Ok(())
    }

    fn is_full(&self, bucket: Bucket) -> bool {
        self.sizes.get(&bucket).is_some_and(|size| *size >= self.max_entries)
    }

    fn remove(&mut self, key: &Key) {
        let Some(window) = self.windows.remove(key) else { return };
        if let Some(size) = self.sizes.get_mut(&key.0) {
            *size = size.saturating_sub(1);
        }
        if let Some(age) = window.age {
            self.evictable.remove(&(key.0, age));
        }
    }

    fn sweep_now_and_then(&mut self, now: DateTime<Utc>) {
        self.calls += 1;
        if self.calls >= self.sweep_every {
            self.calls = 0;
            self.sweep(now);
        }
    }

    fn sweep(&mut self, now: DateTime<Utc>) {
        let lapsed: Vec<Key> =
            self.windows.iter().filter(|(_, window)| !window.is_open(now)).map(|(key, _)| key.clone()).collect();
        for key in lapsed {
            self.remove(&key);
        }
    }
}

impl Window {
    /// Half-open. Requests overtake each other between reading the clock and being counted, so a
    /// `now` from a moment before the start belongs to the window as well; a clock that was set back
    /// by more closes it, rather than stretching it.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.started_at - now < OVERTAKING && now < self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn count(bucket: Bucket, key: &str, limit: u32) -> Count {
        Count { bucket, key: key.into(), rule: Rule { limit, window: TimeDelta::seconds(60) } }
    }

    #[test]
    fn s024_exactly_the_limit_is_admitted_and_refusals_are_not_counted() {
        let mut limiter = Limiter::new(100, 1000);
        let c = count(Bucket::LoginAddress, "a", 5);
        for _ in 0..5 {
            assert_eq!(limiter.admit(std::slice::from_ref(&c), at(0)), Ok(()));
        }
        let refused = limiter.admit(std::slice::from_ref(&c), at(20)).unwrap_err();
        assert_eq!(refused.retry_after, TimeDelta::seconds(40));
        assert_eq!(limiter.admit(&[c], at(60)), Ok(()));
    }

    #[test]
    fn either_counter_refusing_leaves_the_other_alone() {
        let mut limiter = Limiter::new(100, 1000);
        let (a, b) = (count(Bucket::LoginAddress, "a", 9), count(Bucket::LoginAccount, "b", 1));
        limiter.admit(&[a.clone(), b.clone()], at(0)).unwrap();
        for _ in 0..20 {
            assert_eq!(limiter.admit(&[a.clone(), b.clone()], at(1)).unwrap_err().bucket, Bucket::LoginAccount);
        }
        for _ in 0..8 {
            limiter.admit(std::slice::from_ref(&a), at(1)).unwrap();
        }
    }

    #[test]
    fn a_try_given_back_can_be_used_again() {
        let mut limiter = Limiter::new(100, 1000);
        let c = count(Bucket::LoginAccount, "a", 1);
        for _ in 0..10 {
            limiter.admit(std::slice::from_ref(&c), at(0)).unwrap();
            limiter.give_back(&c, at(0));
        }
        limiter.admit(std::slice::from_ref(&c), at(0)).unwrap();
        assert!(limiter.admit(&[c], at(0)).is_err());
    }

    #[test]
    fn s031_junk_keys_neither_grow_the_table_nor_lift_a_block() {
        let mut limiter = Limiter::new(50, 7);
        let blocked = count(Bucket::LoginAddress, "blocked", 2);
        limiter.admit(std::slice::from_ref(&blocked), at(0)).unwrap();
        limiter.admit(std::slice::from_ref(&blocked), at(0)).unwrap();
        for n in 0..500 {
            let _ = limiter.admit(&[count(Bucket::LoginAddress, &format!("junk{n}"), 2)], at(1));
            assert!(limiter.len() <= 50);
        }
        assert!(limiter.admit(&[blocked], at(2)).is_err());
    }

    #[test]
    fn s031_a_flood_of_one_kind_costs_no_other_kind_its_counters() {
        let mut limiter = Limiter::new(50, 1000);
        let counted = count(Bucket::LoginAccount, "dana", 2);
        limiter.admit(std::slice::from_ref(&counted), at(0)).unwrap();
        for n in 0..500 {
            let _ = limiter.admit(&[count(Bucket::RefreshAddress, &format!("junk{n}"), 1)], at(1));
        }
        limiter.admit(std::slice::from_ref(&counted), at(2)).unwrap();
        assert!(limiter.admit(&[counted], at(2)).is_err(), "its first try was forgotten");
    }

    #[test]
    fn s024_requests_that_overtake_each_other_are_counted_in_one_window() {
        let mut limiter = Limiter::new(50, 1);
        let c = count(Bucket::LoginAddress, "a", 3);
        for n in 0..3 {
            limiter.admit(std::slice::from_ref(&c), at(20 - n)).unwrap();
        }
        assert!(limiter.admit(std::slice::from_ref(&c), at(10)).is_err());
        assert!(limiter.admit(&[c], at(20)).is_err());
    }

    #[test]
    fn a_table_full_of_blocks_refuses_newcomers_until_one_lapses() {
        let mut limiter = Limiter::new(3, 1000);
        for n in 0..3 {
            limiter.admit(&[count(Bucket::LoginAddress, &n.to_string(), 1)], at(0)).unwrap();
        }
        let newcomer = count(Bucket::LoginAddress, "new", 1);
        assert!(limiter.admit(std::slice::from_ref(&newcomer), at(1)).is_err());
        assert!(limiter.admit(&[newcomer], at(61)).is_ok());
    }

    proptest::proptest! {
        /// Annex B: in any window, admitted attempts stay within the limit, for any clock.
        #[test]
        fn s024_admitted_attempts_stay_within_the_limit(steps in proptest::collection::vec((0i64..200, 0u8..4), 1..200)) {
            let mut limiter = Limiter::new(1000, 3);
            let mut admitted: HashMap<u8, Vec<i64>> = HashMap::new();
            let mut clock = 0;
            for (advance, key) in steps {
                clock += advance % 30;
                if limiter.admit(&[count(Bucket::LoginAddress, &key.to_string(), 3)], at(clock)).is_ok() {
                    admitted.entry(key).or_default().push(clock);
                }
            }
            for times in admitted.values() {
                // A fixed window admits at most the limit in each window, hence at most twice the
                // limit in any span of one window's length.
                for start in times {
                    let within = times.iter().filter(|t| (*start..*start + 60).contains(t)).count();
                    proptest::prop_assert!(within <= 6);
                }
            }
        }
    }
}
