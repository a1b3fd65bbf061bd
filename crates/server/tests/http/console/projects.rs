use passgate_core::store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use crate::harness::{PUBLIC_URL, TestServer};

async fn organization(browser: &mut Browser<'_, impl Store>) -> String {
    let made = browser.post("/organizations", json!({ "name": "Example" })).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_project_has_two_environments_each_a_tenant_of_its_own(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let path = format!("/organizations/{}/projects", organization(&mut kim).await);
    let body = json!({ "name": "Shop", "app_url": "http://localhost:5173/login" });
    let project = kim.post(&path, body).await.ok();
    let (development, production) = (&project["environments"][0], &project["environments"][1]);
    assert_eq!(development["kind"], "development");
    assert_eq!(
        (&development["app_url"], &development["rp_id"]),
        (&json!("http://localhost:5173"), &json!("localhost"))
    );
    assert_eq!((&production["app_url"], &production["kind"]), (&Value::Null, &json!("production")));
    assert_ne!(development["tenant_id"], production["tenant_id"]);

    let id = development["tenant_id"].as_str().unwrap();
    let environment = kim.get(&format!("/environments/{id}")).await.ok();
    assert_eq!(environment["api_url"], format!("{PUBLIC_URL}/{id}"));
    assert_eq!(environment["jwks_url"], format!("{PUBLIC_URL}/{id}/.well-known/jwks.json"));
    assert_eq!(environment["project"]["name"], "Shop");
    assert_eq!(environment["origins"], json!(["http://localhost:5173"]));
    let config = kim.get(&format!("/environments/{id}/config")).await.ok();
    assert_eq!(config["config"]["cors"]["allowed_origins"], json!(["http://localhost:5173"]));
    assert_eq!(config["config"]["webauthn"]["relying_party"]["display_name"], "Shop");

    // Later, the app goes live.
    let live = production["tenant_id"].as_str().unwrap();
    let told = json!({ "app_url": "https://www.example.co.uk/" });
    let told = kim.call(Method::PUT, &format!("/environments/{live}/app-url"), Some(told)).await.ok();
    assert_eq!(
        (&told["rp_id"], &told["app_url"]),
        (&json!("example.co.uk"), &json!("https://www.example.co.uk"))
    );
    let refused = json!({ "app_url": "http://www.example.co.uk" });
    let answer = kim.call(Method::PUT, &format!("/environments/{live}/app-url"), Some(refused)).await;
    assert_eq!(answer.error(), (400, "app_url_refused"));

    let path = format!("/projects/{}", project["id"].as_str().unwrap());
    let renamed = kim.call(Method::PATCH, &path, Some(json!({ "name": "Store" }))).await.ok();
    assert_eq!(renamed["name"], "Store");
    assert_eq!(kim.delete(&path).await.status, 204);
    assert_eq!(kim.get(&path).await.error(), (404, "project_not_found"));
    assert_eq!(kim.get(&format!("/environments/{id}")).await.error(), (404, "environment_not_found"));
}

pub(crate) async fn a_live_url_is_the_production_environments(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let path = format!("/organizations/{}/projects", organization(&mut kim).await);
    let project = kim.post(&path, json!({ "name": "Shop", "app_url": "https://app.example.com" })).await.ok();
    let (development, production) = (&project["environments"][0], &project["environments"][1]);
    assert_eq!(
        (&production["app_url"], &production["rp_id"]),
        (&json!("https://app.example.com"), &json!("example.com"))
    );
    assert_eq!(development["rp_id"], "localhost");
    let refused = kim.post(&path, json!({ "name": "Shop", "app_url": "https://192.0.2.7" })).await;
    assert_eq!(refused.error(), (400, "app_url_refused"));
    assert_eq!(kim.get(&path).await.ok().as_array().unwrap().len(), 1);
}

pub(crate) async fn what_follows_from_a_url_is_told_while_it_is_typed(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let preview = kim.post("/projects/preview", json!({ "app_url": "https://app.example.com" })).await.ok();
    assert_eq!((&preview["kind"], &preview["rp_id"]), (&json!("production"), &json!("example.com")));
    let codes: Vec<_> = preview["notes"].as_array().unwrap().iter().map(|note| &note["code"]).collect();
    assert_eq!(codes, ["rp_id", "rp_id_wider", "origins", "development_at_localhost"]);
    let preview = kim.post("/projects/preview", json!({ "app_url": "http://127.0.0.1:5173" })).await.ok();
    assert_eq!(preview["code"], "app_url_is_an_address");
    assert!(preview["problem"].as_str().unwrap().contains("localhost"));
}

pub(crate) async fn settings_are_compared_and_taken_over_but_for_what_is_each_environments_own(
    server: &TestServer<impl Store>,
) {
    let mut kim = Browser::claimed(server).await;
    let path = format!("/organizations/{}/projects", organization(&mut kim).await);
    let project = kim.post(&path, json!({ "name": "Shop", "app_url": "https://app.example.com" })).await.ok();
    let other = kim.post(&path, json!({ "name": "Other", "app_url": "https://app.example.net" })).await.ok();
    let id = |project: &Value, place: usize| {
        project["environments"][place]["tenant_id"].as_str().unwrap().to_owned()
    };
    let (development, production, elsewhere) = (id(&project, 0), id(&project, 1), id(&other, 0));
    let mut config = kim.get(&format!("/environments/{development}/config")).await.ok()["config"].clone();
    config["webauthn"]["timeout"] = json!(60_000);
    config["webauthn"]["attestation_trust"] = json!({ "policy": "none" });
    let answer = kim.call(Method::PUT, &format!("/environments/{development}/config"), Some(config)).await;
    assert_eq!(answer.status, 204);

    let compare = format!("/environments/{production}/config/compare?from=");
    let compared = kim.get(&format!("{compare}{development}")).await.ok();
    let named = |name: &str| {
        compared["differences"]
            .as_array()
            .unwrap()
            .iter()
            .find(|difference| difference["member"] == name)
            .cloned()
    };
    assert_eq!(
        named("webauthn.timeout").unwrap(),
        json!({ "member": "webauthn.timeout", "here": 300_000, "there": 60_000, "promotable": true })
    );
    assert_eq!(named("webauthn.relying_party.id").unwrap()["promotable"], false);
    assert_eq!(named("webauthn.relying_party.display_name"), None);
    assert_eq!(kim.get(&format!("{compare}{elsewhere}")).await.error(), (404, "environment_not_found"));

    let promote = format!("/environments/{production}/config/promote");
    let with = |from: &str, members: &[&str]| json!({ "from": from, "members": members });
    for (body, expected) in [
        (with(&development, &[]), (400, "validation_failed")),
        (with(&development, &["webauthn.relying_party.id"]), (400, "validation_failed")),
        (with(&development, &["nonsense"]), (400, "validation_failed")),
        (with(&elsewhere, &["webauthn.timeout"]), (404, "environment_not_found")),
    ] {
        assert_eq!(kim.post(&promote, body.clone()).await.error(), expected, "{body}");
    }
    assert_eq!(kim.post(&promote, with(&development, &["webauthn.timeout"])).await.status, 204);
    let compared = kim.get(&format!("{compare}{development}")).await.ok();
    assert!(!compared.to_string().contains("webauthn.timeout"), "{compared}");
    let config = kim.get(&format!("/environments/{production}/config")).await.ok();
    assert_eq!(config["config"]["webauthn"]["relying_party"]["id"], "example.com");
}
