//! What becomes of deliveries that fail.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use passgate_core::clock::{Clock, Timestamp};
use passgate_webhooks::{DeliverySettings, GIVE_UP_AFTER, Resolution, Resolve, SUSPECT_AFTER};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{Harness, Receiver, Reply, START, TENANT, on_loopback};
use crate::outbox::{Health, Standing};

/// The status and error of one attempt at a URL.
async fn standing_at(url: &str, settings: DeliverySettings) -> Standing {
    let harness = Harness::new();
    harness.add_endpoint(url);
    let event = harness.add_event();
    harness.deliverer_with(settings).deliver_due().await.unwrap();
    harness.outbox.standing(event)
}

#[tokio::test]
async fn only_2xx_is_delivered() {
    for (status, standing) in [
        (200, "delivered"),
        (204, "delivered"),
        (299, "delivered"),
        (304, "pending"),
        (400, "pending"),
        (500, "pending"),
    ] {
        let receiver = Receiver::start(move |_| Reply::Status(status)).await;
        let found = standing_at(&receiver.url(), on_loopback()).await;
        assert_eq!((found.status.as_str(), found.last_status), (standing, Some(status)));
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_has_failed() {
    let receiver = Receiver::start(|_| Reply::Never).await;
    let settings = DeliverySettings { total_timeout: Duration::from_millis(100), ..on_loopback() };
    let found = standing_at(&receiver.url(), settings).await;
    assert_eq!((found.status.as_str(), found.last_error.as_deref()), ("pending", Some("timed_out")));
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_name_that_is_not_resolved_in_time_has_failed() {
    struct NeverResolves;
    impl Resolve for NeverResolves {
        fn resolve(&self, _: &str) -> Resolution {
            Box::pin(std::future::pending())
        }
    }
    let harness = Harness::new();
    harness.add_endpoint("http://slow.test/");
    let event = harness.add_event();
    let settings = DeliverySettings { connect_timeout: Duration::from_millis(100), ..on_loopback() };
    harness.deliverer_by(settings, Arc::new(NeverResolves)).deliver_due().await.unwrap();
    assert_eq!(harness.outbox.standing(event).last_error.as_deref(), Some("timed_out"));
}

#[tokio::test]
async fn nobody_listening_and_a_connection_that_ends_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let found = standing_at(&format!("http://{closed}/"), on_loopback()).await;
    assert_eq!(found.last_error.as_deref(), Some("connection_failed"));

    for answer in ["", "SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 2"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
        });
        let found = standing_at(&format!("http://{address}/"), on_loopback()).await;
        assert_eq!(found.last_error.as_deref(), Some("interrupted"), "{answer:?}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off_and_counts_by_its_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let writing = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.read_buf(&mut Vec::new()).await.unwrap();
        connection.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
        // Far more than the system buffers; a receiver that got rid of it all was read for too long.
        for _ in 0..1024 {
            if connection.write_all(chunk.as_bytes()).await.is_err() {
                return;
            }
        }
        panic!("64 MiB were taken");
    });
    let found = standing_at(&format!("http://{address}/"), on_loopback()).await;
    assert_eq!((found.status.as_str(), found.last_status), ("delivered", Some(200)));
    writing.await.unwrap();
}

#[tokio::test]
async fn an_answer_whose_body_does_not_come_counts_by_its_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let waiting = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.read_buf(&mut Vec::new()).await.unwrap();
        connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na").await.unwrap();
        // Until the other side has closed the connection.
        while connection.read_buf(&mut Vec::with_capacity(4096)).await.is_ok_and(|read| read > 0) {}
    });
    let found = standing_at(&format!("http://{address}/"), on_loopback()).await;
    assert_eq!((found.status.as_str(), found.last_status), ("delivered", Some(200)));
    waiting.await.unwrap();
}

