//! What surrounds every request.

use std::time::Duration;

use passgate_authenticator::Authenticator;
use passgate_core::store::Store;
use reqwest::Method;
use serde_json::json;

use crate::harness::{ORIGIN, TestServer};

#[tokio::test]
async fn every_answer_names_its_request() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut ids = std::collections::HashSet::new();
    for path in ["login/initialize", "login/finalize", "no/such/route", "credentials"] {
        let answer = tenant.open(Method::POST, path, &json!({})).await;
        let id = answer.header("x-request-id").unwrap().to_owned();
        assert!(id.parse::<uuid::Uuid>().is_ok());
        assert!(ids.insert(id));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn tenants_routes_and_methods_that_do_not_exist_have_codes() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let cases = [
        (Method::POST, "/no-uuid/login/initialize".to_owned(), (400, "tenant_id_invalid")),
        (Method::POST, format!("/{}/login/initialize", uuid::Uuid::nil()), (404, "tenant_not_found")),
        (Method::POST, format!("/{}/nothing", tenant.id), (404, "route_not_found")),
        (Method::GET, "/".to_owned(), (404, "route_not_found")),
        (Method::GET, format!("/{}/login/initialize", tenant.id), (405, "method_not_allowed")),
    ];
    for (method, path, expected) in cases {
        let answer = server.send(method.clone(), &server.public_url(&path), None, vec![]).await;
        assert_eq!(answer.error(), expected, "{method} {path}");
    }
    let title = server.send(Method::POST, &server.public_url("/x/login/initialize"), None, vec![]).await;
    assert_eq!(title.body["title"], "tenant_id must be a valid uuid4");
}

#[tokio::test]
async fn unknown_tenants_are_asked_of_the_database_once() {
    let server = TestServer::start().await;
    let url = server.public_url(&format!("/{}/login/initialize", uuid::Uuid::nil()));
    server.send(Method::POST, &url, None, vec![]).await;
    let before = server.passgate.store().statements();
    for _ in 0..10 {
        assert_eq!(server.send(Method::POST, &url, None, vec![]).await.error(), (404, "tenant_not_found"));
    }
    assert_eq!(server.passgate.store().statements(), before);
}

#[tokio::test]
async fn nothing_is_trusted_while_the_database_is_out_of_reach() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let creation = Authenticator::new(2).create(&tenant.begin_registration("u2").await, ORIGIN).unwrap();
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    server.advance_cut_off(Duration::from_millis(5_001));
    let answer = tenant.get("credentials").await;
    assert_eq!(answer.error(), (503, "unavailable"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    // A page view needs no key.
    tenant.begin_login().await;
    // Nobody is let in, or registered, by what may have been changed, and nothing is used up.
    assert_eq!(tenant.finish_login(&assertion).await.error(), (503, "unavailable"));
    assert_eq!(tenant.finish_registration(&creation).await.error(), (503, "unavailable"));
    server.advance(Duration::ZERO).await;
    assert_eq!(tenant.get("credentials").await.status, 200);
    tenant.finish_login(&assertion).await.ok();
    tenant.finish_registration(&creation).await.ok();
}

#[tokio::test]
async fn a_database_that_is_closed_is_503_and_not_ready() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.begin_login().await;
    server.passgate.store().close().await;
    assert_eq!(tenant.get("credentials").await.error(), (503, "unavailable"));
    let ready = server.send(Method::GET, &server.admin_url("/health/ready"), None, vec![]).await;
    assert_eq!(
        (ready.status, ready.body),
        (503, json!({ "ready": false, "reason": "database_unavailable" }))
    );
    assert_eq!(server.admin(Method::GET, "/tenants", None).await.error(), (503, "unavailable"));
}

#[tokio::test]
async fn a_missing_or_empty_body_counts_as_an_empty_object() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for body in ["", "{}", " \n"] {
        let answer = server.send(Method::POST, &tenant.url("login/initialize"), None, body.into()).await;
        assert_eq!(answer.status, 200, "{body:?}");
    }
    let answer = server.send(Method::POST, &tenant.url("login/finalize"), None, vec![]).await;
    assert_eq!(answer.error().0, 400);
}
