use std::time::Duration;

use passgate_core::store::Store;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::browser::{API, Browser, COOKIE_NAME, Team};
use crate::harness::{CONSOLE_URL, TestServer};

async fn invite(owner: &mut Browser<'_, impl Store>, organization: &str, body: Value) -> String {
    let path = format!("/organizations/{organization}/invitations");
    let invited = owner.post(&path, body).await.ok();
    invited["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned()
}

pub(crate) async fn an_organization_is_made_renamed_and_deleted_with_its_projects<S: Store>(
    server: &TestServer<S>,
) {
    let mut kim = Browser::claimed(server).await;
    let made = kim.post("/organizations", json!({ "name": " Example " })).await;
    assert_eq!(made.status, 201);
    let made = made.ok();
    assert_eq!((&made["name"], &made["role"]), (&json!("Example"), &json!("owner")));
    let path = format!("/organizations/{}", made["id"].as_str().unwrap());
    let answer = kim.call(Method::PATCH, &path, Some(json!({ "name": "" }))).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
    let renamed = kim.call(Method::PATCH, &path, Some(json!({ "name": "Other" }))).await.ok();
    assert_eq!(renamed["name"], "Other");
    let body = json!({ "name": "App", "app_url": "https://app.example.com" });
    let project = kim.post(&format!("{path}/projects"), body).await.ok();
    assert_eq!(kim.get(&path).await.ok()["projects"], 1);
    assert_eq!(kim.delete(&path).await.status, 204);
    assert_eq!(kim.get(&path).await.error(), (404, "organization_not_found"));
    assert_eq!(kim.get("/organizations").await.ok(), json!([]));
    let tenant = project["environments"][1]["tenant_id"].as_str().unwrap();
    let answer = server.admin(Method::GET, &format!("/tenants/{tenant}"), None).await;
    assert_eq!(answer.error(), (404, "tenant_not_found"));
}

pub(crate) async fn an_invitation_lets_one_in_once_until_it_expires_or_is_withdrawn<S: Store>(
    server: &TestServer<S>,
) {
    let mut kim = Browser::claimed(server).await;
    let made = kim.post("/organizations", json!({ "name": "Example" })).await.ok();
    let organization = made["id"].as_str().unwrap();
    let body = json!({ "role": "developer", "email": "sam@example.com", "days": 2 });
    let link = invite(&mut kim, organization, body).await;
    let mut sam = Browser::new(server);
    let info = sam.post("/links/inspect", json!({ "link": link })).await.ok();
    assert_eq!(info["organization"], "Example");
    assert_eq!((&info["role"], &info["email"]), (&json!("developer"), &json!("sam@example.com")));
    sam.sign_up(Some(&link), "Sam", "sam@example.com").await.ok();
    let list = sam.get("/organizations").await.ok();
    assert_eq!((&list[0]["name"], &list[0]["role"]), (&json!("Example"), &json!("developer")));
    let mut other = Browser::new(server);
    assert_eq!(other.sign_up(Some(&link), "Eve", "eve@example.com").await.error(), (404, "link_invalid"));

    // Whoever has an account joins with it.
    let again = invite(&mut kim, organization, json!({ "role": "viewer" })).await;
    let accept = async |browser: &mut Browser<'_, S>, link: &str| {
        browser.post("/invitations/accept", json!({ "link": link })).await
    };
    assert_eq!(accept(&mut sam, &again).await.error(), (409, "already_member"));
    server.advance(Duration::from_secs(1)).await;
    let late = invite(&mut kim, organization, json!({ "role": "viewer", "days": 1 })).await;
    let path = format!("/organizations/{organization}/invitations");
    let open = kim.get(&path).await.ok();
    assert_eq!(open.as_array().unwrap().len(), 2);
    let id = open[0]["id"].as_str().unwrap();
    assert_eq!(kim.delete(&format!("{path}/{id}")).await.status, 204);
    assert_eq!(accept(&mut sam, &again).await.error(), (404, "link_invalid"));
    server.advance(Duration::from_hours(24)).await;
    assert_eq!(accept(&mut sam, &late).await.error(), (401, "session_missing"));
    sam.sign_in().await.ok();
    assert_eq!(accept(&mut sam, &late).await.error(), (404, "link_invalid"));
}

