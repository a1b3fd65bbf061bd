use std::time::Duration;

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, PUBLIC_URL, TestServer, TestTenant};

async fn register_many(tenant: &TestTenant<'_>, count: u64) -> Vec<String> {
    let mut ids = Vec::new();
    for seed in 1..=count {
        ids.push(tenant.register(&format!("u{}", seed % 2), &mut Authenticator::new(seed)).await);
        tenant.server.advance(Duration::from_secs(1)).await;
    }
    ids
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_newest_first_and_comes_in_pages() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let registered = register_many(&tenant, 5).await;
    let newest_first: Vec<&str> = registered.iter().rev().map(String::as_str).collect();
    let answer = tenant.get("credentials?per_page=2&page=2").await;
    assert_eq!(answer.header("x-total-count"), Some("5"));
    let page = |rel: &str, page: u8| {
        format!("<{PUBLIC_URL}/{}/credentials?page={page}&per_page=2>; rel=\"{rel}\"", tenant.id)
    };
    let links = [page("first", 1), page("last", 3), page("next", 3), page("prev", 1)].join(", ");
    assert_eq!(answer.header("link"), Some(links.as_str()));
    assert_eq!(ids(&answer.body), newest_first[2..4]);
    let oldest_first = tenant.get("credentials?order=asc&per_page=100").await.ok();
    assert_eq!(ids(&oldest_first), registered);
    assert_eq!(ids(&tenant.get("credentials?page=9&per_page=2").await.ok()), [""; 0]);
}

#[tokio::test]
async fn a_list_may_be_one_users() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let registered = register_many(&tenant, 3).await;
    assert_eq!(ids(&tenant.get("credentials?user_id=u0").await.ok()), [&registered[1]]);
    assert_eq!(ids(&tenant.get("credentials?user_id=nobody").await.ok()), [""; 0]);
    assert_eq!(tenant.get("credentials?user_id=").await.ok().as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_page_out_of_bounds_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for query in [
        "page=0",
        "page=-1",
        "page=x",
        "per_page=0",
        "per_page=101",
        "order=up",
        "page=99999999999",
        "page=1&page=2",
        "user_id=u1&user_id=u2",
        "order=asc&order=",
    ] {
        let answer = tenant.get(&format!("credentials?{query}")).await;
        assert_eq!(answer.error(), (400, "validation_failed"), "{query}");
    }
}

#[tokio::test]
async fn a_credential_is_renamed() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let path = format!("credentials/{id}");
    server.advance(Duration::from_secs(1)).await;
    let answer = tenant.keyed(Method::PATCH, &path, json!({ "name": "Kim’s phone" })).await;
    assert_eq!((answer.status, answer.body), (204, Value::Null));
    assert_eq!(tenant.get(&path).await.ok()["name"], "Kim’s phone");
    for body in
        [json!({}), json!({ "name": "" }), json!({ "name": "x".repeat(129) }), json!({ "name": null })]
    {
        assert_eq!(tenant.keyed(Method::PATCH, &path, body).await.error().0, 400);
    }
    let (kind, _, actor) = server.audit(&tenant).pop().unwrap();
    assert_eq!((kind.as_str(), actor.as_deref()), ("webauthn_credential_updated", Some("u1")));
}

#[tokio::test]
async fn a_deleted_credential_is_gone_and_the_log_says_whose_it_was() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let path = format!("credentials/{id}");
    server.advance(Duration::from_secs(1)).await;
    assert_eq!(tenant.keyed(Method::DELETE, &path, json!({})).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(tenant.keyed(method, &path, json!({})).await.error(), (404, "credential_not_found"));
    }
    assert_eq!(tenant.keyed(Method::PATCH, &path, json!({ "name": "x" })).await.error().0, 404);
    let (kind, _, actor) = server.audit(&tenant).pop().unwrap();
    assert_eq!((kind.as_str(), actor.as_deref()), ("webauthn_credential_deleted", Some("u1")));
}

#[tokio::test]
async fn what_is_no_credential_id_names_no_credential() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for id in ["AAAA", "!!", "%00", &"A".repeat(3000), "' OR 1=1 --"] {
        let answer = tenant.get(&format!("credentials/{id}")).await;
        assert_eq!(answer.error(), (404, "credential_not_found"), "{id}");
    }
    assert_eq!(tenant.get("credentials/%FF").await.error(), (404, "route_not_found"), "not UTF-8");
}

#[tokio::test]
async fn a_credential_tells_where_it_is_kept_and_what_it_was_used_on() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let synced = passgate_authenticator::Config {
        backup_eligible: true,
        backup_state: true,
        ..passgate_authenticator::Config::default()
    };
    let mut authenticator = Authenticator::with_config(1, synced);
    let options = tenant.begin_registration("u1").await;
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    let send = async |path: &str, body: &Value, user_agent: &str| {
        let request = server.client.post(tenant.url(path)).header("user-agent", user_agent).json(body);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1";
    send("registration/finalize", &credential, safari).await;
    let path = format!("credentials/{}", credential["id"].as_str().unwrap());
    let told = async || {
        let shown = tenant.get(&path).await.ok();
        ["storage", "use_count", "registered_on", "last_used_on"].map(|member| shown[member].clone())
    };
    assert_eq!(told().await, [json!("synced"), json!(0), json!("Safari on iOS"), json!("Safari on iOS")]);
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
    send("login/finalize", &assertion, firefox).await;
    assert_eq!(told().await, [json!("synced"), json!(1), json!("Safari on iOS"), json!("Firefox on Linux")]);
}
