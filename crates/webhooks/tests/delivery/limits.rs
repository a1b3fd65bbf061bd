//! How much is done at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use passgate_webhooks::DeliverySettings;
use tokio::sync::watch;

use crate::harness::{Harness, Receiver, Reply, on_loopback};

#[tokio::test]
async fn a_slow_receiver_does_not_hold_up_another() {
    let harness = Harness::new();
    let (release, released) = watch::channel(false);
    let slow = Receiver::start(move |_| Reply::Held(released.clone())).await;
    let quick = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint(&slow.url());
    harness.add_endpoint(&quick.url());
    for _ in 0..50 {
        harness.add_event();
    }
    // Fewer than the slow one's queue is long.
    let deliverer = harness.deliverer_with(DeliverySettings { concurrency: 8, ..on_loopback() });
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(deliverer.run(stopped));
    quick.until_received(50).await;
    slow.until_received(4).await;
    assert_eq!(slow.received().len(), 4);
    release.send(true).unwrap();
    slow.until_received(50).await;
    stop.send(true).unwrap();
    running.await.unwrap();
    assert_eq!((quick.received().len(), slow.received().len()), (50, 50));
}

#[tokio::test]
async fn no_more_attempts_are_made_at_once_than_allowed() {
    let harness = Harness::new();
    let most = Arc::new(AtomicU32::new(0));
    let mut receivers = Vec::new();
    for _ in 0..5 {
        let (outbox, most) = (harness.outbox.clone(), Arc::clone(&most));
        receivers.push(
            Receiver::start(move |_| {
                most.fetch_max(outbox.leased(), Ordering::SeqCst);
                Reply::Status(204)
            })
            .await,
        );
    }
    for receiver in &receivers {
        harness.add_endpoint(&receiver.url());
    }
    for _ in 0..20 {
        harness.add_event();
    }
    let deliverer = harness.deliverer_with(DeliverySettings { concurrency: 3, ..on_loopback() });
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(deliverer.run(stopped));
    harness.outbox.recorded(100).await;
    running.abort();
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_limit_of_an_endpoint_is_that_of_all_processes_together() {
    let harness = Harness::new();
    let (release, released) = watch::channel(false);
    let receiver = Receiver::start(move |_| Reply::Held(released.clone())).await;
    harness.add_endpoint(&receiver.url());
    for _ in 0..10 {
        harness.add_event();
    }
    let first = harness.deliverer();
    let attempts = tokio::spawn(async move { first.deliver_due().await.unwrap() });
    receiver.until_received(4).await;
    assert_eq!(harness.deliverer().deliver_due().await.unwrap(), 0);
    release.send(true).unwrap();
    assert_eq!(attempts.await.unwrap(), 4);
    assert_eq!(harness.deliverer().deliver_due().await.unwrap(), 4);
}
