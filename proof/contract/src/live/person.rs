//! Making persons in the store, past the routes: no limit counts them, and there are kinds of them
//! that no route makes.

use authara_core::audience::Audience;
use authara_core::id::{AuthMethodId, OrganizationId, SessionId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use authara_core::role::OrganizationRole;
use authara_core::secret::{RefreshToken, SecretText};
use authara_core::session::{AuthMethod, Session};
use authara_core::user::User;
use authara_flows::App;
use authara_flows::mint::Grant;
use authara_storage::{auth_methods, memberships, organizations, refresh_tokens, sessions, users};
use chrono::{DateTime, TimeDelta, Utc};

use super::stage::{Person, Who};

/// A password that every rule accepts.
const PASSWORD: &str = "correct horse battery";

/// An account with an organization of its own and two live sessions.
///
/// # Panics
///
/// When the store fails, which nobody has asked it to.
pub async fn make(app: &App, who: Who) -> Person {
    let now = app.clock.now();
    let user = account(app, who).await;
    let since = if who == Who::SignedInLongAgo { now - TimeDelta::days(1) } else { now };
    let organization = own_organization(app, &user);
    let (used, other): (SessionId, SessionId) = (app.rng.id(now), app.rng.id(now));
    let token = RefreshToken::random(&mut app.rng.clone());
    let grant = Grant {
        user: user.id,
        session: used,
        organization: organization.id,
        organization_role: OrganizationRole::Owner,
        roles: Vec::new(),
        audience: Audience::App,
        token_id: app.rng.id(now),
    };
    let (hash, owner, policy) = (token.hash(), user.id, app.policies.session);
    let stored = app.store.write(move |tx| {
        organizations::insert(tx, &organization)?;
        memberships::insert(tx, organization.id, owner, OrganizationRole::Owner, now)?;
        for id in [used, other] {
            sessions::insert(tx, &session(id, owner, organization.id, since, now))?;
        }
        refresh_tokens::insert(tx, &hash, used, now, now + policy.refresh_ttl)
    });
    stored.await.expect("a store without faults takes a session");
    Person {
        email: user.email,
        password: PASSWORD.to_owned(),
        access: app.minter.mint(&grant, now, policy.access_ttl).expect("the key signs"),
        refresh: token.expose().to_owned(),
        csrf: app.csrf.issue(Some(used), &mut app.rng.clone()),
        visitor_csrf: app.csrf.issue(None, &mut app.rng.clone()),
        session: used.to_string(),
        other_session: other.to_string(),
    }
}

async fn account(app: &App, who: Who) -> User {
    let now = app.clock.now();
    let id: UserId = app.rng.id(now);
    let user = User {
        id,
        email: format!("person-{id}@example.org"),
        username: format!("person-{id}"),
        created_at: now,
        email_verified_at: None,
        credential_version: 1,
        disabled_at: None,
    };
    let hash = if who == Who::WithoutPassword {
        None
    } else {
        Some(app.hasher.hash(&SecretText::new(PASSWORD)).await.expect("an idle pool hashes"))
    };
    let method: AuthMethodId = app.rng.id(now);
    let made = user.clone();
    let stored = app.store.write(move |tx| {
        users::insert(tx, &made)?;
        if let Some(hash) = &hash {
            auth_methods::insert_password(tx, method, made.id, hash, now)?;
        }
        Ok(())
    });
    stored.await.expect("a store without faults takes an account");
    user
}

fn own_organization(app: &App, user: &User) -> Organization {
    let id: OrganizationId = app.rng.id(user.created_at);
    Organization {
        id,
        name: user.username.clone(),
        kind: OrganizationKind::Team,
        created_by: Some(user.id),
        created_at: user.created_at,
        updated_at: user.created_at,
    }
}

fn session(
    id: SessionId,
    user: UserId,
    organization: OrganizationId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Session {
    Session {
        id,
        user,
        organization,
        created_at: since,
        expires_at: now + TimeDelta::days(60),
        authenticated_at: since,
        method: AuthMethod::Password,
        last_used_at: now,
        ended: None,
        user_agent: "contract-check".to_owned(),
        address: None,
    }
}
