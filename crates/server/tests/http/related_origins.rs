//! The document of related origins, and what operators are warned of.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{TestServer, TestTenant, config};

fn with_origins(rp_id: &str, origins: &[&str]) -> Value {
    let mut config = config();
    config["webauthn"]["relying_party"]["id"] = json!(rp_id);
    config["webauthn"]["relying_party"]["origins"] = json!(origins);
    config
}

async fn document(tenant: &TestTenant<'_>) -> crate::harness::Answer {
    tenant.open(Method::GET, ".well-known/webauthn", &json!({})).await
}

#[tokio::test]
async fn the_document_lists_the_origins_outside_of_the_rp_ids_domain() {
    let server = TestServer::start().await;
    let origins = ["https://login.example.com", "https://example.co.uk", "https://shop.example.de"];
    let tenant = server.tenant_with(with_origins("example.com", &origins)).await;
    let answer = document(&tenant).await;
    assert_eq!(answer.header("cache-control"), Some("max-age=600"));
    assert_eq!(answer.ok(), json!({ "origins": ["https://example.co.uk", "https://shop.example.de"] }));
}

#[tokio::test]
async fn a_document_that_browsers_would_not_honour_is_refused_by_name() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(with_origins("example.com", &["https://co.uk"])).await;
    let answer = document(&tenant).await;
    assert_eq!(answer.error(), (409, "related_origin_no_registrable_domain"));
}

async fn warnings(server: &TestServer, tenant: &TestTenant<'_>) -> Vec<String> {
    let shown = server.admin(Method::GET, &format!("/tenants/{}", tenant.id), None).await.ok();
    let warnings = shown["warnings"].as_array().unwrap();
    warnings
        .iter()
        .map(|warning| {
            assert!(!warning["message"].as_str().unwrap().is_empty());
            warning["code"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn what_is_probably_not_meant_is_warned_of() {
    let server = TestServer::start().await;
    let none: [&str; 0] = [];
    let tenant = server.tenant().await;
    assert_eq!(warnings(&server, &tenant).await, none);
    for (rp_id, origin, expected) in [
        ("example.org", "https://app.example.com", "no_origin_matches"),
        ("co.uk", "https://co.uk", "rp_id_public_suffix"),
        ("example.com", "http://app.example.com", "origin_insecure"),
    ] {
        tenant.configure(with_origins(rp_id, &[origin])).await;
        assert_eq!(warnings(&server, &tenant).await, [expected], "{rp_id} {origin}");
    }
    tenant.configure(config()).await;
    let body = json!({ "display_name": "Twin", "config": config(), "create_api_key": false });
    let twin = server.admin(Method::POST, "/tenants", Some(body)).await.ok();
    assert_eq!(twin["warnings"][0]["code"], "rp_id_shared");
    assert_eq!(warnings(&server, &tenant).await, ["rp_id_shared"]);
}
