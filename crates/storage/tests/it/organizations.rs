//! Organizations, memberships, and the mode of the installation.

use authara_core::id::{OrganizationId, UserId};
use authara_core::organization::{Organization, OrganizationKind, OrganizationMode};
use authara_core::role::OrganizationRole;
use authara_storage::testing::stores;
use authara_storage::{Store, StoreError, installation, memberships, organizations};

use crate::crowd::at_once;
use crate::raw;
use crate::rows::{add_user, at, id, organization};

async fn insert(store: &Store, row: Organization) -> bool {
    store.write(move |tx| organizations::insert(tx, &row)).await.expect("the statement runs")
}

async fn join(store: &Store, organization: OrganizationId, user: UserId, seconds: i64) -> bool {
    let role = OrganizationRole::Member;
    let joined = store.write(move |tx| memberships::insert(tx, organization, user, role, at(seconds))).await;
    joined.expect("the statement runs")
}

async fn default_of(store: &Store, user: UserId) -> Option<OrganizationId> {
    let found = store.read(move |tx| memberships::find_default(tx, user)).await;
    found.expect("the membership is read").map(|(organization, _)| organization)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_has_at_most_one_personal_organization_and_any_number_of_teams() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, eve) = (add_user(&test.store, 1).await, add_user(&test.store, 2).await);
        for (number, kind, creator, is_made) in [
            (1, OrganizationKind::Personal, &dana, true),
            (2, OrganizationKind::Personal, &dana, false),
            (3, OrganizationKind::Personal, &eve, true),
            (4, OrganizationKind::Team, &dana, true),
            (5, OrganizationKind::Team, &dana, true),
        ] {
            let row = organization(number, kind, creator);
            assert_eq!(insert(&test.store, row).await, is_made, "{name}: {number}");
        }
        let user = dana.id;
        let kept = test.store.read_one(move |tx| organizations::find_personal_of(tx, user)).await;
        let first = organization(1, OrganizationKind::Personal, &dana);
        assert_eq!(kept.expect(name), Some(first), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_inserts_of_a_personal_organization_exactly_one_succeeds() {
    for test in stores().await {
        let name = test.store.name();
        for round in 1..=10_u128 {
            let creator = add_user(&test.store, round).await;
            let answers = at_once(10, |number| {
                let store = test.store.clone();
                let number = round * 100 + u128::try_from(number).unwrap();
                let row = organization(number, OrganizationKind::Personal, &creator);
                async move { insert(&store, row).await }
            });
            let made = answers.await.into_iter().filter(|is_made| *is_made).count();
            assert_eq!(made, 1, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_is_a_member_once_with_a_role_that_can_change() {
    for test in stores().await {
        let name = test.store.name();
        let dana = add_user(&test.store, 1).await;
        insert(&test.store, organization(1, OrganizationKind::Team, &dana)).await;
        assert!(join(&test.store, id(1), dana.id, 0).await, "{name}");
        assert!(!join(&test.store, id(1), dana.id, 1).await, "{name}");
        let user = dana.id;
        for (organization, is_member) in [(id(1), true), (id(2), false)] {
            let role = OrganizationRole::Admin;
            let set = test.store.write(move |tx| memberships::set_role(tx, organization, user, role, at(2)));
            assert_eq!(set.await.expect(name), is_member, "{name}");
        }
        let role = test.store.read_one(move |tx| memberships::find_role(tx, id(1), user)).await;
        assert_eq!(role.expect(name), Some(OrganizationRole::Admin), "{name}");
        for is_gone in [true, false] {
            let gone = test.store.write(move |tx| memberships::delete(tx, id(1), user)).await;
            assert_eq!(gone.expect(name), is_gone, "{name}");
        }
        let role = test.store.read_one(move |tx| memberships::find_role(tx, id(1), user)).await;
        assert_eq!(role.expect(name), None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h139_the_default_is_the_own_personal_organization_else_the_one_joined_first() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, eve) = (add_user(&test.store, 1).await, add_user(&test.store, 2).await);
        for (number, kind, creator) in [
            (9, OrganizationKind::Personal, &dana),
            (8, OrganizationKind::Team, &dana),
            (7, OrganizationKind::Team, &eve),
            (6, OrganizationKind::Team, &eve),
            (5, OrganizationKind::Personal, &eve),
        ] {
            insert(&test.store, organization(number, kind, creator)).await;
        }
        assert_eq!(default_of(&test.store, dana.id).await, None, "{name}: no membership");
        join(&test.store, id(5), dana.id, 30).await;
        assert_eq!(default_of(&test.store, dana.id).await, Some(id(5)), "{name}: the only one");
        join(&test.store, id(8), dana.id, 20).await;
        assert_eq!(default_of(&test.store, dana.id).await, Some(id(8)), "{name}: the first");
        join(&test.store, id(7), dana.id, 10).await;
        join(&test.store, id(6), dana.id, 10).await;
        assert_eq!(default_of(&test.store, dana.id).await, Some(id(6)), "{name}: the lower id");
        join(&test.store, id(9), dana.id, 40).await;
        assert_eq!(default_of(&test.store, dana.id).await, Some(id(9)), "{name}: the personal one");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memberships_are_listed_with_their_organizations_in_the_order_of_joining() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, eve) = (add_user(&test.store, 1).await, add_user(&test.store, 2).await);
        let personal = organization(9, OrganizationKind::Personal, &dana);
        let (first, last) =
            (organization(8, OrganizationKind::Team, &eve), organization(3, OrganizationKind::Team, &dana));
        for row in [&personal, &first, &last] {
            insert(&test.store, row.clone()).await;
        }
        for (number, user, seconds) in [(9, dana.id, 20), (8, dana.id, 10), (3, dana.id, 20), (3, eve.id, 5)] {
            assert!(join(&test.store, id(number), user, seconds).await, "{name}: {number}");
        }
        let user = dana.id;
        let listed = test.store.read_one(move |tx| memberships::list_of(tx, user)).await;
        let role = OrganizationRole::Member;
        assert_eq!(listed.expect(name), [(first, role), (last, role), (personal, role)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_members_and_other_owners_of_an_organization_are_told_apart() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, eve) = (add_user(&test.store, 1).await, add_user(&test.store, 2).await);
        for number in [1, 2] {
            insert(&test.store, organization(number, OrganizationKind::Team, &dana)).await;
            join(&test.store, id(number), dana.id, 0).await;
        }
        let (user, other) = (dana.id, eve.id);
        // Elsewhere she is everything.
        join(&test.store, id(2), other, 0).await;
        let owner = test.store.write(move |tx| {
            memberships::set_role(tx, id(2), other, OrganizationRole::Owner, at(1))?;
            memberships::set_role(tx, id(1), user, OrganizationRole::Owner, at(1))
        });
        assert_is!(owner.await, Ok(true), "{name}");
        for (role, expected) in [
            (None, (false, false)),
            (Some(OrganizationRole::Member), (true, false)),
            (Some(OrganizationRole::Admin), (true, false)),
            (Some(OrganizationRole::Owner), (true, true)),
        ] {
            let found = test.store.write(move |tx| {
                if let Some(role) = role {
                    memberships::insert(tx, id(1), other, role, at(2))?;
                    memberships::set_role(tx, id(1), other, role, at(2))?;
                }
                Ok((memberships::has_other(tx, id(1), user)?, memberships::has_other_owner(tx, id(1), user)?))
            });
            assert_eq!(found.await.expect(name), expected, "{name}: {role:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_role_that_nobody_writes_is_corrupt_and_never_a_role() {
    for test in stores().await {
        let name = test.store.name();
        let dana = add_user(&test.store, 1).await;
        insert(&test.store, organization(1, OrganizationKind::Team, &dana)).await;
        join(&test.store, id(1), dana.id, 0).await;
        raw::execute(&test.database, "UPDATE memberships SET role = 'emperor'");
        let user = dana.id;
        let role = test.store.read_one(move |tx| memberships::find_role(tx, id(1), user)).await;
        assert_is!(role, Err(StoreError::Corrupt { table: "memberships", .. }), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_organization_mode_is_chosen_once() {
    for test in stores().await {
        let name = test.store.name();
        for mode in [OrganizationMode::Multi, OrganizationMode::Single, OrganizationMode::Multi] {
            let locked = test.store.write(move |tx| installation::lock_mode(tx, mode)).await;
            assert_eq!(locked.expect(name), OrganizationMode::Multi, "{name}: {mode:?}");
        }
    }
}
