//! A clock that jumps by five minutes and is put right, for many people at once (S-178).
//!
//! What one token or one session meets is in `clock`.

use authara_core::audience::Audience;
use authara_core::secret::RefreshToken;
use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::testing::{Bend, app};
use authara_flows::{App, access, clean_up, logout};
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::people::{EMAIL, PASSWORD, live_sessions, live_tokens, log_in, present, refusal, rotating, sign_up};

/// People in the crowd; each has a session that goes on and one that was ended.
const PEOPLE: usize = 12;

/// Somebody in the crowd.
struct Member {
    lives: SignedIn,
    /// What refreshes the living session; people present it at different ages.
    token: RefreshToken,
    ended: SignedIn,
}

/// Signs people up a minute apart. Every other one has refreshed since.
async fn crowd(app: &App) -> Vec<Member> {
    let mut members = Vec::new();
    for number in 0..PEOPLE {
        let email = format!("dana{number}@example.org");
        let lives = sign_up(app, &email).await;
        let ended = log_in(app, &email, PASSWORD).await.expect("a login");
        let presented = Presented { refresh: None, session: Some(ended.session) };
        logout::end_presented(app, presented).await.expect("a logout");
        let token = if number.is_multiple_of(2) {
            lives.refresh_token.clone()
        } else {
            present(app, &lives.refresh_token).await.expect("a refresh").refresh_token
        };
        members.push(Member { lives, token, ended });
        app.clock.advance(TimeDelta::minutes(1));
    }
    members
}

/// Everybody who was signed in still is, and nobody else.
async fn check_everybody(app: &App, members: &mut [Member], when: &str) {
    for (number, member) in members.iter_mut().enumerate() {
        let renewed = present(app, &member.token).await;
        assert_eq!(renewed.as_ref().err().map(|error| format!("{error:?}")), None, "{when}, person {number}");
        let renewed = renewed.expect("it was just looked at");
        let checked = access::check(app, &renewed.access_token, Audience::App).await;
        assert!(checked.is_ok(), "{when}, person {number}: {checked:?}");
        member.token = renewed.refresh_token;
        let sessions = live_sessions(app, member.lives.user.id).await;
        assert_eq!(sessions, [member.lives.session], "{when}, person {number}");
        assert_eq!(live_tokens(app, member.lives.session).await, 1, "{when}, person {number}");
        let revived = present(app, &member.ended.refresh_token).await;
        assert_eq!(refusal(&revived), Ok(Refusal::Ended), "{when}, person {number}");
        let revived = access::check(app, &member.ended.access_token, Audience::App).await;
        assert!(revived.is_err(), "{when}, person {number}: {revived:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_a_jump_and_its_correction_sign_nobody_out_and_nobody_back_in() {
    for rotation in [RotationPolicy::Never, RotationPolicy::Always] {
        for minutes in [-5, 5] {
            for test in stores().await {
                let app = app(&test, rotating(rotation));
                let mut members = crowd(&app).await;
                let when = |what: &str| format!("{}, {rotation:?}, {minutes} minutes, {what}", test.store.name());
                app.clock.advance(TimeDelta::minutes(minutes));
                // The worker that forgets what is over does not wait until the clock is right.
                clean_up::run(&app).await.expect("a clean-up");
                check_everybody(&app, &mut members, &when("after the jump")).await;
                app.clock.advance(TimeDelta::minutes(-minutes));
                clean_up::run(&app).await.expect("a clean-up");
                check_everybody(&app, &mut members, &when("after the correction")).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s178_a_clean_up_while_the_clock_is_ahead_revives_no_access_token() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let person = sign_up(&app, EMAIL).await;
        let presented = Presented { refresh: None, session: Some(person.session) };
        logout::end_presented(&app, presented).await.expect(name);
        // One more minute of life, were it not for the logout.
        app.clock.advance(TimeDelta::minutes(9));
        app.clock.advance(TimeDelta::minutes(5));
        clean_up::run(&app).await.expect(name);
        app.clock.advance(TimeDelta::minutes(-5));
        assert!(app.verifier.verify(&person.access_token, "app", app.clock.now()).is_ok(), "{name}: it has lapsed");
        let checked = access::check(&app, &person.access_token, Audience::App).await;
        assert_is!(checked, Err(access::AccessError::Ended), "{name}");
    }
}
