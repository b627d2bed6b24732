//! Remembering which events were delivered already.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;
use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::clock::Clock;

/// Why a store did not answer: whatever it is built on says.
pub type SeenStoreError = Box<dyn StdError + Send + Sync>;

/// Remembers the ids of events: in memory, in a table, in a cache that several processes share.
///
/// An id is noted for a short time before the event is handled, and for a long time after. So an event
/// whose handling ended in the middle, with the process or with the connection, is new again when the
/// server sends it again.
///
/// A closure that takes an id and a [`SeenStep`] is a store too:
///
/// ```
/// use authara_client::webhooks::{SeenStep, SeenStoreError, WebhookReceiver, WebhookVerifier};
/// use uuid::Uuid;
///
/// # struct Redis;
/// # impl Redis {
/// #     async fn set_if_new(&self, _: Uuid, _: std::time::Duration) -> Result<bool, SeenStoreError> { Ok(true) }
/// #     async fn set(&self, _: Uuid, _: std::time::Duration) -> Result<(), SeenStoreError> { Ok(()) }
/// #     async fn delete(&self, _: Uuid) -> Result<(), SeenStoreError> { Ok(()) }
/// # }
/// # static REDIS: Redis = Redis;
/// let verifier = WebhookVerifier::builder().secret("a secret of at least thirty-two bytes").build()?;
/// let receiver = WebhookReceiver::new(verifier).with_seen_store(|id: Uuid, step: SeenStep| async move {
///     match step {
///         SeenStep::FirstTime(ttl) => return REDIS.set_if_new(id, ttl).await,
///         SeenStep::Keep(ttl) => REDIS.set(id, ttl).await?,
///         SeenStep::Forget => REDIS.delete(id).await?,
///     }
///     Ok::<bool, SeenStoreError>(true)
/// });
/// # Ok::<(), authara_client::ConfigError>(())
/// ```
pub trait SeenStore: Send + Sync + 'static {
    /// Notes an id for this long, unless it is noted, and says whether it was not. That has to be one
    /// step: of two deliveries at the same time one is the first.
    ///
    /// # Errors
    ///
    /// When that cannot be told; the delivery is refused then, and comes again.
    fn first_time(&self, id: Uuid, ttl: Duration) -> impl Future<Output = Result<bool, SeenStoreError>> + Send;

    /// Notes an id for this long from now on: its event has been handled.
    ///
    /// # Errors
    ///
    /// When it was not noted.
    fn keep(&self, id: Uuid, ttl: Duration) -> impl Future<Output = Result<(), SeenStoreError>> + Send;

    /// Forgets an id: its event has not been handled, and will come again.
    ///
    /// # Errors
    ///
    /// When it may still be noted.
    fn forget(&self, id: Uuid) -> impl Future<Output = Result<(), SeenStoreError>> + Send;
}

/// What a store that is a closure is asked to do with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenStep {
    /// As [`SeenStore::first_time`].
    FirstTime(Duration),
    /// As [`SeenStore::keep`]; what is answered does not matter.
    Keep(Duration),
    /// As [`SeenStore::forget`]; what is answered does not matter.
    Forget,
}

