//! Accounts, sessions and tokens as no route makes them, and facts read past the routes.

use authara_core::audience::Audience;
use authara_core::id::{AuthMethodId, OrganizationId, SessionId, UserId};
use authara_core::organization::{Organization, OrganizationKind};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::{RefreshToken, SecretText};
use authara_core::session::{AuthMethod, Session};
use authara_core::token::AccessClaims;
use authara_core::user::User;
use authara_flows::mint::Grant;
use authara_storage::refresh_tokens::Token;
use authara_storage::{auth_methods, memberships, organizations, platform_roles, refresh_tokens, sessions, users};
use chrono::{DateTime, TimeDelta, Utc};

use crate::browser::{ACCESS, Browser, REFRESH};
use crate::world::World;

/// An account without a session: disabled or not, with a password or without one.
pub async fn account(world: &World, email: &str, password: Option<&str>, is_disabled: bool) -> User {
    let now = world.clock.now();
    let hash = match password {
        Some(password) => Some(world.app.hasher.hash(&SecretText::new(password)).await.unwrap()),
        None => None,
    };
    let user = User {
        id: world.app.rng.id(now),
        email: email.to_owned(),
        username: email.replace('@', "-at-"),
        created_at: now,
        email_verified_at: None,
        credential_version: 1,
        disabled_at: is_disabled.then_some(now),
    };
    let organization = Organization {
        id: world.app.rng.id(now),
        name: user.username.clone(),
        kind: OrganizationKind::Team,
        created_by: Some(user.id),
        created_at: now,
        updated_at: now,
    };
    let method: AuthMethodId = world.app.rng.id(now);
    let made = user.clone();
    let done = world.app.store.write(move |tx| {
        assert!(users::insert(tx, &made)?, "the address and the name are free");
        organizations::insert(tx, &organization)?;
        memberships::insert(tx, organization.id, made.id, OrganizationRole::Owner, now)?;
        if let Some(hash) = &hash {
            auth_methods::insert_password(tx, method, made.id, hash, now)?;
        }
        Ok(())
    });
    done.await.unwrap();
    user
}

/// A browser of somebody who was signed in without a login, also if they are disabled.
pub async fn signed_in(world: &World, user: &User) -> Browser {
    let now = world.clock.now();
    let token = RefreshToken::random(&mut world.app.rng.clone());
    let id: SessionId = world.app.rng.id(now);
    let (owner, hash) = (user.id, token.hash());
    let stored = world.app.store.write(move |tx| {
        let (organization, _) = memberships::find_default(tx, owner)?.unwrap();
        sessions::insert(tx, &session(id, owner, organization, now))?;
        refresh_tokens::insert(tx, &hash, id, now, now + TimeDelta::days(14))?;
        Ok(organization)
    });
    let grant = Grant {
        user: owner,
        session: id,
        organization: stored.await.unwrap(),
        organization_role: OrganizationRole::Owner,
        roles: Vec::new(),
        audience: Audience::App,
        token_id: world.app.rng.id(now),
    };
    let mut browser = world.browser();
    browser.set(ACCESS, &mint(world, &grant));
    browser.set(REFRESH, token.expose());
    browser
}

/// That many more live sessions of a user, which nobody holds tokens of.
pub async fn more_sessions(world: &World, user: UserId, count: usize) {
    let now = world.clock.now();
    let ids: Vec<SessionId> = (0..count).map(|_| world.app.rng.id(now)).collect();
    let stored = world.app.store.write(move |tx| {
        let (organization, _) = memberships::find_default(tx, user)?.unwrap();
        for id in &ids {
            sessions::insert(tx, &session(*id, user, organization, now))?;
        }
        Ok(())
    });
    stored.await.unwrap();
}

fn session(id: SessionId, user: UserId, organization: OrganizationId, now: DateTime<Utc>) -> Session {
    Session {
        id,
        user,
        organization,
        created_at: now,
        expires_at: now + TimeDelta::days(60),
        authenticated_at: now,
        method: AuthMethod::Password,
        last_used_at: now,
        ended: None,
        user_agent: String::new(),
        address: None,
    }
}

/// Signs an access token that lives from now for ten minutes, whether or not anybody may have it.
pub fn mint(world: &World, grant: &Grant) -> String {
    world.app.minter.mint(grant, world.clock.now(), TimeDelta::minutes(10)).unwrap()
}

/// What an access token for the app was made of, to be bent and signed again.
pub fn grant_behind(world: &World, token: &str) -> Grant {
    let claims = claims(world, token, Audience::App);
    Grant {
        user: claims.user,
        session: claims.session,
        organization: claims.organization,
        organization_role: OrganizationRole::Owner,
        roles: Vec::new(),
        audience: Audience::App,
        token_id: world.app.rng.id(world.clock.now()),
    }
}

/// What an access token says, which must be a good one for this audience.
pub fn claims(world: &World, token: &str, audience: Audience) -> AccessClaims {
    world.app.verifier.verify(token, audience.as_str(), world.clock.now()).unwrap()
}

/// The account with this address, which must be there.
pub async fn user_of(world: &World, email: &str) -> User {
    let email = email.to_owned();
    world.app.store.read_one(move |tx| users::find_by_email(tx, &email)).await.unwrap().unwrap()
}

/// Gives somebody a platform role.
pub async fn grant(world: &World, email: &str, role: PlatformRole) {
    let (user, now) = (user_of(world, email).await.id, world.clock.now());
    world.app.store.write(move |tx| platform_roles::grant(tx, user, role, now)).await.unwrap();
}

/// Takes a platform role from somebody who has it.
pub async fn withdraw(world: &World, email: &str, role: PlatformRole) {
    let user = user_of(world, email).await.id;
    let had = world.app.store.write(move |tx| platform_roles::withdraw(tx, user, role)).await.unwrap();
    assert!(had, "{}: {email} has no such role", world.name);
}

/// The row of a refresh token, which must be there.
pub async fn token_row(world: &World, text: &str) -> Token {
    let hash = RefreshToken::parse(text).unwrap().hash();
    world.app.store.read_one(move |tx| refresh_tokens::find(tx, &hash)).await.unwrap().unwrap()
}
