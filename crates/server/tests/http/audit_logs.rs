use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, PUBLIC_URL, TestServer, TestTenant};

async fn list(tenant: &TestTenant<'_>, query: &[(&str, &str)]) -> Vec<Value> {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    tenant.get(&format!("audit_logs?{query}")).await.ok().as_array().unwrap().clone()
}

/// Two users' registrations a minute apart, then a login that fails and one that succeeds.
async fn story(tenant: &TestTenant<'_>) -> Authenticator {
    let server = tenant.server;
    let mut alice = Authenticator::new(1);
    tenant.register("alice", &mut alice).await;
    server.advance(Duration::from_mins(1)).await;
    tenant.register("bob", &mut Authenticator::new(2)).await;
    server.advance(Duration::from_mins(1)).await;
    let mut assertion = alice.get(&tenant.begin_login().await, ORIGIN).unwrap();
    assertion["response"]["signature"] = json!("AAAA");
    tenant.finish_login(&assertion).await;
    server.advance(Duration::from_mins(1)).await;
    tenant.login(&mut alice).await.ok();
    alice
}

#[tokio::test]
async fn a_row_tells_who_did_what_in_which_request_from_where() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let body = json!({ "user_id": "u1", "username": "kim" });
    let request = server
        .client
        .post(tenant.url("registration/initialize"))
        .header("apiKey", &tenant.api_key)
        .header("user-agent", "Tests/1.0")
        .body(body.to_string());
    let answer = request.send().await.unwrap();
    let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let mut rows = list(&tenant, &[]).await;
    assert!(rows[0]["id"].take().as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(
        rows,
        [json!({
            "id": null,
            "type": "webauthn_registration_init_succeeded",
            "meta_http_request_id": request_id,
            "meta_source_ip": "127.0.0.1",
            "meta_user_agent": "Tests/1.0",
            "actor_user_id": "u1",
            "created_at": "2027-01-15T08:00:00Z",
            "updated_at": "2027-01-15T08:00:00Z",
            "tenant_id": tenant.id,
            "transaction_id": null,
        })]
    );
}

#[tokio::test]
async fn failures_are_kept_with_their_code() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    story(&tenant).await;
    let failed = list(&tenant, &[("type", "webauthn_authentication_final_failed")]).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0]["error"], &failed[0]["actor_user_id"]),
        (&json!("signature_invalid"), &json!("alice"))
    );
    tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "nobody" })).await;
    let failed = list(&tenant, &[("type", "webauthn_authentication_init_failed")]).await;
    assert_eq!(
        (&failed[0]["error"], &failed[0]["actor_user_id"]),
        (&json!("user_not_found"), &json!("nobody"))
    );
}

#[tokio::test]
async fn every_filter_narrows_the_list_and_all_that_are_given_hold() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    story(&tenant).await;
    assert_eq!(list(&tenant, &[]).await.len(), 6);
    let count = async |query: &[(&str, &str)]| list(&tenant, query).await.len();
    assert_eq!(count(&[("actor_user_id", "bob")]).await, 2);
    assert_eq!(count(&[("actor_user_id", "lic")]).await, 4, "a part of it does");
    let both =
        [("type", "webauthn_registration_init_succeeded"), ("type", "webauthn_registration_final_succeeded")];
    assert_eq!(count(&both).await, 4);
    assert_eq!(count(&[both[0], ("actor_user_id", "bob")]).await, 1);
    // Times are exclusive.
    assert_eq!(count(&[("start_time", "2027-01-15T08:00:00Z")]).await, 4);
    assert_eq!(count(&[("start_time", "2027-01-15T07:59:59.999Z")]).await, 6);
    assert_eq!(count(&[("end_time", "2027-01-15T08:01:00Z")]).await, 2);
    assert_eq!(count(&[("end_time", "2027-01-15T10:01:00.001+02:00")]).await, 4);
    assert_eq!(count(&[("meta_source_ip", "127.0.")]).await, 6);
    assert_eq!(count(&[("meta_source_ip", "10.0.")]).await, 0);
    assert_eq!(count(&[("q", "signature_inv")]).await, 1);
    assert_eq!(count(&[("q", "bob")]).await, 2);
    assert_eq!(count(&[("q", ""), ("type", "")]).await, 6, "an empty one filters nothing");
}

#[tokio::test]
async fn metacharacters_of_sql_are_text_in_every_filter() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.begin_registration("100%_o'\"\\").await;
    tenant.begin_registration("plain").await;
    for filter in ["actor_user_id", "q"] {
        for (text, found) in
            [("%", 1), ("_o", 1), ("'", 1), ("\"", 1), ("\\", 1), ("' OR '1'='1", 0), ("%%", 0)]
        {
            assert_eq!(list(&tenant, &[(filter, text)]).await.len(), found, "{filter}={text}");
        }
    }
    for text in ["%", "' OR 1=1 --", "x'; DROP TABLE audit_logs; --"] {
        assert_eq!(list(&tenant, &[("meta_source_ip", text)]).await.len(), 0);
        for filter in ["type", "start_time", "end_time"] {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair(filter, text).finish();
            assert_eq!(tenant.get(&format!("audit_logs?{query}")).await.error(), (400, "validation_failed"));
        }
    }
    assert_eq!(list(&tenant, &[]).await.len(), 2);
    assert_eq!(tenant.get("audit_logs?q=%00").await.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn filters_have_bounds_and_are_given_once() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (filter, most) in [("actor_user_id", 1024), ("q", 1024), ("meta_source_ip", 64)] {
        assert_eq!(list(&tenant, &[(filter, &"ä".repeat(most))]).await.len(), 0);
        for query in [format!("{filter}={}", "x".repeat(most + 1)), format!("{filter}=a&{filter}=b")] {
            let answer = tenant.get(&format!("audit_logs?{query}")).await;
            assert_eq!(answer.error(), (400, "validation_failed"), "{query}");
        }
    }
}

