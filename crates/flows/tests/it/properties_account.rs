//! Random walks through the life of an account, held against a small model (annex B): sign-ins on
//! several browsers, tokens old and new, changed passwords, clean-up, restarts, a clock that moves,
//! and commits that fail.
//!
//! After every step each session has one live leaf, the account has a way in, and what was told of is
//! what changed: no event without its change, and no change without its event.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use authara_core::event::{Event, Notice};
use authara_core::id::UserId;
use authara_core::secret::SecretText;
use authara_core::session::RotationPolicy;
use authara_core::token::AccessClaims;
use authara_flows::error::{AccountError, LoginError, RefreshError, Trouble};
use authara_flows::issue::{Presented, SignedIn};
use authara_flows::password::{self, Change};
use authara_flows::testing::app;
use authara_flows::{App, clean_up, logout, sessions};
use authara_storage::faults::FaultKind;
use authara_storage::testing::{TestStore, stores};
use authara_storage::{FaultPoint, StoreError, auth_methods, refresh_tokens, sessions as stored};
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Handle;

use crate::people::{PASSWORD, address, claims, client, log_in, present, restarted, rotating, sign_up};
use crate::refresh_properties::{Earns, Family};

const CASES: u32 = 8;
/// How long a sign-in counts as fresh, by the usual policy.
const FRESH_SECONDS: i64 = 600;

/// What may happen next. A number stands for one of the browsers there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The owner signs in on one more browser.
    LogIn,
    /// Somebody signs in with a password that is not the one.
    Guess,
    /// The n-th newest token of a browser is presented.
    Present { browser: usize, back: usize },
    /// Time passes, or the clock is set back.
    Advance(i64),
    /// A browser signs out.
    Logout(usize),
    /// A browser signs all others out.
    EndOthers(usize),
    /// A browser has the password changed, with or without proof of the current one.
    ChangePassword { browser: usize, is_proof: bool },
    /// What is over is forgotten.
    CleanUp,
    /// The server starts anew.
    Restart,
    /// One of the next commits will fail.
    FailCommit,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let browser = || 0_usize..8;
    let step = prop_oneof![
        3 => Just(Step::LogIn),
        1 => Just(Step::Guess),
        12 => (browser(), 0_usize..4).prop_map(|(browser, back)| Step::Present { browser, back }),
        4 => (-5_i64..30).prop_map(Step::Advance),
        1 => (300_i64..900).prop_map(Step::Advance),
        2 => browser().prop_map(Step::Logout),
        1 => browser().prop_map(Step::EndOthers),
        2 => (browser(), any::<bool>())
            .prop_map(|(browser, is_proof)| Step::ChangePassword { browser, is_proof }),
        1 => Just(Step::CleanUp),
        1 => Just(Step::Restart),
        2 => Just(Step::FailCommit),
    ];
    proptest::collection::vec(step, 1..30)
}

/// A server that can be started anew.
struct World(Option<(TestStore, App)>);

impl World {
    fn parts(&self) -> &(TestStore, App) {
        self.0.as_ref().expect("closed only during a restart")
    }

    fn app(&self) -> &App {
        &self.parts().1
    }

    async fn restart(&mut self) {
        let (test, app) = self.0.take().expect("closed only during a restart");
        self.0 = Some(restarted(test, app).await);
    }
}

/// A browser of the model.
struct Browser {
    claims: AccessClaims,
    authenticated_at: i64,
    family: Family,
}

/// What a step is to have told of.
#[derive(Debug, Default)]
struct Told {
    events: Vec<Event>,
    notices: Vec<Notice>,
}

/// The account of the model.
struct Account {
    rotation: RotationPolicy,
    user: UserId,
    email: String,
    password: String,
    /// At least one, from the start.
    browsers: Vec<Browser>,
    /// Commits that will fail.
    failing: u32,
    /// How many events and notices there were when it was last looked.
    seen: (usize, usize),
}

