//! Each event once.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{builder, delivery, receiver};
use crate::clock::Clock;
use crate::testing::now;
use crate::webhooks::{
    SeenStep, SeenStoreError, Webhook, WebhookAnswer, WebhookReceiver, WebhookRejection, WebhookVerifier,
};

/// A receiver whose clock stands until it is set forward, by seconds.
fn receiver_in_time() -> (WebhookReceiver, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(0));
    let moving = Arc::clone(&seconds);
    let clock = Clock::from_fn(move || now() + TimeDelta::seconds(moving.load(Ordering::SeqCst)));
    (WebhookReceiver::new(builder().clock(clock).build().unwrap()), seconds)
}

async fn receive(receiver: &WebhookReceiver) -> Result<Webhook, WebhookRejection> {
    let delivery = delivery();
    receiver.receive(&delivery.headers, &delivery.body).await
}

async fn answer(receiver: &WebhookReceiver, outcome: Result<(), &'static str>) -> u16 {
    match receive(receiver).await {
        Ok(webhook) => webhook.handle(|_event| ready(outcome)).await.status(),
        Err(rejection) => rejection.status(),
    }
}

#[tokio::test]
async fn r76_an_event_is_handled_once_and_again_only_after_a_failure() {
    let receiver = receiver();
    let mut found = Vec::new();
    for outcome in [Err("the database is away"), Err("still"), Ok(()), Ok(()), Err("nobody asks")] {
        found.push(answer(&receiver, outcome).await);
    }
    assert_eq!(found, [500, 500, 204, 200, 200]);
}

#[tokio::test]
async fn r74_a_handled_event_is_remembered_for_the_chosen_time() {
    let (receiver, seconds) = receiver_in_time();
    let receiver = receiver.remember_for(Duration::from_secs(100));
    assert_eq!(answer(&receiver, Ok(())).await, 204);
    seconds.store(99, Ordering::SeqCst);
    assert_eq!(answer(&receiver, Ok(())).await, 200);
    seconds.store(100, Ordering::SeqCst);
    assert_eq!(answer(&receiver, Ok(())).await, 204);
}

#[tokio::test]
async fn r76_an_event_whose_handling_broke_off_is_new_before_the_server_sends_it_again() {
    let (receiver, seconds) = receiver_in_time();
    // The connection ends, and the framework drops the handler with its event.
    drop(receive(&receiver).await.unwrap());
    assert_eq!(answer(&receiver, Ok(())).await, 200);
    seconds.store(30, Ordering::SeqCst);
    assert_eq!(answer(&receiver, Ok(())).await, 204);
}

#[test]
fn r74_of_replays_at_the_same_time_one_is_handled() {
    let (receiver, handled) = (receiver(), AtomicUsize::new(0));
    let counter = &handled;
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let replay = || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                match receive(&receiver).await {
                    Ok(webhook) => {
                        let handling = webhook.handle(|_event| async move {
                            counter.fetch_add(1, Ordering::SeqCst);
                            tokio::task::yield_now().await;
                            Ok::<(), String>(())
                        });
                        handling.await.status()
                    }
                    Err(rejection) => rejection.status(),
                }
            })
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(replay)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(handled.load(Ordering::SeqCst), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 15);
}

#[tokio::test]
async fn r74_a_replay_with_another_delivery_header_is_not_another_event() {
    let receiver = receiver();
    assert_eq!(answer(&receiver, Ok(())).await, 204);
    let other = delivery().with_header("x-authara-delivery", "5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99");
    let rejection = receiver.receive(&other.headers, &other.body).await.unwrap_err();
    assert_eq!(rejection.status(), 400);
}

#[tokio::test]
async fn while_nobody_knows_what_was_seen_the_server_tries_again_later() {
    let away = |_id: Uuid, _step: SeenStep| ready(Err::<bool, SeenStoreError>("the cache is away".into()));
    let receiver = receiver().with_seen_store(away);
    assert_eq!(answer(&receiver, Ok(())).await, 503);
}

#[tokio::test]
async fn a_store_that_fails_afterwards_does_not_change_the_answer() {
    let forgetful = |_id: Uuid, step: SeenStep| {
        let is_before = matches!(step, SeenStep::FirstTime(_));
        ready(if is_before { Ok(true) } else { Err(SeenStoreError::from("the cache is away")) })
    };
    let receiver = receiver().with_seen_store(forgetful);
    assert_eq!(answer(&receiver, Ok(())).await, 204);
    assert_eq!(answer(&receiver, Err("the database is away")).await, 500);
}

#[tokio::test]
async fn a_claim_can_be_settled_by_hand() {
    let receiver = receiver();
    let (event, claim) = receive(&receiver).await.unwrap().into_parts();
    assert_eq!(event.kind.name(), "user.created");
    claim.forget().await.unwrap();
    let (_event, claim) = receive(&receiver).await.unwrap().into_parts();
    claim.keep().await.unwrap();
    let rejection = receive(&receiver).await.unwrap_err();
    assert!(matches!(rejection, WebhookRejection::Duplicate { .. }));
}

#[test]
fn r04_everything_is_shared_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    fn is_sent<T: Send + 'static>(_: T) {}
    is_shared::<WebhookVerifier>();
    is_shared::<WebhookReceiver>();
    is_shared::<WebhookAnswer>();
    is_sent(async {
        let receiver = receiver();
        answer(&receiver, Ok(())).await
    });
}