#[tokio::test]
async fn pauses_grow_threefold_and_the_last_attempt_is_a_day_after_the_first() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let harness = Harness::new();
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let deliverer = harness.deliverer();
    let mut pauses = Vec::new();
    loop {
        assert_eq!(deliverer.deliver_due().await.unwrap(), 1, "after {pauses:?}");
        let standing = harness.outbox.standing(event);
        if standing.status == "dead" {
            break;
        }
        pauses.push(standing.next_attempt_at.since(harness.clock.now()));
        // A moment earlier it is not due.
        harness.clock.set(standing.next_attempt_at - Duration::from_millis(1));
        assert_eq!(deliverer.deliver_due().await.unwrap(), 0);
        harness.clock.set(standing.next_attempt_at);
    }
    let cut_short = pauses.pop().unwrap();
    assert!(cut_short < Duration::from_mins(225), "{cut_short:?}");
    let expected = [5, 15, 45, 135, 405, 1_215, 3_645].into_iter().chain(std::iter::repeat(10_800));
    for (pause, least) in pauses.iter().zip(expected) {
        let least = Duration::from_secs(least);
        assert!((least..=least * 5 / 4).contains(pause), "{pause:?} for {least:?}");
    }
    assert_eq!(harness.clock.now(), START + GIVE_UP_AFTER);
    let attempts = receiver.received().len();
    assert!((14..=16).contains(&attempts), "{attempts}");
    assert_eq!(
        harness.outbox.standing(event),
        Standing {
            status: "dead".to_owned(),
            attempts: u32::try_from(attempts).unwrap(),
            next_attempt_at: START + GIVE_UP_AFTER,
            last_error: Some("status".to_owned()),
            last_status: Some(500),
        }
    );
    harness.clock.advance(GIVE_UP_AFTER);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 0, "dead letters are left alone");
}

#[tokio::test]
async fn what_one_receiver_never_takes_is_given_up_though_it_takes_everything_else() {
    let poison = Arc::new(Mutex::new(None));
    let refused = Arc::clone(&poison);
    let receiver = Receiver::start(move |request| {
        Reply::Status(if *refused.lock().unwrap() == Some(request.event()) { 422 } else { 204 })
    })
    .await;
    let harness = Harness::new();
    let endpoint = harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    *poison.lock().unwrap() = Some(event);
    let deliverer = harness.deliverer();
    while harness.outbox.standing(event).status == "pending" {
        assert!(harness.clock.now() <= START + GIVE_UP_AFTER);
        deliverer.deliver_due().await.unwrap();
        let well = harness.add_event();
        deliverer.deliver_due().await.unwrap();
        assert_eq!(harness.outbox.standing(well).status, "delivered");
        assert_eq!(harness.outbox.health(endpoint).failures, 0);
        harness.clock.set(harness.clock.now().max(harness.outbox.standing(event).next_attempt_at));
    }
    let standing = harness.outbox.standing(event);
    assert_eq!((standing.status.as_str(), standing.last_status), ("dead", Some(422)));
    assert_eq!(harness.clock.now(), START + GIVE_UP_AFTER);
}

#[tokio::test]
async fn a_dead_letter_that_is_redelivered_by_hand_is_due_at_once() {
    let status = Arc::new(AtomicU16::new(500));
    let answer = Arc::clone(&status);
    let receiver = Receiver::start(move |_| Reply::Status(answer.load(Ordering::SeqCst))).await;
    let harness = Harness::new();
    let endpoint = harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let deliverer = harness.deliverer();
    deliverer.deliver_due().await.unwrap();
    harness.clock.advance(GIVE_UP_AFTER);
    deliverer.deliver_due().await.unwrap();
    assert_eq!(harness.outbox.standing(event).status, "dead");

    status.store(204, Ordering::SeqCst);
    harness.outbox.redeliver(TENANT, endpoint, event, harness.clock.now());
    assert_eq!(deliverer.deliver_due().await.unwrap(), 1);
    let standing = harness.outbox.standing(event);
    assert_eq!((standing.status.as_str(), standing.attempts), ("delivered", 1));
    assert_eq!(receiver.events(), [event; 3], "the id stays the same");
}

