//! An [`App`] for tests: fake clock, seeded randomness, cheap hashing, wide limits.

use std::sync::Arc;

use authara_core::keys::KeyRing;
use authara_core::limit::Rule;
use authara_core::session::SessionPolicy;
use authara_storage::testing::TestStore;
use chrono::{DateTime, TimeDelta};

use crate::hashing::stored::Cost;
use crate::hashing::{HashOptions, Hasher};
use crate::limits::{Limits, Rules};
use crate::{App, Clock, Policies, Rng};

/// What a test may bend before the app is made.
#[derive(Clone, Debug)]
pub struct Bend {
    /// What the operator decided.
    pub policies: Policies,
    /// Limits; wide by default, so that tests do not meet them by accident.
    pub rules: Rules,
    /// Cost of hashing; the least that Argon2 allows by default.
    pub hashing: HashOptions,
    /// The key ring.
    pub ring: Arc<KeyRing>,
    /// The clock; stands at 2026-09-21T14:13:20Z by default.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
}

/// The issuer of test tokens.
pub const ISSUER: &str = "authara";

impl Default for Bend {
    fn default() -> Self {
        let wide = Rule { limit: 1_000_000, window: TimeDelta::hours(1) };
        Self {
            policies: Policies { session: SessionPolicy::default(), ..Policies::default() },
            rules: Rules {
                login_address: wide,
                login_account: wide,
                signup_address: wide,
                signup_email: wide,
                refresh_address: wide,
                password_change: wide,
                ..Rules::default()
            },
            hashing: HashOptions {
                cost: Cost { memory_kib: 8, iterations: 1, lanes: 1 },
                budget_mib: 64,
                queue: 10_000,
            },
            ring: Arc::new(KeyRing::generate("test", &mut Rng::seeded(7))),
            clock: Clock::fake(DateTime::from_timestamp(1_790_000_000, 0).expect("a valid instant")),
            rng: Rng::seeded(42),
        }
    }
}

/// Makes an app on a test store.
///
/// # Panics
///
/// When it cannot be made.
pub fn app(test: &TestStore, bend: Bend) -> App {
    let hasher = Hasher::new(bend.hashing, bend.rng.clone()).expect("hashing starts");
    let limits = Limits::new(bend.rules);
    App::new(test.store.clone(), bend.clock, bend.rng, &bend.ring, ISSUER, hasher, limits, bend.policies)
        .expect("an app is made")
}
