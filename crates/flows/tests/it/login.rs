//! Signing in with a password.

use authara_core::audience::Audience;
use authara_core::role::PlatformRole;
use authara_core::user_agent;
use authara_flows::error::LoginError;
use authara_flows::issue::Client;
use authara_flows::login::{self, Login};
use authara_flows::testing::{Bend, app};
use authara_storage::testing::stores;
use authara_storage::{memberships, organizations};
use chrono::TimeDelta;

use crate::people::{
    EMAIL, PASSWORD, address, claims, grant, log_in, login_of, made_by_hand, present, session, sign_up, stored_hash,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h143_the_right_address_and_password_make_a_new_session() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let first = sign_up(&app, EMAIL).await;
        let person = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        assert_eq!(person.user, first.user, "{name}");
        assert_ne!(person.session, first.session, "{name}");
        assert_ne!(person.refresh_token, first.refresh_token, "{name}");
        assert_eq!(claims(&app, &person.access_token).session, person.session, "{name}");
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h144_s015_wrong_unknown_and_password_less_are_not_told_apart() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        made_by_hand(&app, "without@example.org", None, false).await;
        for (email, password) in
            [(EMAIL, "another password"), ("nobody@example.org", PASSWORD), ("without@example.org", PASSWORD)]
        {
            let refused = log_in(&app, email, password).await;
            assert_is!(refused, Err(LoginError::BadCredentials), "{name}: {email}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h146_s125_the_address_logs_in_in_every_spelling() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        for spelling in ["DANA@Example.ORG", "  dana@example.org ", "ｄａｎａ@example。org"] {
            assert_is!(log_in(&app, spelling, PASSWORD).await, Ok(_), "{name}: {spelling:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h149_a_disabled_account_is_told_so_only_after_the_right_password() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let first = sign_up(&app, EMAIL).await;
        let hash = stored_hash(&app, first.user.id).await;
        made_by_hand(&app, "disabled@example.org", hash.as_deref(), true).await;
        let right = log_in(&app, "disabled@example.org", PASSWORD).await;
        assert_is!(right, Err(LoginError::Disabled), "{name}");
        let wrong = log_in(&app, "disabled@example.org", "another password").await;
        assert_is!(wrong, Err(LoginError::BadCredentials), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h150_the_admin_audience_without_a_role_is_refused_only_after_the_right_password() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let admin = |password: &str| Login { audience: Audience::Admin, ..login_of(EMAIL, password) };
        let right = login::with_password(&app, admin(PASSWORD)).await;
        assert_is!(right, Err(LoginError::Audience), "{name}");
        let wrong = login::with_password(&app, admin("another password")).await;
        assert_is!(wrong, Err(LoginError::BadCredentials), "{name}");
        grant(&app, person.user.id, PlatformRole::Auditor).await;
        let allowed = login::with_password(&app, admin(PASSWORD)).await.expect(name);
        let verified = app.verifier.verify(&allowed.access_token, "admin", app.clock.now());
        assert_is!(verified, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h118_a_session_begun_for_the_admin_audience_can_be_refreshed_for_the_app() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        grant(&app, person.user.id, PlatformRole::Admin).await;
        let admin = Login { audience: Audience::Admin, ..login_of(EMAIL, PASSWORD) };
        let signed_in = login::with_password(&app, admin).await.expect(name);
        let refreshed = present(&app, &signed_in.refresh_token).await.expect(name);
        assert_eq!(claims(&app, &refreshed.access_token).audience, "app", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h139_a_session_starts_in_the_default_organization_and_its_tokens_say_so() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = sign_up(&app, EMAIL).await.user.id;
        let person = log_in(&app, EMAIL, PASSWORD).await.expect(name);
        let found = test.store.read(move |tx| memberships::find_default(tx, user)).await;
        let (wanted, _) = found.expect(name).expect(name);
        assert_eq!(session(&app, person.session).await.organization, wanted, "{name}");
        assert_eq!(claims(&app, &person.access_token).organization, wanted, "{name}");
        let refreshed = present(&app, &person.refresh_token).await.expect(name);
        assert_eq!(claims(&app, &refreshed.access_token).organization, wanted, "{name}");
        let kept = test.store.read_one(move |tx| organizations::find(tx, wanted)).await;
        assert_is!(kept, Ok(Some(_)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h154_s062_odd_user_agents_never_fail_a_login() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        let headers = [Vec::new(), vec![b'x'; 10_240], b"a\0b\xff\xfe".to_vec(), "🦊".repeat(300).into_bytes()];
        for header in headers {
            let agent = user_agent::clean(&header);
            let client = Client { address: address(1), user_agent: agent.clone() };
            let login = Login { client, ..login_of(EMAIL, PASSWORD) };
            let person = login::with_password(&app, login).await.expect(name);
            assert_eq!(session(&app, person.session).await.user_agent, agent, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_remembers_when_from_where_and_how_it_began() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let kept = session(&app, person.session).await;
        let now = app.clock.now();
        assert_eq!(kept.user, person.user.id, "{name}");
        let times = (kept.created_at, kept.authenticated_at, kept.last_used_at);
        assert_eq!(times, (now, now, now), "{name}");
        assert_eq!(kept.expires_at, now + TimeDelta::days(60), "{name}");
        assert_eq!(kept.address.as_deref(), Some("192.0.2.1"), "{name}");
    }
}
