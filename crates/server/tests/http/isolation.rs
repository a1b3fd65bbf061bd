//! One tenant's keys, ids and users mean nothing in another.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::json;

use crate::harness::{TestServer, TestTenant};

/// Every endpoint that needs the API key, with a body that would do.
fn keyed_endpoints(credential_id: &str) -> Vec<(Method, String, serde_json::Value)> {
    vec![
        (Method::POST, "registration/initialize".into(), json!({ "user_id": "u1", "username": "kim" })),
        (Method::POST, "login/initialize".into(), json!({ "user_id": "u1" })),
        (Method::GET, "credentials".into(), json!({})),
        (Method::GET, "credentials?user_id=u1".into(), json!({})),
        (Method::GET, format!("credentials/{credential_id}"), json!({})),
        (Method::PATCH, format!("credentials/{credential_id}"), json!({ "name": "stolen" })),
        (Method::DELETE, format!("credentials/{credential_id}"), json!({})),
    ]
}

async fn revoked_key(tenant: &TestTenant<'_>) -> String {
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let key = tenant.server.admin(Method::POST, &path, Some(json!({ "name": "to revoke" }))).await.ok();
    let id = key["id"].as_str().unwrap();
    let secret = key["secret"].as_str().unwrap().to_owned();
    let listed = tenant.server.send(Method::GET, &tenant.url("credentials"), Some(&secret), vec![]).await;
    assert_eq!(listed.status, 200, "the key works before it is revoked");
    assert_eq!(tenant.server.admin(Method::DELETE, &format!("{path}/{id}"), None).await.status, 204);
    secret
}

#[tokio::test]
async fn every_keyed_endpoint_refuses_every_key_but_the_tenants_own() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let credential_id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let revoked = revoked_key(&tenant).await;
    let cut = &tenant.api_key[..tenant.api_key.len() - 1];
    let keys = [
        (None, "api_key_missing"),
        (Some(""), "api_key_invalid"),
        (Some("wrong"), "api_key_invalid"),
        (Some(cut), "api_key_invalid"),
        (Some(revoked.as_str()), "api_key_invalid"),
        (Some(other.api_key.as_str()), "api_key_invalid"),
    ];
    let before = server.row_counts();
    for (method, path, body) in keyed_endpoints(&credential_id) {
        for (key, code) in keys {
            let url = tenant.url(&path);
            let answer = server.send(method.clone(), &url, key, body.to_string().into_bytes()).await;
            assert_eq!(answer.error(), (401, code), "{method} {path} with {key:?}");
        }
    }
    assert_eq!(server.row_counts(), before);
    for (method, path, body) in keyed_endpoints(&credential_id) {
        let answer = tenant.keyed(method.clone(), &path, body).await;
        assert!((200..300).contains(&answer.status), "{method} {path} with its own key: {}", answer.body);
    }
}

#[tokio::test]
async fn another_tenants_ids_name_nothing_here() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let theirs = other.register("u1", &mut Authenticator::new(1)).await;
    let path = format!("credentials/{theirs}");
    for (method, body) in
        [(Method::GET, json!({})), (Method::PATCH, json!({ "name": "x" })), (Method::DELETE, json!({}))]
    {
        assert_eq!(tenant.keyed(method, &path, body).await.error(), (404, "credential_not_found"));
    }
    assert_eq!(tenant.get("credentials?user_id=u1").await.ok(), json!([]));
    assert_eq!(tenant.get("credentials").await.ok(), json!([]));
    let answer = tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "u1" })).await;
    assert_eq!(answer.error(), (404, "user_not_found"));
    assert_eq!(other.get(&path).await.ok()["id"], theirs, "and it is as it was");
}

#[tokio::test]
async fn a_bearer_token_is_an_api_key_too() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let request = server.client.get(tenant.url("credentials")).bearer_auth(&tenant.api_key);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let request = server.client.get(tenant.url("credentials")).bearer_auth("wrong");
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_deleted_tenant_is_gone_with_everything() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let empty = {
        let mut counts = server.row_counts();
        for table in ["tenants", "api_keys", "signing_keys"] {
            counts.insert(table.to_owned(), 0);
        }
        counts
    };
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    tenant.register("u1", &mut Authenticator::new(2)).await;
    assert_eq!(server.admin(Method::DELETE, &format!("/tenants/{}", tenant.id), None).await.status, 204);
    assert_eq!(tenant.get("credentials").await.error(), (404, "tenant_not_found"));
    let mut left = server.row_counts();
    // Spent challenges are purged by their time, and name nobody.
    left.insert("spent_challenges".to_owned(), 0);
    assert_eq!(left, empty);
}
