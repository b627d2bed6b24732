//! Accounts and their ways in.

use authara_core::id::{AuthMethodId, UserId};
use authara_core::role::PlatformRole;
use authara_core::user::User;
use authara_storage::testing::stores;
use authara_storage::{Store, StoreError, auth_methods, known_addresses, platform_roles, users};
use chrono::TimeDelta;

use crate::crowd::at_once;
use crate::raw;
use crate::rows::{add_user, at, id, user};

async fn insert(store: &Store, row: User) -> bool {
    store.write(move |tx| users::insert(tx, &row)).await.expect("the statement runs")
}

async fn find_by_email(store: &Store, email: &str) -> Option<UserId> {
    let email = email.to_owned();
    let found = store.read_one(move |tx| users::find_by_email(tx, &email)).await;
    found.expect("the account is read").map(|user| user.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_read_as_it_was_written_to_the_microsecond() {
    for test in stores().await {
        let name = test.store.name();
        let row = User {
            created_at: at(0) + TimeDelta::microseconds(123_457),
            email_verified_at: Some(at(-1) + TimeDelta::microseconds(999_999)),
            credential_version: i64::from(u32::MAX) + 1,
            disabled_at: Some(at(-2_000_000_000)),
            ..user(1)
        };
        assert!(insert(&test.store, row.clone()).await, "{name}");
        let found = test.store.read_one(|tx| users::find(tx, id(1))).await;
        assert_eq!(found.expect(name), Some(row), "{name}");
        let nobody = test.store.read_one(|tx| users::find(tx, id(2))).await;
        assert_is!(nobody, Ok(None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s126_an_address_belongs_to_one_account() {
    for test in stores().await {
        let name = test.store.name();
        add_user(&test.store, 1).await;
        let second = User { email: user(1).email, ..user(2) };
        assert!(!insert(&test.store, second).await, "{name}");
        assert_eq!(find_by_email(&test.store, &user(1).email).await, Some(id(1)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_a_user_name_belongs_to_one_account_in_whatever_letter_case() {
    for test in stores().await {
        let name = test.store.name();
        assert!(insert(&test.store, User { username: "Alice".into(), ..user(1) }).await, "{name}");
        for taken in ["alice", "ALICE", "Alice"] {
            let second = User { username: taken.into(), ..user(2) };
            assert!(!insert(&test.store, second).await, "{name}: {taken}");
        }
        assert!(insert(&test.store, User { username: "alice_".into(), ..user(2) }).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_another_name_is_taken_by_nobody_else_in_whatever_letter_case() {
    for test in stores().await {
        let name = test.store.name();
        for number in [1, 2] {
            add_user(&test.store, number).await;
        }
        for (number, wanted, is_done) in [
            (1, "Alice", true),
            (2, "alice", false),
            (2, "DANA-1", true),
            (1, "dana-1", false),
            (1, "Alice", true),
            (1, "aLICE", true),
            (2, "Bob", true),
            (1, "dana-1", true),
            (3, "carol", false),
        ] {
            let renamed = test.store.write(move |tx| users::rename(tx, id(number), wanted, at(5))).await;
            assert_eq!(renamed.expect(name), is_done, "{name}: {number} to {wanted}");
        }
        for (number, expected) in [(1, "dana-1"), (2, "Bob")] {
            let found = test.store.read_one(move |tx| users::find(tx, id(number))).await;
            let found = found.expect(name).expect(name);
            assert_eq!(found, User { username: expected.into(), ..user(number) }, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_of_parallel_renames_to_one_name_exactly_one_succeeds() {
    for test in stores().await {
        let name = test.store.name();
        for number in 0..12 {
            add_user(&test.store, number + 1).await;
        }
        for round in 1..=20 {
            let answers = at_once(12, |number| {
                let store = test.store.clone();
                let number = u128::try_from(number).unwrap() + 1;
                let wanted = if number % 2 == 0 { format!("Alice-{round}") } else { format!("alice-{round}") };
                async move { store.write(move |tx| users::rename(tx, id(number), &wanted, at(5))).await }
            });
            let mut count = 0;
            for answer in answers.await {
                count += u32::from(answer.expect(name));
            }
            assert_eq!(count, 1, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s126_of_parallel_inserts_of_one_address_exactly_one_succeeds() {
    for test in stores().await {
        let name = test.store.name();
        for round in 1..=20_u128 {
            let answers = at_once(12, |number| {
                let store = test.store.clone();
                let number = round * 100 + u128::try_from(number).unwrap();
                let row = User { email: format!("round{round}@example.org"), ..user(number) };
                async move { insert(&store, row).await }
            });
            let made = answers.await.into_iter().filter(|is_made| *is_made).count();
            assert_eq!(made, 1, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s126_text_is_compared_byte_by_byte() {
    for test in stores().await {
        let name = test.store.name();
        let spellings = [
            "dana@example.org",
            "Dana@example.org",
            "dana@example.org ",
            "d\u{e4}na@example.org",
            "da\u{308}na@example.org",
            "dan_@example.org",
            "dan%@example.org",
        ];
        for (number, spelling) in (1..).zip(spellings) {
            let row = User { email: spelling.into(), ..user(number) };
            assert!(insert(&test.store, row).await, "{name}: {spelling:?}");
        }
        for (number, spelling) in (1..).zip(spellings) {
            let found = find_by_email(&test.store, spelling).await;
            assert_eq!(found, Some(id(number)), "{name}: {spelling:?}");
        }
        assert_eq!(find_by_email(&test.store, "DANA@example.org").await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s012_credentials_advance_once_from_each_version_and_not_for_the_disabled() {
    for test in stores().await {
        let name = test.store.name();
        add_user(&test.store, 1).await;
        insert(&test.store, User { disabled_at: Some(at(0)), ..user(2) }).await;
        for (number, from, is_advanced) in
            [(1, 1, true), (1, 1, false), (1, 2, true), (1, 9, false), (2, 1, false), (3, 1, false)]
        {
            let advance = test.store.write(move |tx| users::advance_credentials(tx, id(number), from, at(1)));
            assert_eq!(advance.await.expect(name), is_advanced, "{name}: {number} from {from}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_has_at_most_one_password_and_keeps_the_first() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        for (number, hash, is_made) in [(1, "first", true), (2, "second", false)] {
            let method: AuthMethodId = id(number);
            let made = test.store.write(move |tx| auth_methods::insert_password(tx, method, user, hash, at(0)));
            assert_eq!(made.await.expect(name), is_made, "{name}: {hash}");
        }
        let kept = test.store.read_one(move |tx| auth_methods::find_password_hash(tx, user)).await;
        assert_eq!(kept.expect(name).as_deref(), Some("first"), "{name}");
        let listed = test.store.read_one(move |tx| auth_methods::list_of(tx, user)).await;
        let listed = listed.expect(name);
        assert_eq!(listed.len(), 1, "{name}");
        assert_eq!((listed[0].provider.as_str(), listed[0].created_at), ("password", at(0)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s009_a_password_is_replaced_only_while_it_is_the_one_that_was_checked() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        let made = test.store.write(move |tx| auth_methods::insert_password(tx, id(1), user, "old", at(0)));
        assert_is!(made.await, Ok(true), "{name}");
        for (old, new, is_done) in [("OLD", "stolen", false), ("old", "new", true), ("old", "newer", false)] {
            let done = test.store.write(move |tx| auth_methods::replace_password(tx, user, old, new, at(1)));
            assert_eq!(done.await.expect(name), is_done, "{name}: {old} to {new}");
        }
        let kept = test.store.read_one(move |tx| auth_methods::find_password_hash(tx, user)).await;
        assert_eq!(kept.expect(name).as_deref(), Some("new"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_method_without_hash_is_corrupt_and_not_absent() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        let made = test.store.write(move |tx| auth_methods::insert_password(tx, id(1), user, "hash", at(0)));
        assert_is!(made.await, Ok(true), "{name}");
        raw::execute(&test.database, "UPDATE auth_methods SET password_hash = NULL");
        let found = test.store.read_one(move |tx| auth_methods::find_password_hash(tx, user)).await;
        assert_is!(found, Err(StoreError::Corrupt { table: "auth_methods", .. }), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn platform_roles_are_listed_once_each_in_the_order_of_claims() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        for role in [PlatformRole::Monitor, PlatformRole::Admin, PlatformRole::Monitor] {
            let granted = test.store.write(move |tx| platform_roles::grant(tx, user, role, at(0))).await;
            granted.expect(name);
        }
        let listed = test.store.read_one(move |tx| platform_roles::list_of(tx, user)).await;
        let wanted = [PlatformRole::Admin, PlatformRole::Monitor];
        assert_eq!(listed.expect(name), wanted, "{name}");
        for (role, had) in [(PlatformRole::Admin, true), (PlatformRole::Admin, false), (PlatformRole::Auditor, false)] {
            let gone = test.store.write(move |tx| platform_roles::withdraw(tx, user, role)).await;
            assert_eq!(gone.expect(name), had, "{name}: {role:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h306_another_active_administrator_is_neither_oneself_nor_disabled() {
    for test in stores().await {
        let name = test.store.name();
        let dana = add_user(&test.store, 1).await.id;
        add_user(&test.store, 2).await;
        insert(&test.store, User { disabled_at: Some(at(0)), ..user(3) }).await;
        add_user(&test.store, 4).await;
        for (number, role, is_enough) in [
            (1, PlatformRole::Admin, false),
            (2, PlatformRole::Auditor, false),
            (3, PlatformRole::Admin, false),
            (4, PlatformRole::Admin, true),
        ] {
            let granted = test.store.write(move |tx| platform_roles::grant(tx, id(number), role, at(0))).await;
            granted.expect(name);
            let found = test.store.read_one(move |tx| platform_roles::has_other_active_admin(tx, dana)).await;
            assert_eq!(found.expect(name), is_enough, "{name}: {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_platform_role_that_nobody_writes_is_corrupt_and_never_a_role() {
    for test in stores().await {
        let name = test.store.name();
        let user = add_user(&test.store, 1).await.id;
        let granted = test.store.write(move |tx| platform_roles::grant(tx, user, PlatformRole::Admin, at(0)));
        granted.await.expect(name);
        raw::execute(&test.database, "UPDATE platform_roles SET role = 'emperor'");
        let listed = test.store.read_one(move |tx| platform_roles::list_of(tx, user)).await;
        assert_is!(listed, Err(StoreError::Corrupt { table: "platform_roles", .. }), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s027_an_address_is_known_for_the_account_that_was_entered_from_it() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, eve) = (add_user(&test.store, 1).await.id, add_user(&test.store, 2).await.id);
        for seconds in [0, 60] {
            let noted = test.store.write(move |tx| known_addresses::note(tx, dana, "192.0.2.1", at(seconds)));
            noted.await.expect(name);
        }
        for (user, key, is_known) in [(dana, "192.0.2.1", true), (dana, "192.0.2.10", false), (eve, "192.0.2.1", false)]
        {
            let known = test.store.read_one(move |tx| known_addresses::is_known(tx, user, key));
            assert_eq!(known.await.expect(name), is_known, "{name}: {key}");
        }
    }
}
