use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{START, TestServer, TestTenant};

/// So many seconds after the test's beginning, as the wire has it.
fn moment(seconds: u64) -> String {
    use time::format_description::well_known::Rfc3339;
    (START + Duration::from_secs(seconds)).to_date_time().format(&Rfc3339).unwrap()
}

/// Whether the tenant takes its key for one.
async fn works(tenant: &TestTenant<'_>, key: &str) -> bool {
    let answer =
        tenant.server.send(Method::GET, &tenant.url("credentials?user_id=x"), Some(key), Vec::new()).await;
    match answer.status {
        200 => true,
        401 => {
            assert_eq!(answer.error(), (401, "api_key_invalid"));
            false
        }
        other => panic!("{other}: {}", answer.body),
    }
}

async fn listed(tenant: &TestTenant<'_>) -> Vec<(String, String, Value)> {
    let keys =
        tenant.server.admin(Method::GET, &format!("/tenants/{}/secrets/api", tenant.id), None).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let keys = keys.as_array().unwrap().iter();
    keys.map(|key| (text(&key["name"]), text(&key["state"]), key["expires_at"].clone())).collect()
}

#[tokio::test]
async fn a_key_is_refused_from_the_moment_of_its_end_and_stays_listed() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let body = json!({ "name": "Short", "expires_at": moment(90) });
    let key = server.admin(Method::POST, &path, Some(body)).await.ok();
    assert_eq!(key["expires_at"], moment(90));
    let secret = key["secret"].as_str().unwrap();
    assert!(works(&tenant, secret).await);
    server.advance(Duration::from_secs(89)).await;
    assert!(works(&tenant, secret).await, "the tenant is in memory now");
    server.advance(Duration::from_secs(1)).await;
    assert!(!works(&tenant, secret).await);
    assert!(works(&tenant, &tenant.api_key).await, "the other goes on");
    server.passgate.upkeep().await.unwrap();
    let short = listed(&tenant).await.into_iter().find(|(name, ..)| name == "Short").unwrap();
    assert_eq!(short, ("Short".to_owned(), "expired".to_owned(), moment(90).into()));
    let id = key["id"].as_str().unwrap();
    assert_eq!(server.admin(Method::DELETE, &format!("{path}/{id}"), None).await.status, 204);
    assert_eq!(listed(&tenant).await.len(), 1);
}

#[tokio::test]
async fn a_tenant_in_memory_is_asked_with_the_time_of_the_request() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let body = json!({ "name": "Short", "expires_at": moment(1) });
    let key = server.admin(Method::POST, &path, Some(body)).await.ok();
    let loaded = server.passgate.tenant(tenant.id.parse().unwrap()).await.unwrap().unwrap();
    let secret = key["secret"].as_str().unwrap();
    assert!(loaded.api_key(secret, START).is_some());
    assert!(loaded.api_key(secret, START + Duration::from_secs(1)).is_none());
}

#[tokio::test]
async fn an_end_lies_ahead_and_no_further_than_ten_years() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let day = 24 * 60 * 60;
    for (seconds, is_taken) in [(0, false), (1, true), (3652 * day, true), (3652 * day + 1, false)] {
        let body = json!({ "name": format!("Key {seconds}"), "expires_at": moment(seconds) });
        let answer = server.admin(Method::POST, &path, Some(body)).await;
        if is_taken {
            answer.ok();
        } else {
            assert_eq!(answer.error(), (400, "validation_failed"));
            assert!(answer.body["details"].as_str().unwrap().starts_with("expires_at: "));
        }
    }
    let body = json!({ "name": "Past", "expires_at": "2020-01-01T00:00:00Z" });
    assert_eq!(server.admin(Method::POST, &path, Some(body)).await.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn a_key_that_is_rolled_goes_on_for_the_overlap() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let old = server.admin(Method::POST, &path, Some(json!({ "name": "Backend" }))).await.ok();
    let (id, old) = (old["id"].as_str().unwrap(), old["secret"].as_str().unwrap());
    let roll = async |body: Value| server.admin(Method::POST, &format!("{path}/{id}/roll"), Some(body)).await;
    let taken = roll(json!({ "overlap_seconds": 60, "name": "Backend" })).await;
    assert_eq!(taken.error(), (409, "name_taken"));
    let long = roll(json!({ "overlap_seconds": 2_592_001 })).await;
    assert_eq!(long.error(), (400, "validation_failed"));
    assert_eq!(roll(json!({})).await.error(), (400, "malformed_body"));
    let unknown = format!("{path}/{}/roll", tenant.id);
    let unknown = server.admin(Method::POST, &unknown, Some(json!({ "overlap_seconds": 0 }))).await;
    assert_eq!(unknown.error(), (404, "api_key_not_found"));

    let new = roll(json!({ "overlap_seconds": 60 })).await;
    assert_eq!(new.status, 201);
    assert_eq!(new.body["name"], "Backend (2)");
    let new = new.body["secret"].as_str().unwrap();
    assert!(works(&tenant, old).await && works(&tenant, new).await);
    server.advance(Duration::from_mins(1)).await;
    assert!(!works(&tenant, old).await && works(&tenant, new).await);
    let states: Vec<_> = listed(&tenant).await.into_iter().map(|(name, state, _)| (name, state)).collect();
    assert!(states.contains(&("Backend".to_owned(), "expired".to_owned())), "{states:?}");
    assert!(states.contains(&("Backend (2)".to_owned(), "active".to_owned())), "{states:?}");

    // At once, where a key is known to others.
    let keys = server.admin(Method::GET, &path, None).await.ok();
    let second = keys.as_array().unwrap().iter().find(|key| key["name"] == "Backend (2)").unwrap();
    let roll = format!("{path}/{}/roll", second["id"].as_str().unwrap());
    let third = server.admin(Method::POST, &roll, Some(json!({ "overlap_seconds": 0 }))).await.ok();
    assert_eq!(third["name"], "Backend (3)");
    assert!(!works(&tenant, new).await && works(&tenant, third["secret"].as_str().unwrap()).await);
}
