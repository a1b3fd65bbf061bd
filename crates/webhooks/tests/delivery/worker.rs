//! The worker's own ways: waking, polling, stopping.

use std::time::Duration;

use passgate_webhooks::DeliverySettings;
use tokio::sync::watch;

use crate::harness::{Harness, Receiver, Reply, on_loopback};

#[tokio::test]
async fn it_delivers_at_once_when_told() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&receiver.url());
    // It polls once an hour.
    let deliverer = harness.deliverer();
    let wake = deliverer.wake_handle();
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(deliverer.run(stopped));
    for count in 1..=3 {
        harness.add_event();
        wake.wake();
        receiver.until_received(count).await;
    }
    running.abort();
}

#[tokio::test]
async fn it_finds_what_nobody_told_of() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&receiver.url());
    let deliverer =
        harness.deliverer_with(DeliverySettings { poll_interval: Duration::from_millis(5), ..on_loopback() });
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(deliverer.run(stopped));
    for count in 1..=3 {
        harness.add_event();
        receiver.until_received(count).await;
    }
    running.abort();
}

#[tokio::test]
async fn a_long_queue_is_worked_off_without_being_told_again() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&receiver.url());
    let events: Vec<_> = (0..100).map(|_| harness.add_event()).collect();
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(harness.deliverer().run(stopped));
    receiver.until_received(100).await;
    running.abort();
    let mut delivered = receiver.events();
    delivered.sort_unstable();
    let mut expected = events;
    expected.sort_unstable();
    assert_eq!(delivered, expected);
}

#[tokio::test]
async fn an_orderly_stop_finishes_what_is_under_way_and_begins_nothing() {
    let harness = Harness::new();
    let (release, released) = watch::channel(false);
    let receiver = Receiver::start(move |_| Reply::Held(released.clone())).await;
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let deliverer = harness.deliverer();
    let wake = deliverer.wake_handle();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(deliverer.run(stopped));
    receiver.until_received(1).await;

    stop.send(true).unwrap();
    let late = harness.add_event();
    wake.wake();
    release.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(harness.outbox.standing(event).status, "delivered");
    let standing = harness.outbox.standing(late);
    assert_eq!((standing.status.as_str(), standing.attempts), ("pending", 0));
    assert_eq!(receiver.events(), [event]);
}

#[tokio::test]
async fn it_stops_when_nobody_could_tell_it_to_any_more() {
    let harness = Harness::new();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(harness.deliverer().run(stopped));
    drop(stop);
    running.await.unwrap();
}
