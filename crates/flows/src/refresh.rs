//! Exchanging a refresh token: for a new access token, and sometimes for its successor.

use authara_core::audience::Audience;
use authara_core::client_address::ClientAddress;
use authara_core::event::Notice;
use authara_core::id::SessionId;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::{RefreshToken, SecretHash};
use authara_core::session::refresh::{Presented, Refusal, Spend, TokenState};
use authara_core::session::{EndReason, RotationPolicy, Session, SessionPolicy};
use authara_core::user::User;
use authara_storage::refresh_tokens::{self, Owned, Token};
use authara_storage::sessions::{self, Ending};
use authara_storage::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use tracing::{info, warn};

use crate::App;
use crate::error::{RefreshError, Trouble};
use crate::mint::Grant;

/// A renewed session.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The session.
    pub session: SessionId,
    /// A new access token.
    pub access_token: String,
    /// The same refresh token, or its successor.
    pub refresh_token: RefreshToken,
    /// How long the access token lives: never longer than its session.
    pub access_life: TimeDelta,
    /// When the access token was made.
    pub issued_at: DateTime<Utc>,
    /// When that refresh token lapses.
    pub refresh_expires_at: DateTime<Utc>,
}

/// May the presented token be replaced by this request?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Yes: a refresh proper.
    Rotating,
    /// No: a page that was asked for with GET (S-065). Nothing at all is written.
    ReadOnly,
}

/// What one request needs in the transaction.
#[derive(Clone)]
struct Request {
    hash: SecretHash,
    /// Hashes of the successors, the one to store first.
    successors: Vec<SecretHash>,
    audience: Audience,
    policy: SessionPolicy,
    now: DateTime<Utc>,
}

/// Everything known about the presented token.
struct Found {
    token: Token,
    session: Session,
    user: User,
    role: Option<OrganizationRole>,
    roles: Vec<PlatformRole>,
    /// Which successor is kept and when it lapses, for a spent token.
    successor: Option<(usize, DateTime<Utc>)>,
    facts: Presented,
}

/// How a refresh ended. Every ending is committed.
enum Rotation {
    Granted { spend: Spend, grant: Grant, successor: usize, expires_at: DateTime<Utc>, access_life: TimeDelta },
    Refused(Refusal),
}

/// Exchanges a refresh token in its exact text form.
///
/// # Errors
///
/// [`RefreshError::Refused`] says whether the session is over; a replayed token has ended it, and
/// that is committed. [`RefreshError::Limited`] only for unknown tokens.
pub async fn exchange(
    app: &App,
    text: &str,
    audience: Audience,
    client: ClientAddress,
    usage: Use,
) -> Result<Refreshed, RefreshError> {
    let now = app.clock.now();
    let Some(token) = RefreshToken::parse(text) else { return Err(unknown(app, client, now)) };
    let candidates = app.successors.candidates(&token);
    let request = Request {
        hash: token.hash(),
        successors: candidates.iter().map(RefreshToken::hash).collect(),
        audience,
        policy: match usage {
            Use::Rotating => app.policies.session,
            Use::ReadOnly => SessionPolicy { rotation: RotationPolicy::Never, ..app.policies.session },
        },
        now,
    };
    match decide(app, request, usage).await? {
        Rotation::Granted { spend, mut grant, successor, expires_at, access_life } => {
            grant.token_id = app.rng.id(now);
            let refresh_token = match spend {
                Spend::Keep => token,
                Spend::Rotate | Spend::Repeat => {
                    candidates.into_iter().nth(successor).ok_or(Trouble::Broken("a successor under no key"))?
                }
            };
            let access_token = app.minter.mint(&grant, now, access_life).map_err(Trouble::Mint)?;
            Ok(Refreshed {
                session: grant.session,
                access_token,
                refresh_token,
                access_life,
                issued_at: now,
                refresh_expires_at: expires_at,
            })
        }
        Rotation::Refused(Refusal::Unknown) => Err(unknown(app, client, now)),
        Rotation::Refused(refusal) => {
            info!(target: "security", event = "refresh.refused", reason = ?refusal);
            Err(RefreshError::Refused(refusal))
        }
    }
}

/// Unknown tokens are counted, so that nobody guesses at leisure; known ones never are (S-023).
fn unknown(app: &App, client: ClientAddress, now: DateTime<Utc>) -> RefreshError {
    match app.limits.admit_unknown_token(client, now) {
        Ok(()) => RefreshError::Refused(Refusal::Unknown),
        Err(limited) => {
            info!(target: "security", event = "refresh.limited", client = client.key());
            limited.into()
        }
    }
}

async fn decide(app: &App, request: Request, usage: Use) -> Result<Rotation, StoreError> {
    // Most refreshes change nothing under most policies: look before taking the writer's turn.
    if usage == Use::ReadOnly || request.policy.rotation != RotationPolicy::Always {
        let look = request.clone();
        let seen = app
            .store
            .read(move |tx| {
                let Some(found) = find(tx, &look)? else { return Ok(Some(Rotation::Refused(Refusal::Unknown))) };
                let verdict = found.facts.check_spend(look.audience, &look.policy, look.now);
                Ok(conclude_without_writing(&found, verdict, &look, usage))
            })
            .await?;
        if let Some(rotation) = seen {
            return Ok(rotation);
        }
    }
    // The common case is decided by one statement. What it did not decide takes a transaction.
    let common = request.clone();
    match app.store.write_one(move |tx| rotate_at_once(tx, &common)).await? {
        Some(rotation) => Ok(rotation),
        None => app.store.write(move |tx| refresh_in(tx, &request)).await,
    }
}

