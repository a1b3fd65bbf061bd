use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Team, another_authenticator};
use crate::harness::{CONSOLE_URL, TestServer, TestTenant};

const APP: &str = "http://localhost:5173";

/// Registers and logs in as the app's backend and page would, through the public API.
async fn integrate(tenant: &TestTenant<'_>, authenticator: &mut Authenticator) {
    let options = tenant.begin_registration("user-7").await;
    let credential = authenticator.create(&options, APP).unwrap();
    tenant.finish_registration(&credential).await.ok();
    let options = tenant.begin_login().await;
    let credential = authenticator.get(&options, APP).unwrap();
    tenant.finish_login(&credential).await.ok();
}

#[tokio::test]
async fn the_steps_of_an_integration_tick_as_the_server_sees_them() {
    let server = TestServer::start_open().await;
    let kim = Browser::claimed(&server).await;
    let mut team = Team::new(&server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let steps = team.viewer.get(&format!("{path}/steps")).await.ok();
    assert!(steps.as_object().unwrap().values().all(Value::is_null), "{steps}");

    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let secret = key["secret"].as_str().unwrap().to_owned();
    let listed = team.viewer.get(&format!("{path}/api-keys")).await.ok();
    assert!(!listed.to_string().contains(&secret), "it is shown once");
    let tenant = TestTenant { server: &server, id: team.tenant.clone(), api_key: secret };
    let mut authenticator = another_authenticator();
    integrate(&tenant, &mut authenticator).await;
    let steps = team.viewer.get(&format!("{path}/steps")).await.ok();
    assert!(steps.as_object().unwrap().values().all(Value::is_string), "{steps}");
    // What was counted is written, and another process knows it.
    server.passgate.upkeep().await.unwrap();
    assert_eq!(team.viewer.get(&format!("{path}/steps")).await.ok(), steps);

    let insights = team.viewer.get(&format!("{path}/insights?offset=60")).await.ok();
    let login = insights["funnels"].as_array().unwrap().iter().find(|funnel| funnel["ceremony"] == "login");
    assert_eq!(login.unwrap(), &json!({ "ceremony": "login", "begun": 1, "done": 1, "failed": 0 }));
    let days = insights["days"].as_array().unwrap();
    let last = days.last().unwrap();
    assert_eq!((&last["registrations"], &last["logins"]), (&json!(1), &json!(1)));
    assert_eq!(
        insights["storage"]["synced"].as_u64().unwrap()
            + insights["storage"]["device_bound"].as_u64().unwrap()
            + insights["storage"]["syncable"].as_u64().unwrap(),
        1
    );
    let answer = team.viewer.get(&format!("{path}/insights?from=2020-01-01T00:00:00Z")).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn members_see_and_change_what_their_role_allows_of_users_and_passkeys() {
    let server = TestServer::start_open().await;
    let kim = Browser::claimed(&server).await;
    let mut team = Team::new(&server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server: &server, id: team.tenant.clone(), api_key };
    integrate(&tenant, &mut another_authenticator()).await;

    let users = team.viewer.get(&format!("{path}/users")).await.ok();
    assert_eq!(users[0]["user_id"], "user-7");
    let user = team.viewer.get(&format!("{path}/users/{}", users[0]["id"].as_str().unwrap())).await.ok();
    let credential = format!("{path}/credentials/{}", user["credentials"][0]["id"].as_str().unwrap());
    let name = Some(json!({ "name": "Phone" }));
    team.developer.call(Method::PATCH, &credential, name).await.ok();
    assert_eq!(team.viewer.get(&credential).await.ok()["name"], "Phone");
    let log = team.viewer.get(&format!("{path}/audit-log/pages?actor_user_id=user-7")).await.ok();
    assert!(log.as_array().unwrap().iter().any(|row| row["type"] == "webauthn_credential_updated"), "{log}");
    assert_eq!(team.admin.delete(&credential).await.status, 204);
    assert_eq!(team.viewer.get(&credential).await.error(), (404, "credential_not_found"));
}

#[tokio::test]
async fn ceremonies_can_be_tried_where_the_consoles_page_is_of_the_passkeys_domain() {
    let server = TestServer::start_open().await;
    let kim = Browser::claimed(&server).await;
    let mut team = Team::new(&server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let environment = team.developer.get(&path).await.ok();
    assert_eq!(environment["try_here"]["possible"], false);
    assert!(environment["try_here"]["reason"].as_str().unwrap().contains("localhost"));
    let begin = format!("{path}/try/registration/begin");
    let answer = team.developer.post(&begin, json!({ "username": "kim" })).await;
    assert_eq!(answer.error(), (409, "try_impossible"));

    // An app below the same domain as the console.
    let told = json!({ "app_url": "https://app.example.org" });
    team.owner.call(Method::PUT, &format!("{path}/app-url"), Some(told)).await.ok();
    assert_eq!(team.developer.get(&path).await.ok()["try_here"], json!({ "possible": true }));
    let mut authenticator = another_authenticator();
    let begun = team.developer.post(&begin, json!({ "username": "kim" })).await.ok();
    let credential = authenticator.create(&begun["options"], CONSOLE_URL).unwrap();
    let finish = format!("{path}/try/registration/finish");
    let done = team.developer.post(&finish, json!({ "credential": credential })).await.ok();
    assert_eq!(done["claims"]["purpose"], "registration");
    let begun = team.developer.post(&format!("{path}/try/login/begin"), json!({})).await.ok();
    let credential = authenticator.get(&begun["options"], CONSOLE_URL).unwrap();
    let done = team
        .developer
        .post(&format!("{path}/try/login/finish"), json!({ "credential": credential }))
        .await
        .ok();
    assert_eq!(done["claims"]["purpose"], "login");
    assert_eq!(done["claims"]["aud"], json!(["example.org"]));
    // The tenant itself takes the console's page no more than before.
    let environment = team.developer.get(&path).await.ok();
    assert_eq!(environment["origins"], json!(["https://app.example.org"]));
    assert!(environment["steps"]["login_finished"].is_string());
}
