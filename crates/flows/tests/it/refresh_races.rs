//! Refreshing at the same instant: as many as there are tabs, servers and thieves.

use std::collections::HashSet;
use std::sync::Arc;

use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::testing::{Bend, app};
use authara_storage::testing::{TestStore, stores};
use authara_storage::{Faults, Store};
use chrono::TimeDelta;

use crate::crowd::{at_once, race};
use crate::people::{
    EMAIL, PASSWORD, all_tokens, claims, live_sessions, live_tokens, log_in, present, refusal, rotating, sign_up,
};

const ROUNDS: usize = 100;
const PARALLEL: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_fifty_parallel_refreshes_of_one_token_leave_exactly_one_live_successor() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        let person = sign_up(&app, EMAIL).await;
        let mut token = person.refresh_token.clone();
        for round in 1..=ROUNDS {
            let answers = at_once(PARALLEL, |_| {
                let (app, token) = (app.clone(), token.clone());
                async move { present(&app, &token).await }
            });
            let mut successors = HashSet::new();
            for answer in answers.await {
                successors.insert(answer.expect(name).refresh_token.expose().to_owned());
            }
            assert_eq!(successors.len(), 1, "{name}: round {round}");
            assert_eq!(live_tokens(&app, person.session).await, 1, "{name}: round {round}");
            // The round's successor is the next round's token.
            token = present(&app, &token).await.expect(name).refresh_token;
        }
        let rows = i64::try_from(ROUNDS).expect("a small number") + 1;
        assert_eq!(all_tokens(&app, person.session).await, rows, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_s179_two_processes_agree_on_the_successor() {
    for test in stores().await {
        let name = test.store.name();
        let bend = rotating(RotationPolicy::Always);
        let first = Arc::new(app(&test, bend.clone()));
        let TestStore { store, faults, database } = test;
        let opened = Store::open(database.options.clone(), Faults::none()).await.expect(name);
        let beside = TestStore { store: opened, faults: Faults::none(), database };
        let second = Arc::new(app(&beside, Bend { clock: first.clock.clone(), ..bend }));
        let person = sign_up(&first, EMAIL).await;
        let mut token = person.refresh_token;
        for round in 1..=20 {
            let answers = at_once(20, |number| {
                let app = if number % 2 == 0 { first.clone() } else { second.clone() };
                let token = token.clone();
                async move { present(&app, &token).await }
            });
            let mut successors = HashSet::new();
            for answer in answers.await {
                successors.insert(answer.expect(name).refresh_token.expose().to_owned());
            }
            assert_eq!(successors.len(), 1, "{name}: round {round}");
            assert_eq!(live_tokens(&first, person.session).await, 1, "{name}: round {round}");
            token = present(&second, &token).await.expect(name).refresh_token;
        }
        drop((store, faults));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_two_tabs_that_refresh_together_both_stay_signed_in() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        let person = sign_up(&app, EMAIL).await;
        let mut tabs = [person.refresh_token.clone(), person.refresh_token];
        for round in 1..=ROUNDS {
            app.clock.advance(TimeDelta::seconds(30));
            let answers = at_once(tabs.len(), |tab| {
                let (app, token) = (app.clone(), tabs[tab].clone());
                async move { present(&app, &token).await }
            });
            for (tab, answer) in answers.await.into_iter().enumerate() {
                let refreshed = answer.expect(name);
                let claims = claims(&app, &refreshed.access_token);
                assert_eq!(claims.session, person.session, "{name}: round {round}, tab {tab}");
                tabs[tab] = refreshed.refresh_token;
            }
            assert_eq!(tabs[0], tabs[1], "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s056_logout_racing_refresh_leaves_nothing_alive() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        let user = sign_up(&app, EMAIL).await.user.id;
        let first = live_sessions(&app, user).await;
        for round in 1..=2 * ROUNDS {
            let person = log_in(&app, EMAIL, PASSWORD).await.expect(name);
            let refreshing = {
                let (app, token) = (app.clone(), person.refresh_token.clone());
                at_once(4, move |_| {
                    let (app, token) = (app.clone(), token.clone());
                    async move { present(&app, &token).await }
                })
            };
            let leaving = {
                let (app, token) = (app.clone(), person.refresh_token.clone());
                let presented = Presented { refresh: Some(token), session: None };
                async move { logout::end_presented(&app, presented).await }
            };
            let (answers, left) = race(refreshing, leaving).await;
            left.expect(name);
            let mut tokens = vec![person.refresh_token.clone()];
            for answer in answers {
                match answer {
                    Ok(refreshed) => tokens.push(refreshed.refresh_token),
                    refused => {
                        assert_eq!(refusal(&refused), Ok(Refusal::Ended), "{name}: round {round}");
                    }
                }
            }
            for token in &tokens {
                let answer = present(&app, token).await;
                assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}: round {round}");
            }
            assert_eq!(live_sessions(&app, user).await, first, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s052_parallel_replays_end_the_session_once_and_nothing_survives() {
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, rotating(RotationPolicy::Always)));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::seconds(11));
        let answers = at_once(20, |number| {
            let token = if number % 2 == 0 { &person.refresh_token } else { &second.refresh_token };
            let (app, token) = (app.clone(), token.clone());
            async move { present(&app, &token).await }
        });
        for refreshed in answers.await.into_iter().flatten() {
            let last = present(&app, &refreshed.refresh_token).await;
            assert_eq!(refusal(&last), Ok(Refusal::Ended), "{name}");
        }
        assert!(live_sessions(&app, person.user.id).await.is_empty(), "{name}");
        assert_eq!(test.store.notices().len(), 1, "{name}");
    }
}
