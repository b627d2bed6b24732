//! What an account's owner sees of it.

use authara_flows::error::AccountError;
use authara_flows::issue::Presented;
use authara_flows::testing::{Bend, app};
use authara_flows::{account, current_user, logout};
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, claims, log_in, made_by_hand, sign_up, signed_in_by_hand};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h231_h232_the_current_user_comes_with_the_organization_of_the_token() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        let view = current_user::find(&app, &claims).await.expect(name);
        assert_eq!(view.user, person.user, "{name}");
        assert_eq!(view.organization.id, claims.organization, "{name}");
        assert_eq!(view.organization.name, view.user.username, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_overview_shows_the_account_its_live_sessions_and_its_ways_in() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let here = sign_up(&app, EMAIL).await;
        app.clock.advance(TimeDelta::seconds(1));
        let there = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let claims = claims(&app, &here.access_token);
        let seen = account::overview(&app, &claims).await.expect(name);
        assert_eq!(seen.user, here.user, "{name}");
        let ids: Vec<_> = seen.sessions.iter().map(|session| session.id).collect();
        assert_eq!(ids, [here.session, there.session], "{name}");
        let ways: Vec<_> = seen.methods.iter().map(|way| (way.provider.as_str(), way.created_at)).collect();
        assert_eq!(ways, [("password", here.user.created_at)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_without_password_has_no_ways_in() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = made_by_hand(&app, EMAIL, None, false).await;
        let person = signed_in_by_hand(&app, &user).await;
        let claims = claims(&app, &person.access_token);
        let seen = account::overview(&app, &claims).await.expect(name);
        assert!(seen.methods.is_empty(), "{name}: {:?}", seen.methods);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s058_after_signing_out_the_overview_is_closed_at_once() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let claims = claims(&app, &person.access_token);
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        let seen = account::overview(&app, &claims).await;
        assert_is!(seen, Err(AccountError::SignedOut), "{name}");
    }
}
