use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ADMIN_URL, ORIGIN, TestServer, TestTenant};

async fn users(tenant: &TestTenant<'_>, query: &str) -> Value {
    tenant.server.admin(Method::GET, &format!("/tenants/{}/users{query}", tenant.id), None).await.ok()
}

#[tokio::test]
async fn users_are_listed_in_pages() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for user in ["a", "b", "c"] {
        tenant.begin_registration(user).await;
        server.advance(Duration::from_secs(1)).await;
    }
    let path = format!("/tenants/{}/users", tenant.id);
    let answer = server.admin(Method::GET, &format!("{path}?per_page=2"), None).await;
    assert_eq!(answer.header("x-total-count"), Some("3"));
    let next = format!("<{ADMIN_URL}{path}?page=2&per_page=2>; rel=\"next\"");
    assert!(answer.header("link").unwrap().contains(&next), "{:?}", answer.header("link"));
    let mut listed = answer.ok();
    assert!(listed[0]["id"].take().as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(
        listed[0],
        json!({ "id": null, "user_id": "c", "name": "c@example.com", "icon": null, "display_name": null })
    );
    let ids = |list: Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|row| row["user_id"].clone()).collect()
    };
    assert_eq!(ids(users(&tenant, "?sort_direction=asc").await), ["a", "b", "c"]);
    assert_eq!(ids(users(&tenant, "?sort_direction=desc&page=2&per_page=2").await), ["a"]);
    let wrong = server.admin(Method::GET, &format!("{path}?sort_direction=up"), None).await;
    assert_eq!(wrong.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn a_user_is_shown_with_credentials_and_transactions_and_deleted_with_them() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let mut authenticator = Authenticator::new(1);
    let credential = tenant.register("u1", &mut authenticator).await;
    let body = json!({ "user_id": "u1", "transaction_id": "t-1", "transaction_data": [1] });
    tenant.keyed(Method::POST, "transaction/initialize", body).await.ok();
    let id = users(&tenant, "").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/tenants/{}/users/{id}", tenant.id);
    let shown = server.admin(Method::GET, &path, None).await.ok();
    assert_eq!(shown["user_id"], "u1");
    assert_eq!(shown["credentials"], tenant.get("credentials").await.ok());
    assert_eq!(shown["transactions"], tenant.get("transaction/u1").await.ok());

    let elsewhere = format!("/tenants/{}/users/{id}", other.id);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(server.admin(method, &elsewhere, None).await.error(), (404, "user_not_found"));
    }
    let login = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    assert_eq!(server.admin(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(server.admin(Method::GET, &path, None).await.error(), (404, "user_not_found"));
    assert_eq!(tenant.get("credentials").await.ok(), json!([]));
    assert_eq!(tenant.get("transaction/u1").await.ok(), json!([]));
    assert_eq!(tenant.get(&format!("credentials/{credential}")).await.error().0, 404);
    assert_eq!(tenant.finish_login(&login).await.error(), (401, "credential_revoked"));
}

#[tokio::test]
async fn the_id_is_the_rows_uuid() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let answer = server.admin(Method::GET, &format!("/tenants/{}/users/u1", tenant.id), None).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
    let unknown = format!("/tenants/{}/users", uuid::Uuid::nil());
    assert_eq!(server.admin(Method::GET, &unknown, None).await.error(), (404, "tenant_not_found"));
}