/// Exchanges a live token for its successor. `None` when it is not that simple.
fn rotate_at_once(tx: &mut Tx<'_>, request: &Request) -> Result<Option<Rotation>, StoreError> {
    let Some(found) = find(tx, request)? else { return Ok(Some(Rotation::Refused(Refusal::Unknown))) };
    match found.facts.check_spend(request.audience, &request.policy, request.now) {
        Ok(Spend::Rotate) if rotate(tx, &found, request)? => Ok(Some(found.granted(Spend::Rotate, request))),
        _ => Ok(None),
    }
}

/// Spends the token if it is still live, and says whether this request did it.
fn rotate(tx: &mut Tx<'_>, found: &Found, request: &Request) -> Result<bool, StoreError> {
    let successor = request.successors.first().ok_or_else(|| StoreError::Query("no successor".to_owned()))?;
    refresh_tokens::rotate(
        tx,
        &refresh_tokens::Rotation {
            hash: &request.hash,
            successor,
            session: found.session.id,
            now: request.now,
            successor_expires_at: request.policy.refresh_expiry(found.session.expires_at, request.now),
            note_use: request.policy.is_use_worth_noting(found.session.last_used_at, request.now),
        },
    )
}

/// The ending, if it needs nothing written.
fn conclude_without_writing(
    found: &Found,
    verdict: Result<Spend, Refusal>,
    request: &Request,
    usage: Use,
) -> Option<Rotation> {
    let is_noted = found.token.first_used_at.is_some()
        && !request.policy.is_use_worth_noting(found.session.last_used_at, request.now);
    match verdict {
        Ok(Spend::Keep) if is_noted || usage == Use::ReadOnly => Some(found.granted(Spend::Keep, request)),
        Ok(Spend::Repeat) if usage == Use::ReadOnly => Some(found.granted(Spend::Repeat, request)),
        Ok(_) | Err(Refusal::Replayed) => None,
        Err(refusal) => Some(Rotation::Refused(refusal)),
    }
}

fn refresh_in(tx: &mut Tx<'_>, request: &Request) -> Result<Rotation, StoreError> {
    let Some(found) = find(tx, request)? else { return Ok(Rotation::Refused(Refusal::Unknown)) };
    let now = request.now;
    let verdict = match found.facts.check_spend(request.audience, &request.policy, now) {
        // Somebody else was faster by a moment, which the isolation of both databases rules out here.
        // Decided anew, it is a repeat, and revokes nothing.
        Ok(Spend::Rotate) if !rotate(tx, &found, request)? => {
            return Err(StoreError::Conflict("the token was spent at the same time".to_owned()));
        }
        decided => decided,
    };
    match verdict {
        Ok(spend) => {
            if spend == Spend::Keep && found.token.first_used_at.is_none() {
                refresh_tokens::note_first_use(tx, &request.hash, now)?;
            }
            if spend != Spend::Rotate && request.policy.is_use_worth_noting(found.session.last_used_at, now) {
                sessions::note_use(tx, found.session.id, now)?;
            }
            Ok(found.granted(spend, request))
        }
        Err(Refusal::Replayed) => {
            let ending =
                Ending { at: now, reason: EndReason::TokenReused, remember_until: request.policy.mark_until(now) };
            if sessions::end(tx, found.session.id, &ending)? {
                let (user, session) = (found.user.id, found.session.id);
                tx.notify(Notice::RefreshTokenReused { user, session });
                tx.after_commit(move || {
                    warn!(target: "security", event = "refresh.reused", user = %user, session = %session, "session ended");
                });
            }
            Ok(Rotation::Refused(Refusal::Replayed))
        }
        Err(refusal) => Ok(Rotation::Refused(refusal)),
    }
}

fn find(tx: &mut Tx<'_>, request: &Request) -> Result<Option<Found>, StoreError> {
    let Some(owned) = refresh_tokens::find_with_owner(tx, &request.hash)? else { return Ok(None) };
    let Owned { token, session, user, role, platform_roles: roles } = owned;
    let mut successor = None;
    let state = match token.spent_at {
        None => TokenState::Live,
        Some(at) => {
            // A successor that is not found was made under a key that is gone: it counts as used.
            let mut successor_used = true;
            for (index, hash) in request.successors.iter().enumerate() {
                if let Some(next) = refresh_tokens::find(tx, hash)? {
                    successor = Some((index, next.expires_at));
                    successor_used = next.first_used_at.is_some() || next.spent_at.is_some();
                    break;
                }
            }
            TokenState::Spent { at, successor_used }
        }
    };
    let facts = Presented {
        state,
        created_at: token.created_at,
        expires_at: token.expires_at,
        session_ended: session.ended.is_some(),
        session_expires_at: session.expires_at,
        user_disabled: user.is_disabled(),
        is_member: role.is_some(),
        roles: roles.clone(),
    };
    Ok(Some(Found { token, session, user, role, roles, successor, facts }))
}

impl Found {
    fn granted(&self, spend: Spend, request: &Request) -> Rotation {
        let Some(organization_role) = self.role else { return Rotation::Refused(Refusal::NotMember) };
        let grant = Grant {
            user: self.user.id,
            session: self.session.id,
            organization: self.session.organization,
            organization_role,
            roles: self.roles.clone(),
            audience: request.audience,
            token_id: uuid::Uuid::nil(),
        };
        let fresh = || (0, request.policy.refresh_expiry(self.session.expires_at, request.now));
        let (successor, expires_at) = match spend {
            Spend::Keep => (0, self.token.expires_at),
            Spend::Rotate => fresh(),
            Spend::Repeat => self.successor.unwrap_or_else(fresh),
        };
        let access_life = request.policy.access_ttl.min(self.session.expires_at - request.now);
        Rotation::Granted { spend, grant, successor, expires_at, access_life }
    }
}
