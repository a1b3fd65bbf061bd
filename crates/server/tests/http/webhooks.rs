//! Webhooks as operators set them up and look at them. Delivery is tested with the binary.

use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, TestTenant};

const URL: &str = "https://hooks.example.com/passgate";

async fn call(tenant: &TestTenant<'_>, method: Method, path: &str, body: Option<Value>) -> Answer {
    tenant.server.admin(method, &format!("/tenants/{}/webhooks{path}", tenant.id), body).await
}

/// Makes a webhook; returns its id and its secret.
async fn create(tenant: &TestTenant<'_>, body: Value) -> (String, String) {
    let answer = call(tenant, Method::POST, "", Some(body)).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let created = answer.ok();
    (created["id"].as_str().unwrap().to_owned(), created["secret"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_webhook_is_made_changed_and_deleted_and_its_secret_is_shown_once() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let body = json!({ "url": URL, "description": "Ours", "events": ["credential.created"] });
    let (id, secret) = create(&tenant, body).await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    let expected = json!([{
        "id": id, "url": URL, "description": "Ours", "events": ["credential.created"], "state": "enabled",
        "failures": 0, "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    }]);
    assert_eq!(call(&tenant, Method::GET, "", None).await.ok(), expected);
    let change = json!({ "state": "disabled", "events": [] });
    assert_eq!(call(&tenant, Method::PATCH, &format!("/{id}"), Some(change)).await.status, 204);
    let listed = call(&tenant, Method::GET, "", None).await.ok();
    assert_eq!((&listed[0]["state"], &listed[0]["events"]), (&json!("disabled"), &json!([])));
    assert_eq!(listed[0]["description"], "Ours", "what is left out stays");
    assert_eq!(call(&tenant, Method::DELETE, &format!("/{id}"), None).await.status, 204);
    let again = call(&tenant, Method::DELETE, &format!("/{id}"), None).await;
    assert_eq!(again.error(), (404, "webhook_not_found"));
    assert_eq!(call(&tenant, Method::GET, "", None).await.ok(), json!([]));
}

#[tokio::test]
async fn a_secret_is_sealed_in_the_database_and_replaced() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (id, secret) = create(&tenant, json!({ "url": URL })).await;
    server.advance(Duration::from_secs(1)).await;
    let replaced = call(&tenant, Method::POST, &format!("/{id}/secret"), Some(json!({}))).await.ok();
    assert_ne!(replaced["secret"], json!(secret));
    assert_eq!(server.row_counts()["webhook_secrets"], 2, "both sign for a day");
    server.advance(Duration::from_secs(1)).await;
    let now = json!({ "now": true });
    call(&tenant, Method::POST, &format!("/{id}/secret"), Some(now)).await.ok();
    assert_eq!(server.row_counts()["webhook_secrets"], 1);
    let bytes = data_encoding::BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let file = std::fs::read(&server.database).unwrap();
    let log = std::fs::read(format!("{}-wal", server.database.display())).unwrap();
    for on_disk in [&file, &log] {
        assert!(!on_disk.windows(bytes.len()).any(|window| window == bytes), "the secret lies in the open");
    }
}

#[tokio::test]
async fn urls_that_webhooks_do_not_go_to_are_refused_by_name() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (id, _) = create(&tenant, json!({ "url": URL })).await;
    let long = format!("https://hooks.example.com/{}", "a".repeat(2048));
    for (url, code) in [
        ("not a url", "webhook_url_invalid"),
        ("http://hooks.example.com", "webhook_url_scheme"),
        ("ftp://hooks.example.com", "webhook_url_scheme"),
        ("https://user:secret@hooks.example.com", "webhook_url_credentials"),
        ("https://hooks.example.com/#here", "webhook_url_fragment"),
        (long.as_str(), "webhook_url_too_long"),
        ("https://127.0.0.1", "webhook_address_forbidden"),
        ("https://2130706433", "webhook_address_forbidden"),
        ("https://0x7f.1", "webhook_address_forbidden"),
        ("https://10.1.2.3", "webhook_address_forbidden"),
        ("https://169.254.169.254/latest", "webhook_address_forbidden"),
        ("https://100.64.0.1", "webhook_address_forbidden"),
        ("https://[::1]", "webhook_address_forbidden"),
        ("https://[::ffff:10.0.0.1]", "webhook_address_forbidden"),
        ("https://[64:ff9b::a00:1]", "webhook_address_forbidden"),
        ("https://[fd00::1]", "webhook_address_forbidden"),
    ] {
        let made = call(&tenant, Method::POST, "", Some(json!({ "url": url }))).await;
        assert_eq!(made.error(), (400, code), "{url}");
        let changed = call(&tenant, Method::PATCH, &format!("/{id}"), Some(json!({ "url": url }))).await;
        assert_eq!(changed.error(), (400, code), "{url}");
    }
    for body in [json!({}), json!({ "url": URL, "events": ["credential.lost"] }), json!({ "url": 1 })] {
        let answer = call(&tenant, Method::POST, "", Some(body)).await;
        assert_eq!(answer.error(), (400, "malformed_body"));
    }
    let gone = call(&tenant, Method::PATCH, &format!("/{id}"), Some(json!({ "state": "gone" }))).await;
    assert_eq!(gone.error(), (400, "malformed_body"));
    assert_eq!(call(&tenant, Method::GET, "", None).await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_tenant_has_at_most_twenty() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for _ in 0..20 {
        create(&tenant, json!({ "url": URL })).await;
    }
    let answer = call(&tenant, Method::POST, "", Some(json!({ "url": URL }))).await;
    assert_eq!(answer.error(), (409, "too_many_webhooks"));
}

#[tokio::test]
async fn what_it_is_to_hear_of_is_listed_and_delivered_again_by_hand() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (id, _) = create(&tenant, json!({ "url": URL })).await;
    let credential = tenant.register("user-1", &mut Authenticator::new(1)).await;
    let path = format!("/{id}/deliveries");
    let answer = call(&tenant, Method::GET, &path, None).await;
    assert_eq!(answer.header("x-total-count"), Some("1"));
    let delivery = answer.ok()[0].clone();
    assert_eq!((&delivery["type"], &delivery["status"]), (&json!("credential.created"), &json!("pending")));
    let body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&body["data"]["user_id"], &body["data"]["credential_id"]),
        (&json!("user-1"), &json!(credential))
    );
    let event = delivery["event_id"].as_str().unwrap();
    let again = call(&tenant, Method::POST, &format!("{path}/{event}/redeliver"), None).await;
    assert_eq!(again.status, 204);
    let unknown = uuid::Uuid::from_u128(1);
    let answer = call(&tenant, Method::POST, &format!("{path}/{unknown}/redeliver"), None).await;
    assert_eq!(answer.error(), (404, "webhook_delivery_not_found"));
}

#[tokio::test]
async fn another_tenants_webhook_is_none() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let (id, _) = create(&tenant, json!({ "url": URL })).await;
    tenant.register("user-1", &mut Authenticator::new(1)).await;
    for (method, path, body) in [
        (Method::PATCH, format!("/{id}"), Some(json!({ "state": "disabled" }))),
        (Method::DELETE, format!("/{id}"), None),
        (Method::POST, format!("/{id}/secret"), Some(json!({}))),
        (Method::GET, format!("/{id}/deliveries"), None),
    ] {
        assert_eq!(call(&other, method, &path, body).await.error(), (404, "webhook_not_found"));
    }
    let deliveries = call(&tenant, Method::GET, &format!("/{id}/deliveries"), None).await.ok();
    let event = deliveries[0]["event_id"].as_str().unwrap();
    let foreign = format!("/{id}/deliveries/{event}/redeliver");
    let answer = call(&other, Method::POST, &foreign, None).await;
    assert_eq!(answer.error(), (404, "webhook_delivery_not_found"));
    assert_eq!(call(&other, Method::GET, "", None).await.ok(), json!([]));
}