pub(crate) async fn an_organization_has_an_owner_at_all_times_and_only_owners_touch_owners<S: Store>(
    server: &TestServer<S>,
) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let members = format!("/organizations/{}/members", team.organization);
    let id = async |browser: &mut Browser<'_, S>| {
        browser.get("/operator").await.ok()["id"].as_str().unwrap().to_owned()
    };
    let kim = format!("{members}/{}", id(&mut team.owner).await);
    let admin = format!("{members}/{}", id(&mut team.admin).await);
    let viewer = format!("{members}/{}", id(&mut team.viewer).await);
    let role = |role: &str| Some(json!({ "role": role }));

    assert_eq!(team.owner.delete(&kim).await.error(), (409, "last_owner"));
    assert_eq!(team.owner.call(Method::PATCH, &kim, role("admin")).await.error(), (409, "last_owner"));
    assert_eq!(team.admin.delete(&kim).await.error(), (403, "role_insufficient"));
    assert_eq!(
        team.admin.call(Method::PATCH, &admin, role("owner")).await.error(),
        (403, "role_insufficient")
    );
    let path = format!("/organizations/{}/invitations", team.organization);
    assert_eq!(team.admin.post(&path, json!({ "role": "owner" })).await.error(), (403, "role_insufficient"));
    assert_eq!(team.viewer.delete(&admin).await.error(), (403, "role_insufficient"));
    assert_eq!(team.owner.call(Method::PATCH, &admin, role("owner")).await.ok()["role"], "owner");
    assert_eq!(team.owner.delete(&kim).await.status, 204);
    assert_eq!(team.owner.get(&members).await.error(), (404, "organization_not_found"));
    // Everybody may go.
    assert_eq!(team.viewer.delete(&viewer).await.status, 204);
    assert_eq!(team.admin.get(&members).await.ok().as_array().unwrap().len(), 2);
}

pub(crate) async fn who_holds_a_body_back_is_judged_once_it_has_come(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let members = format!("/organizations/{}/members", team.organization);
    let body = json!({ "role": "admin" }).to_string();
    let head = format!(
        "POST {API}/organizations/{}/invitations HTTP/1.1\r\nhost: localhost\r\norigin: {CONSOLE_URL}\r\n\
         cookie: {COOKIE_NAME}={}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        team.organization,
        team.admin.cookie.as_ref().unwrap(),
        body.len()
    );
    let address = server.admin_url("").strip_prefix("http://").unwrap().to_owned();
    let mut held_back = TcpStream::connect(address).await.unwrap();
    held_back.write_all(head.as_bytes()).await.unwrap();
    // Long enough for the server to judge it, if it would.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let listed = team.owner.get(&members).await.ok();
    let admin = listed.as_array().unwrap().iter().find(|member| member["role"] == "admin").unwrap();
    let path = format!("{members}/{}", admin["operator_id"].as_str().unwrap());
    assert_eq!(team.owner.delete(&path).await.status, 204);
    held_back.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    held_back.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("organization_not_found"), "{answer}");
}

pub(crate) async fn who_is_removed_comes_back_by_no_invitation_of_their_own(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut team = Team::new(server, "ours", kim).await;
    let link = invite(&mut team.admin, &team.organization, json!({ "role": "admin", "days": 30 })).await;
    let members = format!("/organizations/{}/members", team.organization);
    let listed = team.owner.get(&members).await.ok();
    let admin = listed.as_array().unwrap().iter().find(|member| member["role"] == "admin").unwrap();
    let path = format!("{members}/{}", admin["operator_id"].as_str().unwrap());
    assert_eq!(team.owner.delete(&path).await.status, 204);
    let answer = team.admin.post("/invitations/accept", json!({ "link": link })).await;
    assert_eq!(answer.error(), (404, "link_invalid"));
    let answer = Browser::new(server).sign_up(Some(&link), "Another", "another@example.com").await;
    assert_eq!(answer.error(), (404, "link_invalid"));
}
