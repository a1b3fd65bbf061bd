//! What goes past the router is answered as the router answers it.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{ORIGIN, TestServer};

/// All of an answer that is the same each time.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

async fn ask(server: &TestServer, method: Method, tenant: &str, path: &str, body: &'static str) -> Told {
    let url = server.public_url(&format!("/{tenant}/{path}"));
    let request = server.client.request(method, url).header("origin", ORIGIN).body(body);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let mut headers: BTreeMap<String, String> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    for name in ["x-request-id", "date"] {
        assert!(headers.remove(name).is_some(), "{path}: no {name}");
    }
    let mut body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    if let Some(challenge) = body.pointer_mut("/publicKey/challenge") {
        assert!(challenge.take().is_string());
    }
    Told { status, headers, body }
}

#[tokio::test]
async fn requests_past_the_router_and_through_it_are_answered_alike() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    for id in [tenant.id.clone(), unknown] {
        // The same id, as nobody writes it: the router's.
        let (first, rest) = id.split_at(1);
        let encoded = format!("%{:02x}{rest}", first.as_bytes()[0]);
        let mut statuses = Vec::new();
        for (path, body) in [
            ("login/initialize", ""),
            ("login/initialize", r#"{"user_id": "kim"}"#),
            ("login/initialize", "[]"),
            ("login/finalize", "{}"),
            ("registration/finalize", r#"{"id": 1}"#),
        ] {
            let past = ask(&server, Method::POST, &id, path, body).await;
            let through = ask(&server, Method::POST, &encoded, path, body).await;
            assert_eq!(past, through, "{path} {body}");
            statuses.push(past.status);
        }
        let expected = if id == tenant.id { [200, 401, 400, 400, 400] } else { [404; 5] };
        assert_eq!(statuses, expected);
    }
    let get = ask(&server, Method::GET, &tenant.id, "login/initialize", "").await;
    assert_eq!((get.status, &get.body["code"]), (405, &Value::from("method_not_allowed")));
    let longer = ask(&server, Method::POST, &tenant.id, "login/initialize/", "").await;
    assert_eq!((longer.status, &longer.body["code"]), (404, &Value::from("route_not_found")));
}

#[tokio::test]
async fn both_are_counted_under_the_same_route() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let encoded = format!("%{:02x}{}", tenant.id.as_bytes()[0], &tenant.id[1..]);
    for id in [&tenant.id, &encoded] {
        assert_eq!(ask(&server, Method::POST, id, "login/initialize", "").await.status, 200);
    }
    let response = server.client.get(server.admin_url("/metrics")).send().await.unwrap();
    let metrics = response.text().await.unwrap();
    let count = metrics
        .lines()
        .find(|line| {
            line.starts_with("passgate_http_request_duration_seconds_count")
                && line.contains("route=\"/{tenant_id}/login/initialize\"")
        })
        .unwrap();
    assert!(count.ends_with(" 2"), "{count}");
}
