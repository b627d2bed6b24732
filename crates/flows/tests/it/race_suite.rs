//! Everything at once, on many devices: a random day in the life of one account. What each device
//! does follows from a seed, which a failure names; who comes first is the machine's affair.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use authara_core::id::SessionId;
use authara_core::secret::{RefreshToken, SecretText};
use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_flows::error::{AccountError, LoginError, RefreshError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::testing::app;
use authara_flows::{App, logout, password, sessions};
use authara_storage::StoreError;
use authara_storage::testing::stores;
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};

use crate::crowd::at_once;
use crate::people::{
    PASSWORD, change_of, claims, live_sessions, live_tokens, log_in, present, refusal, rotating, session, sign_up,
    token_row,
};

/// So many days, each of another account.
const SEEDS: std::ops::Range<u64> = 0..60;
const DEVICES: usize = 6;
const STEPS: usize = 8;
/// Whichever of them is the password at the moment.
const PASSWORDS: [&str; 2] = [PASSWORD, "eight green windmills"];

/// What any device may get hold of: tokens, also old ones, and sign-ins, also ended ones.
#[derive(Default)]
struct Shared {
    tokens: Vec<RefreshToken>,
    people: Vec<SignedIn>,
}

struct Day {
    app: Arc<App>,
    email: String,
    shared: Mutex<Shared>,
}

impl Day {
    fn learn(&self, person: SignedIn) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.tokens.push(person.refresh_token.clone());
        shared.people.push(person);
    }

    fn some_token(&self, rng: &mut ChaCha20Rng) -> RefreshToken {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let index = rng.random_range(0..shared.tokens.len());
        shared.tokens.get(index).cloned().expect("there is one from the start")
    }

    fn some_person(&self, rng: &mut ChaCha20Rng) -> SignedIn {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let index = rng.random_range(0..shared.people.len());
        shared.people.get(index).cloned().expect("there is one from the start")
    }

    /// One step of a device. What it is told may be a refusal, but nothing that is nobody's fault.
    async fn step(&self, rng: &mut ChaCha20Rng) -> Result<(), String> {
        let app = &self.app;
        let trouble = |what: &str, trouble: &Trouble| match trouble {
            // Contention that outlived its retries passes, and is told as such.
            Trouble::Store(StoreError::Conflict(_)) => Ok(()),
            other => Err(format!("{what}: {other:?}")),
        };
        match rng.random_range(0..10) {
            0..5 => match present(app, &self.some_token(rng)).await {
                Ok(refreshed) => {
                    let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
                    shared.tokens.push(refreshed.refresh_token);
                    Ok(())
                }
                Err(RefreshError::Trouble(error)) => trouble("refresh", &error),
                Err(RefreshError::Refused(Refusal::Ended | Refusal::Replayed)) => Ok(()),
                Err(other) => Err(format!("refresh: {other:?}")),
            },
            5..8 => {
                let [first, second] = PASSWORDS;
                let typed = if rng.random_range(0..2) == 0 { first } else { second };
                match log_in(app, &self.email, typed).await {
                    Ok(person) => {
                        self.learn(person);
                        Ok(())
                    }
                    Err(LoginError::Trouble(error)) => trouble("login", &error),
                    Err(LoginError::BadCredentials) => Ok(()),
                    Err(other) => Err(format!("login: {other:?}")),
                }
            }
            8 => {
                let token = self.some_token(rng);
                let left = logout::end_presented(app, Presented { refresh: Some(token), session: None }).await;
                left.or_else(|error| trouble("logout", &error))
            }
            _ => {
                let person = self.some_person(rng);
                let changed = if rng.random_range(0..2) == 0 {
                    sessions::end_others(app, &claims(app, &person.access_token)).await.map(|()| None)
                } else {
                    let [first, second] = PASSWORDS;
                    let (old, new) = if rng.random_range(0..2) == 0 { (first, second) } else { (second, first) };
                    password::change(app, change_of(app, &person, new), SecretText::new(old)).await
                };
                match changed {
                    Ok(next) => {
                        if let Some(person) = next {
                            self.learn(person);
                        }
                        Ok(())
                    }
                    Err(AccountError::Trouble(error)) => trouble("account", &error),
                    Err(AccountError::SignedOut | AccountError::WrongPassword) => Ok(()),
                    Err(other) => Err(format!("account: {other:?}")),
                }
            }
        }
    }

    /// What must hold once everybody is quiet, whoever came first.
    async fn check(&self, what: &str) {
        let app = &self.app;
        let (tokens, people) = {
            let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            (shared.tokens.clone(), shared.people.clone())
        };
        let user = people.first().expect("there is one from the start").user.id;
        let live: BTreeSet<SessionId> = live_sessions(app, user).await.into_iter().collect();
        for person in &people {
            let is_live = live.contains(&person.session);
            assert_eq!(session(app, person.session).await.ended.is_none(), is_live, "{what}");
            assert_eq!(live_tokens(app, person.session).await, 1, "{what}: not one live token");
        }
        for token in &tokens {
            let row = token_row(app, token).await.expect("whatever was handed out is kept");
            if !live.contains(&row.session) {
                assert_eq!(refusal(&present(app, token).await), Ok(Refusal::Ended), "{what}");
            }
        }
        let mut opening = 0;
        for password in PASSWORDS {
            opening += usize::from(log_in(app, &self.email, password).await.is_ok());
        }
        assert_eq!(opening, 1, "{what}: passwords that open the account");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s189_whoever_comes_first_the_rules_hold() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        for seed in SEEDS {
            let email = format!("dana{seed}@example.org");
            let first = sign_up(&app, &email).await;
            let day = Arc::new(Day { app: app.clone(), email, shared: Mutex::default() });
            day.learn(first);
            let devices = at_once(DEVICES, |number| {
                let day = day.clone();
                let number = u64::try_from(number).expect("a small number");
                async move {
                    let mut rng = ChaCha20Rng::seed_from_u64((seed << 8) | number);
                    for _ in 0..STEPS {
                        day.step(&mut rng).await?;
                    }
                    Ok::<(), String>(())
                }
            });
            for (number, told) in devices.await.into_iter().enumerate() {
                assert_eq!(told, Ok(()), "{name}: seed {seed}, device {number}");
            }
            day.check(&format!("{name}: seed {seed}")).await;
        }
    }
}
