use reqwest::Method;
use serde_json::json;

use crate::harness::{ORIGIN, TestServer, config};

async fn preflight(server: &TestServer, url: String, origin: &str) -> reqwest::Response {
    server
        .client
        .request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type, apikey")
        .send()
        .await
        .unwrap()
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_preflight_of_an_allowed_page_is_answered_for_two_hours() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let answer = preflight(&server, tenant.url("login/finalize"), ORIGIN).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(header(&answer, "access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(header(&answer, "access-control-allow-credentials"), Some("true"));
    assert_eq!(header(&answer, "access-control-allow-headers"), Some("content-type, apikey"));
    assert_eq!(header(&answer, "access-control-max-age"), Some("7200"));
    assert_eq!(header(&answer, "vary"), Some("Origin"));
}

#[tokio::test]
async fn a_page_that_is_not_listed_is_told_nothing() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for origin in ["https://evil.example.org", "null"] {
        let answer = preflight(&server, tenant.url("login/finalize"), origin).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), None);
        assert_eq!(header(&answer, "access-control-allow-credentials"), None);
        let request = server.client.post(tenant.url("login/initialize")).header("origin", origin);
        assert_eq!(header(&request.send().await.unwrap(), "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn errors_are_readable_by_the_page_too() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (path, status) in [("login/finalize", 400), ("registration/initialize", 401)] {
        let answer = server.client.post(tenant.url(path)).header("origin", ORIGIN).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(header(&answer, "access-control-allow-origin"), Some(ORIGIN), "{path}");
    }
}

#[tokio::test]
async fn a_star_is_literal_without_credentials_and_reflects_only_if_called_unsafe() {
    let server = TestServer::start().await;
    let mut config = config();
    config["cors"] = json!({ "allowed_origins": ["*"] });
    let tenant = server.tenant_with(config.clone()).await;
    let answer = preflight(&server, tenant.url("login/finalize"), "https://any.org").await;
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), None);
    config["cors"]["allow_unsafe_wildcard"] = json!(true);
    tenant.configure(config).await;
    let answer = preflight(&server, tenant.url("login/finalize"), "https://any.org").await;
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://any.org"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), Some("true"));
}

#[tokio::test]
async fn the_admin_api_answers_no_page() {
    let server = TestServer::start().await;
    let answer = preflight(&server, server.admin_url("/tenants"), ORIGIN).await;
    assert_eq!(header(&answer, "access-control-allow-origin"), None);
    assert_eq!(answer.status(), 403);
}
