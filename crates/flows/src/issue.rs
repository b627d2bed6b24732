//! Making a session: the part that every way of signing in shares.

use authara_core::audience::Audience;
use authara_core::client_address::ClientAddress;
use authara_core::id::{OrganizationId, SessionId};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::RefreshToken;
use authara_core::session::{AuthMethod, EndReason, Session, SessionPolicy};
use authara_core::user::User;
use authara_storage::sessions::Ending;
use authara_storage::{StoreError, Tx, known_addresses, memberships, platform_roles, refresh_tokens, sessions};
use chrono::{DateTime, Utc};

use crate::App;
use crate::error::Trouble;
use crate::mint::Grant;

/// Who is asking, as far as it is remembered with a session.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where the request came from.
    pub address: ClientAddress,
    /// What the browser says of itself, made storable ([`authara_core::user_agent::clean`]).
    pub user_agent: String,
}

/// The session that the browser had before. A sign-in takes its place, whoever's it is (S-049).
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// Named by a refresh token.
    pub refresh: Option<RefreshToken>,
    /// Named by a verified access token.
    pub session: Option<SessionId>,
}

/// A signed-in person with both tokens.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The new session.
    pub session: SessionId,
    /// The signed access token.
    pub access_token: String,
    /// The refresh token, in clear for the last time.
    pub refresh_token: RefreshToken,
    /// When both tokens were made.
    pub issued_at: DateTime<Utc>,
    /// When the refresh token lapses.
    pub refresh_expires_at: DateTime<Utc>,
}

/// What is decided before the transaction, because a transaction may run twice.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) session: SessionId,
    pub(crate) refresh_token: RefreshToken,
    pub(crate) client: Client,
    /// What the browser had before; the new session takes its place.
    pub(crate) presented: Presented,
    pub(crate) audience: Audience,
    pub(crate) policy: SessionPolicy,
    pub(crate) now: DateTime<Utc>,
    /// When the person proved who they are: now, or when the session that is replaced says.
    pub(crate) authenticated_at: DateTime<Utc>,
    /// Where to work, if the person is still a member there; else where new sessions start.
    pub(crate) organization: Option<OrganizationId>,
}

impl Seed {
    pub(crate) fn new(app: &App, client: Client, presented: Presented, audience: Audience, now: DateTime<Utc>) -> Self {
        Self {
            session: app.rng.id(now),
            refresh_token: RefreshToken::random(&mut app.rng.clone()),
            client,
            presented,
            audience,
            policy: app.policies.session,
            now,
            authenticated_at: now,
            organization: None,
        }
    }

    pub(crate) fn ending(&self, reason: EndReason) -> Ending {
        Ending { at: self.now, reason, remember_until: self.policy.mark_until(self.now) }
    }
}

/// A session in the store, whose access token is not signed yet.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    user: User,
    organization: OrganizationId,
    organization_role: OrganizationRole,
    roles: Vec<PlatformRole>,
}

/// Why a session was not made, although the person is who they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotStarted {
    Disabled,
    Audience,
    NoOrganization,
}

/// Makes the session and its first refresh token, and ends what it replaces. `user` was read in this
/// transaction.
pub(crate) fn start_in(tx: &mut Tx<'_>, user: User, seed: &Seed) -> Result<Result<Started, NotStarted>, StoreError> {
    if user.is_disabled() {
        return Ok(Err(NotStarted::Disabled));
    }
    let roles = platform_roles::list_of(tx, user.id)?;
    if !seed.audience.is_open_to(&roles) {
        return Ok(Err(NotStarted::Audience));
    }
    let wanted = match seed.organization {
        Some(id) => memberships::find_role(tx, id, user.id)?.map(|role| (id, role)),
        None => None,
    };
    let found = if wanted.is_some() { wanted } else { memberships::find_default(tx, user.id)? };
    let Some((organization, organization_role)) = found else { return Ok(Err(NotStarted::NoOrganization)) };
    let session = Session {
        id: seed.session,
        user: user.id,
        organization,
        created_at: seed.now,
        expires_at: seed.now + seed.policy.session_ttl,
        authenticated_at: seed.authenticated_at,
        method: AuthMethod::Password,
        last_used_at: seed.now,
        ended: None,
        user_agent: seed.client.user_agent.clone(),
        address: seed.client.address.known().map(|address| address.to_string()),
    };
    sessions::insert(tx, &session)?;
    let expires_at = seed.policy.refresh_expiry(session.expires_at, seed.now);
    refresh_tokens::insert(tx, &seed.refresh_token.hash(), session.id, seed.now, expires_at)?;
    // First what is replaced, so that it does not count against the limit.
    for replaced in named_by(tx, &seed.presented)? {
        sessions::end(tx, replaced, &seed.ending(EndReason::Replaced))?;
    }
    let (limit, ending) = (seed.policy.sessions_per_user, seed.ending(EndReason::TooMany));
    sessions::end_beyond(tx, user.id, session.id, limit, &ending)?;
    known_addresses::note(tx, user.id, &seed.client.address.key(), seed.now)?;
    Ok(Ok(Started { user, organization, organization_role, roles }))
}

/// The sessions that a request's tokens name: none, one, or two different ones.
pub(crate) fn named_by(tx: &mut Tx<'_>, presented: &Presented) -> Result<Vec<SessionId>, StoreError> {
    let mut named: Vec<SessionId> = presented.session.into_iter().collect();
    if let Some(token) = &presented.refresh
        && let Some(found) = refresh_tokens::find(tx, &token.hash())?
        && !named.contains(&found.session)
    {
        named.push(found.session);
    }
    Ok(named)
}

impl Started {
    /// Signs the access token. After the commit, because it costs CPU and cannot be taken back.
    pub(crate) fn sign(self, app: &App, seed: Seed) -> Result<SignedIn, Trouble> {
        let grant = Grant {
            user: self.user.id,
            session: seed.session,
            organization: self.organization,
            organization_role: self.organization_role,
            roles: self.roles,
            audience: seed.audience,
            token_id: app.rng.id(seed.now),
        };
        let access_token = app.minter.mint(&grant, seed.now, seed.policy.access_ttl).map_err(Trouble::Mint)?;
        Ok(SignedIn {
            user: self.user,
            session: seed.session,
            access_token,
            refresh_token: seed.refresh_token,
            issued_at: seed.now,
            refresh_expires_at: seed.policy.refresh_expiry(seed.now + seed.policy.session_ttl, seed.now),
        })
    }
}
