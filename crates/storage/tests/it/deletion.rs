//! Deleting an account takes everything along that refers to it (S-161). No use case does so yet;
//! the schema is ready for it.

use authara_core::organization::OrganizationKind;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_storage::testing::{TestDatabase, stores};
use authara_storage::{
    StoreOptions, auth_methods, known_addresses, memberships, organizations, platform_roles, refresh_tokens, sessions,
};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use crate::raw;
use crate::rows::{add_user, at, hash, id, organization, session};

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
        let pragma = if name == "sqlite" { "PRAGMA foreign_keys = ON;" } else { "" };
        raw::execute(&test.database, &format!("{pragma} DELETE FROM users WHERE username = 'dana-1'"));
        for table in OWNED.into_iter().chain([CREATED, "users"]) {
            assert_eq!(count(&test.database, table), 1, "{name}: {table}");
        }
        // Others may be members of it.
        assert_eq!(count(&test.database, "organizations"), 2, "{name}");
    }
}
