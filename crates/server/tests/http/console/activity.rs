use std::time::Duration;

use passgate_core::store::Store;
use reqwest::Method;
use reqwest::header::{HeaderMap, ORIGIN};
use serde_json::{Value, json};

use super::browser::{Browser, Team, another_authenticator};
use crate::harness::{CONSOLE_URL, TestServer};

/// What happened, newest first: the kind, whose email, and what it was about.
fn told(page: &Value) -> Vec<(&str, &str, &str)> {
    let rows = page["rows"].as_array().unwrap().iter();
    let texts = rows.map(|row| [&row["type"], &row["operator"]["email"], &row["subject"]]);
    texts.map(|texts| texts.map(|text| text.as_str().unwrap_or_default()).into()).collect()
}

pub(crate) async fn what_members_change_of_an_environment_is_in_the_organizations_activity(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let log = format!("/organizations/{}/activity", team.organization);
    server.tick().await;

    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let (id, secret) = (key["id"].as_str().unwrap().to_owned(), key["secret"].as_str().unwrap().to_owned());
    server.tick().await;
    let rolled = json!({ "overlap_seconds": 60 });
    let new = team.developer.post(&format!("{path}/api-keys/{id}/roll"), rolled).await.ok();
    server.tick().await;
    let mut config = team.admin.get(&format!("{path}/config")).await.ok()["config"].clone();
    config["webauthn"]["timeout"] = 60_000.into();
    config["webauthn"]["user_verification"] = "preferred".into();
    team.admin.call(Method::PUT, &format!("{path}/config"), Some(config)).await.ok();
    server.tick().await;
    // What fails leaves no row.
    let nothing = team.developer.delete(&format!("{path}/api-keys/{}", team.project)).await;
    assert_eq!(nothing.error(), (404, "api_key_not_found"));
    team.developer.delete(&format!("{path}/api-keys/{id}")).await.ok();
    server.tick().await;
    let hook = json!({ "url": "https://app.example.com/hooks" });
    let hook = team.admin.post(&format!("{path}/webhooks"), hook).await.ok();
    server.tick().await;
    let hook_path = format!("{path}/webhooks/{}", hook["id"].as_str().unwrap());
    team.admin.delete(&hook_path).await.ok();
    server.tick().await;
    let name = json!({ "display_name": "Ours, renamed" });
    team.admin.call(Method::PUT, &format!("{path}/name"), Some(name)).await.ok();

    let page = team.admin.get(&log).await.ok();
    let (admin, developer) = ("admin@ours.example", "developer@ours.example");
    assert_eq!(
        told(&page)[..7],
        [
            ("environment_renamed", admin, "Ours, renamed"),
            ("webhook_deleted", admin, "https://app.example.com/hooks"),
            ("webhook_created", admin, "https://app.example.com/hooks"),
            ("api_key_revoked", developer, "Backend"),
            ("config_changed", admin, "webauthn.timeout, webauthn.user_verification"),
            ("api_key_rolled", developer, "Backend"),
            ("api_key_created", developer, "Backend"),
        ]
    );
    for row in &page["rows"].as_array().unwrap()[..7] {
        assert_eq!(row["tenant_id"], team.tenant.as_str(), "{row}");
        assert_eq!(row["source_ip"], "127.0.0.1");
    }
    for secret in [&secret, new["secret"].as_str().unwrap(), hook["secret"].as_str().unwrap()] {
        assert!(!page.to_string().contains(secret));
    }

    // Page by page it is the same.
    let mut rows = Vec::new();
    let mut next = None::<String>;
    loop {
        let before = next.map(|next| format!("&before={next}")).unwrap_or_default();
        let page = team.owner.get(&format!("{log}?limit=3{before}")).await.ok();
        rows.extend(page["rows"].as_array().unwrap().clone());
        let Some(place) = page["next"].as_str() else { break };
        next = Some(place.to_owned());
    }
    assert_eq!(&rows, page["rows"].as_array().unwrap());
    assert_eq!(team.owner.get(&format!("{log}?before=x")).await.error(), (400, "validation_failed"));
    assert_eq!(team.developer.get(&log).await.error(), (403, "role_insufficient"));
}

