//! The audit log as lines of JSON.

use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer};

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.body.as_str().unwrap_or_default().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_row_is_exported_oldest_first_as_the_list_has_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    // More than go out at once.
    for number in 0..300 {
        tenant.begin_registration(&format!("u{number}")).await;
        server.advance(Duration::from_millis(1)).await;
    }
    let other = server.tenant().await;
    other.register("u1", &mut Authenticator::new(1)).await;
    let exported = lines(&tenant.get("audit_logs/export").await);
    let mut listed = Vec::new();
    for page in 1..=3 {
        let path = format!("audit_logs?per_page=100&order=asc&page={page}");
        listed.extend(tenant.get(&path).await.ok().as_array().unwrap().clone());
    }
    assert_eq!(exported.len(), 300);
    assert_eq!(exported, listed);
}

#[tokio::test]
async fn filters_hold_for_an_export_too() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let path = "audit_logs/export?type=webauthn_registration_final_succeeded";
    let rows = lines(&tenant.get(path).await);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["credential_id"], json!(id));
    let answer = tenant.get("audit_logs/export?type=nonsense").await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn operators_export_what_the_tenant_exports_and_nobody_else_does() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let path = format!("/tenants/{}/audit_logs/export", tenant.id);
    let by_operator = lines(&server.admin(Method::GET, &path, None).await);
    assert_eq!(by_operator, lines(&tenant.get("audit_logs/export").await));
    assert_eq!(lines(&other.get("audit_logs/export").await), Vec::<Value>::new());
    let foreign = tenant.url("audit_logs/export");
    let answer = server.send(Method::GET, &foreign, Some(&other.api_key), vec![]).await;
    assert_eq!(answer.error(), (401, "api_key_invalid"));
}

#[tokio::test]
async fn exports_that_nobody_reads_keep_nobody_waiting() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    // More than what lies between the two ends of a connection has room for.
    let id: uuid::Uuid = tenant.id.parse().unwrap();
    rusqlite::Connection::open(&server.database)
        .unwrap()
        .execute(
            "INSERT INTO audit_logs (
                 tenant_id, created_at, id, type, meta_http_request_id, meta_source_ip, meta_user_agent, updated_at
             )
             WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT 20000)
             SELECT ?1, number, randomblob(16), 'webauthn_credential_updated', '', '', hex(zeroblob(400)), number
             FROM numbers",
            [id.as_bytes()],
        )
        .unwrap();
    let mut unread = Vec::new();
    // More than there are connections that read.
    for _ in 0..12 {
        let request = server.client.get(tenant.url("audit_logs/export")).header("apiKey", &tenant.api_key);
        unread.push(request.send().await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let listed = tokio::time::timeout(Duration::from_secs(10), other.get("credentials")).await;
    assert_eq!(listed.expect("others are answered meanwhile").ok(), json!([]));
    let whole = unread.pop().unwrap().text().await.unwrap();
    assert_eq!(whole.lines().count(), 20_000, "and who reads it late has it all");
}
