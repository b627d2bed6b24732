//! Rows to put into the store: people, organizations, sessions, tokens.

use authara_core::id::{OrganizationId, SessionId};
use authara_core::organization::{Organization, OrganizationKind};
use authara_core::role::OrganizationRole;
use authara_core::secret::SecretHash;
use authara_core::session::{AuthMethod, EndReason, Session};
use authara_core::user::User;
use authara_storage::sessions::Ending;
use authara_storage::{Store, memberships, organizations, sessions, users};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// So many seconds after the instant at which the tests take place.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("an instant")
}

/// The id with this number.
pub(crate) fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

/// The account with this number.
pub(crate) fn user(number: u128) -> User {
    User {
        id: id(number),
        email: format!("dana{number}@example.org"),
        username: format!("dana-{number}"),
        created_at: at(0),
        email_verified_at: None,
        credential_version: 1,
        disabled_at: None,
    }
}

/// An organization that this user made.
pub(crate) fn organization(number: u128, kind: OrganizationKind, creator: &User) -> Organization {
    Organization {
        id: id(number),
        name: format!("Organization {number}"),
        kind,
        created_by: Some(creator.id),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A session of this user, 60 days long.
pub(crate) fn session(number: u128, owner: &User, organization: OrganizationId) -> Session {
    Session {
        id: id(number),
        user: owner.id,
        organization,
        created_at: at(0),
        expires_at: at(0) + TimeDelta::days(60),
        authenticated_at: at(0),
        method: AuthMethod::Password,
        last_used_at: at(0),
        ended: None,
        user_agent: "Firefox".to_owned(),
        address: Some("192.0.2.1".to_owned()),
    }
}

/// The hash with this number.
pub(crate) fn hash(number: usize) -> SecretHash {
    SecretHash::of(&format!("token {number}"))
}

/// An end at this instant, to be remembered for ten minutes.
pub(crate) fn ending(seconds: i64) -> Ending {
    Ending { at: at(seconds), reason: EndReason::Logout, remember_until: at(seconds + 600) }
}

/// Puts an account into the store.
pub(crate) async fn add_user(store: &Store, number: u128) -> User {
    let made = user(number);
    let row = made.clone();
    let inserted = store.write(move |tx| users::insert(tx, &row)).await;
    assert!(inserted.expect("the statement runs"), "address and name are free");
    made
}

/// Puts an account with an organization and this many sessions into the store.
pub(crate) async fn add_sessions(store: &Store, number: u128, count: u128) -> (User, Vec<SessionId>) {
    let owner = add_user(store, number).await;
    let company = organization(number, OrganizationKind::Team, &owner);
    let first = number * 1000;
    let rows: Vec<Session> = (first..first + count).map(|number| session(number, &owner, company.id)).collect();
    let ids = rows.iter().map(|session| session.id).collect();
    let user = owner.id;
    let done = store.write(move |tx| {
        organizations::insert(tx, &company)?;
        memberships::insert(tx, company.id, user, OrganizationRole::Owner, at(0))?;
        for session in &rows {
            sessions::insert(tx, session)?;
        }
        Ok(())
    });
    done.await.expect("sessions are made");
    (owner, ids)
}
