//! Proving once more who one is, in a session that began a while ago (S-064).

use authara_core::secret::SecretText;
use authara_core::token::AccessClaims;
use authara_storage::{auth_methods, known_addresses, sessions};
use tracing::info;

use crate::App;
use crate::access;
use crate::error::AccountError;
use crate::issue::Client;
use crate::password::prove;

/// How the transaction ended.
enum Outcome {
    Confirmed,
    SignedOut,
    /// The credentials changed since the password was checked (S-012).
    Stale,
}

/// Makes the caller's session fresh, given the account's password; no other session of theirs.
/// Guesses are counted like logins, on the same counters (S-023). `password` is exactly as
/// received: not empty, at most 1024 bytes.
///
/// # Errors
///
/// [`AccountError::NoPassword`], [`AccountError::WrongPassword`], [`AccountError::Limited`] and
/// [`AccountError::SignedOut`]; the session is no fresher then.
pub async fn with_password(
    app: &App,
    claims: &AccessClaims,
    client: Client,
    password: SecretText,
) -> Result<(), AccountError> {
    let now = app.clock.now();
    let (caller, key) = (claims.clone(), client.address.key());
    let (user, stored, is_known) = app
        .store
        .read(move |tx| {
            let Some((_, user)) = access::find_caller(tx, &caller, now)? else { return Ok(None) };
            let hash = auth_methods::find_password_hash(tx, user.id)?;
            let is_known = known_addresses::is_known(tx, user.id, &key)?;
            Ok(Some((user, hash, is_known)))
        })
        .await?
        .ok_or(AccountError::SignedOut)?;
    let Some(stored) = stored else { return Err(AccountError::NoPassword) };
    prove(app, user.id, client.address, is_known, &stored, &password).await?;
    // The time of the proof, not of the request: hashing may have waited for its turn.
    let (now, caller, version) = (app.clock.now(), claims.clone(), user.credential_version);
    let outcome = app
        .store
        .write(move |tx| {
            let Some((session, user)) = access::find_caller(tx, &caller, now)? else { return Ok(Outcome::SignedOut) };
            if user.credential_version != version {
                return Ok(Outcome::Stale);
            }
            if !sessions::set_authenticated_at(tx, session.id, now)? {
                return Ok(Outcome::SignedOut);
            }
            tx.after_commit(move || {
                info!(target: "security", event = "session.confirmed", user = %user.id, session = %session.id);
            });
            Ok(Outcome::Confirmed)
        })
        .await?;
    match outcome {
        Outcome::Confirmed => Ok(()),
        Outcome::SignedOut => Err(AccountError::SignedOut),
        Outcome::Stale => Err(AccountError::WrongPassword),
    }
}
