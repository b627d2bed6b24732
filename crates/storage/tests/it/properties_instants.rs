//! Instants through the store (annex B): what is decided about one at any moment is decided the same
//! after the round trip, in Rust and in SQL.

use std::sync::atomic::{AtomicU32, Ordering};

use authara_core::secret::SecretHash;
use authara_core::session::Session;
use authara_core::user::User;
use authara_storage::refresh_tokens::{self, Rotation, Token};
use authara_storage::testing::stores;
use authara_storage::{Store, sessions, users};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Handle;

use crate::rows::{add_sessions, id, session, user};

const CASES: u32 = 24;
/// Some sixty years: from before 1970 until after 2080.
const REACH: i64 = 2_000_000_000_000_000;

fn at_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_790_000_000_000_000 + micros).expect("an instant")
}

/// The instants of one session, its owner and its token, and which moment is tried for an exchange.
#[derive(Clone, Debug)]
struct Times {
    micros: [i64; 6],
    exchanged: usize,
}

fn times() -> impl Strategy<Value = Times> {
    let micros = proptest::array::uniform6(-REACH..REACH);
    (micros, 0_usize..6).prop_map(|(micros, exchanged)| Times { micros, exchanged })
}

/// The ends, and a microsecond to either side of them.
fn moments(session: &Session, token: &Token) -> [DateTime<Utc>; 6] {
    let tick = TimeDelta::microseconds(1);
    let (first, second) = (session.expires_at, token.expires_at);
    [first - tick, first, first + tick, second - tick, second, second + tick]
}

/// Keeps a session, an account and a token with these instants, and asks about them at their ends.
async fn check(store: &Store, owner: &User, times: &Times) -> Result<(), TestCaseError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = u128::from(NUMBER.fetch_add(1, Ordering::Relaxed)) + 1_000_000;
    let [created, expires, authenticated, used, made, lapses] = times.micros.map(at_micros);
    let account = User { created_at: created, email_verified_at: Some(used), disabled_at: Some(made), ..user(number) };
    let row = Session {
        created_at: created,
        expires_at: expires,
        authenticated_at: authenticated,
        last_used_at: used,
        ..session(number, owner, id(1))
    };
    let token = Token { session: row.id, created_at: made, expires_at: lapses, spent_at: None, first_used_at: None };
    let hash = SecretHash::of(&format!("token {number}"));
    let (account_copy, row_copy) = (account.clone(), row.clone());
    let kept = store.write(move |tx| {
        sessions::insert(tx, &row_copy)?;
        refresh_tokens::insert(tx, &hash, token.session, token.created_at, token.expires_at)?;
        users::insert(tx, &account_copy)
    });
    prop_assert!(kept.await.expect("the statements run"));

    let (session_id, account_id) = (row.id, account.id);
    let read = store.read(move |tx| {
        let found = (sessions::find(tx, session_id)?, users::find(tx, account_id)?);
        Ok((found, refresh_tokens::find(tx, &hash)?))
    });
    let ((found, found_account), found_token) = read.await.expect("the statements run");
    prop_assert_eq!(found.as_ref(), Some(&row));
    prop_assert_eq!(found_account, Some(account));
    prop_assert_eq!(found_token, Some(token));

    let moments = moments(&row, &token);
    for now in moments {
        let user = owner.id;
        let asked = store.read(move |tx| {
            let listed = sessions::list_live(tx, user, now, 1_000_000)?.iter().any(|live| live.id == session_id);
            Ok((listed, refresh_tokens::count_live(tx, session_id, now)?))
        });
        let (is_listed, count) = asked.await.expect("the statements run");
        prop_assert_eq!(is_listed, row.is_live(now), "the session at {}", now);
        prop_assert_eq!(count == 1, now < token.expires_at, "the token at {}", now);
    }
    exchange(store, &row, token, hash, moments.get(times.exchanged).copied().unwrap_or(expires)).await
}

/// Exchanges the token at that moment, if it and its session live then.
async fn exchange(
    store: &Store,
    session: &Session,
    token: Token,
    hash: SecretHash,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    let successor = SecretHash::of(&format!("after {}", session.id));
    let (session_id, lapses) = (session.id, now + TimeDelta::days(14));
    let done = store.write(move |tx| {
        let rotation = Rotation {
            hash: &hash,
            successor: &successor,
            session: session_id,
            now,
            successor_expires_at: lapses,
            note_use: true,
        };
        let is_rotated = refresh_tokens::rotate(tx, &rotation)?;
        Ok((is_rotated, refresh_tokens::find(tx, &hash)?, refresh_tokens::find(tx, &successor)?))
    });
    let (is_rotated, spent, next) = done.await.expect("the statements run");
    prop_assert_eq!(is_rotated, session.is_live(now) && now < token.expires_at, "exchanged at {}", now);
    if is_rotated {
        prop_assert_eq!(spent, Some(Token { spent_at: Some(now), first_used_at: Some(now), ..token }));
        let made = Token { created_at: now, expires_at: lapses, ..token };
        prop_assert_eq!(next, Some(made));
    } else {
        prop_assert_eq!(spent, Some(token));
        prop_assert_eq!(next, None);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s188_every_check_at_any_moment_is_the_same_after_a_round_trip_through_the_store() {
    for test in stores().await {
        let name = test.store.name();
        let (owner, _) = add_sessions(&test.store, 1, 0).await;
        let config = ProptestConfig {
            cases: CASES,
            failure_persistence: None,
            max_shrink_iters: 200,
            ..ProptestConfig::default()
        };
        let checked = TestRunner::new(config).run(&times(), |times| {
            let check = check(&test.store, &owner, &times);
            tokio::task::block_in_place(|| Handle::current().block_on(check))
        });
        assert!(checked.is_ok(), "{name}: {}", checked.unwrap_err());
    }
}
