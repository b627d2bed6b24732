//! Choosing another user name: what is taken, what is refused, and who sees it.

use std::sync::Arc;

use authara_core::event::Event;
use authara_core::username::UsernameError;
use authara_flows::error::{AccountError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, current_user, logout, username};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, StoreError};

use crate::crowd::{at_once, race};
use crate::people::{EMAIL, account_of, claims, sign_up};

async fn change(app: &App, person: &SignedIn, name: &str) -> Result<(), AccountError> {
    username::change(app, &claims(app, &person.access_token), name).await
}

/// The name as it is kept.
async fn kept(app: &App, email: &str) -> String {
    account_of(app, email).await.expect("the account is kept").username
}

/// The name as applications are told it, mostly from memory.
async fn shown(app: &App, person: &SignedIn) -> String {
    let view = current_user::find(app, &claims(app, &person.access_token)).await;
    view.expect("somebody is signed in").user.username.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_name_is_kept_as_it_was_typed_and_shown_at_once() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        // Now the old name is in memory.
        assert_eq!(shown(&app, &person).await, person.user.username, "{name}");
        for (typed, expected) in [("Dana_Q-7", "Dana_Q-7"), ("  other-name\t", "other-name"), ("abc", "abc")] {
            assert_is!(change(&app, &person, typed).await, Ok(()), "{name}: {typed:?}");
            assert_eq!(shown(&app, &person).await, expected, "{name}: {typed:?}");
            assert_eq!(kept(&app, EMAIL).await, expected, "{name}: {typed:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_name_is_told_once_and_an_unchanged_one_is_not() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = test.store.recorded().len();
        for typed in ["dana", "dana", " dana "] {
            assert_is!(change(&app, &person, typed).await, Ok(()), "{name}: {typed:?}");
        }
        assert_eq!(test.store.recorded()[before..], [Event::UserUpdated { user: person.user.id }], "{name}");
        assert!(test.store.notices().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_names_that_break_a_rule_are_refused_and_change_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = test.store.recorded().len();
        let long = "a".repeat(31);
        let malformed = ["", "   ", "ab", "a b c", "d\u{e4}na", "dana\0", "dana@", "\u{202e}dana", long.as_str()];
        let reserved = ["admin", "Root", " SUPPORT "];
        let refusals = malformed.into_iter().map(|typed| (typed, UsernameError::Malformed));
        for (typed, expected) in refusals.chain(reserved.into_iter().map(|typed| (typed, UsernameError::Reserved))) {
            let Err(AccountError::UsernameInvalid(refused)) = change(&app, &person, typed).await else {
                panic!("{name}: {typed:?} was not refused");
            };
            assert_eq!(refused, expected, "{name}: {typed:?}");
        }
        assert_eq!(kept(&app, EMAIL).await, person.user.username, "{name}");
        assert_eq!(test.store.recorded().len(), before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_a_name_that_somebody_has_is_taken_in_whatever_letter_case_until_they_change_it() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        assert_is!(change(&app, &dana, "Alice").await, Ok(()), "{name}");
        let before = test.store.recorded().len();
        for typed in ["Alice", "alice", "ALICE"] {
            let taken = change(&app, &eve, typed).await;
            assert_is!(taken, Err(AccountError::UsernameTaken), "{name}: {typed}");
        }
        assert_eq!(kept(&app, "eve@example.org").await, eve.user.username, "{name}");
        assert_eq!(test.store.recorded().len(), before, "{name}");
        assert_is!(change(&app, &dana, "Bob").await, Ok(()), "{name}");
        assert_is!(change(&app, &eve, "aliCE").await, Ok(()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_ones_own_name_is_free_in_any_letter_case() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        for typed in ["alice", "alice", "Alice", "ALICE"] {
            assert_is!(change(&app, &person, typed).await, Ok(()), "{name}: {typed}");
            assert_eq!(shown(&app, &person).await, typed, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s058_a_session_that_is_over_changes_no_name() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let refused = change(&app, &person, "alice").await;
        assert_is!(refused, Err(AccountError::SignedOut), "{name}");
        assert_eq!(kept(&app, EMAIL).await, person.user.username, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s165_a_name_that_could_not_be_committed_is_neither_shown_nor_told() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = test.store.recorded().len();
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let failed = change(&app, &person, "alice").await;
        assert_is!(failed, Err(AccountError::Trouble(Trouble::Store(StoreError::Unavailable(_)))), "{name}");
        assert_eq!(shown(&app, &person).await, person.user.username, "{name}");
        assert_eq!(test.store.recorded().len(), before, "{name}");
        assert_is!(change(&app, &person, "alice").await, Ok(()), "{name}: again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s127_of_twenty_people_who_take_one_name_at_the_same_time_exactly_one_gets_it() {
    const ROUNDS: usize = 5;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let mut people = Vec::new();
        for number in 0..20 {
            people.push(sign_up(&app, &format!("dana{number}@example.org")).await);
        }
        for round in 1..=ROUNDS {
            let spellings = [format!("alice-{round}"), format!("Alice-{round}"), format!("ALICE-{round}")];
            let answers = at_once(people.len(), |number| {
                let (app, person) = (app.clone(), people[number].clone());
                let typed = spellings[number % spellings.len()].clone();
                async move { change(&app, &person, &typed).await }
            });
            let mut winners = Vec::new();
            for (number, answer) in answers.await.into_iter().enumerate() {
                if answer.is_ok() {
                    winners.push(number);
                } else {
                    assert_is!(answer, Err(AccountError::UsernameTaken), "{name}: round {round}");
                }
            }
            assert_eq!(winners.len(), 1, "{name}: round {round}");
            let mut holders = Vec::new();
            for (number, person) in people.iter().enumerate() {
                let seen = shown(&app, person).await;
                assert_eq!(seen, kept(&app, &person.user.email).await, "{name}: round {round}");
                if seen.eq_ignore_ascii_case(&spellings[0]) {
                    holders.push(number);
                }
            }
            assert_eq!(holders, winners, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_is_being_given_up_is_taken_over_or_not_and_never_shared() {
    const ROUNDS: usize = 20;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let dana = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        for round in 1..=ROUNDS {
            let before = (kept(&app, EMAIL).await, kept(&app, "eve@example.org").await);
            let take = |person: &SignedIn, typed: &str| {
                let (app, person, typed) = (app.clone(), person.clone(), typed.to_owned());
                async move { change(&app, &person, &typed).await }
            };
            let free = format!("free-{round}");
            // Eve wants what Dana is giving up.
            let (left, taken) = race(take(&dana, &free), take(&eve, &before.0)).await;
            assert_is!(left, Ok(()), "{name}: round {round}");
            assert_is!(taken, Ok(()) | Err(AccountError::UsernameTaken), "{name}: round {round}");
            let expected = if taken.is_ok() { before.0 } else { before.1 };
            let after = (kept(&app, EMAIL).await, kept(&app, "eve@example.org").await);
            assert_eq!(after, (free, expected), "{name}: round {round}");
        }
    }
}
