use passgate_authenticator::Authenticator;
use passgate_core::store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Team, another_authenticator};
use crate::harness::{CONSOLE_URL, TestServer, TestTenant};

const APP: &str = "http://localhost:5173";

/// Registers and logs in as the app's backend and page would, through the public API.
async fn integrate(tenant: &TestTenant<'_, impl Store>, authenticator: &mut Authenticator) {
    let options = tenant.begin_registration("user-7").await;
    let credential = authenticator.create(&options, APP).unwrap();
    tenant.finish_registration(&credential).await.ok();
    let options = tenant.begin_login().await;
    let credential = authenticator.get(&options, APP).unwrap();
    tenant.finish_login(&credential).await.ok();
}

pub(crate) async fn the_steps_of_an_integration_tick_as_the_server_sees_them(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let steps = team.viewer.get(&format!("{path}/steps")).await.ok();
    assert!(steps.as_object().unwrap().values().all(Value::is_null), "{steps}");

    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let secret = key["secret"].as_str().unwrap().to_owned();
    let listed = team.viewer.get(&format!("{path}/api-keys")).await.ok();
    assert!(!listed.to_string().contains(&secret), "it is shown once");
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key: secret };
    let mut authenticator = another_authenticator();
    integrate(&tenant, &mut authenticator).await;
    let steps = team.viewer.get(&format!("{path}/steps")).await.ok();
    assert!(steps.as_object().unwrap().values().all(Value::is_string), "{steps}");
    // What was counted is written, and another process knows it.
    server.passgate.pick_ceremony_counts();
    while server.passgate.write_a_few_ceremony_counts().await.unwrap() {}
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

pub(crate) async fn members_see_and_change_what_their_role_allows_of_users_and_passkeys(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key };
    integrate(&tenant, &mut another_authenticator()).await;

    let users = team.viewer.get(&format!("{path}/users")).await.ok();
    assert_eq!(
        (&users["users"][0]["user_id"], &users["users"][0]["passkeys"]),
        (&json!("user-7"), &json!(1))
    );
    let id = users["users"][0]["id"].as_str().unwrap();
    let user = team.viewer.get(&format!("{path}/users/{id}")).await.ok();
    let credential = format!("{path}/credentials/{}", user["credentials"][0]["id"].as_str().unwrap());
    let name = Some(json!({ "name": "Phone" }));
    team.developer.call(Method::PATCH, &credential, name).await.ok();
    assert_eq!(team.viewer.get(&credential).await.ok()["name"], "Phone");
    let log = team.viewer.get(&format!("{path}/audit-log?actor=user-7")).await.ok();
    assert!(
        log["rows"].as_array().unwrap().iter().any(|row| row["type"] == "webauthn_credential_updated"),
        "{log}"
    );
    assert_eq!(team.admin.delete(&credential).await.status, 204);
    assert_eq!(team.viewer.get(&credential).await.error(), (404, "credential_not_found"));
}

