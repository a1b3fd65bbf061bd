//! What a receiver gets.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, Method};
use passgate_core::clock::SystemClock;
use passgate_core::rng::SystemRng;
use passgate_webhooks::{Deliverer, SigningSecret, SystemResolver};
use standardwebhooks::Webhook;

use crate::harness::{Harness, Receiver, Reply, START, on_loopback};
use crate::outbox::Standing;

/// Delivers one event by the machine's clock, which the published library judges timestamps by.
async fn deliver_now(secrets: &[SigningSecret]) -> (HeaderMap, Vec<u8>) {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint_with(&receiver.url(), secrets);
    harness.add_event();
    let deliverer = Deliverer::new(
        harness.outbox.clone(),
        on_loopback(),
        Arc::new(SystemResolver::default()),
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    )
    .unwrap();
    assert_eq!(deliverer.deliver_due().await.unwrap(), 1);
    let request = receiver.received().remove(0);
    (request.headers, request.body.to_vec())
}

fn verifies(secret: &SigningSecret, headers: &HeaderMap, body: &[u8]) -> bool {
    Webhook::new(&secret.expose_secret()).unwrap().verify(body, headers).is_ok()
}

#[tokio::test]
async fn the_published_library_verifies_what_arrives_and_nothing_else() {
    let secret = SigningSecret::generate(&SystemRng);
    let (headers, body) = deliver_now(std::slice::from_ref(&secret)).await;
    assert!(verifies(&secret, &headers, &body));

    let mut other_body = body.clone();
    other_body[0] ^= 1;
    assert!(!verifies(&secret, &headers, &other_body), "an altered body");
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut altered = headers.clone();
        // The digit before the last: still an id and a time of these minutes.
        let mut text = altered[name].to_str().unwrap().to_owned();
        let digit = text.pop().unwrap();
        text.push(if digit == '0' { '1' } else { '0' });
        altered.insert(name, text.parse().unwrap());
        assert!(!verifies(&secret, &altered, &body), "an altered {name}");
    }
    assert!(!verifies(&SigningSecret::generate(&SystemRng), &headers, &body), "another secret");
}

#[tokio::test]
async fn while_a_secret_is_replaced_receivers_with_either_verify() {
    let (old, new) = (SigningSecret::generate(&SystemRng), SigningSecret::generate(&SystemRng));
    let (headers, body) = deliver_now(&[new.clone(), old.clone()]).await;
    assert!(verifies(&old, &headers, &body));
    assert!(verifies(&new, &headers, &body));
}

#[tokio::test]
async fn a_delivery_is_one_post_of_the_stored_body() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    harness.add_endpoint(&receiver.url());
    let event = harness.add_event();
    harness.deliverer().deliver_due().await.unwrap();

    let [request] = &receiver.received()[..] else { panic!("one request") };
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.uri, "/hooks?of=passgate");
    assert_eq!(request.event(), event);
    assert_eq!(request.header("webhook-timestamp"), "1700000000");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("user-agent"), "Passgate-Webhooks");
    assert_eq!(
        request.body,
        format!(
            r#"{{"timestamp":"2023-11-14T22:13:20Z","type":"credential.created","data":{{"user_id":"{event}"}}}}"#
        )
    );
    let mut names: Vec<_> = request.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp"
        ]
    );
    assert_eq!(
        harness.outbox.standing(event),
        Standing {
            status: "delivered".to_owned(),
            attempts: 1,
            next_attempt_at: START,
            last_error: None,
            last_status: Some(200),
        }
    );
}

#[tokio::test]
async fn each_endpoint_that_wants_an_event_gets_it_once_and_a_second_round_sends_nothing() {
    let harness = Harness::new();
    let receivers =
        [Receiver::start(|_| Reply::Status(204)).await, Receiver::start(|_| Reply::Status(204)).await];
    for receiver in &receivers {
        harness.add_endpoint(&receiver.url());
    }
    let events = [harness.add_event(), harness.add_event()];
    let deliverer = harness.deliverer();
    assert_eq!(deliverer.deliver_due().await.unwrap(), 4);
    assert_eq!(deliverer.deliver_due().await.unwrap(), 0);
    for receiver in &receivers {
        let mut received = receiver.events();
        received.sort_unstable();
        let mut expected = events;
        expected.sort_unstable();
        assert_eq!(received, expected);
    }
}

#[tokio::test]
async fn without_a_secret_nothing_is_sent() {
    let harness = Harness::new();
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    harness.add_endpoint_with(&receiver.url(), &[]);
    let event = harness.add_event();
    harness.deliverer().deliver_due().await.unwrap();
    assert!(receiver.received().is_empty());
    assert_eq!(harness.outbox.standing(event).last_error.as_deref(), Some("secret_missing"));
}
