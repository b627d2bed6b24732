//! A refresh token that comes back after it was spent: a repeat for a moment, a theft afterwards.

use authara_core::audience::Audience;
use authara_core::event::Notice;
use authara_core::session::refresh::Refusal;
use authara_core::session::{EndReason, RotationPolicy, SessionPolicy};
use authara_flows::access::{self, AccessError};
use authara_flows::clean_up;
use authara_flows::testing::app;
use authara_storage::Standing;
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{
    EMAIL, PASSWORD, all_tokens, live_tokens, log_in, present, refusal, restarted, rotating, session, sign_up,
    token_row, with_sessions,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s052_h127_h128_a_replayed_token_ends_its_session_and_that_is_committed() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::seconds(11));
        let replay = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
        let newest = present(&app, &second.refresh_token).await;
        assert_eq!(refusal(&newest), Ok(Refusal::Ended), "{name}");
        let ended = session(&app, person.session).await.ended.expect(name);
        assert_eq!((ended.reason, ended.at), (EndReason::TokenReused, app.clock.now()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s052_a_replay_ends_access_at_once_and_tells_the_owner_once() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::seconds(11));
        for _ in 0..3 {
            assert_is!(present(&app, &person.refresh_token).await, Err(_), "{name}");
        }
        assert_eq!(test.store.revocations().standing(person.session), Standing::Ended, "{name}");
        let checked = access::check(&app, &second.access_token, Audience::App).await;
        assert_is!(checked, Err(AccessError::Ended), "{name}");
        let notice = Notice::RefreshTokenReused { user: person.user.id, session: person.session };
        assert_eq!(test.store.notices(), [notice], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s052_any_inner_token_of_the_line_ends_the_session_and_no_other_session() {
    for inner in 0..3 {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(RotationPolicy::Always));
            let person = sign_up(&app, EMAIL).await;
            let elsewhere = log_in(&app, EMAIL, PASSWORD).await.expect(name);
            let mut line = vec![person.refresh_token];
            for _ in 0..4 {
                let next = present(&app, &line[line.len() - 1]).await.expect(name);
                line.push(next.refresh_token);
            }
            let replay = present(&app, &line[inner]).await;
            assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}: token {inner}");
            for token in &line {
                let answer = present(&app, token).await;
                assert_eq!(refusal(&answer), Ok(Refusal::Ended), "{name}: token {inner}");
            }
            assert_is!(present(&app, &elsewhere.refresh_token).await, Ok(_), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s053_a_late_replay_is_recognised_after_clean_up_and_restart_and_stays_so() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::days(13));
        clean_up::run(&app).await.expect(name);
        let (test, app) = restarted(test, app).await;
        let replay = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
        clean_up::run(&app).await.expect(name);
        let (_test, app) = restarted(test, app).await;
        for token in [&person.refresh_token, &second.refresh_token] {
            assert_eq!(refusal(&present(&app, token).await), Ok(Refusal::Ended), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s053_spent_tokens_are_kept_until_the_absolute_end_of_their_session() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let mut token = person.refresh_token.clone();
        for _ in 0..5 {
            app.clock.advance(TimeDelta::days(10));
            token = present(&app, &token).await.expect(name).refresh_token;
            clean_up::run(&app).await.expect(name);
        }
        assert_eq!(all_tokens(&app, person.session).await, 6, "{name}");
        app.clock.advance(TimeDelta::days(10));
        clean_up::run(&app).await.expect(name);
        assert_eq!(all_tokens(&app, person.session).await, 0, "{name}");
        let answer = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&answer), Ok(Refusal::Unknown), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_a_lost_answer_is_repaired_by_asking_again_within_the_grace_time() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let lost = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::microseconds(9_999_999));
        let repaired = present(&app, &person.refresh_token).await.expect(name);
        assert_eq!(repaired.refresh_token, lost.refresh_token, "{name}");
        assert_eq!(live_tokens(&app, person.session).await, 1, "{name}");
        assert_is!(present(&app, &repaired.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_s164_a_lost_answer_is_repaired_by_a_restarted_server_as_well() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let lost = present(&app, &person.refresh_token).await.expect(name);
        let (_test, app) = restarted(test, app).await;
        let repaired = present(&app, &person.refresh_token).await.expect(name);
        assert_eq!(repaired.refresh_token, lost.refresh_token, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_the_grace_time_ends_after_ten_seconds() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::seconds(10));
        let replay = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_the_grace_time_ends_when_the_successor_was_used() {
    for rotation in [RotationPolicy::Always, RotationPolicy::After(TimeDelta::minutes(1))] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(rotation));
            let person = sign_up(&app, EMAIL).await;
            app.clock.advance(TimeDelta::minutes(1));
            let second = present(&app, &person.refresh_token).await.expect(name);
            assert_ne!(second.refresh_token, person.refresh_token, "{name}: {rotation:?}");
            present(&app, &second.refresh_token).await.expect(name);
            let replay = present(&app, &person.refresh_token).await;
            assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}: {rotation:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_a_repeat_neither_uses_the_successor_nor_restarts_the_grace_time() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        let spent_at = token_row(&app, &person.refresh_token).await.expect(name).spent_at;
        app.clock.advance(TimeDelta::seconds(6));
        present(&app, &person.refresh_token).await.expect(name);
        let row = token_row(&app, &second.refresh_token).await.expect(name);
        assert_eq!(row.first_used_at, None, "{name}");
        let first = token_row(&app, &person.refresh_token).await.expect(name);
        assert_eq!(first.spent_at, spent_at, "{name}");
        app.clock.advance(TimeDelta::seconds(6));
        let replay = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s051_without_a_grace_time_the_second_use_is_a_replay() {
    let policy =
        SessionPolicy { rotation: RotationPolicy::Always, grace: TimeDelta::zero(), ..SessionPolicy::default() };
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, with_sessions(policy));
        let person = sign_up(&app, EMAIL).await;
        present(&app, &person.refresh_token).await.expect(name);
        let replay = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
    }
}
