//! Is this access token good, now?

use authara_core::audience::Audience;
use authara_core::id::SessionId;
use authara_core::session::Session;
use authara_core::token::{AccessClaims, VerifyError};
use authara_core::user::User;
use authara_storage::{Standing, StoreError, Tx, sessions, users};
use chrono::{DateTime, Utc};
use tracing::info;

use crate::App;
use crate::error::Trouble;

/// Why a token does not let anybody in.
#[derive(Debug)]
pub enum AccessError {
    /// It does not verify.
    Invalid(VerifyError),
    /// Its session was ended.
    Ended,
    /// It could not be found out. Not a "no": nobody is signed out by an outage.
    Trouble(Trouble),
}

/// Verifies a token and looks its session up in the set of ended ones; asks the database when that
/// set is stale.
///
/// # Errors
///
/// [`AccessError`].
pub async fn check(app: &App, token: &str, audience: Audience) -> Result<AccessClaims, AccessError> {
    let verified = app.verifier.verify(token, audience.as_str(), app.clock.now());
    let claims = verified.inspect_err(note_refusal).map_err(AccessError::Invalid)?;
    match app.store.revocations().standing(claims.session) {
        Standing::Live => Ok(claims),
        Standing::Ended => Err(AccessError::Ended),
        Standing::Unsure => {
            let id = claims.session;
            let session = app.store.read_one(move |tx| sessions::find(tx, id)).await;
            match session.map_err(|error| AccessError::Trouble(error.into()))? {
                Some(session) if session.ended.is_none() => Ok(claims),
                Some(_) | None => Err(AccessError::Ended),
            }
        }
    }
}

/// A token that this installation never made is worth a line (S-140). One that has lapsed, or opens the
/// other area, is everyday life.
fn note_refusal(error: &VerifyError) {
    if !matches!(error, VerifyError::Expired(_) | VerifyError::Audience | VerifyError::Missing) {
        info!(target: "security", event = "token.refused", reason = %error);
    }
}

/// Whose session a token names, for ending it: also one that has lapsed, and for either audience.
pub fn named_session(app: &App, token: &str) -> Option<SessionId> {
    let now = app.clock.now();
    [Audience::App, Audience::Admin]
        .iter()
        .find_map(|audience| app.verifier.verify_even_if_lapsed(token, audience.as_str(), now).ok())
        .map(|claims| claims.session)
}

/// The caller's session and account as they are now, read in the transaction that is about to
/// change something (S-058). `None` when the session is over or the account may not act.
pub(crate) fn find_caller(
    tx: &mut Tx<'_>,
    claims: &AccessClaims,
    now: DateTime<Utc>,
) -> Result<Option<(Session, User)>, StoreError> {
    let Some(session) = sessions::find(tx, claims.session)?.filter(|s| s.user == claims.user && s.is_live(now)) else {
        return Ok(None);
    };
    Ok(users::find(tx, claims.user)?.filter(|user| !user.is_disabled()).map(|user| (session, user)))
}
