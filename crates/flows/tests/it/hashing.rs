//! Passwords at rest: how they are hashed, read, upgraded, and what a check costs.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use authara_core::secret::SecretText;
use authara_flows::App;
use authara_flows::error::{AccountError, LoginError, Trouble};
use authara_flows::hashing::stored::{Cost, StoredHash};
use authara_flows::hashing::{HashError, HashOptions};
use authara_flows::login;
use authara_flows::password;
use authara_flows::signup;
use authara_flows::testing::{self, Bend, app};
use authara_storage::testing::{TestStore, stores};
use authara_storage::{StoreError, auth_methods};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::crowd::{at_once, race};
use crate::people::{
    EMAIL, PASSWORD, account_of, change_of, live_sessions, log_in, login_of, made_by_hand, sign_up, signed_in_by_hand,
    signup_of, stored_hash,
};

/// A hash that the Go Authara made of `correct horse battery staple`.
const GO: &str = "$argon2id$v=1$t=3$m=65536$p=4$AAECAwQFBgcICQoLDA0ODw$hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4";
const GO_PASSWORD: &str = "correct horse battery staple";

/// A cheap hash of exactly this text in the layout of the Go Authara.
fn go_hash(text: &str) -> String {
    let (salt, mut key) = ([7_u8; 16], [0_u8; 32]);
    let params = Params::new(8, 1, 1, None).expect("possible parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), &salt, &mut key)
        .expect("a hash");
    let (salt, key) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(key));
    format!("$argon2id$v=1$t=1$m=8$p=1${salt}${key}")
}

fn costing(cost: Cost) -> Bend {
    let usual = Bend::default();
    Bend { hashing: HashOptions { cost, ..usual.hashing }, ..usual }
}

/// The same server after the operator changed the cost.
fn with_cost(test: &TestStore, app: &App, cost: Cost) -> App {
    let bend = Bend { clock: app.clock.clone(), rng: app.rng.clone(), ..costing(cost) };
    testing::app(test, bend)
}

/// Does this password open Dana's account, and neither without its spaces nor in lower case?
async fn opens_exactly(app: &App, password: &str) -> bool {
    let mut is_exact = log_in(app, EMAIL, password).await.is_ok();
    for other in [password.trim().to_owned(), password.to_lowercase()] {
        let answer = log_in(app, EMAIL, &other).await;
        is_exact &= matches!(answer, Err(LoginError::BadCredentials));
    }
    is_exact
}

