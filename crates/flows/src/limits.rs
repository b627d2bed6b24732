//! Which attempts are counted on which counters. All doors to one secret share them.

use std::sync::{Mutex, PoisonError};

use authara_core::client_address::ClientAddress;
use authara_core::id::UserId;
use authara_core::limit::{Bucket, Count, Limited, Limiter, Rule};
use chrono::{DateTime, TimeDelta, Utc};

/// The operator's rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Password checks by client address.
    pub login_address: Rule,
    /// Password checks by account.
    pub login_account: Rule,
    /// Sign-ups by client address.
    pub signup_address: Rule,
    /// Sign-ups by e-mail address.
    pub signup_email: Rule,
    /// Unknown refresh tokens by client address.
    pub refresh_address: Rule,
    /// Passwords set or changed by account.
    pub password_change: Rule,
    /// Counters kept in memory.
    pub max_entries: usize,
    /// Calls between two sweeps of lapsed counters.
    pub sweep_every: u32,
}

impl Default for Rules {
    fn default() -> Self {
        let rule = |limit, window| Rule { limit, window };
        Self {
            login_address: rule(5, TimeDelta::minutes(1)),
            login_account: rule(10, TimeDelta::hours(1)),
            signup_address: rule(3, TimeDelta::hours(1)),
            signup_email: rule(3, TimeDelta::hours(24)),
            refresh_address: rule(30, TimeDelta::minutes(10)),
            password_change: rule(10, TimeDelta::hours(1)),
            max_entries: 50_000,
            sweep_every: 200,
        }
    }
}

/// The counters of this process.
#[derive(Debug)]
pub struct Limits {
    rules: Rules,
    limiter: Mutex<Limiter>,
}

/// An admitted password check, which can be given back to the account's counter if it was right.
#[derive(Debug)]
#[must_use = "a right password gives its try back"]
pub struct Admitted(Count);

impl Limits {
    /// Starts counting.
    pub fn new(rules: Rules) -> Self {
        Self { rules, limiter: Mutex::new(Limiter::new(rules.max_entries, rules.sweep_every)) }
    }

    /// Is this client refused password checks whatever the account? Counts nothing; saves a
    /// flooder's request the look-up.
    ///
    /// # Errors
    ///
    /// [`Limited`] if so.
    pub fn check_login(&self, client: ClientAddress, now: DateTime<Utc>) -> Result<(), Limited> {
        self.with(|limiter| limiter.check(&by_address(Bucket::LoginAddress, self.rules.login_address, client), now))
    }

    /// Counts a password check before it happens, on the client's counter and the account's.
    ///
    /// An address from which the account was entered before has a counter of its own, so that
    /// strangers who guess do not lock the owner out (S-027). `account` is the id, or the
    /// identifier in normal form when there is no such account.
    ///
    /// # Errors
    ///
    /// [`Limited`]; then neither counter has grown.
    pub fn admit_login(
        &self,
        client: ClientAddress,
        account: &str,
        is_known: bool,
        now: DateTime<Utc>,
    ) -> Result<Admitted, Limited> {
        let rule = self.rules.login_account;
        let account = if is_known {
            Count { bucket: Bucket::LoginKnown, key: format!("{account} {}", client.key()), rule }
        } else {
            Count { bucket: Bucket::LoginAccount, key: account.to_owned(), rule }
        };
        let address = by_address(Bucket::LoginAddress, self.rules.login_address, client);
        self.with(|limiter| limiter.admit(&[address, account.clone()], now))?;
        Ok(Admitted(account))
    }

    /// The password was right: the account's counter gets its try back, the address's does not.
    pub fn give_back(&self, admitted: &Admitted, now: DateTime<Utc>) {
        self.with(|limiter| limiter.give_back(&admitted.0, now));
    }

    /// Counts a sign-up.
    ///
    /// # Errors
    ///
    /// [`Limited`]; then neither counter has grown.
    pub fn admit_signup(&self, client: ClientAddress, email: &str, now: DateTime<Utc>) -> Result<(), Limited> {
        let address = by_address(Bucket::SignupAddress, self.rules.signup_address, client);
        let email = Count { bucket: Bucket::SignupEmail, key: email.to_owned(), rule: self.rules.signup_email };
        self.with(|limiter| limiter.admit(&[address, email], now))
    }

    /// Counts an unknown refresh token. A known one is never counted and never refused: a backend
    /// refreshes for all its users from one address.
    ///
    /// # Errors
    ///
    /// [`Limited`] when there were too many.
    pub fn admit_unknown_token(&self, client: ClientAddress, now: DateTime<Utc>) -> Result<(), Limited> {
        let address = by_address(Bucket::RefreshAddress, self.rules.refresh_address, client);
        self.with(|limiter| limiter.admit(&[address], now))
    }

    /// Counts a password set or changed.
    ///
    /// # Errors
    ///
    /// [`Limited`] when there were too many.
    pub fn admit_password_change(&self, user: UserId, now: DateTime<Utc>) -> Result<(), Limited> {
        let rule = self.rules.password_change;
        self.with(|limiter| {
            limiter.admit(&[Count { bucket: Bucket::PasswordChange, key: user.to_string(), rule }], now)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Limiter) -> T) -> T {
        act(&mut self.limiter.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn by_address(bucket: Bucket, rule: Rule, client: ClientAddress) -> Count {
    Count { bucket, key: client.key(), rule }
}