#[tokio::test]
async fn a_receiver_s_wish_to_be_left_alone_is_respected_within_bounds() {
    let after = |seconds| START + Duration::from_secs(seconds);
    // Status and header; the next attempt at the earliest and latest; until when the endpoint is left alone.
    let table = [
        (429, "120", after(120), after(120), after(120)),
        (503, "120", after(120), after(120), after(120)),
        (503, "Tue, 14 Nov 2023 22:15:20 GMT", after(120), after(120), after(120)),
        (503, "86400", after(3600), after(3600), after(3600)),
        (429, "1", after(5), START + Duration::from_millis(6250), after(1)),
        (429, "soon", after(5), START + Duration::from_millis(6250), Timestamp::EPOCH),
        (500, "120", after(5), START + Duration::from_millis(6250), Timestamp::EPOCH),
    ];
    for (status, retry_after, earliest, latest, paused_until) in table {
        let receiver =
            Receiver::start(move |_| Reply::With(status, "retry-after", retry_after.to_owned())).await;
        let harness = Harness::new();
        let endpoint = harness.add_endpoint(&receiver.url());
        let event = harness.add_event();
        harness.deliverer().deliver_due().await.unwrap();
        let next = harness.outbox.standing(event).next_attempt_at;
        assert!((earliest..=latest).contains(&next), "{status} {retry_after}: {next:?}");
        assert_eq!(harness.outbox.health(endpoint).paused_until, paused_until, "{status} {retry_after}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_disabled() {
    let receiver = Receiver::start(|_| Reply::Status(410)).await;
    let harness = Harness::new();
    let endpoint = harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    let deliverer = harness.deliverer();
    deliverer.deliver_due().await.unwrap();
    assert_eq!(harness.outbox.standing(event).status, "dead");
    assert_eq!(harness.outbox.health(endpoint).state, "gone");
    harness.add_event();
    harness.clock.advance(GIVE_UP_AFTER);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 0);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_keeps_failing_gets_one_attempt_at_a_time_with_pauses_that_grow() {
    let status = Arc::new(AtomicU16::new(500));
    let answer = Arc::clone(&status);
    let receiver = Receiver::start(move |_| Reply::Status(answer.load(Ordering::SeqCst))).await;
    let harness = Harness::new();
    let endpoint = harness.add_endpoint(&receiver.url());
    for _ in 0..100 {
        harness.add_event();
    }
    let deliverer = harness.deliverer();
    // Four at a time, until it is suspect: its fifth failure is among the second four.
    assert_eq!(deliverer.deliver_due().await.unwrap(), 4);
    assert_eq!(harness.outbox.health(endpoint).paused_until, Timestamp::EPOCH);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 4);
    let health = harness.outbox.health(endpoint);
    assert_eq!((health.failures, health.failing_since), (SUSPECT_AFTER + 3, Some(START)));

    let mut pauses = Vec::new();
    for _ in 0..9 {
        assert_eq!(deliverer.deliver_due().await.unwrap(), 0, "while it is left alone");
        harness.clock.set(harness.outbox.health(endpoint).paused_until);
        assert_eq!(deliverer.deliver_due().await.unwrap(), 1);
        pauses.push(harness.outbox.health(endpoint).paused_until.since(harness.clock.now()));
    }
    // The first of these was its ninth failure in a row.
    for (pause, least) in pauses.into_iter().zip([80, 160, 320, 600, 600, 600, 600, 600, 600]) {
        let least = Duration::from_secs(least);
        assert!((least..=least * 5 / 4).contains(&pause), "{pause:?} for {least:?}");
    }

    status.store(204, Ordering::SeqCst);
    harness.clock.set(harness.outbox.health(endpoint).paused_until);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 1);
    assert_eq!(
        harness.outbox.health(endpoint),
        Health {
            state: "enabled".to_owned(),
            failures: 0,
            failing_since: None,
            paused_until: Timestamp::EPOCH
        }
    );
    assert_eq!(deliverer.deliver_due().await.unwrap(), 4, "and all is well again");
}

#[tokio::test]
async fn what_waited_a_day_for_an_endpoint_that_failed_all_day_is_a_dead_letter() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let harness = Harness::new();
    harness.add_endpoint(&receiver.url());
    for _ in 0..20 {
        harness.add_event();
    }
    let deliverer = harness.deliverer();
    while deliverer.deliver_due().await.unwrap() > 0 {}
    let attempted = receiver.received().len();
    assert!(attempted < 20, "most were never attempted");

    harness.clock.advance(Duration::from_hours(1));
    let young = harness.add_event();
    harness.clock.set(START + GIVE_UP_AFTER);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 1);
    assert_eq!(harness.outbox.count(), BTreeMap::from([("dead".to_owned(), 20), ("pending".to_owned(), 1)]));
    assert_eq!(harness.outbox.standing(young).status, "pending");
}

#[tokio::test]
async fn what_waited_for_a_stopped_server_has_its_day_from_the_first_attempt() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let harness = Harness::new();
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    harness.clock.advance(GIVE_UP_AFTER * 3);
    harness.deliverer().deliver_due().await.unwrap();
    let standing = harness.outbox.standing(event);
    assert_eq!((standing.status.as_str(), standing.attempts), ("pending", 1));
}