impl<F, A> SeenStore for F
where
    F: Fn(Uuid, SeenStep) -> A + Send + Sync + 'static,
    A: Future<Output = Result<bool, SeenStoreError>> + Send,
{
    async fn first_time(&self, id: Uuid, ttl: Duration) -> Result<bool, SeenStoreError> {
        self(id, SeenStep::FirstTime(ttl)).await
    }

    async fn keep(&self, id: Uuid, ttl: Duration) -> Result<(), SeenStoreError> {
        self(id, SeenStep::Keep(ttl)).await?;
        Ok(())
    }

    async fn forget(&self, id: Uuid) -> Result<(), SeenStoreError> {
        self(id, SeenStep::Forget).await?;
        Ok(())
    }
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Any store, with its type forgotten.
pub(super) type AnySeenStore = Arc<dyn Fn(Uuid, SeenStep) -> BoxFuture<Result<bool, SeenStoreError>> + Send + Sync>;

pub(super) fn any(store: impl SeenStore) -> AnySeenStore {
    let store = Arc::new(store);
    Arc::new(move |id: Uuid, step: SeenStep| {
        let store = Arc::clone(&store);
        let answer: BoxFuture<Result<bool, SeenStoreError>> = Box::pin(async move {
            match step {
                SeenStep::FirstTime(ttl) => return SeenStore::first_time(&*store, id, ttl).await,
                SeenStep::Keep(ttl) => SeenStore::keep(&*store, id, ttl).await?,
                SeenStep::Forget => SeenStore::forget(&*store, id).await?,
            }
            Ok(true)
        });
        answer
    })
}

/// Remembers the latest events in the memory of this process: enough for one process, until it ends.
///
/// When it is full, the id that was noted longest ago makes room. Only events with a good signature
/// get here, so that strangers cannot fill it.
pub struct MemorySeenStore {
    capacity: usize,
    clock: Clock,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    next_turn: u64,
    by_id: HashMap<Uuid, Note>,
    by_turn: BTreeMap<u64, Uuid>,
}

struct Note {
    turn: u64,
    until: DateTime<Utc>,
}

impl Noted {
    fn is_noted(&self, id: Uuid, now: DateTime<Utc>) -> bool {
        self.by_id.get(&id).is_some_and(|note| now < note.until)
    }

    fn insert(&mut self, id: Uuid, until: DateTime<Utc>, capacity: usize) {
        self.remove(id);
        let turn = self.next_turn;
        self.next_turn += 1;
        self.by_id.insert(id, Note { turn, until });
        self.by_turn.insert(turn, id);
        while self.by_turn.len() > capacity {
            if let Some((_, oldest)) = self.by_turn.pop_first() {
                self.by_id.remove(&oldest);
            }
        }
    }

    fn remove(&mut self, id: Uuid) {
        if let Some(note) = self.by_id.remove(&id) {
            self.by_turn.remove(&note.turn);
        }
    }
}

impl MemorySeenStore {
    /// Ids that are remembered unless another number is chosen: some 10 MiB.
    pub const DEFAULT_CAPACITY: usize = 65_536;

    /// Remembers so many ids, at least one, by the time of this clock.
    pub fn new(capacity: usize, clock: Clock) -> Self {
        Self { capacity: capacity.max(1), clock, noted: Mutex::default() }
    }

    fn until(&self, ttl: Duration) -> DateTime<Utc> {
        let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
        self.clock.now().checked_add_signed(ttl).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        // What is behind the lock is changed by code that does not panic in between.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemorySeenStore {
    fn default() -> Self {
        Self::new(Self::DEFAULT_CAPACITY, Clock::system())
    }
}

impl SeenStore for MemorySeenStore {
    fn first_time(&self, id: Uuid, ttl: Duration) -> impl Future<Output = Result<bool, SeenStoreError>> + Send {
        let until = self.until(ttl);
        let now = self.clock.now();
        let mut noted = self.noted();
        let is_first = !noted.is_noted(id, now);
        if is_first {
            noted.insert(id, until, self.capacity);
        }
        ready(Ok(is_first))
    }

    fn keep(&self, id: Uuid, ttl: Duration) -> impl Future<Output = Result<(), SeenStoreError>> + Send {
        let until = self.until(ttl);
        self.noted().insert(id, until, self.capacity);
        ready(Ok(()))
    }

    fn forget(&self, id: Uuid) -> impl Future<Output = Result<(), SeenStoreError>> + Send {
        self.noted().remove(id);
        ready(Ok(()))
    }
}

impl fmt::Debug for MemorySeenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySeenStore")
            .field("capacity", &self.capacity)
            .field("noted", &self.noted().by_id.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::testing::now;

    const MINUTE: Duration = Duration::from_secs(60);

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[tokio::test]
    async fn r74_an_id_is_new_once_until_it_is_forgotten_or_lapses() {
        let seconds = Arc::new(AtomicI64::new(0));
        let moving = Arc::clone(&seconds);
        let clock = Clock::from_fn(move || now() + TimeDelta::seconds(moving.load(Ordering::SeqCst)));
        let store = MemorySeenStore::new(10, clock);
        assert!(store.first_time(id(1), MINUTE).await.unwrap());
        assert!(!store.first_time(id(1), MINUTE).await.unwrap());
        assert!(store.first_time(id(2), MINUTE).await.unwrap());
        store.forget(id(1)).await.unwrap();
        assert!(store.first_time(id(1), MINUTE).await.unwrap());
        store.keep(id(1), MINUTE * 2).await.unwrap();
        seconds.store(60, Ordering::SeqCst);
        assert!(store.first_time(id(2), MINUTE).await.unwrap());
        assert!(!store.first_time(id(1), MINUTE).await.unwrap());
        seconds.store(120, Ordering::SeqCst);
        assert!(store.first_time(id(1), MINUTE).await.unwrap());
        store.keep(id(3), Duration::MAX).await.unwrap();
        assert!(!store.first_time(id(3), MINUTE).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_store_gives_up_what_it_noted_longest_ago() {
        let store = MemorySeenStore::new(3, Clock::fixed(now()));
        for number in 0..1000 {
            assert!(store.first_time(id(number), MINUTE).await.unwrap());
            // What is being handled stays, also beside ids that are kept for longer.
            store.keep(id(number), MINUTE * 60).await.unwrap();
            assert!(!store.first_time(id(number), MINUTE).await.unwrap());
        }
        let sizes = |noted: MutexGuard<'_, Noted>| (noted.by_id.len(), noted.by_turn.len());
        assert_eq!(sizes(store.noted()), (3, 3));
        assert!(!store.first_time(id(997), MINUTE).await.unwrap());
        assert!(store.first_time(id(996), MINUTE).await.unwrap());
    }

    #[test]
    fn r74_of_many_threads_with_one_id_one_is_the_first() {
        let store = MemorySeenStore::new(100, Clock::fixed(now()));
        for round in 0..50 {
            let firsts = std::thread::scope(|scope| {
                let ask = || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    runtime.block_on(store.first_time(id(round), MINUTE)).unwrap()
                };
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).filter(|first| *first).count()
            });
            assert_eq!(firsts, 1);
        }
    }

    #[tokio::test]
    async fn r74_a_closure_is_a_store() {
        let steps = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&steps);
        let store = any(move |id: Uuid, step: SeenStep| {
            log.lock().unwrap().push((id, step));
            ready(Ok(step == SeenStep::FirstTime(MINUTE)))
        });
        assert!(store(id(1), SeenStep::FirstTime(MINUTE)).await.unwrap());
        assert!(!store(id(1), SeenStep::FirstTime(MINUTE * 2)).await.unwrap());
        assert!(store(id(1), SeenStep::Keep(MINUTE)).await.unwrap());
        assert!(store(id(1), SeenStep::Forget).await.unwrap());
        assert_eq!(steps.lock().unwrap().len(), 4);
    }
}
