//! Random crowds of people who sign up at the same moment, in many spellings, while commits fail
//! (annex B): one account for each address and each name, and each account was told of once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use authara_core::event::Event;
use authara_core::id::UserId;
use authara_core::username::folded;
use authara_flows::error::{SignupError, Trouble};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, signup};
use authara_storage::faults::FaultKind;
use authara_storage::testing::{TestStore, stores};
use authara_storage::{FaultPoint, StoreError, auth_methods};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Handle;

use crate::crowd::at_once;
use crate::people::{PASSWORD, account_of, signup_of};

const CASES: u32 = 16;
const PEOPLE: usize = 3;

/// Which of the people asks, and how they spell their address.
type Attempt = (usize, u8);

/// Crowds, one after the other, and whether a commit fails while one of them signs up.
fn crowds() -> impl Strategy<Value = Vec<(Vec<Attempt>, bool)>> {
    let attempt = (0..PEOPLE, 0_u8..7);
    proptest::collection::vec((proptest::collection::vec(attempt, 1..7), any::<bool>()), 1..4)
}

/// One address in many forms, which all have one normal form.
fn spelled(local: &str, how: u8) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c);
    match how {
        0 => format!("{local}@example.org"),
        1 => format!("{}@EXAMPLE.ORG", local.to_uppercase()),
        2 => format!(" \t{local}@Example.Org "),
        3 => format!("{}@example.org", local.chars().map(wide).collect::<String>()),
        4 => format!("{local}\u{ff20}example.org"),
        5 => format!("{local}@example\u{3002}org"),
        _ => format!("{local}@exam\u{ad}ple.org"),
    }
}

/// What came of everybody who asked.
#[derive(Debug, Default)]
struct Made {
    /// Who was told that they have an account now.
    accounts: Vec<(usize, UserId)>,
    /// Who was told that there is one already.
    taken: BTreeSet<usize>,
}

/// Lets one crowd sign up at once.
async fn sign_up_at_once(app: &Arc<App>, round: u32, crowd: &[Attempt]) -> Vec<Result<UserId, SignupError>> {
    let answers = at_once(crowd.len(), |number| {
        let (person, how) = crowd.get(number).copied().unwrap_or_default();
        let (app, email) = (app.clone(), spelled(&local(round, person), how));
        async move { signup::direct(&app, signup_of(&email, PASSWORD)).await.map(|signed_in| signed_in.user.id) }
    });
    answers.await
}

fn local(round: u32, person: usize) -> String {
    format!("dana{person}x{round}")
}

async fn check(test: &TestStore, app: &Arc<App>, crowds: &[(Vec<Attempt>, bool)]) -> Result<(), TestCaseError> {
    static ROUND: AtomicU32 = AtomicU32::new(0);
    let round = ROUND.fetch_add(1, Ordering::Relaxed);
    let before = app.store.recorded().len();
    let mut made = Made::default();
    for (crowd, fails) in crowds {
        if *fails {
            test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        }
        let answers = sign_up_at_once(app, round, crowd).await;
        let mut has_failed = false;
        for ((person, _), answer) in crowd.iter().zip(answers) {
            match answer {
                Ok(user) => made.accounts.push((*person, user)),
                Err(SignupError::EmailTaken) => {
                    made.taken.insert(*person);
                }
                // On SQLite whoever shares the commit shares its end.
                Err(SignupError::Trouble(Trouble::Store(StoreError::Unavailable(_)))) if *fails => has_failed = true,
                Err(other) => return Err(TestCaseError::fail(format!("{person}: {other:?}"))),
            }
        }
        if *fails && !has_failed {
            // Nobody came as far as a commit; the next crowd is not to meet the fault.
            let _ = app.store.write(|_| Ok(())).await;
        }
    }
    check_accounts(app, round, &made).await?;
    check_events(app, before, &made)
}

/// One account for each address that somebody got, none for the others.
async fn check_accounts(app: &App, round: u32, made: &Made) -> Result<(), TestCaseError> {
    let mut names = BTreeSet::new();
    for person in 0..PEOPLE {
        let owners: Vec<UserId> =
            made.accounts.iter().filter(|(who, _)| *who == person).map(|(_, user)| *user).collect();
        prop_assert!(owners.len() <= 1, "{person} has accounts {owners:?}");
        let account = account_of(app, &spelled(&local(round, person), 0)).await;
        prop_assert_eq!(account.as_ref().map(|user| user.id), owners.first().copied());
        prop_assert!(account.is_some() || !made.taken.contains(&person), "nobody has the address of {person}");
        let Some(account) = account else { continue };
        prop_assert!(names.insert(folded(&account.username)), "{} is there twice", account.username);
        let user = account.id;
        let methods = app.store.read_one(move |tx| auth_methods::list_of(tx, user)).await;
        prop_assert_eq!(methods.expect("methods are read").len(), 1, "ways to sign in");
    }
    Ok(())
}

/// Each account was told of once, with its organization and its membership, and nothing else was.
fn check_events(app: &App, before: usize, made: &Made) -> Result<(), TestCaseError> {
    let accounts: BTreeSet<UserId> = made.accounts.iter().map(|(_, user)| *user).collect();
    let (mut users, mut organizations, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for event in app.store.recorded().into_iter().skip(before) {
        match event {
            Event::UserCreated { user } => users.push(user),
            Event::OrganizationCreated { created_by, .. } => organizations.push(created_by),
            Event::MembershipCreated { user, .. } => members.push(user),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        }
    }
    for told in [users, organizations, members] {
        prop_assert_eq!(told.len(), accounts.len());
        prop_assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), accounts.clone());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s188_s126_random_crowds_get_one_account_for_each_address_and_one_event_for_each_account() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let config = ProptestConfig {
            cases: CASES,
            failure_persistence: None,
            max_shrink_iters: 100,
            ..ProptestConfig::default()
        };
        let checked = TestRunner::new(config).run(&crowds(), |crowds| {
            let check = check(&test, &app, &crowds);
            tokio::task::block_in_place(|| Handle::current().block_on(check))
        });
        assert!(checked.is_ok(), "{name}: {}", checked.unwrap_err());
    }
}
