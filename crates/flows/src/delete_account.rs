//! Leaving for good: the account and everything that is its own.
//!
//! Decided and done in one transaction, which both databases isolate fully: of two administrators,
//! or two owners, who leave at the same time because of each other, one stays.

use authara_core::event::{Event, Notice};
use authara_core::id::UserId;
use authara_core::organization::Organization;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::session::{EndReason, SessionPolicy};
use authara_core::token::AccessClaims;
use authara_storage::sessions::Ending;
use authara_storage::{StoreError, Tx, memberships, organizations, platform_roles, users};
use chrono::{DateTime, Utc};
use tracing::info;

use crate::App;
use crate::access;
use crate::error::AccountError;

/// How the transaction ended. All but the first changed nothing.
enum Outcome {
    Deleted,
    SignedOut,
    NotFresh,
    LastAdmin,
    LastOwner,
}

/// What becomes of the organizations of somebody who leaves.
struct Parting {
    /// Personal, or without anybody else: deleted.
    own: Vec<Organization>,
    /// Shared: they go on without this member, who had that role.
    left: Vec<(Organization, OrganizationRole)>,
}

/// Deletes the caller's account, with its personal organization and those in which they are alone.
/// The session must be fresh (S-064).
///
/// Every session ends, and every process refuses its access tokens: this one at once. The address is
/// free again; whoever signs up with it gets another id, so that nothing of the old account opens
/// theirs (S-128).
///
/// # Errors
///
/// [`AccountError::NotFresh`]; [`AccountError::LastAdmin`] when no other active account is an
/// administrator; [`AccountError::LastOwner`] when an organization with other members would be left
/// without owner; [`AccountError::SignedOut`]. Nothing was changed then.
pub async fn delete(app: &App, claims: &AccessClaims) -> Result<(), AccountError> {
    let (claims, now, policy) = (claims.clone(), app.clock.now(), app.policies.session);
    match app.store.write(move |tx| delete_in(tx, &claims, &policy, now)).await? {
        Outcome::Deleted => Ok(()),
        Outcome::SignedOut => Err(AccountError::SignedOut),
        Outcome::NotFresh => Err(AccountError::NotFresh),
        Outcome::LastAdmin => Err(AccountError::LastAdmin),
        Outcome::LastOwner => Err(AccountError::LastOwner),
    }
}

fn delete_in(
    tx: &mut Tx<'_>,
    claims: &AccessClaims,
    policy: &SessionPolicy,
    now: DateTime<Utc>,
) -> Result<Outcome, StoreError> {
    let Some((session, user)) = access::find_caller(tx, claims, now)? else { return Ok(Outcome::SignedOut) };
    if !policy.is_fresh(session.authenticated_at, now) {
        return Ok(Outcome::NotFresh);
    }
    let id = user.id;
    let is_admin = platform_roles::list_of(tx, id)?.contains(&PlatformRole::Admin);
    if is_admin && !platform_roles::has_other_active_admin(tx, id)? {
        return Ok(Outcome::LastAdmin);
    }
    let Some(parting) = part(tx, id)? else { return Ok(Outcome::LastOwner) };
    // The reason goes with the rows; what stays is the mark.
    let ending = Ending { at: now, reason: EndReason::EndedByOwner, remember_until: policy.mark_until(now) };
    // The account before its organizations: a sign-in takes hold of them in this order too.
    users::delete(tx, id, &ending)?;
    for Organization { id: organization, name, kind, created_by, .. } in parting.own {
        organizations::delete(tx, organization, &ending)?;
        tx.record(Event::OrganizationDeleted { organization, name, kind, created_by });
    }
    for (organization, role) in parting.left {
        tx.record(Event::MembershipDeleted { organization: organization.id, user: id, role });
    }
    tx.record(Event::UserDeleted { user: id });
    tx.notify(Notice::AccountDeleted { user: id, email: user.email });
    tx.after_commit(move || info!(target: "security", event = "account.deleted", user = %id));
    Ok(Outcome::Deleted)
}

/// Decides on every organization of this user; `None` when one of them needs them.
fn part(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Parting>, StoreError> {
    let personal = organizations::find_personal_of(tx, user)?;
    let mut others = memberships::list_of(tx, user)?;
    others.retain(|(organization, _)| Some(organization) != personal.as_ref());
    let mut parting = Parting { own: personal.into_iter().collect(), left: Vec::new() };
    for (organization, role) in others {
        if !memberships::has_other(tx, organization.id, user)? {
            parting.own.push(organization);
        } else if role == OrganizationRole::Owner && !memberships::has_other_owner(tx, organization.id, user)? {
            return Ok(None);
        } else {
            parting.left.push((organization, role));
        }
    }
    Ok(Some(parting))
}
