//! Random walks through the life of a session, held against a small model of the rules.

use std::sync::atomic::{AtomicU32, Ordering};

use authara_core::id::SessionId;
use authara_core::secret::RefreshToken;
use authara_core::session::RotationPolicy;
use authara_core::session::refresh::Refusal;
use authara_flows::error::RefreshError;
use authara_flows::issue::Presented;
use authara_flows::refresh::Refreshed;
use authara_flows::testing::app;
use authara_flows::{App, logout};
use authara_storage::testing::stores;
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Handle;

use crate::people::{all_tokens, live_tokens, present, refusal, rotating, session, sign_up, token_row};

const CASES: u32 = 12;
const GRACE_SECONDS: i64 = 10;

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    /// The n-th newest token is presented.
    Present(usize),
    /// Time passes, or the clock is set back.
    Advance(i64),
    /// The owner signs out.
    Logout,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (0usize..5).prop_map(Step::Present),
        5 => (-5i64..30).prop_map(Step::Advance),
        1 => Just(Step::Logout),
    ];
    proptest::collection::vec(step, 1..40)
}

/// What the rules say that a presented token earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earns {
    /// The same token.
    Same,
    /// A token that was never seen before.
    Fresh,
    /// The token that came after it.
    Next,
    /// Nothing, and the session ends now.
    Replayed,
    /// Nothing: the session is over.
    Ended,
}

/// A token of the model; the one after it in the line is its successor.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) token: RefreshToken,
    at: i64,
    spent_at: Option<i64>,
    is_used: bool,
}

/// One session of the model.
#[derive(Debug)]
pub(crate) struct Family {
    rotation: RotationPolicy,
    pub(crate) line: Vec<Made>,
    pub(crate) is_over: bool,
}

impl Family {
    /// A session that begins with this token.
    pub(crate) fn new(rotation: RotationPolicy, first: RefreshToken, now: i64) -> Self {
        Self { rotation, line: vec![Made::new(first, now)], is_over: false }
    }

    /// Moves the model, but for a fresh token, whose text only the app knows.
    fn present(&mut self, position: usize, now: i64) -> Earns {
        if self.is_over {
            return Earns::Ended;
        }
        let is_successor_used = self.line.get(position + 1).is_some_and(|next| next.is_used);
        let rotation = self.rotation;
        let Some(made) = self.line.get_mut(position) else { return Earns::Ended };
        match made.spent_at {
            Some(at) if !is_successor_used && now - at < GRACE_SECONDS => Earns::Next,
            Some(_) => {
                self.is_over = true;
                Earns::Replayed
            }
            None => {
                made.is_used = true;
                let is_due = match rotation {
                    RotationPolicy::Never => false,
                    RotationPolicy::Always => true,
                    RotationPolicy::After(age) => now - made.at >= age.num_seconds(),
                };
                if is_due {
                    made.spent_at = Some(now);
                    Earns::Fresh
                } else {
                    Earns::Same
                }
            }
        }
    }

    /// Moves the model, and holds the app's answer against it.
    pub(crate) fn check(
        &mut self,
        session: SessionId,
        position: usize,
        answer: Result<Refreshed, RefreshError>,
        now: i64,
    ) -> Result<Earns, TestCaseError> {
        let earned = self.present(position, now);
        match earned {
            Earns::Ended => prop_assert_eq!(refusal(&answer), Ok(Refusal::Ended)),
            Earns::Replayed => prop_assert_eq!(refusal(&answer), Ok(Refusal::Replayed)),
            Earns::Same | Earns::Fresh | Earns::Next => {
                prop_assert!(answer.is_ok(), "{answer:?}, not {earned:?}");
                let Ok(refreshed) = answer else { return Ok(earned) };
                prop_assert_eq!(refreshed.session, session);
                let got = refreshed.refresh_token;
                if earned == Earns::Fresh {
                    prop_assert!(self.line.iter().all(|made| made.token != got));
                    self.line.push(Made::new(got, now));
                } else {
                    let place = if earned == Earns::Same { position } else { position + 1 };
                    prop_assert_eq!(Some(&got), self.line.get(place).map(|made| &made.token));
                }
            }
        }
        Ok(earned)
    }
}

impl Made {
    fn new(token: RefreshToken, at: i64) -> Self {
        Self { token, at, spent_at: None, is_used: false }
    }
}

/// Takes the steps with a new account, and compares app and model after each.
async fn walk(app: &App, rotation: RotationPolicy, steps: Vec<Step>) -> Result<(), TestCaseError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let email = format!("dana{}@example.org", NUMBER.fetch_add(1, Ordering::Relaxed));
    let person = sign_up(app, &email).await;
    let now = || app.clock.now().timestamp();
    let mut family = Family::new(rotation, person.refresh_token, now());
    for step in steps {
        match step {
            Step::Advance(seconds) => app.clock.advance(TimeDelta::seconds(seconds)),
            Step::Logout => {
                let presented = Presented { refresh: None, session: Some(person.session) };
                prop_assert!(logout::end_presented(app, presented).await.is_ok());
                family.is_over = true;
            }
            Step::Present(back) => {
                let position = family.line.len().saturating_sub(1 + back);
                let Some(made) = family.line.get(position) else { continue };
                let answer = present(app, &made.token).await;
                family.check(person.session, position, answer, now())?;
            }
        }
        compare(app, &family, person.session).await?;
    }
    Ok(())
}

/// At most one live leaf, as many rows as the model has tokens, and an end only when it is due.
async fn compare(app: &App, family: &Family, id: SessionId) -> Result<(), TestCaseError> {
    prop_assert_eq!(live_tokens(app, id).await, 1, "live leaves");
    prop_assert_eq!(usize::try_from(all_tokens(app, id).await).ok(), Some(family.line.len()));
    prop_assert_eq!(session(app, id).await.ended.is_some(), family.is_over);
    for made in &family.line {
        let row = token_row(app, &made.token).await;
        let spent_at = row.and_then(|row| row.spent_at).map(|at| at.timestamp());
        prop_assert_eq!(spent_at, made.spent_at);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_s052_s188_random_walks_keep_one_live_leaf_and_end_the_family_on_replay() {
    let aged = RotationPolicy::After(TimeDelta::seconds(20));
    for rotation in [RotationPolicy::Always, RotationPolicy::Never, aged] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(rotation));
            let config = ProptestConfig {
                cases: CASES,
                failure_persistence: None,
                max_shrink_iters: 200,
                ..ProptestConfig::default()
            };
            let walked = TestRunner::new(config).run(&steps(), |steps| {
                let walk = walk(&app, rotation, steps);
                tokio::task::block_in_place(|| Handle::current().block_on(walk))
            });
            assert!(walked.is_ok(), "{name}, {rotation:?}: {}", walked.unwrap_err());
        }
    }
}
