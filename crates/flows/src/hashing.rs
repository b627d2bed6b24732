//! Hashing passwords with Argon2id, on a few threads of its own with a bounded queue.
//!
//! Request threads never hash. Memory in use is a number the operator chose; when the queue is
//! full the answer is "later", not growth (S-008).

mod pool;
pub mod stored;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use authara_core::password;
use authara_core::secret::SecretText;
use rand::Rng as _;
use subtle::ConstantTimeEq as _;

use crate::Rng;
use pool::Pool;
use stored::{Cost, StoredHash};

const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 32;

/// What hashing costs and may use.
#[derive(Clone, Copy, Debug)]
pub struct HashOptions {
    /// Cost of a new hash.
    pub cost: Cost,
    /// Memory that all hashes in progress may use together, in MiB.
    pub budget_mib: u32,
    /// Passwords that may wait for their turn.
    pub queue: usize,
}

impl Default for HashOptions {
    fn default() -> Self {
        Self { cost: Cost { memory_kib: 19_456, iterations: 2, lanes: 1 }, budget_mib: 128, queue: 128 }
    }
}

/// Why a password was not hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashError {
    /// The queue is full. Passes by itself.
    Busy,
    /// The stored text is no hash that this server verifies; never a mismatch.
    Unreadable(&'static str),
    /// The library refused.
    Failed(String),
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("too many passwords wait to be hashed"),
            Self::Unreadable(what) => write!(f, "stored password hash is not readable: {what}"),
            Self::Failed(what) => write!(f, "hashing failed: {what}"),
        }
    }
}

impl std::error::Error for HashError {}

/// What checking a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is another password, or there is none.
    Wrong,
    /// It is the one.
    Right {
        /// The cost at which the hash should be made anew, if it was made at a lower one or is
        /// not a PHC string. No parameter is ever lowered.
        upgrade: Option<Cost>,
    },
}

/// Hashes and verifies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cost: Cost,
    pool: Pool,
    /// Verified when there is no account or no password, so that both cost the same (S-016).
    dummy: StoredHash,
    rng: Rng,
    count: Arc<AtomicU64>,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// A sentence: the cost is impossible, or threads cannot be started.
    pub fn new(options: HashOptions, rng: Rng) -> Result<Self, String> {
        options.cost.params().map_err(|error| error.to_string())?;
        let pool = Pool::start(&options).map_err(|error| error.to_string())?;
        let mut salt = [0; SALT_BYTES];
        let mut key = [0; KEY_BYTES];
        rng.clone().fill_bytes(&mut salt);
        // No password has this key, short of a collision.
        rng.clone().fill_bytes(&mut key);
        let dummy = StoredHash { cost: options.cost, salt: salt.to_vec(), key: key.to_vec(), is_phc: true };
        Ok(Self(Arc::new(Inner { cost: options.cost, pool, dummy, rng, count: Arc::new(AtomicU64::new(0)) })))
    }

    /// Hashes a password at the configured cost. Gives a PHC string.
    ///
    /// # Errors
    ///
    /// [`HashError`].
    pub async fn hash(&self, password: &SecretText) -> Result<String, HashError> {
        self.hash_at(password, self.0.cost).await
    }

    /// Hashes a password at a cost that [`Verdict::Right`] asked for.
    ///
    /// # Errors
    ///
    /// [`HashError`].
    pub async fn hash_at(&self, password: &SecretText, cost: Cost) -> Result<String, HashError> {
        let mut salt = vec![0; SALT_BYTES];
        self.0.rng.clone().fill_bytes(&mut salt);
        let text = SecretText::new(password::canonical(password.expose()).into_owned());
        let count = self.0.count.clone();
        self.0
            .pool
            .run(cost.memory_kib, move |memory| {
                let key = derive(&text, &salt, KEY_BYTES, cost, memory, &count)?;
                Ok(StoredHash { cost, salt, key, is_phc: true }.to_phc())
            })
            .await
    }

    /// Checks a password against a stored hash, or against nothing at the same cost.
    ///
    /// # Errors
    ///
    /// [`HashError`].
    pub async fn verify(&self, password: &SecretText, stored: Option<&str>) -> Result<Verdict, HashError> {
        let hash = match stored {
            Some(text) => StoredHash::parse(text).map_err(HashError::Unreadable)?,
            None => self.0.dummy.clone(),
        };
        let is_real = stored.is_some();
        let (wanted, count, text) = (self.0.cost, self.0.count.clone(), password.clone());
        self.0
            .pool
            .run(hash.cost.memory_kib, move |memory| {
                let canonical = password::canonical(text.expose());
                let mut forms = vec![SecretText::new(canonical.as_ref())];
                // Hashes that the Go Authara made are of the text as it was received.
                if canonical != text.expose() {
                    forms.push(text.clone());
                }
                let mut is_right = false;
                for form in forms {
                    let key = derive(&form, &hash.salt, hash.key.len(), hash.cost, memory, &count)?;
                    is_right |= bool::from(key.ct_eq(&hash.key));
                }
                if !(is_right && is_real) {
                    return Ok(Verdict::Wrong);
                }
                let raised = hash.cost.raised_to(wanted);
                let upgrade = (!hash.is_phc || raised != hash.cost).then_some(raised);
                Ok(Verdict::Right { upgrade })
            })
            .await
    }

    /// How many hashes were computed since the start.
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::SeqCst)
    }
}

fn derive(
    text: &SecretText,
    salt: &[u8],
    length: usize,
    cost: Cost,
    memory: &mut Vec<Block>,
    count: &AtomicU64,
) -> Result<Vec<u8>, HashError> {
    let params = cost.params().map_err(|error| HashError::Failed(error.to_string()))?;
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let memory = memory.get_mut(..blocks).unwrap_or_default();
    let mut key = vec![0; length];
    count.fetch_add(1, Ordering::SeqCst);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(text.expose().as_bytes(), salt, &mut key, memory)
        .map_err(|error| HashError::Failed(error.to_string()))?;
    Ok(key)
}

impl Cost {
    fn params(self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.iterations, self.lanes, None)
    }
}
