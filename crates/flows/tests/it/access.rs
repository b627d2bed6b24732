//! Access tokens: who is let in now, and what happens when that cannot be found out.

use std::time::Duration;

use authara_core::audience::Audience;
use authara_core::token::VerifyError;
use authara_flows::access::{self, AccessError};
use authara_flows::error::{LoginError, RefreshError, Trouble};
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::testing::{Bend, app};
use authara_storage::StoreError;
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, log_in, present, sign_up};

/// Longer than the change feed may be silent before decisions ask the database.
const SILENCE: Duration = Duration::from_millis(2_400);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_access_token_lets_in_for_its_audience_until_it_lapses() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let claims = access::check(&app, &person.access_token, Audience::App).await.expect(name);
        assert_eq!((claims.user, claims.session), (person.user.id, person.session), "{name}");
        let admin = access::check(&app, &person.access_token, Audience::Admin).await;
        assert_is!(admin, Err(AccessError::Invalid(VerifyError::Audience)), "{name}");
        app.clock.advance(TimeDelta::minutes(10));
        let late = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(late, Err(AccessError::Invalid(VerifyError::Expired(_))), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s168_an_outage_is_trouble_and_never_a_no() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        test.faults.set_outage(true);
        assert_is!(
            present(&app, &person.refresh_token).await,
            Err(RefreshError::Trouble(Trouble::Store(StoreError::Unavailable(_)))),
            "{name}"
        );
        assert_is!(
            log_in(&app, EMAIL, PASSWORD).await,
            Err(LoginError::Trouble(Trouble::Store(StoreError::Unavailable(_)))),
            "{name}"
        );
        tokio::time::sleep(SILENCE).await;
        assert_is!(
            access::check(&app, &person.access_token, Audience::App).await,
            Err(AccessError::Trouble(Trouble::Store(StoreError::Unavailable(_)))),
            "{name}"
        );
        test.faults.set_outage(false);
        assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        let back = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(back, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn during_an_outage_a_session_known_to_have_ended_stays_ended() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        test.faults.set_outage(true);
        tokio::time::sleep(SILENCE).await;
        let checked = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(checked, Err(AccessError::Ended), "{name}");
    }
}