pub(crate) async fn ceremonies_can_be_tried_where_the_consoles_page_is_of_the_passkeys_domain(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
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
    let options = team.developer.post(&begin, json!({ "username": "kim" })).await.ok();
    let credential = authenticator.create(&options["options"], CONSOLE_URL).unwrap();
    let finish = format!("{path}/try/registration/finish");
    let done = team.developer.post(&finish, json!({ "credential": credential })).await.ok();
    assert_eq!(done["claims"]["purpose"], "registration");
    let options = team.developer.post(&format!("{path}/try/login/begin"), json!({})).await.ok();
    let credential = authenticator.get(&options["options"], CONSOLE_URL).unwrap();
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

pub(crate) async fn lists_go_on_from_where_they_ended_and_are_searched_from_the_beginning(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key };
    for user in ["anna", "anton", "berta", "a%_"] {
        tenant.begin_registration(user).await;
        server.advance(std::time::Duration::from_secs(1)).await;
    }
    let ids = |page: &Value| -> Vec<String> {
        page["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["user_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = team.viewer.get(&format!("{path}/users?limit=3")).await.ok();
    assert_eq!(ids(&first), ["a%_", "berta", "anton"]);
    let next = first["next"].as_str().unwrap();
    let last = team.viewer.get(&format!("{path}/users?limit=3&after={next}")).await.ok();
    assert_eq!((ids(&last), &last["next"]), (vec!["anna".to_owned()], &Value::Null));
    for (searched, expected) in [
        ("an", vec!["anna", "anton"]),
        ("anna", vec!["anna"]),
        // The name is user@example.com.
        ("berta@", vec!["berta"]),
        ("%25", vec![]),
        ("a%25", vec!["a%_"]),
        ("nna", vec![]),
    ] {
        let found = team.viewer.get(&format!("{path}/users?q={searched}")).await.ok();
        assert_eq!(ids(&found), expected, "{searched}");
    }
    let page = team.viewer.get(&format!("{path}/audit-log?limit=2")).await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = team.viewer.get(&format!("{path}/audit-log?limit=2&before={next}")).await.ok();
    let actors: Vec<_> = [&page, &rest]
        .iter()
        .flat_map(|page| page["rows"].as_array().unwrap())
        .map(|row| row["actor_user_id"].as_str().unwrap())
        .collect();
    assert_eq!(actors, ["a%_", "berta", "anton", "anna"]);
    for wrong in [
        "users?after=x",
        "users?limit=0",
        "audit-log?before=1.x",
        "audit-log?limit=201",
        "stale-passkeys?unused_days=0",
    ] {
        assert_eq!(
            team.viewer.get(&format!("{path}/{wrong}")).await.error(),
            (400, "validation_failed"),
            "{wrong}"
        );
    }
}

pub(crate) async fn passkeys_that_nobody_uses_and_attempts_with_deleted_ones_are_told(
    server: &TestServer<impl Store>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key };
    let mut authenticator = another_authenticator();
    integrate(&tenant, &mut authenticator).await;
    assert_eq!(team.viewer.get(&format!("{path}/stale-passkeys")).await.ok()["passkeys"], json!([]));
    server.advance(std::time::Duration::from_hours(24 * 91)).await;
    team.viewer.sign_in().await.ok();
    let stale = team.viewer.get(&format!("{path}/stale-passkeys")).await.ok();
    let id = stale["passkeys"][0]["id"].as_str().unwrap().to_owned();
    team.owner.sign_in().await.ok();
    assert_eq!(team.owner.delete(&format!("{path}/credentials/{id}")).await.status, 204);
    let options = tenant.begin_login().await;
    let credential = authenticator.get(&options, APP).unwrap();
    assert_eq!(tenant.finish_login(&credential).await.error(), (401, "credential_revoked"));
    let attempts = team.viewer.get(&format!("{path}/deleted-attempts")).await.ok();
    assert_eq!((&attempts["code"], &attempts["count"]), (&json!("credential_revoked"), &json!(1)));
    let insights = team.viewer.get(&format!("{path}/insights")).await.ok();
    assert_eq!(
        insights["failures"],
        json!([{ "ceremony": "login", "code": "credential_revoked", "count": 1 }])
    );
}

pub(crate) async fn who_watched_long_ago_is_told_a_part_at_a_time(server: &TestServer<impl Store>) {
    const ROWS: usize = 450;
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key };
    for _ in 0..ROWS {
        tenant.begin_registration("somebody").await;
    }
    let cookie = format!("{}={}", super::browser::COOKIE_NAME, team.viewer.cookie.as_ref().unwrap());
    let url = server.admin_url(&format!("{}{path}/audit-log/live", super::browser::API));
    let since_ever = "0.00000000-0000-0000-0000-000000000001";
    let request = server.client.get(url).header("cookie", &cookie).header("last-event-id", since_ever);
    let mut stream = request.send().await.unwrap();
    let mut text = Vec::new();
    let mut largest = 0;
    while text.windows(6).filter(|bytes| bytes == b"\ndata:").count() < ROWS {
        let part = stream.chunk().await.unwrap().unwrap();
        largest = largest.max(part.windows(6).filter(|bytes| bytes == b"\ndata:").count());
        text.extend(part);
    }
    assert!(largest <= 200, "{largest} rows at once");
    let ids = String::from_utf8(text).unwrap();
    let ids: std::collections::BTreeSet<_> = ids.lines().filter(|line| line.starts_with("id: ")).collect();
    assert_eq!(ids.len(), ROWS, "each once");
}

pub(crate) async fn the_audit_log_is_watched_as_it_grows(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let path = format!("/environments/{}", team.tenant);
    let key = team.developer.post(&format!("{path}/api-keys"), json!({ "name": "Backend" })).await.ok();
    let api_key = key["secret"].as_str().unwrap().to_owned();
    let tenant = TestTenant { server, id: team.tenant.clone(), api_key };
    tenant.begin_registration("before").await;
    server.advance(std::time::Duration::from_secs(1)).await;

    let cookie = format!("{}={}", super::browser::COOKIE_NAME, team.viewer.cookie.as_ref().unwrap());
    let watch = async |last: Option<&str>, filter: &str| {
        let url = server.admin_url(&format!("{}{path}/audit-log/live{filter}", super::browser::API));
        let mut request = server.client.get(url).header("cookie", &cookie);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response
    };
    let mut stream = watch(None, "").await;
    // It has begun once it has said so.
    assert_eq!(stream.chunk().await.unwrap().unwrap(), ": nothing new\n\n");
    tenant.begin_registration("first").await;
    let event = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(event.starts_with("event: row\nid: ") && event.ends_with("\n\n"), "{event}");
    assert!(event.contains("\"actor_user_id\":\"first\"") && !event.contains("before"), "{event}");
    let id = event.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    drop(stream);

    server.advance(std::time::Duration::from_secs(1)).await;
    tenant.begin_registration("second").await;
    let mut stream = watch(Some(&id), "?type=webauthn_registration_init_succeeded").await;
    let mut events = String::new();
    while !events.contains("second") {
        events.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(events.matches("\"first\"").count(), 0, "it was told before: {events}");
    let answer = team.viewer.get(&format!("{path}/audit-log/live?type=nonsense")).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}