impl Account {
    async fn new(app: &App, rotation: RotationPolicy) -> Result<Self, TestCaseError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let email = format!("dana{}@example.org", NUMBER.fetch_add(1, Ordering::Relaxed));
        let before = app.store.recorded().len();
        let person = sign_up(app, &email).await;
        let (events, notices) = (app.store.recorded(), app.store.notices());
        let told: Vec<&str> = events.iter().skip(before).map(Event::name).collect();
        prop_assert_eq!(told, ["organization.created", "organization.membership.created", "user.created"]);
        let mut account = Self {
            rotation,
            user: person.user.id,
            email,
            password: PASSWORD.to_owned(),
            browsers: Vec::new(),
            failing: 0,
            seen: (events.len(), notices.len()),
        };
        account.admit(app, person, seconds(app));
        Ok(account)
    }

    fn admit(&mut self, app: &App, person: SignedIn, authenticated_at: i64) {
        let claims = claims(app, &person.access_token);
        let family = Family::new(self.rotation, person.refresh_token, seconds(app));
        self.browsers.push(Browser { claims, authenticated_at, family });
    }

    fn browser(&mut self, number: usize) -> &mut Browser {
        let place = number % self.browsers.len();
        self.browsers.get_mut(place).expect("there is one from the start")
    }

    /// Only a commit that was to fail may do so, and then nothing has changed.
    fn forgive(&mut self, trouble: &Trouble) -> Result<Told, TestCaseError> {
        let is_ordered = self.failing > 0 && matches!(trouble, Trouble::Store(StoreError::Unavailable(_)));
        prop_assert!(is_ordered, "{trouble:?}");
        self.failing -= 1;
        Ok(Told::default())
    }
}

fn seconds(app: &App) -> i64 {
    app.clock.now().timestamp()
}

/// Takes one step with app and model.
async fn take(world: &mut World, account: &mut Account, step: Step) -> Result<Told, TestCaseError> {
    let (test, app) = world.parts();
    match step {
        Step::Advance(seconds) => app.clock.advance(TimeDelta::seconds(seconds)),
        Step::FailCommit => {
            test.faults.order(FaultPoint::Commit, FaultKind::Unavailable, 0);
            account.failing += 1;
        }
        Step::Restart => {
            world.restart().await;
            account.seen = (0, 0);
        }
        Step::CleanUp => {
            if let Err(trouble) = clean_up::run(app).await {
                return account.forgive(&trouble);
            }
        }
        Step::LogIn => match log_in(app, &account.email, &account.password).await {
            Ok(person) => account.admit(app, person, seconds(app)),
            Err(LoginError::Trouble(trouble)) => return account.forgive(&trouble),
            Err(refused) => return Err(TestCaseError::fail(format!("{refused:?}"))),
        },
        Step::Guess => {
            let guess = log_in(app, &account.email, "a password of somebody else").await;
            prop_assert!(matches!(guess, Err(LoginError::BadCredentials)), "{guess:?}");
        }
        Step::Logout(browser) => {
            let session = Some(account.browser(browser).claims.session);
            match logout::end_presented(app, Presented { refresh: None, session }).await {
                Ok(()) => account.browser(browser).family.is_over = true,
                Err(trouble) => return account.forgive(&trouble),
            }
        }
        Step::EndOthers(browser) => return end_others(app, account, browser).await,
        Step::Present { browser, back } => return present_token(app, account, browser, back).await,
        Step::ChangePassword { browser, is_proof } => return change_password(app, account, browser, is_proof).await,
    }
    Ok(Told::default())
}

async fn present_token(app: &App, account: &mut Account, number: usize, back: usize) -> Result<Told, TestCaseError> {
    let browser = account.browser(number);
    let position = browser.family.line.len().saturating_sub(1 + back);
    let Some(token) = browser.family.line.get(position).map(|made| made.token.clone()) else {
        return Ok(Told::default());
    };
    let answer = present(app, &token).await;
    if let Err(RefreshError::Trouble(trouble)) = &answer {
        return account.forgive(trouble);
    }
    let user = account.user;
    let browser = account.browser(number);
    let session = browser.claims.session;
    let earned = browser.family.check(session, position, answer, seconds(app))?;
    let is_replayed = earned == Earns::Replayed;
    Ok(Told {
        notices: is_replayed.then_some(Notice::RefreshTokenReused { user, session }).into_iter().collect(),
        ..Told::default()
    })
}

async fn end_others(app: &App, account: &mut Account, number: usize) -> Result<Told, TestCaseError> {
    let browser = account.browser(number);
    let (claims, is_over) = (browser.claims.clone(), browser.family.is_over);
    match sessions::end_others(app, &claims).await {
        Ok(()) => {
            prop_assert!(!is_over, "somebody who is signed out signs others out");
            for other in account.browsers.iter_mut().filter(|other| other.claims.session != claims.session) {
                other.family.is_over = true;
            }
            Ok(Told::default())
        }
        Err(AccountError::Trouble(trouble)) => account.forgive(&trouble),
        Err(refused) => {
            prop_assert!(is_over && matches!(refused, AccountError::SignedOut), "{refused:?}");
            Ok(Told::default())
        }
    }
}

