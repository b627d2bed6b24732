//! Setting, adding and changing a password, and what that ends.

use std::sync::Arc;

use authara_core::audience::Audience;
use authara_core::event::{Event, Notice};
use authara_core::limit::{Bucket, Limited, Rule};
use authara_core::password::PasswordError;
use authara_core::secret::SecretText;
use authara_core::session::EndReason;
use authara_core::session::refresh::Refusal;
use authara_flows::access::{self, AccessError};
use authara_flows::error::{AccountError, LoginError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::limits::Rules;
use authara_flows::password::{self, Change};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, logout};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, Standing, StoreError};
use chrono::TimeDelta;

use crate::crowd::{at_once, race};
use crate::people::{
    EMAIL, PASSWORD, account_of, change_of, claims, live_sessions, log_in, made_by_hand, present, refusal, session,
    sign_up, signed_in_by_hand, stored_hash,
};

const NEW: &str = "eight green windmills";

async fn change(app: &App, person: &SignedIn, current: &str, new: &str) -> Result<Option<SignedIn>, AccountError> {
    password::change(app, change_of(app, person, new), SecretText::new(current)).await
}

async fn set(app: &App, person: &SignedIn, new: &str) -> Result<Option<SignedIn>, AccountError> {
    password::set(app, change_of(app, person, new)).await
}

/// Does this password, and not the other one, open Dana's account?
async fn opens(app: &App, password: &str, and_not: &str) -> bool {
    log_in(app, EMAIL, password).await.is_ok()
        && matches!(log_in(app, EMAIL, and_not).await, Err(LoginError::BadCredentials))
}

