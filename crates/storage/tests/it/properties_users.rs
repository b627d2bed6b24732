//! Accounts (annex B): one for each address, one for each user name in lower case, whoever asks for
//! them at the same moment.

use std::sync::atomic::{AtomicU32, Ordering};

use authara_core::user::User;
use authara_core::username::folded;
use authara_storage::testing::stores;
use authara_storage::{Store, StoreError, users};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Handle;

use crate::crowd::at_once;
use crate::rows::{id, user};

const CASES: u32 = 24;
const NAMES: [&str; 7] = ["dana", "Dana", "DANA", "eve", "Eve", "dana-1", "DANA-1"];

/// One of four addresses with one of seven names, for each of the people who come together.
fn crowds() -> impl Strategy<Value = Vec<(u8, usize)>> {
    proptest::collection::vec((0_u8..4, 0..NAMES.len()), 2..10)
}

/// Lets them all in at once, and looks who is there afterwards.
async fn check(store: &Store, crowd: &[(u8, usize)]) -> Result<(), TestCaseError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let round = NUMBER.fetch_add(1, Ordering::Relaxed);
    let people: Vec<User> = (0_u128..)
        .zip(crowd)
        .map(|(number, (email, name))| {
            let name = NAMES.get(*name).copied().unwrap_or_default();
            User {
                id: id(u128::from(round) * 1000 + number + 1),
                email: format!("{email}.{round}@example.org"),
                username: format!("{name}-{round}"),
                ..user(1)
            }
        })
        .collect();
    let answers = at_once(people.len(), |number| {
        let (store, person) = (store.clone(), people.get(number).cloned());
        async move {
            let person = person.expect("one for each number");
            store.write(move |tx| users::insert(tx, &person)).await
        }
    });
    let answers = answers.await;
    let is_same = |a: &User, b: &User| a.email == b.email || folded(&a.username) == folded(&b.username);
    let let_in = people.iter().zip(&answers).filter(|(_, answer)| matches!(answer, Ok(true)));
    let made: Vec<&User> = let_in.map(|(person, _)| person).collect();
    prop_assert!(!made.is_empty(), "nobody was let in: {answers:?}");
    for (number, person) in made.iter().enumerate() {
        let is_twice = made.iter().skip(number + 1).any(|other| is_same(person, other));
        prop_assert!(!is_twice, "{person:?} is there twice");
    }
    for (person, answer) in people.iter().zip(&answers) {
        match answer {
            // A conflict is contention that outlived its retries.
            Ok(true) | Err(StoreError::Conflict(_)) => {}
            Ok(false) => prop_assert!(made.iter().any(|other| is_same(person, other)), "{person:?} was free"),
            Err(error) => return Err(TestCaseError::fail(format!("{person:?}: {error:?}"))),
        }
        let email = person.email.clone();
        let found = store.read_one(move |tx| users::find_by_email(tx, &email)).await.expect("the statement runs");
        let owner = made.iter().find(|other| other.email == person.email);
        prop_assert_eq!(found.as_ref(), owner.copied());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s188_s126_s127_there_is_one_account_for_each_address_and_each_name_in_lower_case() {
    for test in stores().await {
        let name = test.store.name();
        let config = ProptestConfig {
            cases: CASES,
            failure_persistence: None,
            max_shrink_iters: 100,
            ..ProptestConfig::default()
        };
        let checked = TestRunner::new(config).run(&crowds(), |crowd| {
            let check = check(&test.store, &crowd);
            tokio::task::block_in_place(|| Handle::current().block_on(check))
        });
        assert!(checked.is_ok(), "{name}: {}", checked.unwrap_err());
    }
}
