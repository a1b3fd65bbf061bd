use std::num::NonZeroU32;

use passgate::rate_limit::RateLimits;
use passgate::source_address::TrustedProxies;
use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{TestServer, TestTenant};

/// One request a second from an address, five at once; behind a proxy on this machine.
async fn limited() -> TestServer {
    let (address, tenant) = (NonZeroU32::new(1).unwrap(), NonZeroU32::new(1_000).unwrap());
    let limits = RateLimits::per_second(address, tenant);
    TestServer::start_with(Some(limits), TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()])).await
}

async fn begin(tenant: &TestTenant<'_>, from: &str) -> (u16, Value) {
    let request = tenant.server.client.post(tenant.url("login/initialize")).header("x-forwarded-for", from);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status == 429 {
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=2).contains(&wait), "{wait}");
    }
    (status, response.json().await.unwrap())
}

#[tokio::test]
async fn a_stranger_is_told_to_wait_and_nobody_else_is() {
    let server = limited().await;
    let tenant = server.tenant().await;
    for _ in 0..5 {
        assert_eq!(begin(&tenant, "192.0.2.1").await.0, 200);
    }
    let (status, body) = begin(&tenant, "192.0.2.1").await;
    assert_eq!((status, &body["code"], &body["status"]), (429, &json!("rate_limited"), &json!(429)));
    assert_eq!(begin(&tenant, "192.0.2.2").await.0, 200);
    // What the stranger writes in front of its own address changes nothing.
    assert_eq!(begin(&tenant, "203.0.113.9, 192.0.2.1").await.0, 429);
}

#[tokio::test]
async fn whoever_has_the_key_is_exempt_and_a_wrong_key_is_none() {
    let server = limited().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    for _ in 0..20 {
        tenant.keyed(Method::POST, "login/initialize", json!({})).await.ok();
    }
    let mut authenticator = Authenticator::new(1);
    let url = tenant.url("login/initialize");
    for attempt in 0..6 {
        let answer = server.send(Method::POST, &url, Some(&other.api_key), vec![]).await;
        assert_eq!(answer.status, if attempt < 5 { 200 } else { 429 });
    }
    // Keyed endpoints are not limited; the browser's own finalize is.
    let options = tenant.begin_registration("u1").await;
    let credential = authenticator.create(&options, crate::harness::ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (429, "rate_limited"));
    tenant.keyed(Method::POST, "registration/finalize", credential).await.ok();
}

#[tokio::test]
async fn a_trusted_proxys_word_is_what_the_audit_log_keeps() {
    let server = limited().await;
    let tenant = server.tenant().await;
    let request = server
        .client
        .post(tenant.url("registration/initialize"))
        .header("apiKey", &tenant.api_key)
        .header("x-forwarded-for", "203.0.113.9, 192.0.2.7")
        .body(json!({ "user_id": "u1", "username": "kim" }).to_string());
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(tenant.get("audit_logs").await.ok()[0]["meta_source_ip"], "192.0.2.7");
}

#[tokio::test]
async fn a_tenants_own_limit_holds_beside_the_installations() {
    let nobody = || TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let server = TestServer::start_with(None, nobody()).await;
    let mut config = crate::harness::config();
    config["rate_limit"] = json!({ "requests_per_minute": 60, "burst": 2 });
    let (limited, other) = (server.tenant_with(config.clone()).await, server.tenant().await);
    let path = format!("/tenants/{}", limited.id);
    let told = server.admin(Method::GET, &path, None).await.ok();
    assert_eq!(told["config"]["rate_limit"], config["rate_limit"]);
    for expected in [200, 200, 429] {
        assert_eq!(begin(&limited, "192.0.2.1").await.0, expected);
    }
    assert_eq!(begin(&limited, "192.0.2.2").await.0, 200, "another address has its own");
    assert_eq!(begin(&other, "192.0.2.1").await.0, 200, "another tenant says nothing");
    limited.keyed(Method::POST, "login/initialize", json!({})).await.ok();
    // Where it is taken away, nothing is left of it.
    limited.configure(crate::harness::config()).await;
    assert_eq!(begin(&limited, "192.0.2.1").await.0, 200);

    for (rate, burst, member) in
        [(0, 1, "requests_per_minute"), (60_001, 1, "requests_per_minute"), (1, 10_001, "burst")]
    {
        config["rate_limit"] = json!({ "requests_per_minute": rate, "burst": burst });
        let answer = server.admin(Method::PUT, &format!("{path}/config"), Some(config.clone())).await;
        assert_eq!(answer.error(), (400, "validation_failed"));
        let told = answer.body["details"].as_str().unwrap();
        assert!(told.starts_with("rate_limit: ") && told.contains(member), "{told}");
    }
}

#[tokio::test]
async fn a_tenants_looser_limit_changes_nothing() {
    let server = limited().await;
    let mut config = crate::harness::config();
    config["rate_limit"] = json!({ "requests_per_minute": 60_000, "burst": 10_000 });
    let tenant = server.tenant_with(config).await;
    for _ in 0..5 {
        assert_eq!(begin(&tenant, "192.0.2.1").await.0, 200);
    }
    assert_eq!(begin(&tenant, "192.0.2.1").await.0, 429);
}
