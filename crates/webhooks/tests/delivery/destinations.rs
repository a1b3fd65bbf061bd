//! Where webhooks don't go.

use std::process::Command;
use std::sync::Arc;

use passgate_webhooks::{DeliverySettings, DestinationPolicy, PlainHttp};

use crate::harness::{Harness, Names, Receiver, Reply, on_loopback};

/// Plain HTTP, so that a receiver here could answer, but no network that isn't public.
fn public_only() -> DeliverySettings {
    DeliverySettings {
        destinations: DestinationPolicy { plain_http: PlainHttp::Allowed, ..DestinationPolicy::default() },
        ..on_loopback()
    }
}

/// The error of one attempt at a URL.
async fn error_at(url: &str, settings: DeliverySettings, names: Names) -> Option<String> {
    let harness = Harness::new();
    harness.add_endpoint(url);
    let event = harness.add_event();
    harness.deliverer_by(settings, Arc::new(names)).deliver_due().await.unwrap();
    harness.outbox.standing(event).last_error
}

#[tokio::test]
async fn a_name_with_a_private_address_is_refused_without_a_connection() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let names = Names::default()
        .with("one.test", &[&["127.0.0.1"]])
        .with("all.test", &[&["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"]]);
    for name in ["one.test", "all.test", "ONE.test"] {
        let url = format!("http://{name}:{}/", receiver.port);
        let error = error_at(&url, public_only(), names.clone()).await;
        assert_eq!(error.as_deref(), Some("destination_forbidden"), "{name}");
    }
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn localhost_is_refused_as_the_system_resolves_it() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let harness = Harness::new();
    harness.add_endpoint(&format!("http://localhost:{}/", receiver.port));
    let event = harness.add_event();
    harness.deliverer_with(public_only()).deliver_due().await.unwrap();
    assert_eq!(harness.outbox.standing(event).last_error.as_deref(), Some("destination_forbidden"));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn localhost_is_reached_where_loopback_is_allowed() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let harness = Harness::new();
    harness.add_endpoint(&format!("http://localhost:{}/", receiver.port));
    harness.add_event();
    harness.deliverer().deliver_due().await.unwrap();
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn an_address_in_the_url_is_refused_without_a_connection() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]", "[::1]"] {
        let url = format!("http://{host}:{}/", receiver.port);
        let error = error_at(&url, public_only(), Names::default()).await;
        assert_eq!(error.as_deref(), Some("destination_forbidden"), "{host}");
    }
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn plain_http_is_refused_unless_allowed() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let mut settings = on_loopback();
    settings.destinations.plain_http = PlainHttp::Refused;
    let error = error_at(&receiver.url(), settings, Names::default()).await;
    assert_eq!(error.as_deref(), Some("destination_forbidden"));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn of_a_names_addresses_only_those_that_are_permitted_are_tried() {
    // A receiver at each address, on one port.
    let forbidden = Receiver::start_at("127.0.0.2:0", |_| Reply::Status(204)).await;
    let permitted =
        Receiver::start_at(&format!("127.0.0.3:{}", forbidden.port), |_| Reply::Status(204)).await;
    let mut settings = public_only();
    settings.destinations.allowed_networks = vec!["127.0.0.3/32".parse().unwrap()];
    let names = Names::default().with("both.test", &[&["127.0.0.2", "127.0.0.3"]]);
    let error = error_at(&format!("http://both.test:{}/", permitted.port), settings, names).await;
    assert_eq!(error, None);
    assert_eq!((forbidden.received().len(), permitted.received().len()), (0, 1));
}

#[tokio::test]
async fn a_name_is_resolved_once_an_attempt_and_what_it_turns_to_then_is_not_reached() {
    let permitted = Receiver::start_at("127.0.0.3:0", |_| Reply::Status(500)).await;
    let forbidden =
        Receiver::start_at(&format!("127.0.0.2:{}", permitted.port), |_| Reply::Status(204)).await;
    let mut settings = public_only();
    settings.destinations.allowed_networks = vec!["127.0.0.3/32".parse().unwrap()];
    let names = Names::default().with("turns.test", &[&["127.0.0.3"], &["127.0.0.2"]]);

    let harness = Harness::new();
    harness.add_endpoint(&format!("http://turns.test:{}/", permitted.port));
    let event = harness.add_event();
    let deliverer = harness.deliverer_by(settings, Arc::new(names.clone()));
    deliverer.deliver_due().await.unwrap();
    assert_eq!(names.asked(), ["turns.test"]);
    assert_eq!(harness.outbox.standing(event).last_error.as_deref(), Some("status"));
    assert_eq!(permitted.received().len(), 1);

    // The next attempt asks again, and does not use the connection of the first.
    harness.clock.set(harness.outbox.standing(event).next_attempt_at);
    deliverer.deliver_due().await.unwrap();
    assert_eq!(names.asked(), ["turns.test", "turns.test"]);
    assert_eq!(harness.outbox.standing(event).last_error.as_deref(), Some("destination_forbidden"));
    assert_eq!((forbidden.received().len(), permitted.received().len()), (0, 1));
}

#[tokio::test]
async fn each_attempt_has_a_connection_of_its_own() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let harness = Harness::new();
    harness.add_endpoint(&receiver.url());
    let deliverer = harness.deliverer();
    for _ in 0..2 {
        harness.add_event();
        deliverer.deliver_due().await.unwrap();
    }
    let requests = receiver.received();
    assert_eq!(requests.len(), 2);
    assert_ne!(requests[0].peer, requests[1].peer);
}

#[tokio::test]
async fn redirections_are_not_followed() {
    let inner = Receiver::start(|_| Reply::Status(204)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = inner.url();
        let outer = Receiver::start(move |_| Reply::With(status, "location", location.clone())).await;
        let harness = Harness::new();
        harness.add_endpoint(&outer.url());
        let event = harness.add_event();
        harness.deliverer().deliver_due().await.unwrap();
        let standing = harness.outbox.standing(event);
        assert_eq!((standing.status.as_str(), standing.last_status), ("pending", Some(status)));
        assert_eq!(outer.received().len(), 1);
    }
    assert!(inner.received().is_empty());
}

#[test]
fn proxies_in_the_environment_are_ignored() {
    // The environment is the process's, so this test runs in one of its own. Nothing listens at the proxy's port.
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["destinations::localhost_is_reached_where_loopback_is_allowed", "--exact"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, "http://127.0.0.1:1");
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn a_name_without_an_address_is_told_from_one_that_is_forbidden() {
    let names = Names::default().with("empty.test", &[&[]]);
    for host in ["unknown.test", "empty.test"] {
        let error = error_at(&format!("http://{host}/"), on_loopback(), names.clone()).await;
        assert_eq!(error.as_deref(), Some("name_unresolved"), "{host}");
    }
}
