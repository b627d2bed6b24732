//! Choosing another user name.

use authara_core::event::Event;
use authara_core::token::AccessClaims;
use authara_core::username;
use authara_storage::users;

use crate::App;
use crate::access;
use crate::error::AccountError;

/// How the transaction ended.
enum Outcome {
    Done,
    SignedOut,
    Taken,
}

/// Gives the caller's account another name; white space around it does not count. Their own name
/// again, also in another letter case, is as good as any other (S-127).
///
/// # Errors
///
/// [`AccountError::UsernameInvalid`], [`AccountError::UsernameTaken`], [`AccountError::SignedOut`];
/// nothing was changed then.
pub async fn change(app: &App, claims: &AccessClaims, name: &str) -> Result<(), AccountError> {
    let name = name.trim().to_owned();
    username::check_chosen(&name).map_err(AccountError::UsernameInvalid)?;
    let (claims, now) = (claims.clone(), app.clock.now());
    let until = app.policies.session.mark_until(now);
    let outcome = app
        .store
        .write(move |tx| {
            let Some((_, user)) = access::find_caller(tx, &claims, now)? else { return Ok(Outcome::SignedOut) };
            if user.username == name {
                return Ok(Outcome::Done);
            }
            if !users::rename(tx, user.id, &name, now)? {
                return Ok(Outcome::Taken);
            }
            tx.record(Event::UserUpdated { user: user.id });
            users::tell_changed(tx, user.id, until)?;
            Ok(Outcome::Done)
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::SignedOut => Err(AccountError::SignedOut),
        Outcome::Taken => Err(AccountError::UsernameTaken),
    }
}