async fn hash_of(app: &App, email: &str) -> StoredHash {
    let user = account_of(app, email).await.expect("an account");
    let text = stored_hash(app, user.id).await.expect("a password");
    StoredHash::parse(&text).expect("a hash")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s001_h151_two_hashes_of_one_password_differ_and_say_what_they_cost() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend { hashing: HashOptions::default(), ..Bend::default() });
        let mut hashes = Vec::new();
        for email in [EMAIL, "eve@example.org"] {
            let user = sign_up(&app, email).await.user.id;
            hashes.push(stored_hash(&app, user).await.expect(name));
            assert_is!(log_in(&app, email, PASSWORD).await, Ok(_), "{name}");
        }
        assert_ne!(hashes[0], hashes[1], "{name}");
        for text in &hashes {
            assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{name}: {text}");
            let hash = StoredHash::parse(text).expect(name);
            assert_eq!((hash.salt.len(), hash.key.len()), (16, 32), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s002_a_password_is_used_exactly_as_received_on_every_path() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let padded = "  pA ss Wo  ";
        let signup = signup::direct(&app, signup_of(EMAIL, padded)).await.expect(name);
        assert!(opens_exactly(&app, padded).await, "{name}: sign-up");
        let set = password::set(&app, change_of(&app, &signup, "  sEt pass  ")).await;
        let person = set.expect(name).expect(name);
        assert!(opens_exactly(&app, "  sEt pass  ").await, "{name}: set");
        let trimmed = change_of(&app, &person, "  cHanged pass  ");
        let refused = password::change(&app, trimmed.clone(), SecretText::new("sEt pass")).await;
        assert_is!(refused, Err(AccountError::WrongPassword), "{name}");
        let changed = password::change(&app, trimmed, SecretText::new("  sEt pass  ")).await;
        assert_is!(changed, Ok(Some(_)), "{name}");
        assert!(opens_exactly(&app, "  cHanged pass  ").await, "{name}: change");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s005_one_text_typed_on_two_systems_is_one_password() {
    let (composed, decomposed) = ("fünf blaue Türme", "fu\u{308}nf blaue Tu\u{308}rme");
    for (chosen, typed) in [(composed, decomposed), (decomposed, composed)] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, Bend::default());
            signup::direct(&app, signup_of(EMAIL, chosen)).await.expect(name);
            assert_is!(log_in(&app, EMAIL, chosen).await, Ok(_), "{name}");
            assert_is!(log_in(&app, EMAIL, typed).await, Ok(_), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s002_s005_a_hash_of_the_text_as_received_verifies_and_becomes_one_of_the_normal_form() {
    let (composed, decomposed) = ("fünf blaue Türme", "fu\u{308}nf blaue Tu\u{308}rme");
    let raw = go_hash(decomposed);
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        made_by_hand(&app, EMAIL, Some(&raw), false).await;
        let refused = log_in(&app, EMAIL, composed).await;
        assert_is!(refused, Err(LoginError::BadCredentials), "{name}");
        assert_is!(log_in(&app, EMAIL, decomposed).await, Ok(_), "{name}");
        assert_is!(log_in(&app, EMAIL, composed).await, Ok(_), "{name}: upgraded");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s009_a_hash_of_the_go_authara_becomes_a_phc_string_and_no_parameter_is_lowered() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = made_by_hand(&app, EMAIL, Some(GO), false).await;
        let refused = log_in(&app, EMAIL, "correct horse battery stable").await;
        assert_is!(refused, Err(LoginError::BadCredentials), "{name}");
        assert_eq!(stored_hash(&app, user.id).await.as_deref(), Some(GO), "{name}");
        assert_is!(log_in(&app, EMAIL, GO_PASSWORD).await, Ok(_), "{name}");
        let upgraded = stored_hash(&app, user.id).await.expect(name);
        assert!(upgraded.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{name}: {upgraded}");
        assert_is!(log_in(&app, EMAIL, GO_PASSWORD).await, Ok(_), "{name}");
        assert_eq!(stored_hash(&app, user.id).await, Some(upgraded), "{name}: once is enough");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s009_a_raised_cost_reaches_a_hash_at_the_next_login_and_a_lowered_one_does_not() {
    let cost = |memory_kib, iterations| Cost { memory_kib, iterations, lanes: 1 };
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, costing(cost(16, 1)));
        sign_up(&app, EMAIL).await;
        for (configured, expected) in [
            (cost(16, 1), cost(16, 1)),
            (cost(32, 2), cost(32, 2)),
            (cost(8, 1), cost(32, 2)),
            (cost(8, 3), cost(32, 3)),
        ] {
            let app = with_cost(&test, &app, configured);
            assert_is!(log_in(&app, EMAIL, PASSWORD).await, Ok(_), "{name}: {configured:?}");
            assert_eq!(hash_of(&app, EMAIL).await.cost, expected, "{name}: {configured:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s009_an_upgrade_at_login_never_overwrites_a_password_changed_meanwhile() {
    let old_hash = go_hash(PASSWORD);
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend::default()));
        for round in 1..=50 {
            let email = format!("dana{round}@example.org");
            let new = format!("another secret {round}");
            let user = made_by_hand(&app, &email, Some(&old_hash), false).await;
            let person = signed_in_by_hand(&app, &user).await;
            let change = change_of(&app, &person, &new);
            let entering = {
                let (app, email) = (app.clone(), email.clone());
                async move { log_in(&app, &email, PASSWORD).await }
            };
            let changing = {
                let (app, change) = (app.clone(), change.clone());
                async move { password::change(&app, change, SecretText::new(PASSWORD)).await }
            };
            let (_, changed) = race(entering, changing).await;
            let changed = match changed {
                // The upgrade came between reading the hash and replacing it: to be asked again.
                Err(AccountError::Trouble(Trouble::Store(StoreError::Conflict(_)))) => {
                    password::change(&app, change, SecretText::new(PASSWORD)).await
                }
                done => done,
            };
            let person = changed.expect(name).expect(name);
            let old = log_in(&app, &email, PASSWORD).await;
            assert_is!(old, Err(LoginError::BadCredentials), "{name}: round {round}");
            assert_eq!(live_sessions(&app, user.id).await, [person.session], "{name}: round {round}");
            assert_is!(log_in(&app, &email, &new).await, Ok(_), "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s016_every_refused_login_costs_one_hash() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        made_by_hand(&app, "without@example.org", None, false).await;
        for (email, password) in
            [("nobody@example.org", PASSWORD), (EMAIL, "another password"), ("without@example.org", PASSWORD)]
        {
            let before = app.hasher.count();
            let refused = log_in(&app, email, password).await;
            assert_is!(refused, Err(LoginError::BadCredentials), "{name}: {email}");
            assert_eq!(app.hasher.count() - before, 1, "{name}: {email}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s016_a_password_in_two_forms_costs_the_same_for_known_and_unknown_accounts() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        sign_up(&app, EMAIL).await;
        let mut costs = Vec::new();
        for email in ["nobody@example.org", EMAIL] {
            let before = app.hasher.count();
            let refused = log_in(&app, email, "fu\u{308}nf falsche").await;
            assert_is!(refused, Err(LoginError::BadCredentials), "{name}: {email}");
            costs.push(app.hasher.count() - before);
        }
        assert_eq!(costs[0], costs[1], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s007_h153_an_unreadable_hash_is_trouble_and_not_a_wrong_password() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let huge = GO.replacen("m=65536", "m=4194304", 1);
        for (number, text) in [huge.as_str(), "$2b$12$abc", ""].into_iter().enumerate() {
            let email = format!("dana{number}@example.org");
            made_by_hand(&app, &email, Some(text), false).await;
            let before = app.hasher.count();
            let answer = log_in(&app, &email, GO_PASSWORD).await;
            assert_is!(answer, Err(LoginError::Trouble(Trouble::Hash(HashError::Unreadable(_)))), "{name}: {text}");
            assert_eq!(app.hasher.count(), before, "{name}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s008_a_full_queue_says_later_and_that_passes() {
    let slow = HashOptions { cost: Cost { memory_kib: 19_456, iterations: 20, lanes: 1 }, budget_mib: 19, queue: 1 };
    for test in stores().await {
        let name = test.store.name();
        let app = Arc::new(app(&test, Bend { hashing: slow, ..Bend::default() }));
        let answers = at_once(16, |number| {
            let app = app.clone();
            let login = login_of(&format!("nobody{number}@example.org"), PASSWORD);
            async move { login::with_password(&app, login).await }
        });
        let (mut busy, mut checked) = (0, 0);
        for answer in answers.await {
            match answer {
                Err(LoginError::Trouble(Trouble::Hash(HashError::Busy))) => busy += 1,
                refused => {
                    assert_is!(refused, Err(LoginError::BadCredentials), "{name}");
                    checked += 1;
                }
            }
        }
        assert!(busy > 0 && checked > 0, "{name}: {busy} turned away, {checked} checked");
        assert_eq!(app.hasher.count(), checked, "{name}: who is turned away costs nothing");
        let later = log_in(&app, EMAIL, PASSWORD).await;
        assert_is!(later, Err(LoginError::BadCredentials), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s009_only_the_hash_that_was_checked_is_replaced() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend::default());
        let user = sign_up(&app, EMAIL).await.user.id;
        let (kept, now) = (stored_hash(&app, user).await.expect(name), app.clock.now());
        let replaced =
            test.store.write(move |tx| auth_methods::replace_password(tx, user, GO, "overwritten", now)).await;
        assert_is!(replaced, Ok(false), "{name}");
        assert_eq!(stored_hash(&app, user).await, Some(kept), "{name}");
    }
}
