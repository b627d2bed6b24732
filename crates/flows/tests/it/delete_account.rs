//! Leaving for good: what goes, what stays, and who may not.

use std::time::{Duration, Instant};

use authara_core::audience::Audience;
use authara_core::event::{Event, Notice};
use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::{OrganizationKind, OrganizationMode};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::secret::SecretText;
use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_core::token::AccessClaims;
use authara_flows::access::{self, AccessError};
use authara_flows::error::{AccountError, LoginError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, Policies, account, confirm, current_user, delete_account, logout, username};
use authara_storage::faults::FaultKind;
use authara_storage::testing::{TestStore, stores};
use authara_storage::{
    FaultPoint, Faults, Standing, Store, StoreError, known_addresses, memberships, organizations, platform_roles,
    sessions,
};
use chrono::TimeDelta;

use crate::people::{
    EMAIL, PASSWORD, account_of, address, all_tokens, claims, client, grant, live_sessions, log_in, made_by_hand,
    present, refusal, rotating, sign_up, signed_in_by_hand, stored_hash, token_row,
};

/// Deletes the account, and asks again while others are in the way.
pub(crate) async fn delete(app: &App, claims: &AccessClaims) -> Result<(), AccountError> {
    loop {
        match delete_account::delete(app, claims).await {
            Err(AccountError::Trouble(Trouble::Store(StoreError::Conflict(_)))) => {}
            ended => return ended,
        }
    }
}

pub(crate) async fn join(app: &App, organization: OrganizationId, person: &SignedIn, role: OrganizationRole) {
    let (user, now) = (person.user.id, app.clock.now());
    let joined = app.store.write(move |tx| memberships::insert(tx, organization, user, role, now)).await;
    assert!(joined.expect("the statement runs"), "no member yet");
}

async fn set_role(app: &App, organization: OrganizationId, person: &SignedIn, role: OrganizationRole) {
    let (user, now) = (person.user.id, app.clock.now());
    let set = app.store.write(move |tx| memberships::set_role(tx, organization, user, role, now)).await;
    assert!(set.expect("the statement runs"), "a member");
}

pub(crate) async fn role_in(app: &App, organization: OrganizationId, user: UserId) -> Option<OrganizationRole> {
    let role = app.store.read_one(move |tx| memberships::find_role(tx, organization, user)).await;
    role.expect("the role is read")
}

pub(crate) async fn is_there(app: &App, organization: OrganizationId) -> bool {
    let found = app.store.read_one(move |tx| organizations::find(tx, organization)).await;
    found.expect("the organization is read").is_some()
}

/// Where somebody's access token works.
pub(crate) fn home(app: &App, person: &SignedIn) -> OrganizationId {
    claims(app, &person.access_token).organization
}

/// Asserts that nothing at all is kept of an account that had this session.
pub(crate) async fn assert_gone(app: &App, person: &SignedIn, what: &str) {
    let (user, session) = (person.user.id, person.session);
    assert_eq!(account_of(app, &person.user.email).await.filter(|found| found.id == user), None, "{what}");
    assert!(live_sessions(app, user).await.is_empty(), "{what}");
    assert_eq!(token_row(app, &person.refresh_token).await, None, "{what}");
    assert_eq!(all_tokens(app, session).await, 0, "{what}");
    assert_eq!(stored_hash(app, user).await, None, "{what}");
    let key = address(1).key();
    let kept = app.store.read(move |tx| {
        let session = sessions::find(tx, session)?.is_some();
        let is_known = known_addresses::is_known(tx, user, &key)?;
        let roles = platform_roles::list_of(tx, user)?.len();
        Ok((session, is_known, roles, memberships::list_of(tx, user)?.len()))
    });
    assert_eq!(kept.await.expect("rows are read"), (false, false, 0, 0), "{what}");
}

