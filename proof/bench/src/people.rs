//! A thousand people with a session each, written past the server into its database.

use authara_core::id::{AuthMethodId, OrganizationId, SessionId, UserId};
use authara_core::organization::{Organization, OrganizationMode};
use authara_core::role::OrganizationRole;
use authara_core::secret::{RefreshToken, SecretText};
use authara_core::session::{AuthMethod, Session, SessionPolicy};
use authara_core::user::User;
use authara_flows::hashing::{HashOptions, Hasher};
use authara_flows::{Clock, Rng};
use authara_storage::{
    Faults, Store, StoreError, StoreOptions, Tx, auth_methods, memberships, organizations, refresh_tokens, sessions,
    users,
};
use chrono::{DateTime, Utc};

/// How many.
pub(crate) const COUNT: usize = 1000;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Accounts of one transaction.
const BATCH: usize = 250;

/// What the load generator knows of the people.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// Their addresses.
    pub(crate) emails: Vec<String>,
    /// The live refresh token of each, in the same order.
    pub(crate) refresh_tokens: Vec<String>,
}

/// The rows of one person.
#[derive(Clone)]
struct Account {
    user: User,
    method: AuthMethodId,
    organization: OrganizationId,
    session: SessionId,
    token: RefreshToken,
}

/// Makes the people in a migrated database that no server uses yet.
///
/// Their accounts are what a sign-up makes. One password was hashed once for all of them, at the
/// cost that the server has by default, so that a login costs what it would.
///
/// # Errors
///
/// A sentence.
pub(crate) fn settle(options: &StoreOptions) -> Result<People, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(write(options.clone()))
}

async fn write(options: StoreOptions) -> Result<People, String> {
    let (now, rng) = (Clock::system().now(), Rng::system());
    let hasher = Hasher::new(HashOptions::default(), rng.clone())?;
    let hash = hasher.hash(&SecretText::new(PASSWORD)).await.map_err(|error| error.to_string())?;
    let accounts: Vec<Account> = (0..COUNT).map(|number| Account::new(number, &rng, now)).collect();
    let store = Store::open(options, Faults::none()).await.map_err(|error| error.to_string())?;
    for batch in accounts.chunks(BATCH) {
        let (batch, hash) = (batch.to_vec(), hash.clone());
        let written = store.write(move |tx| batch.iter().try_for_each(|account| account.insert(tx, &hash, now))).await;
        written.map_err(|error| error.to_string())?;
    }
    Ok(People {
        emails: accounts.iter().map(|account| account.user.email.clone()).collect(),
        refresh_tokens: accounts.iter().map(|account| account.token.expose().to_owned()).collect(),
    })
}

impl Account {
    /// All names have the same length, so that all answers do.
    fn new(number: usize, rng: &Rng, now: DateTime<Utc>) -> Self {
        let name = format!("person-{number:04}");
        let user = User {
            id: rng.id::<UserId>(now),
            email: format!("{name}@example.com"),
            username: name,
            created_at: now,
            email_verified_at: None,
            credential_version: 1,
            disabled_at: None,
        };
        Self {
            user,
            method: rng.id(now),
            organization: rng.id(now),
            session: rng.id(now),
            token: RefreshToken::random(&mut rng.clone()),
        }
    }

    fn insert(&self, tx: &mut Tx<'_>, hash: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let policy = SessionPolicy::default();
        let id = self.user.id;
        if !users::insert(tx, &self.user)? {
            return Err(StoreError::Query("the database is not empty".to_owned()));
        }
        auth_methods::insert_password(tx, self.method, id, hash, now)?;
        let organization = Organization {
            id: self.organization,
            name: self.user.username.clone(),
            kind: OrganizationMode::default().initial_kind(),
            created_by: Some(id),
            created_at: now,
            updated_at: now,
        };
        organizations::insert(tx, &organization)?;
        memberships::insert(tx, self.organization, id, OrganizationRole::Owner, now)?;
        let session = Session {
            id: self.session,
            user: id,
            organization: self.organization,
            created_at: now,
            expires_at: now + policy.session_ttl,
            authenticated_at: now,
            method: AuthMethod::Password,
            last_used_at: now,
            ended: None,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
            address: Some("127.0.0.1".to_owned()),
        };
        sessions::insert(tx, &session)?;
        let expires_at = policy.refresh_expiry(session.expires_at, now);
        refresh_tokens::insert(tx, &self.token.hash(), session.id, now, expires_at)
    }
}

#[cfg(test)]
mod tests {
    use authara_storage::SqliteOptions;

    use super::*;

    #[test]
    fn everybody_has_an_address_and_a_token_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions::Sqlite(SqliteOptions { path: folder.path().join("authara.db"), readers: 1 });
        let people = settle(&options).unwrap();
        for mut texts in [people.emails.clone(), people.refresh_tokens.clone()] {
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), COUNT);
        }
        assert!(settle(&options).is_err(), "a second thousand of the same names");
    }
}
