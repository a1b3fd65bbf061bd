//! What the contract says of all endpoints alike.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use reqwest::header::HOST;
use serde_json::{Value, json};

use crate::document::PUBLIC;
use crate::harness::{ORIGIN, PUBLIC_URL, TestServer, config};

#[tokio::test]
async fn no_answer_of_a_ceremony_may_be_kept_by_a_cache() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("user-7", &mut authenticator).await;
    let ceremonies = PUBLIC.operations().filter(|operation| operation.method == "POST");
    let mut asked = 0;
    for operation in ceremonies {
        let path = operation.path.trim_start_matches("/{tenant_id}/");
        let example = &operation.description["requestBody"]["content"]["application/json"]["example"];
        for body in [example.clone(), json!({})] {
            let answer = tenant.keyed(Method::POST, path, body).await;
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path} answered {}", answer.body);
        }
        asked += 1;
    }
    assert_eq!(asked, 10, "ceremonies have a beginning and an end each");
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let answer = tenant.finish_login(&assertion).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
}

#[tokio::test]
async fn links_and_issuers_are_of_the_configured_url_whatever_host_is_asked_for() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let request = server
        .client
        .get(tenant.url("credentials"))
        .header("apiKey", &tenant.api_key)
        .header(HOST, "evil.example.org")
        .header("x-forwarded-host", "evil.example.org");
    let answer = server.answer("GET", request.send().await.unwrap()).await;
    let own = format!("<{PUBLIC_URL}/{}/credentials?page=1&per_page=20>; rel=\"first\"", tenant.id);
    assert_eq!(answer.header("link"), Some(own.as_str()));
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let request = server
        .client
        .post(tenant.url("login/finalize"))
        .header(HOST, "evil.example.org")
        .body(assertion.to_string());
    let claims = tenant.verify(server.answer("POST", request.send().await.unwrap()).await).await;
    assert_eq!(claims["iss"], format!("{PUBLIC_URL}/{}", tenant.id));
}

#[tokio::test]
async fn one_label_may_stand_for_the_star_of_an_allowed_origin() {
    let server = TestServer::start().await;
    let mut config = config();
    config["cors"] = json!({ "allowed_origins": ["https://*.example.com"] });
    let tenant = server.tenant_with(config).await;
    for (origin, is_allowed) in [
        ("https://app.example.com", true),
        ("https://other.example.com", true),
        ("https://example.com", false),
        ("https://a.b.example.com", false),
        ("https://evil-example.com", false),
        ("http://app.example.com", false),
        ("https://app.example.com.evil.org", false),
    ] {
        let request = server.client.post(tenant.url("login/initialize")).header("origin", origin);
        let answer = server.answer("POST", request.send().await.unwrap()).await;
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, is_allowed.then_some(origin), "{origin}");
    }
}

/// The original reloads the tenant with some twenty statements a request.
#[tokio::test]
async fn a_whole_login_asks_the_database_little() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    tenant.login(&mut authenticator).await.ok();
    let before = server.passgate.store().statements();
    tenant.login(&mut authenticator).await.ok();
    let statements = server.passgate.store().statements() - before;
    println!("{statements} statements");
    assert!(statements <= 15, "{statements} statements");
}

#[tokio::test]
async fn a_user_handle_that_is_missing_null_or_empty_is_none() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for handle in [None, Some(Value::Null), Some(json!(""))] {
        let mut assertion = authenticator.get(&tenant.begin_login_of("u1").await, ORIGIN).unwrap();
        let response = assertion["response"].as_object_mut().unwrap();
        response.remove("userHandle");
        response.extend(handle.clone().map(|handle| ("userHandle".to_owned(), handle)));
        assert_eq!(tenant.finish_login(&assertion).await.status, 200, "{handle:?}");
        let mut assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
        let response = assertion["response"].as_object_mut().unwrap();
        response.remove("userHandle");
        response.extend(handle.map(|handle| ("userHandle".to_owned(), handle)));
        let answer = tenant.finish_login(&assertion).await;
        assert_eq!(
            answer.error(),
            (401, "user_handle_missing"),
            "a discoverable login has nobody else to go by"
        );
    }
}

#[tokio::test]
async fn the_key_may_be_spelt_in_any_case_and_json_needs_no_content_type() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let body = json!({ "user_id": "u1", "username": "kim" }).to_string();
    for name in ["apiKey", "apikey", "APIKEY"] {
        for content_type in [None, Some("text/plain"), Some("application/json")] {
            let mut request = server
                .client
                .post(tenant.url("registration/initialize"))
                .header(name, &tenant.api_key)
                .body(body.clone());
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            assert_eq!(request.send().await.unwrap().status(), 200, "{name} {content_type:?}");
        }
    }
}
