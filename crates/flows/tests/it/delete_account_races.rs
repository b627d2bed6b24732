//! Leaving at the same time as somebody else, and what happens to requests that are on the way.

use std::sync::Arc;

use authara_core::audience::Audience;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_flows::access::{self, AccessError};
use authara_flows::error::{AccountError, LoginError, RefreshError, Trouble};
use authara_flows::issue::SignedIn;
use authara_flows::refresh::Refreshed;
use authara_flows::testing::{Bend, app};
use authara_storage::StoreError;
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::crowd::{at_once, race};
use crate::delete_account::{assert_gone, delete, home, is_there, join, role_in};
use crate::people::{EMAIL, PASSWORD, claims, grant, log_in, present, refusal, rotating, sign_up};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h306_of_the_last_two_administrators_who_leave_at_the_same_time_one_stays() {
    const ROUNDS: usize = 20;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let mut stays = sign_up(&app, EMAIL).await;
        grant(&app, stays.user.id, PlatformRole::Admin).await;
        for round in 1..=ROUNDS {
            let comes = sign_up(&app, &format!("dana{round}@example.org")).await;
            grant(&app, comes.user.id, PlatformRole::Admin).await;
            let leave = |person: &SignedIn| {
                let (app, behind) = (app.clone(), claims(&app, &person.access_token));
                async move { delete(&app, &behind).await }
            };
            let (first, second) = race(leave(&stays), leave(&comes)).await;
            let (refused, gone, left) = if first.is_ok() { (second, stays, comes) } else { (first, comes, stays) };
            assert_is!(refused, Err(AccountError::LastAdmin), "{name}: round {round}");
            assert_gone(&app, &gone, name).await;
            stays = left;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_owners_who_leave_at_the_same_time_one_stays_while_there_are_others() {
    const ROUNDS: usize = 20;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        let member = sign_up(&app, EMAIL).await;
        for round in 0..ROUNDS {
            let dana = sign_up(&app, &format!("dana{round}@example.org")).await;
            let eve = sign_up(&app, &format!("eve{round}@example.org")).await;
            let team = home(&app, &dana);
            join(&app, team, &eve, OrganizationRole::Owner).await;
            // Every other time nobody else is there, and both may go.
            let has_others = round % 2 == 0;
            if has_others {
                join(&app, team, &member, OrganizationRole::Member).await;
            }
            let leave = |person: &SignedIn| {
                let (app, behind) = (app.clone(), claims(&app, &person.access_token));
                async move { delete(&app, &behind).await }
            };
            let (first, second) = race(leave(&dana), leave(&eve)).await;
            let gone = usize::from(first.is_ok()) + usize::from(second.is_ok());
            assert_eq!(gone, if has_others { 1 } else { 2 }, "{name}: round {round}: {first:?}, {second:?}");
            assert_eq!(is_there(&app, team).await, has_others, "{name}: round {round}");
            if has_others {
                let refused = if first.is_ok() { second } else { first };
                assert_is!(refused, Err(AccountError::LastOwner), "{name}: round {round}");
                let mut owners = 0;
                for person in [&dana, &eve] {
                    let role = role_in(&app, team, person.user.id).await;
                    owners += u32::from(role == Some(OrganizationRole::Owner));
                }
                assert_eq!(owners, 1, "{name}: round {round}");
            }
        }
    }
}

/// What somebody in the crowd was told.
enum Answer {
    Deleted(Result<(), AccountError>),
    Entered(Result<SignedIn, LoginError>),
    Refreshed(Result<Refreshed, RefreshError>),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s056_s057_nothing_that_is_on_the_way_survives_a_deletion() {
    const ROUNDS: usize = 30;
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        for round in 1..=ROUNDS {
            let what = format!("{name}: round {round}");
            let email = format!("dana{round}@example.org");
            let person = sign_up(&app, &email).await;
            let behind = claims(&app, &person.access_token);
            // So that the use of the session is noted as well.
            app.clock.advance(TimeDelta::minutes(1));
            let answers = at_once(9, |number| {
                let (app, email, behind, token) =
                    (app.clone(), email.clone(), behind.clone(), person.refresh_token.clone());
                async move {
                    match number {
                        0 => Answer::Deleted(delete(&app, &behind).await),
                        1..5 => Answer::Entered(log_in(&app, &email, PASSWORD).await),
                        _ => Answer::Refreshed(present(&app, &token).await),
                    }
                }
            });
            let (mut access_tokens, mut refresh_tokens) = (vec![person.access_token.clone()], Vec::new());
            for answer in answers.await {
                match answer {
                    Answer::Deleted(deleted) => assert_is!(deleted, Ok(()), "{what}"),
                    Answer::Entered(Ok(entered)) => {
                        assert_gone(&app, &entered, &what).await;
                        access_tokens.push(entered.access_token);
                        refresh_tokens.push(entered.refresh_token);
                    }
                    Answer::Refreshed(Ok(refreshed)) => {
                        access_tokens.push(refreshed.access_token);
                        refresh_tokens.push(refreshed.refresh_token);
                    }
                    Answer::Entered(refused) => assert_is!(
                        refused,
                        Err(LoginError::BadCredentials | LoginError::Trouble(Trouble::Store(StoreError::Conflict(_)))),
                        "{what}"
                    ),
                    Answer::Refreshed(refused) => assert_is!(
                        refused,
                        Err(RefreshError::Refused(Refusal::Unknown)
                            | RefreshError::Trouble(Trouble::Store(StoreError::Conflict(_)))),
                        "{what}"
                    ),
                }
            }
            assert_gone(&app, &person, &what).await;
            for token in &access_tokens {
                let checked = access::check(&app, token, Audience::App).await;
                assert_is!(checked, Err(AccessError::Ended), "{what}");
            }
            for token in &refresh_tokens {
                assert_eq!(refusal(&present(&app, token).await), Ok(Refusal::Unknown), "{what}");
            }
        }
    }
}
