//! Forgetting what is over, and nothing else (S-053, S-161).

use authara_core::secret::SecretHash;
use authara_flows::clean_up::{self, BATCH};
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::testing::{Bend, app};
use authara_storage::testing::stores;
use authara_storage::{Standing, known_addresses, refresh_tokens, sessions};
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, account_of, address, all_tokens, log_in, present, session, sign_up};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_a_session_of_many_tokens_is_forgotten_in_batches_once_its_absolute_end_has_passed() {
    let more = usize::try_from(BATCH).expect("a small number") * 2 + 7;
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let (id, now) = (person.session, app.clock.now());
        let inserted = test.store.write(move |tx| {
            for number in 0..more {
                let hash = SecretHash::of(&format!("token {number}"));
                refresh_tokens::insert(tx, &hash, id, now, now + TimeDelta::days(14))?;
            }
            Ok(())
        });
        inserted.await.expect(name);
        let just_before = TimeDelta::days(60) - TimeDelta::microseconds(1);
        app.clock.advance(just_before);
        let deleted = clean_up::run(&app).await.expect(name);
        assert_eq!(deleted.sessions_and_tokens, 0, "{name}");
        app.clock.advance(TimeDelta::microseconds(1));
        let deleted = clean_up::run(&app).await.expect(name);
        // The first token, the others, and the session.
        assert_eq!(deleted.sessions_and_tokens, 1 + more + 1, "{name}");
        assert_eq!(all_tokens(&app, id).await, 0, "{name}");
        let gone = test.store.read_one(move |tx| sessions::find(tx, id)).await;
        assert_is!(gone, Ok(None), "{name}");
        assert!(account_of(&app, EMAIL).await.is_some(), "{name}: the account stays");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s053_an_ended_session_is_kept_until_its_absolute_end() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        app.clock.advance(TimeDelta::days(59));
        clean_up::run(&app).await.expect(name);
        assert!(session(&app, person.session).await.ended.is_some(), "{name}");
        assert_eq!(all_tokens(&app, person.session).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_clean_up_leaves_living_sessions_alone() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::days(50));
        let living = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        app.clock.advance(TimeDelta::days(13));
        let deleted = clean_up::run(&app).await.expect(name);
        assert_eq!(deleted.sessions_and_tokens, 2, "{name}");
        assert_is!(present(&app, &living.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_the_feed_tells_of_an_ended_session_for_as_long_as_an_access_token_can_name_it_and_clocks_may_err() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        app.clock.advance(TimeDelta::minutes(20) + TimeDelta::seconds(4));
        let deleted = clean_up::run(&app).await.expect(name);
        assert_eq!(deleted.changes, 0, "{name}");
        let standing = test.store.revocations().standing(person.session);
        assert_eq!(standing, Standing::Ended, "{name}");
        app.clock.advance(TimeDelta::seconds(1));
        let deleted = clean_up::run(&app).await.expect(name);
        assert_eq!(deleted.changes, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s161_a_known_address_is_forgotten_half_a_year_after_its_last_sign_in() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = sign_up(&app, EMAIL).await.user.id;
        app.clock.advance(TimeDelta::days(100));
        log_in(&app, EMAIL, PASSWORD).await.expect(name);
        for (days, is_known) in [(180, true), (1, false)] {
            app.clock.advance(TimeDelta::days(days));
            let deleted = clean_up::run(&app).await.expect(name);
            assert_eq!(deleted.addresses, usize::from(!is_known), "{name}");
            let key = address(1).key();
            let known = test.store.read_one(move |tx| known_addresses::is_known(tx, user, &key)).await;
            assert_eq!(known.expect(name), is_known, "{name}");
        }
    }
}
