//! What `/metrics` tells of what happened.

use std::num::NonZeroU32;

use passgate::rate_limit::RateLimits;
use passgate::source_address::TrustedProxies;
use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::json;

use crate::harness::{ORIGIN, TestServer};

/// The figures, by their names and labels.
async fn metrics(server: &TestServer) -> String {
    let answer = server.client.get(server.admin_url("/metrics")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

fn figure(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    value.trim_end_matches(".0").parse().ok()
}

#[tokio::test]
async fn ceremonies_are_counted_by_outcome_and_code() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    tenant.finish_login(&assertion).await.ok();
    server.client.request(Method::OPTIONS, tenant.url("login/finalize")).send().await.unwrap();
    for _ in 0..2 {
        assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_spent"));
    }
    let unknown = json!({ "user_id": "nobody" });
    tenant.keyed(Method::POST, "mfa/login/initialize", unknown).await.error();
    let text = metrics(&server).await;
    for (ceremony, step, outcome, code, count) in [
        ("registration", "initialize", "succeeded", "", 1),
        ("registration", "finalize", "succeeded", "", 1),
        ("login", "initialize", "succeeded", "", 1),
        ("login", "finalize", "succeeded", "", 1),
        ("login", "finalize", "failed", "challenge_spent", 2),
        ("mfa_login", "initialize", "failed", "user_not_found", 1),
    ] {
        let name = format!(
            r#"passgate_ceremonies_total{{ceremony="{ceremony}",step="{step}",outcome="{outcome}",code="{code}"}}"#
        );
        assert_eq!(figure(&text, &name), Some(count), "{name} in\n{text}");
    }
    let labels = r#"method="POST",route="/{tenant_id}/login/finalize",status="401""#;
    let name = format!("passgate_http_request_duration_seconds_count{{{labels}}}");
    assert_eq!(figure(&text, &name), Some(2), "{text}");
}

#[tokio::test]
async fn the_store_and_the_cache_tell_how_busy_they_are() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let text = metrics(&server).await;
    assert_eq!(figure(&text, "passgate_store_queue_depth"), Some(0));
    assert_eq!(figure(&text, "passgate_store_commit_failures_total"), Some(0));
    let counted = |name| figure(&text, name).unwrap_or_else(|| panic!("no {name} in\n{text}"));
    let commits = counted("passgate_store_commit_batch_size_count");
    assert!(commits >= 3 && commits <= counted("passgate_store_commit_batch_size_sum"), "{text}");
    assert_eq!(counted(r#"passgate_store_commit_batch_size_bucket{le="512"}"#), commits);
    assert!(counted("passgate_tenant_cache_hits_total") >= 1);
    assert!(counted("passgate_tenant_cache_misses_total") >= 1);
    let version = format!(r#"passgate_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION"));
    assert_eq!(figure(&text, &version), Some(1));
}

#[tokio::test]
async fn what_strangers_make_up_is_no_label() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let ask = async |round: u32| {
        for number in 0..20 {
            let made_up = format!("made-up-{round}-{number}");
            let method = Method::from_bytes(format!("BREW{round}X{number}").as_bytes()).unwrap();
            for path in ["login/initialize", &made_up, &format!("credentials/{made_up}")] {
                let url = tenant.url(path);
                server.client.request(method.clone(), url).send().await.unwrap();
            }
            let url = server.public_url(&format!("/{}/login/initialize", uuid::Uuid::new_v4()));
            server.client.post(url).send().await.unwrap();
            let body = json!({ "id": made_up, "extensions": { made_up.clone(): 1 }, "user_id": made_up });
            for path in ["login/initialize", "login/finalize", "registration/finalize"] {
                tenant.open(Method::POST, path, &body).await;
            }
        }
        metrics(&server).await
    };
    // The first that is told of is how it was asked for.
    metrics(&server).await;
    let (once, twice) = (ask(0).await, ask(1).await);
    assert_eq!(once.lines().count(), twice.lines().count(), "{twice}");
    assert!(!twice.contains("made-up") && !twice.contains("BREW") && !twice.contains(&tenant.id), "{twice}");
}

#[tokio::test]
async fn refusals_by_rate_limits_are_counted_by_the_limit() {
    let few = NonZeroU32::new(1).unwrap();
    let many = NonZeroU32::new(1_000_000).unwrap();
    for (limits, limit) in
        [(RateLimits::per_second(few, many), "address"), (RateLimits::per_second(many, few), "tenant")]
    {
        let server = TestServer::start_with(Some(limits), TrustedProxies::default()).await;
        let tenant = server.tenant().await;
        let mut refused = 0;
        for _ in 0..20 {
            let answer = tenant.open(Method::POST, "login/initialize", &json!({})).await;
            refused += u64::from(answer.status == 429);
        }
        assert_ne!(refused, 0);
        let name = format!(r#"passgate_rate_limited_total{{limit="{limit}"}}"#);
        assert_eq!(figure(&metrics(&server).await, &name), Some(refused));
    }
}
