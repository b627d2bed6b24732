//! Deleting an account, or an organization, takes everything along that refers to it (S-161), and every
//! process hears of the sessions that went.

use std::time::Duration;

use authara_core::id::SessionId;
use authara_core::organization::OrganizationKind;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_storage::testing::{TestDatabase, stores};
use authara_storage::{
    Faults, Standing, Store, StoreOptions, auth_methods, known_addresses, memberships, organizations, platform_roles,
    refresh_tokens, sessions, users,
};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use crate::crowd::holds_within;
use crate::raw;
use crate::rows::{add_sessions, add_user, at, ending, hash, id, organization, session};

/// Tables that hold rows of accounts, and what tells whose they are.
const OWNED: [&str; 6] = [
    "platform_roles WHERE user_id IS NOT NULL",
    "auth_methods WHERE user_id IS NOT NULL",
    "memberships WHERE user_id IS NOT NULL",
    "sessions WHERE user_id IS NOT NULL",
    "refresh_tokens WHERE session_id IS NOT NULL",
    "known_addresses WHERE user_id IS NOT NULL",
];
const CREATED: &str = "organizations WHERE created_by IS NOT NULL";

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(database: &TestDatabase, what: &str) -> i64 {
    let query = format!("SELECT count(*) AS count FROM {what}");
    let row: QueryResult<Counted> = match &database.options {
        StoreOptions::Sqlite(options) => sql_query(query).get_result(&mut raw::sqlite(options)),
        StoreOptions::Postgres(options) => sql_query(query).get_result(&mut raw::postgres(options)),
    };
    row.expect("rows are counted").count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_an_account_with_rows_of_every_kind_can_be_deleted_and_leaves_none_of_them() {
    for test in stores().await {
        let name = test.store.name();
        for number in [1, 2] {
            let user = add_user(&test.store, number).await;
            let done = test.store.write(move |tx| {
                let company = organization(number, OrganizationKind::Team, &user);
                organizations::insert(tx, &company)?;
                memberships::insert(tx, company.id, user.id, OrganizationRole::Owner, at(0))?;
                platform_roles::grant(tx, user.id, PlatformRole::Admin, at(0))?;
                auth_methods::insert_password(tx, id(number), user.id, "hash", at(0))?;
                sessions::insert(tx, &session(number, &user, company.id))?;
                let token = hash(usize::try_from(number).unwrap_or_default());
                refresh_tokens::insert(tx, &token, id(number), at(0), at(0) + TimeDelta::days(14))?;
                known_addresses::note(tx, user.id, "192.0.2.1", at(0))
            });
            done.await.expect(name);
        }
        for table in OWNED.into_iter().chain([CREATED, "users"]) {
            assert_eq!(count(&test.database, table), 2, "{name}: {table}");
        }
        for is_there in [true, false] {
            let deleted = test.store.write(|tx| users::delete(tx, id(1), &ending(10))).await;
            assert_eq!(deleted.expect(name), is_there, "{name}");
        }
        for table in OWNED.into_iter().chain([CREATED, "users"]) {
            assert_eq!(count(&test.database, table), 1, "{name}: {table}");
        }
        // Others may be members of it.
        assert_eq!(count(&test.database, "organizations"), 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s128_deleting_an_account_marks_its_sessions_and_nobody_elses() {
    for test in stores().await {
        let name = test.store.name();
        let beside = Store::open(test.database.options.clone(), Faults::none()).await.expect(name);
        let (dana, own) = add_sessions(&test.store, 1, 3).await;
        let (_, others) = add_sessions(&test.store, 2, 2).await;
        let shown = test.store.view(dana.id, id(1)).await;
        assert_is!(shown, Ok(Some(_)), "{name}");
        let user = dana.id;
        let deleted = test.store.write(move |tx| users::delete(tx, user, &ending(10))).await;
        assert_is!(deleted, Ok(true), "{name}");
        assert_is!(test.store.view(dana.id, id(1)).await, Ok(None), "{name}");
        for session in &own {
            assert_eq!(test.store.revocations().standing(*session), Standing::Ended, "{name}");
            let heard = || beside.revocations().standing(*session) == Standing::Ended;
            assert!(holds_within(Duration::from_secs(2), heard).await, "{name}");
        }
        for session in others {
            assert_eq!(test.store.revocations().standing(session), Standing::Live, "{name}");
        }
        // What she made goes on without a maker.
        let made = test.store.read_one(|tx| organizations::find(tx, id(1))).await;
        assert_eq!(made.expect(name).expect(name).created_by, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organization_goes_with_its_memberships_and_the_sessions_that_work_in_it() {
    for test in stores().await {
        let name = test.store.name();
        let (_, inside) = add_sessions(&test.store, 1, 2).await;
        let (eve, outside) = add_sessions(&test.store, 2, 1).await;
        let guest: SessionId = id(7);
        let done = test.store.write(move |tx| {
            memberships::insert(tx, id(1), eve.id, OrganizationRole::Member, at(0))?;
            sessions::insert(tx, &session(7, &eve, id(1)))?;
            refresh_tokens::insert(tx, &hash(7), guest, at(0), at(0) + TimeDelta::days(14))
        });
        done.await.expect(name);
        for is_there in [true, false] {
            let deleted = test.store.write(|tx| organizations::delete(tx, id(1), &ending(10))).await;
            assert_eq!(deleted.expect(name), is_there, "{name}");
        }
        for session in inside.into_iter().chain([guest]) {
            assert_eq!(test.store.revocations().standing(session), Standing::Ended, "{name}");
            let found = test.store.read_one(move |tx| sessions::find(tx, session)).await;
            assert_is!(found, Ok(None), "{name}");
        }
        assert_eq!(test.store.revocations().standing(outside[0]), Standing::Live, "{name}");
        for (table, expected) in [("organizations", 1), ("memberships", 1), ("refresh_tokens", 0), ("users", 2)] {
            assert_eq!(count(&test.database, table), expected, "{name}: {table}");
        }
    }
}
