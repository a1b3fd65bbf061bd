use passgate_core::store::Store;
use reqwest::Method;
use serde_json::json;

use super::browser::Browser;
use crate::harness::{TestServer, config};

#[tokio::test]
async fn the_consoles_own_tenant_is_neither_served_to_apps_nor_changed_by_the_admin_api() {
    let server = TestServer::start().await;
    let mut browser = Browser::claimed(&server).await;
    let id = server.passgate.console().await.unwrap().tenant_id.unwrap();
    let answer =
        server.send(Method::POST, &server.public_url(&format!("/{id}/login/initialize")), None, vec![]).await;
    assert_eq!(answer.error(), (404, "tenant_not_found"));
    let tenant = format!("/tenants/{id}");
    for (method, path, body) in [
        (Method::DELETE, String::new(), json!({})),
        (Method::PUT, String::new(), json!({ "display_name": "Mine" })),
        (Method::PUT, "/config".to_owned(), config()),
        (Method::POST, "/secrets/api".to_owned(), json!({ "name": "Mine" })),
        (Method::POST, "/secrets/jwk".to_owned(), json!({})),
        (Method::POST, "/webhooks".to_owned(), json!({ "url": "https://app.example.com" })),
        (Method::DELETE, format!("/users/{id}"), json!({})),
    ] {
        let answer = server.admin(method.clone(), &format!("{tenant}{path}"), Some(body)).await;
        assert_eq!(answer.error(), (409, "tenant_reserved"), "{method} {path}");
    }
    server.admin(Method::GET, &tenant, None).await.ok();
    assert!(server.passgate.store().delete_tenant(id).await.is_err(), "the database keeps it, too");
    browser.sign_in().await.ok();
}
