//! Refresh tokens: spent once, used first once, found with their owner.

use authara_core::id::SessionId;
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_storage::refresh_tokens::{self, Rotation, Token};
use authara_storage::testing::stores;
use authara_storage::{Store, StoreError, Tx, platform_roles, sessions};
use chrono::TimeDelta;

use crate::crowd::at_once;
use crate::rows::{add_sessions, at, ending, hash, id};

/// The successor of token 1 is token 1001, and so on.
const SUCCESSOR: usize = 1000;

async fn insert(store: &Store, number: usize, session: SessionId) {
    let hash = hash(number);
    let written = store.write(move |tx| refresh_tokens::insert(tx, &hash, session, at(0), at(1000))).await;
    written.expect("the token is kept");
}

async fn find(store: &Store, number: usize) -> Option<Token> {
    let hash = hash(number);
    let found = store.read_one(move |tx| refresh_tokens::find(tx, &hash)).await;
    found.expect("the token is read")
}

/// Through both doors in turn: in a transaction, and as a statement of its own.
async fn spend(store: &Store, number: usize, session: SessionId, seconds: i64) -> Result<bool, StoreError> {
    let work = move |tx: &mut Tx<'_>| {
        let (hash, successor) = (hash(number), hash(number + SUCCESSOR));
        let rotation = Rotation {
            hash: &hash,
            successor: &successor,
            session,
            now: at(seconds),
            successor_expires_at: at(2000),
            note_use: number.is_multiple_of(2),
        };
        refresh_tokens::rotate(tx, &rotation)
    };
    if number.is_multiple_of(3) { store.write(work).await } else { store.write_one(work).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s048_a_token_is_found_by_its_hash_alone() {
    for test in stores().await {
        let name = test.store.name();
        let (dana, ids) = add_sessions(&test.store, 1, 1).await;
        insert(&test.store, 1, ids[0]).await;
        let token = find(&test.store, 1).await.expect(name);
        let expected =
            Token { session: ids[0], created_at: at(0), expires_at: at(1000), spent_at: None, first_used_at: None };
        assert_eq!(token, expected, "{name}");
        assert_eq!(find(&test.store, 2).await, None, "{name}");
        let joined = test.store.read_one(|tx| refresh_tokens::find_with_owner(tx, &hash(1))).await;
        let owned = joined.expect(name).expect(name);
        assert_eq!((owned.token, owned.session.id, owned.user), (expected, ids[0], dana.clone()), "{name}");
        assert_eq!((owned.role, owned.platform_roles), (Some(OrganizationRole::Owner), vec![]), "{name}");
        for role in PlatformRole::ALL {
            let granted = test.store.write(move |tx| platform_roles::grant(tx, dana.id, role, at(0))).await;
            granted.expect(name);
        }
        let owned = test.store.read_one(|tx| refresh_tokens::find_with_owner(tx, &hash(1))).await;
        assert_eq!(owned.expect(name).expect(name).platform_roles, PlatformRole::ALL, "{name}");
        let nobody = test.store.read_one(|tx| refresh_tokens::find_with_owner(tx, &hash(2))).await;
        assert_is!(nobody, Ok(None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hash_is_kept_once() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        insert(&test.store, 1, ids[0]).await;
        let other = ids[1];
        let again = test.store.write(move |tx| refresh_tokens::insert(tx, &hash(1), other, at(0), at(1))).await;
        assert_is!(again, Err(StoreError::Conflict(_)), "{name}");
        assert_eq!(find(&test.store, 1).await.expect(name).session, ids[0], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_a_token_is_spent_once_and_not_from_its_end_on() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        for number in 1..=3 {
            insert(&test.store, number, ids[0]).await;
        }
        for (number, seconds, is_spent) in
            [(1, 500, true), (1, 501, false), (2, 999, true), (3, 1000, false), (4, 0, false)]
        {
            let spent = spend(&test.store, number, ids[0], seconds).await.expect(name);
            assert_eq!(spent, is_spent, "{name}: token {number} after {seconds} s");
        }
        assert_eq!(find(&test.store, 1).await.expect(name).spent_at, Some(at(500)), "{name}");
        assert_eq!(find(&test.store, 3).await.expect(name).spent_at, None, "{name}");
        // Only the two that were spent have successors.
        for (number, made_at) in [(1, Some(500)), (2, Some(999)), (3, None), (4, None)] {
            let successor = find(&test.store, number + SUCCESSOR).await;
            let expected = made_at.map(|seconds| Token {
                session: ids[0],
                created_at: at(seconds),
                expires_at: at(2000),
                spent_at: None,
                first_used_at: None,
            });
            assert_eq!(successor, expected, "{name}: token {number}");
        }
        let session = test.store.read_one(move |tx| sessions::find(tx, ids[0])).await;
        assert_eq!(session.expect(name).expect(name).last_used_at, at(999), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_a_token_of_a_session_that_is_over_is_not_spent() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        let (ended, other) = (ids[0], ids[1]);
        for number in 1..=3 {
            insert(&test.store, number, ended).await;
        }
        assert_is!(spend(&test.store, 1, other, 10).await, Ok(false), "{name}: of another session");
        assert_is!(test.store.write(move |tx| sessions::end(tx, ended, &ending(20))).await, Ok(true), "{name}");
        for number in 2..=3 {
            assert_is!(spend(&test.store, number, ended, 30).await, Ok(false), "{name}: token {number}");
            assert_eq!(find(&test.store, number).await.expect(name).spent_at, None, "{name}");
            assert_eq!(find(&test.store, number + SUCCESSOR).await, None, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s050_a_token_is_spent_once_even_by_many_requests_at_a_time() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        let session = ids[0];
        for round in 1..=30 {
            insert(&test.store, round, session).await;
            let answers = at_once(10, |_| {
                let store = test.store.clone();
                async move { spend(&store, round, session, 10).await }
            });
            let mut count = 0;
            for answer in answers.await {
                count += u32::from(answer.expect(name));
            }
            assert_eq!(count, 1, "{name}: round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_use_of_a_token_is_noted_and_later_ones_change_nothing() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 1).await;
        insert(&test.store, 1, ids[0]).await;
        for seconds in [5, 6] {
            let noted = test.store.write(move |tx| refresh_tokens::note_first_use(tx, &hash(1), at(seconds))).await;
            noted.expect(name);
        }
        assert_eq!(find(&test.store, 1).await.expect(name).first_used_at, Some(at(5)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn spent_and_lapsed_tokens_are_counted_but_not_as_live() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 2).await;
        for (number, session) in [(1, ids[0]), (2, ids[0]), (3, ids[0]), (4, ids[1])] {
            insert(&test.store, number, session).await;
        }
        assert!(spend(&test.store, 1, ids[0], 10).await.expect(name), "{name}");
        let session = ids[0];
        for (seconds, live) in [(999, 3), (1000, 1), (2000, 0)] {
            let now = at(0) + TimeDelta::seconds(seconds);
            let count = test.store.read_one(move |tx| refresh_tokens::count_live(tx, session, now)).await;
            assert_eq!(count.expect(name), live, "{name}: after {seconds} s");
        }
        let all = test.store.read_one(move |tx| refresh_tokens::count_all(tx, session)).await;
        assert_eq!(all.expect(name), 4, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_needs_its_session() {
    for test in stores().await {
        let name = test.store.name();
        let stray = test.store.write(|tx| refresh_tokens::insert(tx, &hash(1), id(404), at(0), at(1))).await;
        assert_is!(stray, Err(StoreError::Query(_)), "{name}");
        assert_eq!(find(&test.store, 1).await, None, "{name}");
    }
}
