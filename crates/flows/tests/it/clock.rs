//! A clock that jumps (S-178).

use authara_core::audience::Audience;
use authara_core::session::refresh::Refusal;
use authara_core::session::{RotationPolicy, SessionPolicy};
use authara_flows::access;
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::testing::app;
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, live_tokens, log_in, present, refusal, rotating, sign_up, with_sessions};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_a_jump_of_five_minutes_either_way_signs_nobody_out() {
    for minutes in [-5, 5] {
        for rotation in [RotationPolicy::Never, RotationPolicy::Always] {
            for test in stores().await {
                let name = test.store.name();
                let app = app(&test, rotating(rotation));
                let person = sign_up(&app, EMAIL).await;
                let second = present(&app, &person.refresh_token).await.expect(name);
                app.clock.advance(TimeDelta::minutes(minutes));
                let third = present(&app, &second.refresh_token).await.expect(name);
                for access_token in [third.access_token, log_in(&app, EMAIL, PASSWORD).await.expect(name).access_token]
                {
                    let checked = access::check(&app, &access_token, Audience::App).await;
                    assert_is!(checked, Ok(_), "{name}: {minutes} minutes, {rotation:?}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_an_access_token_outlives_a_jump_forward_that_is_shorter_than_its_life() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Never));
        let person = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::minutes(5));
        let checked = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(checked, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_s051_a_token_spent_in_the_future_counts_as_spent_now() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let person = sign_up(&app, EMAIL).await;
        let second = present(&app, &person.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::minutes(-5));
        let repeated = present(&app, &person.refresh_token).await.expect(name);
        assert_eq!(repeated.refresh_token, second.refresh_token, "{name}");
        assert_eq!(live_tokens(&app, person.session).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_setting_the_clock_back_revives_neither_ended_sessions_nor_replayed_families() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, rotating(RotationPolicy::Always));
        let left = sign_up(&app, EMAIL).await;
        let stolen = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let presented = Presented { refresh: None, session: Some(left.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let newest = present(&app, &stolen.refresh_token).await.expect(name);
        app.clock.advance(TimeDelta::seconds(11));
        let replay = present(&app, &stolen.refresh_token).await;
        assert_eq!(refusal(&replay), Ok(Refusal::Replayed), "{name}");
        app.clock.advance(TimeDelta::hours(-1));
        for token in [&left.refresh_token, &stolen.refresh_token, &newest.refresh_token] {
            assert_eq!(refusal(&present(&app, token).await), Ok(Refusal::Ended), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_what_lapsed_an_hour_ago_stays_lapsed_when_the_clock_is_set_back_five_minutes() {
    let policy = SessionPolicy { refresh_ttl: TimeDelta::hours(1), ..SessionPolicy::default() };
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, with_sessions(policy));
        let person = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::hours(2));
        app.clock.advance(TimeDelta::minutes(-5));
        let answer = present(&app, &person.refresh_token).await;
        assert_eq!(refusal(&answer), Ok(Refusal::Expired), "{name}");
        let checked = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(checked, Err(_), "{name}");
    }
}
