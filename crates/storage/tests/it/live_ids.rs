//! Walking through all live sessions in batches (S-162).

use authara_core::id::SessionId;
use authara_core::session::Session;
use authara_storage::testing::stores;
use authara_storage::{Store, sessions};

use crate::rows::{add_sessions, at, ending, id};

async fn list(store: &Store, seconds: i64, after: Option<SessionId>, limit: i64) -> Vec<SessionId> {
    let listed = store.read_one(move |tx| sessions::list_live_ids(tx, at(seconds), after, limit)).await;
    listed.expect("ids are read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_live_sessions_of_all_accounts_are_walked_through_in_the_order_of_their_ids() {
    for test in stores().await {
        let name = test.store.name();
        let (_, danas) = add_sessions(&test.store, 1, 5).await;
        let (_, eves) = add_sessions(&test.store, 2, 4).await;
        let mut wanted = danas;
        wanted.extend(eves);
        wanted.sort_unstable();
        for size in [1, 2, 4, 9, 10] {
            let mut walked = Vec::new();
            let mut after = None;
            loop {
                let batch = list(&test.store, 100, after, size).await;
                assert!(i64::try_from(batch.len()).is_ok_and(|count| count <= size), "{name}");
                let Some(last) = batch.last() else { break };
                after = Some(*last);
                walked.extend(batch);
            }
            assert_eq!(walked, wanted, "{name}: {size} at a time");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s162_sessions_that_are_over_are_passed_by() {
    for test in stores().await {
        let name = test.store.name();
        let (_, ids) = add_sessions(&test.store, 1, 3).await;
        let ended = ids[1];
        let prepared = test.store.write(move |tx| {
            sessions::end(tx, ended, &ending(10))?;
            let Some(like) = sessions::find(tx, ended)? else { return Ok(false) };
            // Lapsed at the very instant of the look.
            sessions::insert(tx, &Session { id: id(77), ended: None, expires_at: at(100), ..like })?;
            Ok(true)
        });
        assert_is!(prepared.await, Ok(true), "{name}");
        assert_eq!(list(&test.store, 100, None, 10).await, [ids[0], ids[2]], "{name}");
        assert_eq!(list(&test.store, 99, None, 10).await, [id(77), ids[0], ids[2]], "{name}");
    }
}
