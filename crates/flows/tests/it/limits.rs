//! How often somebody may try.

use std::sync::Arc;

use authara_core::audience::Audience;
use authara_core::client_address::ClientAddress;
use authara_core::limit::{Bucket, Limited, Rule};
use authara_core::secret::RefreshToken;
use authara_core::session::refresh::Refusal;
use authara_flows::App;
use authara_flows::error::{LoginError, RefreshError, SignupError};
use authara_flows::issue::SignedIn;
use authara_flows::limits::Rules;
use authara_flows::login::{self, Login};
use authara_flows::refresh::{self, Use};
use authara_flows::signup::{self, Signup};
use authara_flows::testing::{Bend, app};
use authara_storage::testing::stores;
use chrono::TimeDelta;

use crate::crowd::at_once;
use crate::people::{EMAIL, PASSWORD, address, client, login_of, present, refusal, sign_up, signup_of};

const WRONG: &str = "another password";

fn a_minute(limit: u32) -> Rule {
    Rule { limit, window: TimeDelta::minutes(1) }
}

/// An app with these rules, made of the wide ones.
fn ruled(change: impl FnOnce(Rules) -> Rules) -> Bend {
    let usual = Bend::default();
    Bend { rules: change(usual.rules), ..usual }
}

async fn try_from(app: &App, address: ClientAddress, email: &str, password: &str) -> Result<SignedIn, LoginError> {
    let login = Login { client: client(address), ..login_of(email, password) };
    login::with_password(app, login).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s024_of_sixty_parallel_wrong_logins_at_one_account_five_reach_the_verifier() {
    for test in stores().await {
        let name = test.store.name();
        let bend = ruled(|rules| Rules { login_account: a_minute(5), ..rules });
        let app = Arc::new(app(&test, bend));
        sign_up(&app, EMAIL).await;
        let before = app.hasher.count();
        let answers = at_once(60, |number| {
            let (app, address) = (app.clone(), address(u8::try_from(100 + number).unwrap()));
            async move { try_from(&app, address, EMAIL, WRONG).await }
        });
        let answers = answers.await;
        let count =
            |is: fn(&LoginError) -> bool| answers.iter().filter(|answer| answer.as_ref().err().is_some_and(is)).count();
        assert_eq!(count(|error| matches!(error, LoginError::BadCredentials)), 5, "{name}");
        assert_eq!(count(|error| matches!(error, LoginError::Limited(_))), 55, "{name}");
        assert_eq!(app.hasher.count() - before, 5, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s024_of_sixty_parallel_logins_from_one_address_five_reach_the_verifier() {
    for test in stores().await {
        let name = test.store.name();
        let bend = ruled(|rules| Rules { login_address: a_minute(5), ..rules });
        let app = Arc::new(app(&test, bend));
        let before = app.hasher.count();
        let answers = at_once(60, |number| {
            let (app, email) = (app.clone(), format!("nobody{number}@example.org"));
            async move { try_from(&app, address(7), &email, WRONG).await }
        });
        let limited = answers.await.iter().filter(|answer| matches!(answer, Err(LoginError::Limited(_)))).count();
        assert_eq!(limited, 55, "{name}");
        assert_eq!(app.hasher.count() - before, 5, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s025_all_spellings_of_an_address_share_one_counter() {
    for email in [EMAIL, "nobody@example.org"] {
        for test in stores().await {
            let name = test.store.name();
            let bend = ruled(|rules| Rules { login_account: a_minute(3), ..rules });
            let app = app(&test, bend);
            sign_up(&app, EMAIL).await;
            let spellings = [email.to_uppercase(), format!("  {email}\t"), email.replace('@', "＠")];
            for (number, spelling) in (10..).zip(&spellings) {
                let answer = try_from(&app, address(number), spelling, WRONG).await;
                assert_is!(answer, Err(LoginError::BadCredentials), "{name}: {spelling:?}");
            }
            let answer = try_from(&app, address(20), email, WRONG).await;
            assert_is!(
                answer,
                Err(LoginError::Limited(Limited { bucket: Bucket::LoginAccount, .. })),
                "{name}: {email}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s027_fifty_wrong_logins_of_a_stranger_do_not_lock_the_owner_out() {
    for test in stores().await {
        let name = test.store.name();
        let bend = ruled(|rules| Rules { login_account: a_minute(5), ..rules });
        let app = app(&test, bend);
        // From here on address 1 is known.
        let owner = sign_up(&app, EMAIL).await;
        for number in 0..50 {
            let answer = try_from(&app, address(66), EMAIL, WRONG).await;
            if number < 5 {
                assert_is!(answer, Err(LoginError::BadCredentials), "{name}: try {number}");
            } else {
                assert_is!(answer, Err(LoginError::Limited(_)), "{name}: try {number}");
            }
        }
        assert_is!(try_from(&app, address(1), EMAIL, PASSWORD).await, Ok(_), "{name}");
        assert_is!(present(&app, &owner.refresh_token).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s027_guesses_from_a_known_address_are_limited_too() {
    for test in stores().await {
        let name = test.store.name();
        let bend = ruled(|rules| Rules { login_account: a_minute(5), ..rules });
        let app = app(&test, bend);
        sign_up(&app, EMAIL).await;
        for _ in 0..5 {
            let answer = try_from(&app, address(1), EMAIL, WRONG).await;
            assert_is!(answer, Err(LoginError::BadCredentials), "{name}");
        }
        let answer = try_from(&app, address(1), EMAIL, WRONG).await;
        assert_is!(answer, Err(LoginError::Limited(Limited { bucket: Bucket::LoginKnown, .. })), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s032_while_blocked_the_right_password_is_refused_like_a_wrong_one() {
    for test in stores().await {
        let name = test.store.name();
        let bend = ruled(|rules| Rules { login_account: a_minute(1), ..rules });
        let app = app(&test, bend);
        sign_up(&app, EMAIL).await;
        let first = try_from(&app, address(66), EMAIL, WRONG).await;
        assert_is!(first, Err(LoginError::BadCredentials), "{name}");
        let before = app.hasher.count();
        for password in [WRONG, PASSWORD] {
            let blocked = try_from(&app, address(66), EMAIL, password).await;
            assert_is!(blocked, Err(LoginError::Limited(_)), "{name}");
        }
        assert_eq!(app.hasher.count(), before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_lasts_as_long_as_it_says() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, ruled(|rules| Rules { login_account: a_minute(1), ..rules }));
        sign_up(&app, EMAIL).await;
        assert_is!(try_from(&app, address(66), EMAIL, WRONG).await, Err(_), "{name}");
        app.clock.advance(TimeDelta::seconds(20));
        let Err(LoginError::Limited(limited)) = try_from(&app, address(66), EMAIL, PASSWORD).await else {
            panic!("{name}: not limited");
        };
        assert_eq!(limited.retry_after, TimeDelta::seconds(40), "{name}");
        app.clock.advance(limited.retry_after);
        assert_is!(try_from(&app, address(66), EMAIL, PASSWORD).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_password_gives_its_try_back_to_the_account_and_not_to_the_address() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, ruled(|rules| Rules { login_account: a_minute(2), login_address: a_minute(7), ..rules }));
        sign_up(&app, EMAIL).await;
        for number in 0..7 {
            let answer = try_from(&app, address(2), EMAIL, PASSWORD).await;
            assert_is!(answer, Ok(_), "{name}: login {number}");
        }
        let answer = try_from(&app, address(2), EMAIL, PASSWORD).await;
        assert_is!(answer, Err(LoginError::Limited(Limited { bucket: Bucket::LoginAddress, .. })), "{name}");
        assert_is!(try_from(&app, address(3), EMAIL, PASSWORD).await, Ok(_), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s031_junk_does_not_lift_a_block() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, ruled(|rules| Rules { login_address: a_minute(3), max_entries: 20, ..rules }));
        for number in 0..3 {
            let email = format!("nobody{number}@example.org");
            assert_is!(try_from(&app, address(1), &email, WRONG).await, Err(_), "{name}");
        }
        for number in 2..=202_u8 {
            let email = format!("junk{number}@example.org");
            assert_is!(try_from(&app, address(number), &email, WRONG).await, Err(_), "{name}");
        }
        let answer = try_from(&app, address(1), EMAIL, WRONG).await;
        assert_is!(answer, Err(LoginError::Limited(Limited { bucket: Bucket::LoginAddress, .. })), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s023_unknown_refresh_tokens_are_limited_and_good_ones_never() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, ruled(|rules| Rules { refresh_address: a_minute(3), ..rules }));
        let person = sign_up(&app, EMAIL).await;
        let unknown = RefreshToken::random(&mut app.rng.clone());
        for text in [unknown.expose(), "not a token", unknown.expose()] {
            let answer = refresh::exchange(&app, text, Audience::App, address(1), Use::Rotating).await;
            assert_eq!(refusal(&answer), Ok(Refusal::Unknown), "{name}");
        }
        assert_is!(present(&app, &unknown).await, Err(RefreshError::Limited(_)), "{name}");
        for _ in 0..10 {
            assert_is!(present(&app, &person.refresh_token).await, Ok(_), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sign_ups_are_limited_by_client_address_and_by_e_mail_address() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, ruled(|rules| Rules { signup_address: a_minute(3), signup_email: a_minute(2), ..rules }));
        let from = |number: u8, email: &str| Signup { client: client(address(number)), ..signup_of(email, PASSWORD) };
        for number in 0..3 {
            let email = format!("dana{number}@example.org");
            assert_is!(signup::direct(&app, from(1, &email)).await, Ok(_), "{name}");
        }
        let fourth = signup::direct(&app, from(1, "dana4@example.org")).await;
        assert_is!(fourth, Err(SignupError::Limited(Limited { bucket: Bucket::SignupAddress, .. })), "{name}");
        assert_is!(signup::direct(&app, from(2, EMAIL)).await, Ok(_), "{name}");
        let taken = signup::direct(&app, from(3, "DANA@example.org")).await;
        assert_is!(taken, Err(SignupError::EmailTaken), "{name}");
        let third = signup::direct(&app, from(4, EMAIL)).await;
        assert_is!(third, Err(SignupError::Limited(Limited { bucket: Bucket::SignupEmail, .. })), "{name}");
    }
}
