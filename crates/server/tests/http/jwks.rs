use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{TestServer, TestTenant, config};

async fn jwks(tenant: &TestTenant<'_>) -> Vec<String> {
    let jwks = tenant.open(Method::GET, ".well-known/jwks.json", &json!({})).await.ok();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn rotate(tenant: &TestTenant<'_>, body: Value) -> String {
    tenant.server.advance(Duration::from_secs(1)).await;
    let path = format!("/tenants/{}/secrets/jwk", tenant.id);
    let key = tenant.server.admin(Method::POST, &path, Some(body)).await.ok();
    assert_eq!(key["secret"], "", "a private key never leaves");
    key["kid"].as_str().unwrap().to_owned()
}

async fn signing_kid(tenant: &TestTenant<'_>, authenticator: &mut Authenticator) -> String {
    let answer = tenant.login(authenticator).await;
    let token = answer.body["token"].as_str().unwrap().to_owned();
    tenant.verify(answer).await;
    jsonwebtoken::decode_header(&token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn it_may_be_cached_for_ten_minutes_and_holds_no_private_member() {
    let server = TestServer::start().await;
    for algorithm in ["ES256", "RS256"] {
        let body = json!({ "display_name": "x", "config": config(), "signing_algorithm": algorithm });
        let created = server.admin(Method::POST, "/tenants", Some(body)).await.ok();
        let url = server.public_url(&format!("/{}/.well-known/jwks.json", created["id"].as_str().unwrap()));
        let answer = server.send(Method::GET, &url, None, vec![]).await;
        assert_eq!(answer.header("cache-control"), Some("max-age=600"));
        let key = answer.body["keys"][0].as_object().unwrap();
        assert_eq!((&key["alg"], &key["use"]), (&json!(algorithm), &json!("sig")));
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(!key.contains_key(private), "{private}");
        }
    }
}

#[tokio::test]
async fn a_tenant_may_sign_with_rs256() {
    let server = TestServer::start().await;
    let body = json!({
        "display_name": "x", "config": config(), "signing_algorithm": "RS256", "create_api_key": true
    });
    let created = server.admin(Method::POST, "/tenants", Some(body)).await.ok();
    let tenant = TestTenant {
        server: &server,
        id: created["id"].as_str().unwrap().to_owned(),
        api_key: created["api_key"]["secret"].as_str().unwrap().to_owned(),
    };
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    assert_eq!(tenant.verify(tenant.login(&mut authenticator).await).await["sub"], "u1");
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_verifies_until_its_last_token_has_expired() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let old = signing_kid(&tenant, &mut authenticator).await;
    let new = rotate(&tenant, json!({})).await;
    assert_eq!(jwks(&tenant).await, [&old[..], &new]);
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, old);
    server.advance(Duration::from_secs(15 * 60 - 1)).await;
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, old);
    server.advance(Duration::from_secs(1)).await;
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, new);
    server.advance(Duration::from_mins(5)).await;
    assert_eq!(jwks(&tenant).await, [&old[..], &new], "its last token may still be valid");
    server.advance(Duration::from_mins(1)).await;
    assert_eq!(jwks(&tenant).await, [new]);
}

#[tokio::test]
async fn a_tenant_that_was_read_while_the_clock_was_ahead_signs_once_it_is_set_back() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let old = signing_kid(&tenant, &mut authenticator).await;
    let new = rotate(&tenant, json!({})).await;
    let ahead = Duration::from_mins(30);
    server.advance(ahead).await;
    // Which has the tenant read anew.
    tenant.configure(config()).await;
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, new);
    assert_eq!(jwks(&tenant).await, [&new[..]]);
    server.set_back(ahead).await;
    assert_eq!(jwks(&tenant).await, [&old[..], &new]);
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, old);
}

#[tokio::test]
async fn a_compromised_key_is_gone_at_once() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let pending = rotate(&tenant, json!({})).await;
    let new = rotate(&tenant, json!({ "now": true, "alg": "RS256" })).await;
    assert_ne!(pending, new);
    assert_eq!(jwks(&tenant).await, [&new[..]]);
    assert_eq!(signing_kid(&tenant, &mut authenticator).await, new);
}

#[tokio::test]
async fn the_key_that_signs_can_not_be_deleted() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/jwk", tenant.id);
    let keys = server.admin(Method::GET, &path, None).await.ok();
    assert_eq!(keys[0]["state"], "active");
    let active = format!("{path}/{}", keys[0]["id"].as_str().unwrap());
    assert_eq!(server.admin(Method::DELETE, &active, None).await.error(), (409, "signing_key_in_use"));
    let next = rotate(&tenant, json!({})).await;
    assert_eq!(server.admin(Method::DELETE, &active, None).await.error(), (409, "signing_key_in_use"));
    let keys = server.admin(Method::GET, &path, None).await.ok();
    assert_eq!((&keys[1]["kid"], &keys[1]["state"]), (&json!(next), &json!("published")));
    let published = format!("{path}/{}", keys[1]["id"].as_str().unwrap());
    assert_eq!(server.admin(Method::DELETE, &published, None).await.status, 204);
    let gone = server.admin(Method::DELETE, &published, None).await;
    assert_eq!(gone.error(), (404, "signing_key_not_found"));
}