/// Asserts that neither token of somebody whose account is gone opens anything.
async fn assert_refused(app: &App, person: &SignedIn, what: &str) {
    let checked = access::check(app, &person.access_token, Audience::App).await;
    assert_is!(checked, Err(AccessError::Ended), "{what}");
    assert_eq!(refusal(&present(app, &person.refresh_token).await), Ok(Refusal::Unknown), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_a_deleted_account_leaves_nothing_behind_and_takes_nothing_of_others() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let here = sign_up(&app, EMAIL).await;
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let out = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        logout::end_presented(&app, Presented { refresh: None, session: Some(out.session) }).await.expect(name);
        assert_is!(present(&app, &there.refresh_token).await, Ok(_), "{name}");
        grant(&app, here.user.id, PlatformRole::Monitor).await;
        let eve = sign_up(&app, "eve@example.org").await;
        let organization = home(&app, &here);
        assert_is!(delete(&app, &claims(&app, &here.access_token)).await, Ok(()), "{name}");
        for person in [&here, &there, &out] {
            assert_gone(&app, person, name).await;
            assert_refused(&app, person, name).await;
        }
        assert!(!is_there(&app, organization).await, "{name}");
        let late = log_in(&app, EMAIL, PASSWORD).await;
        assert_is!(late, Err(LoginError::BadCredentials), "{name}");
        assert_is!(access::check(&app, &eve.access_token, Audience::App).await, Ok(_), "{name}");
        assert_is!(present(&app, &eve.refresh_token).await, Ok(_), "{name}");
        assert!(is_there(&app, home(&app, &eve)).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s128_the_address_can_sign_up_anew_and_nothing_old_opens_the_new_account() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let old = sign_up(&app, EMAIL).await;
        let behind = claims(&app, &old.access_token);
        // Now the account is in memory.
        assert_is!(current_user::find(&app, &behind).await, Ok(_), "{name}");
        assert_is!(delete(&app, &behind).await, Ok(()), "{name}");
        assert_is!(current_user::find(&app, &behind).await, Err(AccountError::SignedOut), "{name}");
        let new = sign_up(&app, EMAIL).await;
        assert_ne!(new.user.id, old.user.id, "{name}");
        assert_ne!(home(&app, &new), behind.organization, "{name}");
        assert_refused(&app, &old, name).await;
        assert_is!(current_user::find(&app, &behind).await, Err(AccountError::SignedOut), "{name}");
        assert_is!(account::overview(&app, &behind).await, Err(AccountError::SignedOut), "{name}");
        assert_is!(username::change(&app, &behind, "alice").await, Err(AccountError::SignedOut), "{name}");
        assert_is!(delete(&app, &behind).await, Err(AccountError::SignedOut), "{name}");
        assert_is!(access::check(&app, &new.access_token, Audience::App).await, Ok(_), "{name}");
        assert_is!(present(&app, &new.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s057_another_process_refuses_the_access_tokens_of_a_deleted_account_too() {
    for test in stores().await {
        let name = test.store.name();
        let first = app(&test, Bend::default());
        let TestStore { store, faults, database } = test;
        let opened = Store::open(database.options.clone(), Faults::none()).await.expect(name);
        let beside = TestStore { store: opened, faults: Faults::none(), database };
        let second = app(&beside, Bend { clock: first.clock.clone(), ..Bend::default() });
        let person = sign_up(&first, EMAIL).await;
        let there = log_in(&first, EMAIL, PASSWORD).await.expect(name);
        let behind = claims(&first, &person.access_token);
        for token in [&person.access_token, &there.access_token] {
            assert_is!(access::check(&second, token, Audience::App).await, Ok(_), "{name}");
        }
        assert_is!(current_user::find(&second, &behind).await, Ok(_), "{name}");
        assert_is!(delete(&first, &behind).await, Ok(()), "{name}");
        let deleted_at = Instant::now();
        for token in [&person.access_token, &there.access_token] {
            while access::check(&second, token, Audience::App).await.is_ok() {
                assert!(deleted_at.elapsed() < Duration::from_secs(2), "{name}");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_is!(access::check(&second, token, Audience::App).await, Err(AccessError::Ended), "{name}");
        }
        while current_user::find(&second, &behind).await.is_ok() {
            assert!(deleted_at.elapsed() < Duration::from_secs(2), "{name}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop((store, faults));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_an_account_is_deleted_only_in_a_session_that_was_proved_within_ten_minutes() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        for (seconds, is_confirmed, is_fresh) in
            [(0, false, true), (599, false, true), (600, false, false), (86_400, false, false), (86_400, true, true)]
        {
            let what = format!("{name}: after {seconds} s, confirmed: {is_confirmed}");
            let person = sign_up(&app, EMAIL).await;
            let behind = claims(&app, &person.access_token);
            app.clock.advance(TimeDelta::seconds(seconds));
            if is_confirmed {
                let password = SecretText::new(PASSWORD);
                let confirmed = confirm::with_password(&app, &behind, client(address(1)), password).await;
                assert_is!(confirmed, Ok(()), "{what}");
            }
            let deleted = delete(&app, &behind).await;
            if is_fresh {
                assert_is!(deleted, Ok(()), "{what}");
            } else {
                assert_is!(deleted, Err(AccountError::NotFresh), "{what}");
                assert_eq!(live_sessions(&app, person.user.id).await, [person.session], "{what}");
                // Another sign-in is a proof as well, and makes room for the next case.
                let again = log_in(&app, EMAIL, PASSWORD).await.expect(name);
                assert_is!(delete(&app, &claims(&app, &again.access_token)).await, Ok(()), "{what}: again");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_is_told_to_the_owner_and_to_other_systems_once() {
    for (mode, kind) in
        [(OrganizationMode::Personal, OrganizationKind::Personal), (OrganizationMode::Single, OrganizationKind::Team)]
    {
        for test in stores().await {
            let name = test.store.name();
            let policies = Policies { organization_mode: mode, ..Policies::default() };
            let app = app(&test, Bend { policies, ..Bend::default() });
            let person = sign_up(&app, EMAIL).await;
            let user = person.user.id;
            let behind = claims(&app, &person.access_token);
            let before = test.store.recorded().len();
            assert_is!(delete(&app, &behind).await, Ok(()), "{name}");
            assert_is!(delete(&app, &behind).await, Err(AccountError::SignedOut), "{name}");
            let organization = Event::OrganizationDeleted {
                organization: behind.organization,
                name: person.user.username,
                kind,
                created_by: Some(user),
            };
            assert_eq!(test.store.recorded()[before..], [organization, Event::UserDeleted { user }], "{name}");
            let notice = Notice::AccountDeleted { user, email: EMAIL.to_owned() };
            assert_eq!(test.store.notices(), [notice], "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h306_the_last_active_administrator_stays() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let behind = claims(&app, &dana.access_token);
        grant(&app, dana.user.id, PlatformRole::Admin).await;
        let others = [
            ("nobody@example.org", None, false),
            ("monitor@example.org", Some(PlatformRole::Monitor), false),
            ("disabled@example.org", Some(PlatformRole::Admin), true),
        ];
        for (email, role, is_disabled) in others {
            let other = made_by_hand(&app, email, None, is_disabled).await;
            if let Some(role) = role {
                grant(&app, other.id, role).await;
            }
            assert_is!(delete(&app, &behind).await, Err(AccountError::LastAdmin), "{name}: beside {email}");
        }
        assert_is!(access::check(&app, &dana.access_token, Audience::App).await, Ok(_), "{name}");
        assert_is!(present(&app, &dana.refresh_token).await, Ok(_), "{name}");
        let eve = made_by_hand(&app, "eve@example.org", None, false).await;
        let eve = signed_in_by_hand(&app, &eve).await;
        grant(&app, eve.user.id, PlatformRole::Admin).await;
        assert_is!(delete(&app, &behind).await, Ok(()), "{name}");
        let last = delete(&app, &claims(&app, &eve.access_token)).await;
        assert_is!(last, Err(AccountError::LastAdmin), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organization_with_other_members_keeps_an_owner() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        let (behind, team) = (claims(&app, &dana.access_token), home(&app, &dana));
        join(&app, team, &eve, OrganizationRole::Member).await;
        let before = test.store.recorded().len();
        for role in [OrganizationRole::Member, OrganizationRole::Admin] {
            set_role(&app, team, &eve, role).await;
            assert_is!(delete(&app, &behind).await, Err(AccountError::LastOwner), "{name}: beside {role:?}");
        }
        assert_is!(access::check(&app, &dana.access_token, Audience::App).await, Ok(_), "{name}");
        assert_eq!(role_in(&app, team, dana.user.id).await, Some(OrganizationRole::Owner), "{name}");
        assert_eq!((test.store.recorded().len(), test.store.notices().len()), (before, 0), "{name}");
        set_role(&app, team, &eve, OrganizationRole::Owner).await;
        assert_is!(delete(&app, &behind).await, Ok(()), "{name}");
        let left = Event::MembershipDeleted { organization: team, user: dana.user.id, role: OrganizationRole::Owner };
        assert_eq!(test.store.recorded()[before..], [left, Event::UserDeleted { user: dana.user.id }], "{name}");
        assert_eq!(role_in(&app, team, eve.user.id).await, Some(OrganizationRole::Owner), "{name}");
        let kept = app.store.read_one(move |tx| organizations::find(tx, team)).await.expect(name).expect(name);
        assert_eq!(kept.created_by, None, "{name}");
        // Now she is alone in it, and it goes with her.
        assert_is!(delete(&app, &claims(&app, &eve.access_token)).await, Ok(()), "{name}");
        assert!(!is_there(&app, team).await && !is_there(&app, home(&app, &eve)).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_who_is_a_plain_member_leaves_the_others_their_organization() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        let team = home(&app, &dana);
        join(&app, team, &eve, OrganizationRole::Member).await;
        assert_is!(delete(&app, &claims(&app, &eve.access_token)).await, Ok(()), "{name}");
        assert_gone(&app, &eve, name).await;
        assert_eq!(role_in(&app, team, dana.user.id).await, Some(OrganizationRole::Owner), "{name}");
        assert_is!(access::check(&app, &dana.access_token, Audience::App).await, Ok(_), "{name}");
        let left = Event::MembershipDeleted { organization: team, user: eve.user.id, role: OrganizationRole::Member };
        assert_eq!(test.store.recorded().iter().filter(|event| **event == left).count(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s165_a_deletion_that_could_not_be_committed_deletes_and_ends_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let behind = claims(&app, &person.access_token);
        let before = test.store.recorded().len();
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let failed = delete(&app, &behind).await;
        assert_is!(failed, Err(AccountError::Trouble(Trouble::Store(StoreError::Unavailable(_)))), "{name}");
        assert_eq!(test.store.revocations().standing(person.session), Standing::Live, "{name}");
        assert_eq!((test.store.recorded().len(), test.store.notices().len()), (before, 0), "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        assert!(is_there(&app, behind.organization).await, "{name}");
        assert_is!(delete(&app, &behind).await, Ok(()), "{name}: again");
        assert_gone(&app, &person, name).await;
    }
}
