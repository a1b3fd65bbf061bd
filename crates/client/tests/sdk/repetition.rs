//! What is sent again, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use passgate_client::{
    Error, RegistrationInitialize, Tenant, TenantConfig, TransactionInitialize, UnreachableKind,
};
use serde_json::json;
use serde_json::value::to_raw_value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::fake_passgate::{Answer, FakePassgate};

fn user() -> RegistrationInitialize {
    RegistrationInitialize {
        user_id: "1".to_owned(),
        username: "a@b.c".to_owned(),
        display_name: None,
        icon: None,
    }
}

fn transaction() -> TransactionInitialize {
    TransactionInitialize {
        user_id: "1".to_owned(),
        transaction_id: "transfer-7".to_owned(),
        transaction_data: to_raw_value(&json!({ "amount": 1 })).expect("JSON"),
    }
}

#[tokio::test]
async fn what_reads_or_starts_a_ceremony_is_tried_three_times() {
    for status in [502, 503, 504] {
        let passgate = FakePassgate::start().await;
        let down = Answer::error(status, "unavailable");
        let routes = [
            "GET /.well-known/jwks.json",
            "POST /login/initialize",
            "POST /registration/initialize",
            "POST /mfa/login/initialize",
            "POST /mfa/registration/initialize",
            "GET /transaction/1",
        ];
        for route in routes {
            let answer = if route == "GET /transaction/1" { json!([]) } else { json!({ "keys": [] }) };
            passgate.says(route, [down.clone(), down.clone(), Answer::json(200, &answer)]);
        }
        let tenant = passgate.tenant();
        assert!(tenant.jwks().await.is_ok());
        assert!(tenant.login().initialize().await.is_ok());
        assert!(tenant.registration().initialize(&user()).await.is_ok());
        assert!(tenant.mfa().login().initialize("1").await.is_ok());
        assert!(tenant.mfa().registration().initialize(&user()).await.is_ok());
        assert!(tenant.transactions().of_user("1").await.is_ok());
        for route in routes {
            assert_eq!(passgate.requests(route).len(), 3, "{status} {route}");
            passgate.says(route, [down.clone()]);
        }
        assert!(tenant.jwks().await.is_err());
        assert_eq!(passgate.requests(routes[0]).len(), 6, "{status}: three tries and no more");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [400, 401, 404, 409, 422, 429, 500, 501] {
        let passgate = FakePassgate::start().await;
        passgate.says("POST /login/initialize", [Answer::error(status, "some_code")]);
        assert!(passgate.tenant().login().initialize().await.is_err());
        assert_eq!(passgate.requests("POST /login/initialize").len(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_finishes_or_changes_something_or_uses_an_id_up_is_sent_once() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    let routes = [
        "POST /registration/finalize",
        "POST /login/finalize",
        "POST /mfa/registration/finalize",
        "POST /mfa/login/finalize",
        "POST /transaction/initialize",
        "POST /transaction/finalize",
        "PATCH /credentials/abc",
        "DELETE /credentials/abc",
    ];
    for route in routes {
        passgate.says(route, [Answer::error(503, "unavailable").header("retry-after", "0")]);
    }
    assert!(tenant.registration().finalize(&json!({})).await.is_err());
    assert!(tenant.login().finalize(&json!({})).await.is_err());
    assert!(tenant.mfa().registration().finalize(&json!({})).await.is_err());
    assert!(tenant.mfa().login().finalize(&json!({})).await.is_err());
    assert!(tenant.transactions().initialize(&transaction()).await.is_err());
    assert!(tenant.transactions().finalize(&json!({})).await.is_err());
    assert!(tenant.credential("abc").rename("x").await.is_err());
    assert!(tenant.credential("abc").remove().await.is_err());
    for route in routes {
        assert_eq!(passgate.requests(route).len(), 1, "{route}");
    }
}

/// A server that takes each request and closes the connection.
async fn rude_server() -> (Tenant, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base_url = format!("http://{}", listener.local_addr().expect("bound"));
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            if connection.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (tenant_at(base_url), requests)
}

fn tenant_at(base_url: String) -> Tenant {
    Tenant::new(TenantConfig {
        base_url,
        tenant_id: crate::fake_passgate::TENANT_ID.to_owned(),
        api_key: passgate_client::SecretString::new("pgk_secret"),
        rp_id: "localhost".to_owned(),
    })
    .expect("a valid configuration")
}

#[tokio::test]
async fn after_a_broken_connection_only_a_harmless_request_is_sent_again() {
    let (tenant, requests) = rude_server().await;
    let error = tenant.login().finalize(&json!({})).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { kind: UnreachableKind::Interrupted, .. }), "{error:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert!(tenant.login().initialize().await.is_err());
    assert_eq!(requests.load(Ordering::SeqCst), 1 + 3);
    let error = tenant.transactions().initialize(&transaction()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { kind: UnreachableKind::Interrupted, .. }), "{error:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 1 + 3 + 1);
}

#[tokio::test]
async fn without_a_server_the_connection_is_what_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tenant = tenant_at(format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    for error in [
        tenant.login().initialize().await.unwrap_err(),
        tenant.login().finalize(&json!({})).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unreachable { kind: UnreachableKind::Connect, .. }), "{error:?}");
        assert!(!error.is_ceremony_refused());
    }
}

#[tokio::test]
async fn the_total_timeout_bounds_a_call_with_its_repetitions() {
    let passgate = FakePassgate::start().await;
    let timeout = Duration::from_millis(300);
    let tenant = passgate.builder().total_timeout(timeout).build().unwrap();
    for route in ["POST /login/initialize", "POST /login/finalize"] {
        passgate.says(route, [Answer::json(200, &json!({})).after(Duration::from_secs(30))]);
    }
    let started = Instant::now();
    for error in [
        tenant.login().initialize().await.unwrap_err(),
        tenant.login().finalize(&json!({})).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unreachable { kind: UnreachableKind::Timeout, .. }), "{error:?}");
    }
    assert!(started.elapsed() >= timeout * 2, "each call had its time");
    assert!(started.elapsed() < Duration::from_secs(20), "and not more");
    for route in ["POST /login/initialize", "POST /login/finalize"] {
        assert_eq!(passgate.requests(route).len(), 1, "{route}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_much_patience_gets_no_second_request() {
    let passgate = FakePassgate::start().await;
    let busy = Answer::error(503, "unavailable").header("retry-after", "30");
    passgate.says("POST /login/initialize", [busy]);
    let error = passgate.tenant().login().initialize().await.unwrap_err();
    assert!(matches!(error, Error::Api(error) if error.retry_after == Some(Duration::from_secs(30))));
    assert_eq!(passgate.requests("POST /login/initialize").len(), 1);
}