pub(crate) async fn settings_that_are_taken_over_and_apps_that_move_are_in_it_with_their_environment(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let project = team.owner.get(&format!("/projects/{}", team.project)).await.ok();
    let production = project["environments"][1]["tenant_id"].as_str().unwrap().to_owned();
    let path = format!("/environments/{}", team.tenant);
    let mut config = team.admin.get(&format!("{path}/config")).await.ok()["config"].clone();
    config["webauthn"]["timeout"] = 60_000.into();
    team.admin.call(Method::PUT, &format!("{path}/config"), Some(config)).await.ok();
    server.tick().await;
    let promotion = json!({ "from": team.tenant, "members": ["webauthn.timeout"] });
    team.admin.post(&format!("/environments/{production}/config/promote"), promotion).await.ok();
    server.tick().await;
    let keys = format!("/environments/{production}/api-keys");
    let key = team.owner.post(&keys, json!({ "name": "Backend" })).await.ok();
    server.tick().await;
    // What an app's backend may say of a person, a member may not say of themselves.
    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, CONSOLE_URL.parse().unwrap());
    headers.insert("apikey", key["secret"].as_str().unwrap().parse().unwrap());
    headers.insert("x-passgate-client-ip", "203.0.113.99".parse().unwrap());
    let moved = ("application/json", json!({ "app_url": "https://app.example.com" }).to_string());
    let path = format!("/environments/{production}/app-url");
    team.owner.call_with(headers, Method::PUT, &path, Some(moved)).await.ok();

    let page = team.owner.get(&format!("/organizations/{}/activity?limit=3", team.organization)).await.ok();
    assert_eq!(page["rows"][0]["source_ip"], "127.0.0.1");
    assert_eq!(
        told(&page),
        [
            ("environment_changed", "kim@example.com", "https://app.example.com"),
            ("api_key_created", "kim@example.com", "Backend"),
            ("config_promoted", "admin@ours.example", "webauthn.timeout"),
        ]
    );
    assert_eq!(page["rows"][0]["tenant_id"], production.as_str());
    assert_eq!(page["rows"][2]["tenant_id"], production.as_str());
}

pub(crate) async fn a_member_who_lost_the_passkey_is_in_it_however_let_in(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let codes = team.viewer.post("/recovery-codes", json!({})).await.ok();
    server.tick().await;
    let code = json!({ "email": "viewer@ours.example", "code": codes["codes"][0] });
    Browser::new(server).post("/recovery/code", code).await.ok();
    server.tick().await;
    let email = passgate_core::console::Email::new("developer@ours.example").unwrap();
    let (_, link) = server.passgate.make_recovery_link(email).await.unwrap();
    let mut browser = Browser::new(server);
    browser.post("/recovery/link", json!({ "link": link.expose_secret() })).await.ok();
    let mut key = another_authenticator();
    browser.add_passkey(&mut key).await.ok();

    let page = team.owner.get(&format!("/organizations/{}/activity?limit=2", team.organization)).await.ok();
    assert_eq!(
        told(&page),
        [
            ("console_recovery_link_used", "developer@ours.example", ""),
            ("console_recovery_code_used", "viewer@ours.example", ""),
        ]
    );
}

pub(crate) async fn what_a_program_changes_has_no_operator(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    server.tick().await;
    let path = format!("/console/api/environments/{}/api-keys", team.tenant);
    server.admin(Method::POST, &path, Some(json!({ "name": "Automation" }))).await.ok();
    let page = team.owner.get(&format!("/organizations/{}/activity?limit=1", team.organization)).await.ok();
    assert_eq!(told(&page), [("api_key_created", "", "Automation")]);
    assert_eq!(page["rows"][0].get("operator"), None);
}

pub(crate) async fn a_change_is_told_of_whose_caller_hung_up(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}/api-keys", team.tenant);
    for number in 0..60_u64 {
        let made = team.developer.post(&path, json!({ "name": format!("Key {number}") }));
        // Dropping it closes the connection.
        let _ = tokio::time::timeout(Duration::from_micros(150 * number), made).await;
    }
    team.developer.post(&path, json!({ "name": "Key 60" })).await.ok();
    let log = format!("/organizations/{}/activity?limit=100", team.organization);
    // What is under way comes to its end some time.
    let (mut keys, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        let listed = team.developer.get(&path).await.ok();
        let listed = listed.as_array().unwrap().iter();
        keys = listed.map(|key| key["name"].as_str().unwrap().to_owned()).collect();
        let page = team.admin.get(&log).await.ok();
        let rows = told(&page).into_iter().filter(|(kind, ..)| *kind == "api_key_created");
        kept = rows.map(|(.., name)| name.to_owned()).collect();
        keys.sort_unstable();
        kept.sort_unstable();
        if kept == keys {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(kept, keys);
    assert!(keys.contains(&"Key 60".to_owned()));
}
