//! Every webhook arrives at least once, whatever fails or is killed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest;
use passgate_core::clock::Clock;
use passgate_core::webhook::Recorded;
use passgate_webhooks::{DeliverySettings, EventId};
use tokio::sync::watch;

use crate::harness::{Harness, Receiver, Reply, START, TENANT, on_loopback};

/// Fails every second time, by a coin that depends on the event and on how often it came: whatever the order in which
/// requests arrive, a run is like the one before. Half of the failures have had their effect before.
async fn half_failing_receiver() -> (Receiver, Arc<Mutex<BTreeSet<EventId>>>) {
    let handled = Arc::new(Mutex::new(BTreeSet::new()));
    let answered = Arc::clone(&handled);
    let visits: Mutex<HashMap<EventId, u8>> = Mutex::default();
    let receiver = Receiver::start(move |request| {
        let event = request.event();
        let mut visits = visits.lock().unwrap();
        let visit = visits.entry(event).or_default();
        *visit += 1;
        let mut seed = event.as_uuid().as_bytes().to_vec();
        seed.push(*visit);
        let coin = digest::digest(&digest::SHA256, &seed).as_ref()[0];
        let (fails, takes_effect) = (coin & 1 == 1, coin & 3 != 1);
        if takes_effect {
            answered.lock().unwrap().insert(event);
        }
        Reply::Status(if fails { 500 } else { 204 })
    })
    .await;
    (receiver, handled)
}

#[tokio::test]
async fn a_receiver_that_fails_half_the_time_gets_each_although_the_process_is_killed_in_between() {
    let harness = Harness::new();
    let (receiver, handled) = half_failing_receiver().await;
    let endpoint = harness.add_endpoint(&receiver.url());
    let events: BTreeSet<EventId> = (0..200).map(|_| harness.add_event()).collect();

    // Killed in the middle of things, ten times.
    for kill in 1..=10 {
        let (_stop, stopped) = watch::channel(false);
        let running = tokio::spawn(harness.deliverer().run(stopped));
        let before = receiver.received().len();
        receiver.until_received(before + kill).await;
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        harness.clock.advance(on_loopback().lease());
        harness.clock.set(harness.clock.now().max(harness.outbox.health(endpoint).paused_until));
    }
    let deliverer = harness.deliverer();
    while harness.outbox.count().contains_key("pending") {
        if deliverer.deliver_due().await.unwrap() == 0 {
            harness.clock.advance(on_loopback().lease());
        }
    }
    assert_eq!(harness.outbox.count(), BTreeMap::from([("delivered".to_owned(), 200)]));
    assert_eq!(*handled.lock().unwrap(), events);
    let arrived = receiver.received().len();
    assert!(arrived > 300, "half of the attempts failed: {arrived}");
}

#[tokio::test]
async fn what_a_killed_process_was_at_is_due_when_its_lease_ends_and_not_before() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Never).await;
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(harness.deliverer().run(stopped));
    receiver.until_received(1).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());

    let lease_ends = START + on_loopback().lease();
    harness.clock.set(lease_ends - Duration::from_millis(1));
    let successor = harness.deliverer();
    assert_eq!(successor.deliver_due().await.unwrap(), 0);
    harness.clock.set(lease_ends);
    let settings = DeliverySettings { total_timeout: Duration::from_millis(50), ..on_loopback() };
    assert_eq!(harness.deliverer_with(settings).deliver_due().await.unwrap(), 1);
    assert_eq!(receiver.events(), [event, event]);
    assert_eq!(harness.outbox.standing(event).attempts, 2);
}

#[tokio::test]
async fn a_record_that_comes_after_another_process_took_over_changes_nothing() {
    let harness = Harness::new();
    let (release, released) = watch::channel(false);
    let visits = Mutex::new(0);
    let receiver = Receiver::start(move |_| {
        let mut visits = visits.lock().unwrap();
        *visits += 1;
        if *visits == 1 { Reply::Held(released.clone()) } else { Reply::Status(500) }
    })
    .await;
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let slow = harness.deliverer();
    let attempt = tokio::spawn(async move { slow.deliver_due().await });
    receiver.until_received(1).await;

    harness.clock.advance(on_loopback().lease());
    assert_eq!(harness.deliverer().deliver_due().await.unwrap(), 1);
    let standing = harness.outbox.standing(event);
    assert_eq!((standing.status.as_str(), standing.last_status), ("pending", Some(500)));
    release.send(true).unwrap();
    attempt.await.unwrap().unwrap();
    assert_eq!(harness.outbox.recorded(2).await, [Recorded::Kept, Recorded::LeaseLost]);
    assert_eq!(harness.outbox.standing(event), standing);
}

#[tokio::test]
async fn what_is_redelivered_by_hand_while_under_way_is_delivered_again() {
    let harness = Harness::new();
    let (release, released) = watch::channel(false);
    let receiver = Receiver::start(move |_| Reply::Held(released.clone())).await;
    let endpoint = harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let deliverer = harness.deliverer();
    let attempt = tokio::spawn(async move { deliverer.deliver_due().await });
    receiver.until_received(1).await;
    harness.outbox.redeliver(TENANT, endpoint, event, harness.clock.now());
    release.send(true).unwrap();
    attempt.await.unwrap().unwrap();
    assert_eq!(harness.outbox.standing(event).status, "pending");
    assert_eq!(harness.deliverer().deliver_due().await.unwrap(), 1);
    assert_eq!(harness.outbox.standing(event).status, "delivered");
}

#[tokio::test]
async fn two_processes_at_once_deliver_each_once() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&receiver.url());
    let events: BTreeSet<EventId> = (0..100).map(|_| harness.add_event()).collect();
    let (_stop, stopped) = watch::channel(false);
    let running = [(); 2].map(|()| tokio::spawn(harness.deliverer().run(stopped.clone())));
    harness.outbox.recorded(100).await;
    for running in running {
        running.abort();
    }
    assert_eq!(receiver.received().len(), 100);
    assert_eq!(receiver.events().into_iter().collect::<BTreeSet<_>>(), events);
}

#[tokio::test]
async fn nothing_is_sent_for_an_endpoint_that_was_made_after_the_event() {
    let harness = Harness::new();
    harness.add_endpoint("https://receiver.test/");
    harness.add_event();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&receiver.url());
    harness.deliverer().deliver_due().await.unwrap();
    assert!(receiver.received().is_empty());
}