#[tokio::test]
async fn the_log_comes_in_pages_newest_first() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    story(&tenant).await;
    let answer = tenant.get("audit_logs?per_page=1&type=webauthn_registration_init_succeeded").await;
    assert_eq!(answer.header("x-total-count"), Some("2"));
    let next = format!(
        "<{PUBLIC_URL}/{}/audit_logs?type=webauthn_registration_init_succeeded&page=2&per_page=1>; rel=\"next\"",
        tenant.id
    );
    assert!(answer.header("link").unwrap().contains(&next), "{:?}", answer.header("link"));
    assert_eq!(answer.body[0]["actor_user_id"], "bob");
    let oldest = list(&tenant, &[("order", "asc"), ("per_page", "1")]).await;
    assert_eq!(oldest[0]["actor_user_id"], "alice");
}

#[tokio::test]
async fn operators_see_the_same_log_and_other_tenants_see_nothing_of_it() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    story(&tenant).await;
    let path = format!("/tenants/{}/audit_logs?actor_user_id=bob", tenant.id);
    let seen = server.admin(Method::GET, &path, None).await.ok();
    assert_eq!(seen.as_array().unwrap(), &list(&tenant, &[("actor_user_id", "bob")]).await);
    assert_eq!(list(&other, &[]).await.len(), 0);
    let unknown = format!("/tenants/{}/audit_logs", uuid::Uuid::nil());
    assert_eq!(server.admin(Method::GET, &unknown, None).await.error(), (404, "tenant_not_found"));
    assert_eq!(tenant.open(Method::GET, "audit_logs", &json!({})).await.error(), (401, "api_key_missing"));
}

#[tokio::test]
async fn a_backend_names_the_person_it_acts_for_and_a_stranger_does_not() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let finish = async |key: Option<&str>, ip: &str, authenticator: &mut Authenticator| {
        server.advance(Duration::from_secs(1)).await;
        let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
        let mut request = server
            .client
            .post(tenant.url("login/finalize"))
            .header("x-passgate-client-ip", ip)
            .header("x-passgate-client-ua", "Browser/1.0")
            .body(assertion.to_string());
        if let Some(key) = key {
            request = request.header("apiKey", key);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let newest = async || {
        let row = list(&tenant, &[("per_page", "1")]).await.remove(0);
        (
            row["meta_source_ip"].as_str().unwrap().to_owned(),
            row["meta_user_agent"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(finish(Some(&tenant.api_key), "2001:db8::7", &mut authenticator).await, 200);
    assert_eq!(newest().await, ("2001:db8::7".to_owned(), "Browser/1.0".to_owned()));
    for key in [None, Some("wrong")] {
        assert_eq!(finish(key, "192.0.2.1", &mut authenticator).await, 200);
        assert_eq!(newest().await, ("127.0.0.1".to_owned(), String::new()));
    }
    assert_eq!(finish(Some(&tenant.api_key), "nonsense, 1", &mut authenticator).await, 200);
    assert_eq!(newest().await, ("127.0.0.1".to_owned(), "Browser/1.0".to_owned()));
}

#[tokio::test]
async fn what_strangers_send_is_summed_up_once_a_minute() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    server.passgate.upkeep().await.unwrap();
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    tenant.finish_login(&assertion).await.ok();
    let elsewhere = authenticator.get(&tenant.begin_login().await, "https://evil.example.org").unwrap();
    for _ in 0..7 {
        assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_spent"));
    }
    for _ in 0..3 {
        assert_eq!(tenant.finish_login(&elsewhere).await.error(), (401, "origin_not_allowed"));
    }
    assert_eq!(tenant.finish_registration(&json!({})).await.error().0, 400);
    server.passgate.upkeep().await.unwrap();
    let summed = async || -> Vec<(Value, Value)> {
        let rows = list(&tenant, &[("q", " times)")]).await;
        let mut rows: Vec<_> =
            rows.into_iter().map(|mut row| (row["type"].take(), row["error"].take())).collect();
        rows.sort_by_key(|(_, error)| error.to_string());
        rows
    };
    assert_eq!(summed().await, [], "not before a minute is over");
    server.advance(Duration::from_mins(1)).await;
    server.passgate.upkeep().await.unwrap();
    let login = json!("webauthn_authentication_final_failed");
    let expected = [
        (login.clone(), json!("challenge_spent (7 times)")),
        (login, json!("origin_not_allowed (3 times)")),
        (json!("webauthn_registration_final_failed"), json!("response_member_missing (1 times)")),
    ];
    assert_eq!(summed().await, expected);
    server.advance(Duration::from_mins(1)).await;
    server.passgate.upkeep().await.unwrap();
    assert_eq!(summed().await.len(), 3, "and only once");
}

#[tokio::test]
async fn rows_are_kept_as_long_as_the_tenant_says() {
    let server = TestServer::start().await;
    let mut config = crate::harness::config();
    config["audit_log"] = json!({ "retention_days": 7 });
    let (brief, usual) = (server.tenant_with(config).await, server.tenant().await);
    for tenant in [&brief, &usual] {
        tenant.begin_registration("u1").await;
    }
    server.advance(Duration::from_hours(7 * 24)).await;
    brief.begin_registration("u2").await;
    server.advance(Duration::from_millis(1)).await;
    assert_eq!(server.passgate.upkeep().await.unwrap().deleted_audit_rows, 1);
    assert_eq!(list(&brief, &[]).await[0]["actor_user_id"], "u2");
    assert_eq!(list(&usual, &[]).await.len(), 1);
}