async fn change_password(
    app: &App,
    account: &mut Account,
    number: usize,
    is_proof: bool,
) -> Result<Told, TestCaseError> {
    let new = format!("eight green windmills {}", account.browsers.len());
    let current = SecretText::new(account.password.clone());
    let browser = account.browser(number);
    let change = Change {
        claims: browser.claims.clone(),
        new_password: SecretText::new(new.clone()),
        client: client(address(1)),
        renews: true,
    };
    let (is_over, authenticated_at) = (browser.family.is_over, browser.authenticated_at);
    let may_change = is_proof || seconds(app) - authenticated_at < FRESH_SECONDS;
    let changed =
        if is_proof { password::change(app, change, current).await } else { password::set(app, change).await };
    match changed {
        Ok(Some(person)) => {
            prop_assert!(!is_over && may_change, "changed by somebody who may not");
            for browser in &mut account.browsers {
                browser.family.is_over = true;
            }
            account.password = new;
            account.admit(app, person, if is_proof { seconds(app) } else { authenticated_at });
            let (user, email) = (account.user, account.email.clone());
            Ok(Told {
                events: vec![Event::UserUpdated { user }],
                notices: vec![Notice::PasswordChanged { user, email }],
            })
        }
        Err(AccountError::Trouble(trouble)) => account.forgive(&trouble),
        Err(AccountError::SignedOut) if is_over => Ok(Told::default()),
        Err(AccountError::NotFresh) if !is_over && !may_change => Ok(Told::default()),
        other => Err(TestCaseError::fail(format!("{other:?}"))),
    }
}

/// Holds what is in the store, and what was told of, against the model.
async fn compare(app: &App, account: &mut Account, told: &Told) -> Result<(), TestCaseError> {
    let (now, user) = (app.clock.now(), account.user);
    let ids: Vec<_> = account.browsers.iter().map(|browser| browser.claims.session).collect();
    let read = app.store.read(move |tx| {
        let mut rows = Vec::new();
        for id in &ids {
            let is_over = stored::find(tx, *id)?.is_some_and(|session| session.ended.is_some());
            rows.push((refresh_tokens::count_live(tx, *id, now)?, refresh_tokens::count_all(tx, *id)?, is_over));
        }
        Ok((rows, auth_methods::list_of(tx, user)?.len()))
    });
    let (rows, methods) = read.await.expect("rows are read");
    prop_assert_eq!(methods, 1, "ways to sign in");
    for (row, browser) in rows.iter().zip(&account.browsers) {
        let tokens = i64::try_from(browser.family.line.len()).unwrap_or(i64::MAX);
        prop_assert_eq!(*row, (1, tokens, browser.family.is_over), "live leaves, tokens, is it over");
    }
    let (events, notices) = (app.store.recorded(), app.store.notices());
    prop_assert_eq!(events.get(account.seen.0..).unwrap_or_default(), told.events.as_slice());
    prop_assert_eq!(notices.get(account.seen.1..).unwrap_or_default(), told.notices.as_slice());
    account.seen = (events.len(), notices.len());
    Ok(())
}

/// Takes the steps with a new account, and compares app and model after each.
async fn walk(world: &mut World, rotation: RotationPolicy, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut account = Account::new(world.app(), rotation).await?;
    let mut outcome = Ok(());
    for step in steps {
        outcome = match take(world, &mut account, step).await {
            Ok(told) => compare(world.app(), &mut account, &told).await,
            Err(failed) => Err(failed),
        };
        if outcome.is_err() {
            break;
        }
    }
    // A commit that is still to fail would fail in the next walk.
    for _ in 0..account.failing {
        let _ = world.app().store.write(|_| Ok(())).await;
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s188_s050_s056_random_walks_keep_leaves_sessions_ways_in_and_events_in_step() {
    for rotation in [RotationPolicy::Always, RotationPolicy::After(TimeDelta::seconds(20))] {
        for test in stores().await {
            let name = test.store.name();
            let app = app(&test, rotating(rotation));
            let world = RefCell::new(World(Some((test, app))));
            let config = ProptestConfig {
                cases: CASES,
                failure_persistence: None,
                max_shrink_iters: 200,
                ..ProptestConfig::default()
            };
            let walked = TestRunner::new(config).run(&steps(), |steps| {
                let mut world = world.borrow_mut();
                let walk = walk(&mut world, rotation, steps);
                tokio::task::block_in_place(|| Handle::current().block_on(walk))
            });
            assert!(walked.is_ok(), "{name}, {rotation:?}: {}", walked.unwrap_err());
        }
    }
}
