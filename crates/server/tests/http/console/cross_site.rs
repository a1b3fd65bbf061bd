use reqwest::Method;
use reqwest::header::{HeaderMap, ORIGIN};
use serde_json::json;

use super::browser::{API, Browser};
use crate::harness::{CONSOLE_URL, TestServer};

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn what_changes_something_must_come_from_the_consoles_own_page() {
    let server = TestServer::start().await;
    let mut browser = Browser::claimed(&server).await;
    let json = || Some(("application/json", json!({}).to_string()));
    for refused in [
        headers(&[]),
        headers(&[("origin", "https://evil.example")]),
        headers(&[("origin", "null")]),
        headers(&[("origin", "https://console.example.org:444")]),
        headers(&[("origin", "http://console.example.org")]),
        headers(&[("origin", CONSOLE_URL), ("sec-fetch-site", "same-site")]),
        headers(&[("origin", CONSOLE_URL), ("sec-fetch-site", "cross-site")]),
        headers(&[("origin", CONSOLE_URL), ("sec-fetch-site", "none")]),
    ] {
        let answer = browser.call_with(refused.clone(), Method::POST, "/recovery-codes", json()).await;
        assert_eq!(answer.error(), (403, "origin_refused"), "{refused:?}");
        let answer = browser.call_with(refused, Method::DELETE, "/session", None).await;
        assert_eq!(answer.error(), (403, "origin_refused"));
    }
    let answer =
        browser.call_with(headers(&[("origin", CONSOLE_URL)]), Method::POST, "/recovery-codes", json()).await;
    answer.ok();
}

#[tokio::test]
async fn forms_and_scripts_that_need_not_ask_are_refused_by_their_content_type() {
    let server = TestServer::start().await;
    let mut browser = Browser::claimed(&server).await;
    let own = || headers(&[("origin", CONSOLE_URL)]);
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"]
    {
        let body = Some((kind, "{}".to_owned()));
        let answer = browser.call_with(own(), Method::POST, "/recovery-codes", body).await;
        assert_eq!(answer.error(), (415, "content_type_refused"), "{kind}");
    }
    let body = Some(("application/json; charset=utf-8", "{}".to_owned()));
    browser.call_with(own(), Method::POST, "/recovery-codes", body).await.ok();
    browser.call_with(own(), Method::POST, "/recovery-codes", None).await.ok();
}

#[tokio::test]
async fn other_sites_pages_may_not_even_look() {
    let server = TestServer::start().await;
    let mut browser = Browser::claimed(&server).await;
    for site in ["cross-site", "same-site"] {
        let answer =
            browser.call_with(headers(&[("sec-fetch-site", site)]), Method::GET, "/session", None).await;
        assert_eq!(answer.error(), (403, "origin_refused"), "{site}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    browser.call_with(headers(&[("sec-fetch-site", "none")]), Method::GET, "/session", None).await.ok();
}

#[tokio::test]
async fn a_program_comes_with_an_admin_token_and_without_an_origin() {
    let server = TestServer::start().await;
    let url = |path: &str| server.admin_url(&format!("{API}{path}"));
    let send = async |path: &str, token: &str, origin: Option<&str>| {
        let mut request = server.client.get(url(path)).bearer_auth(token);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        server.answer("GET", request.send().await.unwrap()).await
    };
    let token = server.admin_token();
    send("/state", token, None).await.ok();
    assert_eq!(send("/state", "pga_x", None).await.error(), (401, "admin_token_invalid"));
    assert_eq!(send("/state", token, Some(CONSOLE_URL)).await.error(), (403, "origin_refused"));
    let answer = send("/audit-types", token, None).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    // It has no account.
    assert_eq!(send("/session", token, None).await.error(), (401, "session_missing"));
}

#[tokio::test]
async fn the_page_runs_no_code_of_others_and_stands_in_no_frame() {
    let server = TestServer::start().await;
    for path in ["/console/", "/console/sign-in", "/console/organizations/x"] {
        let response = server.client.get(server.admin_url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        for directive in
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
    let response = server.client.get(server.admin_url("/console/assets/gone.js")).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let response = server.client.get(server.admin_url("/console/api/nothing")).send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn the_address_of_the_listener_leads_to_the_console() {
    let server = TestServer::start().await;
    let response = server.client.get(server.admin_url("/")).send().await.unwrap();
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["location"], format!("{CONSOLE_URL}/console/"));
}
