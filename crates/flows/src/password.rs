//! Setting, adding and changing one's password.
//!
//! Each ends every session of the account in the transaction that stores the new hash (S-011). A
//! browser goes on in a new session, made in the same transaction; a caller with a bearer token
//! signs in again.

use authara_core::audience::Audience;
use authara_core::client_address::ClientAddress;
use authara_core::event::{Event, Notice};
use authara_core::id::{AuthMethodId, UserId};
use authara_core::secret::SecretText;
use authara_core::session::{EndReason, Session};
use authara_core::token::AccessClaims;
use authara_core::user::User;
use authara_storage::{StoreError, auth_methods, known_addresses, users};
use tracing::info;

use crate::App;
use crate::access;
use crate::error::{AccountError, Trouble};
use crate::hashing::Verdict;
use crate::issue::{self, Client, Presented, Seed, SignedIn};

/// Who changes a password, and how they go on.
#[derive(Clone, Debug)]
pub struct Change {
    /// The verified token.
    pub claims: AccessClaims,
    /// The new password exactly as received.
    pub new_password: SecretText,
    /// Who is asking.
    pub client: Client,
    /// Does the caller hold cookies, so that a new session can be handed over?
    pub renews: bool,
}

/// What there was before.
struct Before {
    session: Session,
    user: User,
    hash: Option<String>,
    is_known: bool,
}

/// How the transaction ended.
enum Ending {
    Changed(Option<issue::Started>),
    SignedOut,
    /// The credentials changed since they were read.
    Raced,
}

/// Sets a password whether or not there was one. The current one is not asked for, so the session
/// must be fresh (S-064).
///
/// # Errors
///
/// [`AccountError`]; nothing was changed then.
pub async fn set(app: &App, change: Change) -> Result<Option<SignedIn>, AccountError> {
    let before = check(app, &change).await?;
    require_fresh(app, &before.session)?;
    let hash = hash_new(app, &change).await?;
    store(app, change, before, hash, false).await
}

/// Gives an account its first password. Adding a way in needs a fresh session (S-064).
///
/// # Errors
///
/// [`AccountError::PasswordExists`] and the others; nothing was changed then.
pub async fn add(app: &App, change: Change) -> Result<Option<SignedIn>, AccountError> {
    let before = check(app, &change).await?;
    if before.hash.is_some() {
        return Err(AccountError::PasswordExists);
    }
    require_fresh(app, &before.session)?;
    let hash = hash_new(app, &change).await?;
    store(app, change, before, hash, false).await
}

/// Changes a password, given the current one. Guesses at it are counted like logins, and it is
/// checked before the new one is hashed (S-010).
///
/// # Errors
///
/// [`AccountError::NoPassword`], [`AccountError::WrongPassword`] and the others; nothing was
/// changed then.
pub async fn change(app: &App, change: Change, current: SecretText) -> Result<Option<SignedIn>, AccountError> {
    let before = check(app, &change).await?;
    let Some(stored) = before.hash.as_deref() else { return Err(AccountError::NoPassword) };
    prove(app, before.user.id, change.client.address, before.is_known, stored, &current).await?;
    let hash = hash_new(app, &change).await?;
    store(app, change, before, hash, true).await
}

/// Checks the password of somebody who is signed in. Guesses are counted like logins, on the same
/// counters (S-023); a right one is given back. `is_known` says that they entered from this address
/// before.
///
/// # Errors
///
/// [`AccountError::WrongPassword`], [`AccountError::Limited`], or trouble with hashing.
pub(crate) async fn prove(
    app: &App,
    user: UserId,
    address: ClientAddress,
    is_known: bool,
    stored: &str,
    password: &SecretText,
) -> Result<(), AccountError> {
    let now = app.clock.now();
    let admitted = app.limits.admit_login(address, &user.to_string(), is_known, now)?;
    if app.hasher.verify(password, Some(stored)).await? == Verdict::Wrong {
        info!(target: "security", event = "password.guess_failed", user = %user);
        return Err(AccountError::WrongPassword);
    }
    app.limits.give_back(&admitted, now);
    Ok(())
}

/// Reads who is asking, then holds the new password against the rules.
async fn check(app: &App, change: &Change) -> Result<Before, AccountError> {
    let (claims, now, key) = (change.claims.clone(), app.clock.now(), change.client.address.key());
    let before = app
        .store
        .read(move |tx| {
            let Some((session, user)) = access::find_caller(tx, &claims, now)? else { return Ok(None) };
            let hash = auth_methods::find_password_hash(tx, user.id)?;
            let is_known = known_addresses::is_known(tx, user.id, &key)?;
            Ok(Some(Before { session, user, hash, is_known }))
        })
        .await?
        .ok_or(AccountError::SignedOut)?;
    let identities = [before.user.email.as_str(), before.user.username.as_str()];
    app.policies.password.check_new(change.new_password.expose(), &identities)?;
    Ok(before)
}

fn require_fresh(app: &App, session: &Session) -> Result<(), AccountError> {
    if app.policies.session.is_fresh(session.authenticated_at, app.clock.now()) {
        Ok(())
    } else {
        Err(AccountError::NotFresh)
    }
}

async fn hash_new(app: &App, change: &Change) -> Result<String, AccountError> {
    app.limits.admit_password_change(change.claims.user, app.clock.now())?;
    Ok(app.hasher.hash(&change.new_password).await?)
}

async fn store(
    app: &App,
    change: Change,
    before: Before,
    hash: String,
    is_proof: bool,
) -> Result<Option<SignedIn>, AccountError> {
    let now = app.clock.now();
    let audience = Audience::parse(&change.claims.audience).unwrap_or(Audience::App);
    let mut seed = Seed::new(app, change.client, Presented::default(), audience, now);
    seed.organization = Some(before.session.organization);
    if !is_proof {
        // Not asked for proof now, so the new session is no fresher than the old one.
        seed.authenticated_at = before.session.authenticated_at;
    }
    let (inner, claims, renews) = (seed.clone(), change.claims, change.renews);
    let method: AuthMethodId = app.rng.id(now);
    let user = before.user.id;
    let ending = app
        .store
        .write(move |tx| {
            let Some((_, user)) = access::find_caller(tx, &claims, now)? else { return Ok(Ending::SignedOut) };
            // The version stands for the password: while it is the one that was decided on, the password
            // is too, and storing the new one needs no further condition.
            if !users::advance_credentials(tx, user.id, before.user.credential_version, now)? {
                return Ok(Ending::Raced);
            }
            auth_methods::put_password(tx, method, user.id, &hash, now)?;
            authara_storage::sessions::end_of_user(tx, user.id, None, &inner.ending(EndReason::PasswordChanged))?;
            tx.record(Event::UserUpdated { user: user.id });
            tx.notify(Notice::PasswordChanged { user: user.id, email: user.email.clone() });
            users::tell_changed(tx, user.id, inner.policy.mark_until(now))?;
            if !renews {
                return Ok(Ending::Changed(None));
            }
            match issue::start_in(tx, user, &inner)? {
                Ok(started) => Ok(Ending::Changed(Some(started))),
                Err(_) => Err(StoreError::Query("a signed-in user was refused a session".to_owned())),
            }
        })
        .await?;
    match ending {
        Ending::Changed(started) => {
            info!(target: "security", event = "password.changed", user = %user);
            Ok(started.map(|started| started.sign(app, seed)).transpose()?)
        }
        Ending::SignedOut => Err(AccountError::SignedOut),
        Ending::Raced => {
            Err(Trouble::Store(StoreError::Conflict("credentials changed at the same time".to_owned())).into())
        }
    }
}
