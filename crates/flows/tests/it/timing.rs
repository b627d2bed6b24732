//! How long a refused login takes tells nobody whether the account exists (S-016).

use std::time::{Duration, Instant};

use authara_flows::App;
use authara_flows::error::LoginError;
use authara_flows::hashing::HashOptions;
use authara_flows::testing::{Bend, app};
use authara_storage::testing::stores;

use crate::people::{EMAIL, log_in, made_by_hand, sign_up};

const SAMPLES: usize = 50;
/// The machine may be busy: one of these has to come out even.
const ROUNDS: usize = 3;

/// An account, nobody's address, and an account without a password.
const KINDS: [&str; 3] = [EMAIL, "nobody@example.org", "without@example.org"];

/// Medians of the time that each kind took, measured in turn, so that whatever else the machine
/// does slows all of them down alike.
async fn medians(app: &App) -> Vec<Duration> {
    let mut times = vec![Vec::new(); KINDS.len()];
    for _ in 0..SAMPLES {
        for (email, times) in KINDS.iter().zip(&mut times) {
            let started = Instant::now();
            let refused = log_in(app, email, "another password").await;
            times.push(started.elapsed());
            assert!(matches!(refused, Err(LoginError::BadCredentials)), "{email}: {refused:?}");
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times.get(SAMPLES / 2).copied().unwrap_or_default()
    };
    times.iter_mut().map(median).collect()
}

/// Less than 10 % and less than 15 ms apart.
fn are_even(medians: &[Duration]) -> bool {
    let (least, most) = (medians.iter().min().copied(), medians.iter().max().copied());
    let difference = most.unwrap_or_default().saturating_sub(least.unwrap_or_default());
    difference < most.unwrap_or_default() / 10 && difference < Duration::from_millis(15)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s016_no_kind_of_refused_login_is_quicker_than_another() {
    for test in stores().await {
        let name = test.store.name();
        let app = app(&test, Bend { hashing: HashOptions::default(), ..Bend::default() });
        sign_up(&app, EMAIL).await;
        made_by_hand(&app, "without@example.org", None, false).await;
        let mut measured = Vec::new();
        for _ in 0..ROUNDS {
            measured.push(medians(&app).await);
            if measured.last().is_some_and(|medians| are_even(medians)) {
                break;
            }
        }
        assert!(measured.last().is_some_and(|medians| are_even(medians)), "{name}: {measured:?}");
    }
}