fn five_tries() -> Bend {
    let rule = Rule { limit: 5, window: TimeDelta::hours(1) };
    let usual = Bend::default();
    Bend { rules: Rules { login_account: rule, ..usual.rules }, ..usual }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h236_a_set_password_replaces_the_old_one() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        assert_is!(set(&app, &person, NEW).await, Ok(Some(_)), "{name}");
        assert!(opens(&app, NEW, PASSWORD).await, "{name}");
        let version = account_of(&app, EMAIL).await.expect(name).credential_version;
        assert_eq!(version, person.user.credential_version + 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s010_a_changed_password_replaces_the_old_one() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        assert_is!(change(&app, &person, PASSWORD, NEW).await, Ok(Some(_)), "{name}");
        assert!(opens(&app, NEW, PASSWORD).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s011_h236_every_session_of_the_account_ends_and_is_marked_at_once() {
    for is_change in [false, true] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, Bend::default());
            let here = sign_up(&app, EMAIL).await;
            let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
            let done = if is_change { change(&app, &here, PASSWORD, NEW).await } else { set(&app, &here, NEW).await };
            let person = done.expect(name).expect(name);
            for old in [&here, &there] {
                let ended = session(&app, old.session).await.ended.expect(name);
                assert_eq!(ended.reason, EndReason::PasswordChanged, "{name}");
                assert_eq!(test.store.revocations().standing(old.session), Standing::Ended, "{name}");
                let checked = access::check(&app, &old.access_token, Audience::App).await;
                assert_is!(checked, Err(AccessError::Ended), "{name}");
                let answer = present(&app, &old.refresh_token).await;
                assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}");
            }
            assert_eq!(live_sessions(&app, here.user.id).await, [person.session], "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s059_the_tokens_handed_over_with_a_new_password_work_in_the_same_second() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let person = set(&app, &person, NEW).await.expect(name).expect(name);
        let checked = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(checked, Ok(_), "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        let later = log_in(&app, EMAIL, NEW).await.expect(name);
        let checked = access::check(&app, &later.access_token, Audience::App).await;
        assert_is!(checked, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s011_a_bearer_caller_gets_no_new_session_and_loses_the_old_one() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let bearer = Change { renews: false, ..change_of(&app, &person, NEW) };
        assert_is!(password::set(&app, bearer).await, Ok(None), "{name}");
        assert!(live_sessions(&app, person.user.id).await.is_empty(), "{name}");
        assert!(opens(&app, NEW, PASSWORD).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s013_h236_a_new_password_is_told_to_the_owner_and_to_other_systems_once() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = test.store.recorded().len();
        set(&app, &person, NEW).await.expect(name);
        let user = person.user.id;
        assert_eq!(test.store.recorded()[before..], [Event::UserUpdated { user }], "{name}");
        let notice = Notice::PasswordChanged { user, email: EMAIL.to_owned() };
        assert_eq!(test.store.notices(), [notice], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h234_nobody_elses_password_or_session_is_touched() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let eve = sign_up(&app, "eve@example.org").await;
        let hash = stored_hash(&app, eve.user.id).await;
        set(&app, &person, NEW).await.expect(name);
        assert_eq!(stored_hash(&app, eve.user.id).await, hash, "{name}");
        assert_is!(present(&app, &eve.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_setting_a_password_needs_a_fresh_session_and_changing_one_does_not() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let wish = change_of(&app, &person, NEW);
        app.clock.advance(TimeDelta::minutes(10));
        let stale = password::set(&app, wish.clone()).await;
        assert_is!(stale, Err(AccountError::NotFresh), "{name}");
        assert!(opens(&app, PASSWORD, NEW).await, "{name}");
        let changed = password::change(&app, wish, SecretText::new(PASSWORD)).await;
        assert_is!(changed, Ok(Some(_)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_only_the_current_password_makes_the_next_session_fresher() {
    for (is_change, minutes) in [(false, 0), (true, 5)] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, Bend::default());
            let person = sign_up(&app, EMAIL).await;
            let start = app.clock.now();
            app.clock.advance(TimeDelta::minutes(5));
            let done =
                if is_change { change(&app, &person, PASSWORD, NEW).await } else { set(&app, &person, NEW).await };
            let next = session(&app, done.expect(name).expect(name).session).await;
            assert_eq!(next.authenticated_at, start + TimeDelta::minutes(minutes), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h237_an_account_without_password_can_be_given_one_and_then_logs_in() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        for (number, is_add) in [(1, true), (2, false)] {
            let email = format!("dana{number}@example.org");
            let user = made_by_hand(&app, &email, None, false).await;
            let person = signed_in_by_hand(&app, &user).await;
            let wish = change_of(&app, &person, NEW);
            let done = if is_add { password::add(&app, wish).await } else { password::set(&app, wish).await };
            assert_is!(done, Ok(Some(_)), "{name}: {email}");
            assert_is!(log_in(&app, &email, NEW).await, Ok(_), "{name}: {email}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn adding_a_password_is_refused_when_there_is_one_or_the_session_is_not_fresh() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let second = password::add(&app, change_of(&app, &person, NEW)).await;
        assert_is!(second, Err(AccountError::PasswordExists), "{name}");
        let user = made_by_hand(&app, "without@example.org", None, false).await;
        let without = signed_in_by_hand(&app, &user).await;
        let wish = change_of(&app, &without, NEW);
        app.clock.advance(TimeDelta::minutes(10));
        assert_is!(password::add(&app, wish).await, Err(AccountError::NotFresh), "{name}");
        assert_eq!(stored_hash(&app, user.id).await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changing_a_password_that_is_not_there_is_refused() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = made_by_hand(&app, EMAIL, None, false).await;
        let person = signed_in_by_hand(&app, &user).await;
        let answer = change(&app, &person, PASSWORD, NEW).await;
        assert_is!(answer, Err(AccountError::NoPassword), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s010_a_guess_at_the_current_password_costs_one_hash_and_five_are_enough() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, five_tries());
        let person = sign_up(&app, EMAIL).await;
        let before = app.hasher.count();
        for number in 1..=5 {
            let guess = change(&app, &person, "a wrong guess", NEW).await;
            assert_is!(guess, Err(AccountError::WrongPassword), "{name}: guess {number}");
            assert_eq!(app.hasher.count() - before, number, "{name}");
        }
        for current in ["a wrong guess", PASSWORD] {
            let sixth = change(&app, &person, current, NEW).await;
            assert_is!(sixth, Err(AccountError::Limited(_)), "{name}");
        }
        assert_eq!(app.hasher.count() - before, 5, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s023_logins_and_guesses_at_the_current_password_share_one_counter() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, five_tries());
        let person = sign_up(&app, EMAIL).await;
        for _ in 0..3 {
            let guess = change(&app, &person, "a wrong guess", NEW).await;
            assert_is!(guess, Err(AccountError::WrongPassword), "{name}");
        }
        for _ in 0..2 {
            let guess = log_in(&app, EMAIL, "a wrong guess").await;
            assert_is!(guess, Err(LoginError::BadCredentials), "{name}");
        }
        let sixth = log_in(&app, EMAIL, PASSWORD).await;
        assert_is!(sixth, Err(LoginError::Limited(_)), "{name}");
        let sixth = change(&app, &person, PASSWORD, NEW).await;
        assert_is!(sixth, Err(AccountError::Limited(_)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_current_password_gives_its_try_back() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, five_tries());
        let mut person = sign_up(&app, EMAIL).await;
        let mut current = PASSWORD.to_owned();
        for number in 1..=8 {
            let new = format!("secret number {number}");
            let changed = change(&app, &person, &current, &new).await;
            person = changed.expect(name).expect(name);
            current = new;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_passwords_are_limited_by_account() {
    let rule = Rule { limit: 2, window: TimeDelta::hours(1) };
    for test in stores().await {
        let name = test.store.name();
        let usual = Bend::default();
        let rules = Rules { password_change: rule, ..usual.rules };
        let app = app(&test, Bend { rules, ..usual });
        let person = sign_up(&app, EMAIL).await;
        let person = set(&app, &person, NEW).await.expect(name).expect(name);
        let changed = change(&app, &person, NEW, PASSWORD).await;
        let person = changed.expect(name).expect(name);
        let before = app.hasher.count();
        let third = set(&app, &person, NEW).await;
        assert_is!(third, Err(AccountError::Limited(Limited { bucket: Bucket::PasswordChange, .. })), "{name}");
        assert_eq!(app.hasher.count(), before, "{name}");
        let eve = sign_up(&app, "eve@example.org").await;
        assert_is!(set(&app, &eve, NEW).await, Ok(Some(_)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s006_a_new_password_that_breaks_a_rule_is_refused_before_any_hashing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let before = app.hasher.count();
        let own_name = person.user.username.clone();
        for (new, expected) in [
            ("seven c", PasswordError::TooShort(8)),
            ("password123", PasswordError::Common),
            (own_name.as_str(), PasswordError::Identity),
            (EMAIL, PasswordError::Identity),
        ] {
            for answer in [set(&app, &person, new).await, change(&app, &person, PASSWORD, new).await] {
                let Err(AccountError::Password(refused)) = answer else {
                    panic!("{name}: not refused for {expected:?}");
                };
                assert_eq!(refused, expected, "{name}");
            }
        }
        assert_eq!(app.hasher.count(), before, "{name}");
        assert!(opens(&app, PASSWORD, NEW).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s058_h235_a_session_that_is_over_changes_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let before = app.hasher.count();
        assert_is!(set(&app, &person, NEW).await, Err(AccountError::SignedOut), "{name}");
        let changed = change(&app, &person, PASSWORD, NEW).await;
        assert_is!(changed, Err(AccountError::SignedOut), "{name}");
        assert_eq!(app.hasher.count(), before, "{name}");
        assert!(opens(&app, PASSWORD, NEW).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s165_a_password_that_could_not_be_committed_changes_and_ends_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let failed = set(&app, &person, NEW).await;
        assert_is!(failed, Err(AccountError::Trouble(Trouble::Store(StoreError::Unavailable(_)))), "{name}");
        assert_eq!(test.store.revocations().standing(person.session), Standing::Live, "{name}");
        assert!(test.store.notices().is_empty(), "{name}");
        assert!(opens(&app, PASSWORD, NEW).await, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        assert_is!(set(&app, &person, NEW).await, Ok(Some(_)), "{name}: again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_password_leaves_the_caller_in_the_same_organization() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let organization = claims(&app, &person.access_token).organization;
        let next = set(&app, &person, NEW).await.expect(name).expect(name);
        assert_eq!(claims(&app, &next.access_token).organization, organization, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s012_a_login_racing_a_change_leaves_no_session_of_the_old_password() {
    const ROUNDS: usize = 200;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let mut person = sign_up(&app, EMAIL).await;
        let mut current = PASSWORD.to_owned();
        for round in 1..=ROUNDS {
            let new = format!("secret number {round}");
            let entering = {
                let (app, old) = (app.clone(), current.clone());
                at_once(3, move |_| {
                    let (app, old) = (app.clone(), old.clone());
                    async move { log_in(&app, EMAIL, &old).await }
                })
            };
            let changing = {
                let (app, person) = (app.clone(), person.clone());
                let (old, new) = (current.clone(), new.clone());
                async move { change(&app, &person, &old, &new).await }
            };
            let (entered, changed) = race(entering, changing).await;
            person = changed.expect(name).expect(name);
            for intruder in entered.into_iter().flatten() {
                let answer = present(&app, &intruder.refresh_token).await;
                assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}: round {round}");
            }
            assert_eq!(live_sessions(&app, person.user.id).await, [person.session], "{name}: round {round}");
            let late = log_in(&app, EMAIL, &current).await;
            assert_is!(late, Err(LoginError::BadCredentials), "{name}: round {round}");
            current = new;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_at_the_same_time_exactly_one_happens() {
    const ROUNDS: usize = 50;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        sign_up(&app, EMAIL).await;
        let mut current = PASSWORD.to_owned();
        for round in 1..=ROUNDS {
            let mut wishes = Vec::new();
            for side in ["left", "right"] {
                let person = log_in(&app, EMAIL, &current).await.expect(name);
                wishes.push((person, format!("{side} secret {round}")));
            }
            let answers = at_once(wishes.len(), |number| {
                let (app, current) = (app.clone(), current.clone());
                let (person, new) = wishes[number].clone();
                async move { change(&app, &person, &current, &new).await }
            });
            let mut won = Vec::new();
            for (answer, (_, new)) in answers.await.into_iter().zip(&wishes) {
                match answer {
                    Ok(next) => won.push((next.expect(name), new.clone())),
                    lost => assert_is!(
                        lost,
                        Err(AccountError::SignedOut
                            | AccountError::WrongPassword
                            | AccountError::Trouble(Trouble::Store(StoreError::Conflict(_)))),
                        "{name}: round {round}"
                    ),
                }
            }
            assert_eq!(won.len(), 1, "{name}: round {round}");
            let (winner, new) = won.remove(0);
            assert_eq!(live_sessions(&app, winner.user.id).await, [winner.session], "{name}: round {round}");
            let old = log_in(&app, EMAIL, &current).await;
            assert_is!(old, Err(LoginError::BadCredentials), "{name}: round {round}");
            current = new;
        }
    }
}
