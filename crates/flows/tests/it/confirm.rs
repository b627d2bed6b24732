//! Proving once more who one is: what it opens, what a wrong guess costs, and whom it does not help.

use std::sync::Arc;

use authara_core::limit::Rule;
use authara_core::secret::SecretText;
use authara_core::token::AccessClaims;
use authara_flows::error::{AccountError, LoginError, Trouble};
use authara_flows::issue::Presented;
use authara_flows::limits::Rules;
use authara_flows::password::{self, Change};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, confirm, logout, sessions};
use authara_storage::faults::FaultKind;
use authara_storage::testing::stores;
use authara_storage::{FaultPoint, StoreError};
use chrono::TimeDelta;

use crate::crowd::race;
use crate::people::{
    EMAIL, PASSWORD, address, change_of, claims, client, log_in, made_by_hand, session, sign_up, signed_in_by_hand,
};

const NEW: &str = "eight green windmills";

/// Confirms from address 1, where everybody signed up.
async fn confirm(app: &App, claims: &AccessClaims, typed: &str) -> Result<(), AccountError> {
    confirm::with_password(app, claims, client(address(1)), SecretText::new(typed)).await
}

fn five_tries() -> Bend {
    let rule = Rule { limit: 5, window: TimeDelta::hours(1) };
    let usual = Bend::default();
    Bend { rules: Rules { login_account: rule, ..usual.rules }, ..usual }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_the_password_makes_this_session_fresh_for_ten_minutes_and_no_other() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let here = sign_up(&app, EMAIL).await;
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let began = session(&app, there.session).await;
        let (wish, elsewhere) = (change_of(&app, &here, NEW), change_of(&app, &there, NEW));
        app.clock.advance(TimeDelta::minutes(20));
        let stale = password::set(&app, wish.clone()).await;
        assert_is!(stale, Err(AccountError::NotFresh), "{name}");
        assert_is!(confirm(&app, &wish.claims, PASSWORD).await, Ok(()), "{name}");
        assert_eq!(session(&app, here.session).await.authenticated_at, app.clock.now(), "{name}");
        // Nothing about the other one changed.
        assert_eq!(session(&app, there.session).await, began, "{name}");
        let stale = password::set(&app, elsewhere).await;
        assert_is!(stale, Err(AccountError::NotFresh), "{name}");
        app.clock.advance(TimeDelta::seconds(600));
        let stale = password::set(&app, wish.clone()).await;
        assert_is!(stale, Err(AccountError::NotFresh), "{name}: ten minutes later");
        assert_is!(confirm(&app, &wish.claims, PASSWORD).await, Ok(()), "{name}: once more");
        app.clock.advance(TimeDelta::seconds(599));
        let bearer = Change { renews: false, ..wish };
        assert_is!(password::set(&app, bearer).await, Ok(None), "{name}: in time");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s064_a_wrong_password_makes_no_session_fresher() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        sign_up(&app, "eve@example.org").await;
        let claims = claims(&app, &person.access_token);
        let before = session(&app, person.session).await;
        app.clock.advance(TimeDelta::minutes(20));
        for guess in ["a wrong guess", "Seven purple lighthouses", " seven purple lighthouses", NEW] {
            let refused = confirm(&app, &claims, guess).await;
            assert_is!(refused, Err(AccountError::WrongPassword), "{name}: {guess:?}");
        }
        assert_eq!(session(&app, person.session).await, before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_without_password_cannot_be_confirmed_by_one() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = made_by_hand(&app, EMAIL, None, false).await;
        let person = signed_in_by_hand(&app, &user).await;
        let claims = claims(&app, &person.access_token);
        let before = app.hasher.count();
        let refused = confirm(&app, &claims, PASSWORD).await;
        assert_is!(refused, Err(AccountError::NoPassword), "{name}");
        assert_eq!(app.hasher.count(), before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s023_logins_and_guesses_at_a_confirmation_share_one_counter() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, five_tries());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        for _ in 0..3 {
            let guess = confirm(&app, &claims, "a wrong guess").await;
            assert_is!(guess, Err(AccountError::WrongPassword), "{name}");
        }
        for _ in 0..2 {
            let guess = log_in(&app, EMAIL, "a wrong guess").await;
            assert_is!(guess, Err(LoginError::BadCredentials), "{name}");
        }
        let before = app.hasher.count();
        for sixth in ["a wrong guess", PASSWORD] {
            let refused = confirm(&app, &claims, sixth).await;
            assert_is!(refused, Err(AccountError::Limited(_)), "{name}");
        }
        let refused = log_in(&app, EMAIL, PASSWORD).await;
        assert_is!(refused, Err(LoginError::Limited(_)), "{name}");
        assert_eq!(app.hasher.count(), before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_password_gives_its_try_back() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, five_tries());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        for number in 1..=8 {
            assert_is!(confirm(&app, &claims, PASSWORD).await, Ok(()), "{name}: {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s058_a_session_that_is_over_is_not_revived() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let ended = session(&app, person.session).await;
        let before = app.hasher.count();
        app.clock.advance(TimeDelta::minutes(1));
        let refused = confirm(&app, &claims, PASSWORD).await;
        assert_is!(refused, Err(AccountError::SignedOut), "{name}");
        assert_eq!(session(&app, person.session).await, ended, "{name}");
        assert_eq!(app.hasher.count(), before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s165_a_proof_that_could_not_be_committed_counts_for_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        let before = session(&app, person.session).await;
        app.clock.advance(TimeDelta::minutes(20));
        test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
        let failed = confirm(&app, &claims, PASSWORD).await;
        assert_is!(failed, Err(AccountError::Trouble(Trouble::Store(StoreError::Unavailable(_)))), "{name}");
        assert_eq!(session(&app, person.session).await, before, "{name}");
        assert_is!(confirm(&app, &claims, PASSWORD).await, Ok(()), "{name}: again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s056_a_session_that_ends_meanwhile_stays_as_it_ended() {
    const ROUNDS: usize = 50;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let here = sign_up(&app, EMAIL).await;
        for round in 1..=ROUNDS {
            let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
            let (here, inside) = (claims(&app, &here.access_token), claims(&app, &there.access_token));
            let confirming = {
                let app = app.clone();
                async move { confirm(&app, &inside, PASSWORD).await }
            };
            let ending = {
                let app = app.clone();
                async move { sessions::end_others(&app, &here).await }
            };
            let (confirmed, ended) = race(confirming, ending).await;
            assert_is!(ended, Ok(()), "{name}: round {round}");
            assert_is!(confirmed, Ok(()) | Err(AccountError::SignedOut), "{name}: round {round}");
            let over = session(&app, there.session).await;
            assert!(over.ended.is_some(), "{name}: round {round}");
            let late = confirm(&app, &claims(&app, &there.access_token), PASSWORD).await;
            assert_is!(late, Err(AccountError::SignedOut), "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s012_the_old_password_confirms_nothing_after_it_was_changed_elsewhere() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let here = sign_up(&app, EMAIL).await;
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let changed = password::change(&app, change_of(&app, &there, NEW), SecretText::new(PASSWORD)).await;
        let next = changed.expect(name).expect(name);
        for (person, typed, is_right) in [(&here, PASSWORD, false), (&next, PASSWORD, false), (&next, NEW, true)] {
            let confirmed = confirm(&app, &claims(&app, &person.access_token), typed).await;
            assert_eq!(confirmed.is_ok(), is_right, "{name}: {confirmed:?}");
        }
    }
}
