//! Own sessions: seeing them, ending one, ending all others.

use authara_core::id::SessionId;
use authara_core::session::{EndReason, Session};
use authara_core::token::AccessClaims;
use authara_storage::sessions::{self as stored, Ending};
use chrono::{DateTime, Utc};
use tracing::info;

use crate::App;
use crate::access;
use crate::error::AccountError;

/// Most sessions in one answer.
pub const MAX_LISTED: i64 = 100;

/// How the transaction ended.
enum Outcome {
    Done,
    SignedOut,
    NotFound,
}

impl Outcome {
    fn into_result(self) -> Result<(), AccountError> {
        match self {
            Self::Done => Ok(()),
            Self::SignedOut => Err(AccountError::SignedOut),
            Self::NotFound => Err(AccountError::NotFound),
        }
    }
}

/// The caller's live sessions: their own first, then the most recently used; at most 100.
///
/// # Errors
///
/// [`AccountError::SignedOut`] when the caller's session is over.
pub async fn list(app: &App, claims: &AccessClaims) -> Result<Vec<Session>, AccountError> {
    let (claims, now) = (claims.clone(), app.clock.now());
    let found = app
        .store
        .read(move |tx| {
            let Some((own, user)) = access::find_caller(tx, &claims, now)? else { return Ok(None) };
            Ok(Some(own_first(stored::list_live(tx, user.id, now, MAX_LISTED)?, own)))
        })
        .await?;
    found.ok_or(AccountError::SignedOut)
}

/// Puts the caller's own session in front, also when a hundred others were used more recently.
pub(crate) fn own_first(mut sessions: Vec<Session>, own: Session) -> Vec<Session> {
    sessions.retain(|session| session.id != own.id);
    sessions.insert(0, own);
    sessions.truncate(usize::try_from(MAX_LISTED).unwrap_or(usize::MAX));
    sessions
}

/// Ends one of the caller's sessions, which may be their own.
///
/// # Errors
///
/// [`AccountError::NotFound`] for a session that is unknown, over, or somebody else's: the three
/// are not told apart (S-060).
pub async fn end_one(app: &App, claims: &AccessClaims, id: SessionId) -> Result<(), AccountError> {
    let (claims, now) = (claims.clone(), app.clock.now());
    let ending = ending(app, now);
    let outcome = app
        .store
        .write(move |tx| {
            let Some((_, user)) = access::find_caller(tx, &claims, now)? else { return Ok(Outcome::SignedOut) };
            let is_own = stored::find(tx, id)?.is_some_and(|session| session.user == user.id && session.is_live(now));
            if is_own && stored::end(tx, id, &ending)? {
                tx.after_commit(move || {
                    info!(target: "security", event = "session.ended", user = %user.id, session = %id);
                });
                Ok(Outcome::Done)
            } else {
                Ok(Outcome::NotFound)
            }
        })
        .await?;
    outcome.into_result()
}

/// Ends all of the caller's sessions but the one they are using.
///
/// # Errors
///
/// [`AccountError::SignedOut`] when the caller's session is over.
pub async fn end_others(app: &App, claims: &AccessClaims) -> Result<(), AccountError> {
    let (claims, now) = (claims.clone(), app.clock.now());
    let ending = ending(app, now);
    let outcome = app
        .store
        .write(move |tx| {
            let Some((own, user)) = access::find_caller(tx, &claims, now)? else { return Ok(Outcome::SignedOut) };
            let count = stored::end_of_user(tx, user.id, Some(own.id), &ending)?;
            tx.after_commit(move || info!(target: "security", event = "session.others_ended", user = %user.id, count));
            Ok(Outcome::Done)
        })
        .await?;
    outcome.into_result()
}

fn ending(app: &App, now: DateTime<Utc>) -> Ending {
    Ending { at: now, reason: EndReason::EndedByOwner, remember_until: app.policies.session.mark_until(now) }
}
