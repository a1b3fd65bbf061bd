//! Every endpoint of the console's API, called by everybody: by no one, by each role, without a fresh passkey, and by the
//! owner of another organization.

use passgate_core::store::Store;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::browser::{API, Browser, Team};
use crate::document::CONSOLE;
use crate::harness::TestServer;

const ROLES: [&str; 4] = ["viewer", "developer", "admin", "owner"];

/// What an operation says of who may call it.
struct Guarded {
    method: Method,
    path: String,
    /// The place in [`ROLES`] of the least role; none: any operator.
    least: Option<usize>,
    needs_passkey: bool,
}

/// Every operation that needs a session. What deletes comes last, the wider the later.
fn guarded() -> Vec<Guarded> {
    let mut operations: Vec<_> = CONSOLE
        .operations()
        .filter_map(|operation| {
            let about = operation.description["description"].as_str().unwrap();
            let who = about.rsplit("\n\n").next().unwrap();
            let least = ROLES.iter().position(|role| who.contains(&format!("from {role} up")));
            if who.starts_with("For anyone.") {
                return None;
            }
            assert!(least.is_some() || who.starts_with("For operators."), "{}: {who}", operation.path);
            Some(Guarded {
                method: operation.method.parse().unwrap(),
                path: operation.path.to_owned(),
                least,
                needs_passkey: who.contains("Needs a passkey"),
            })
        })
        .collect();
    let rank = |operation: &Guarded| match (operation.method == Method::DELETE, operation.path.as_str()) {
        (false, _) => 0,
        (true, path) if path.ends_with("/{project_id}") => 2,
        (true, path) if path.ends_with("/{organization_id}") => 3,
        (true, _) => 1,
    };
    operations.sort_by_key(rank);
    operations
}

#[expect(clippy::print_stdout, reason = "the counts are for whoever reads the run")]
pub(crate) async fn each_may_do_what_the_role_allows_and_nothing_elsewhere(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut ours = Team::new(server, "ours", kim).await;
    let mut sam = Browser::new(server);
    sam.sign_up(None, "Sam", "sam@theirs.example").await.ok();
    let theirs = Team::new(server, "theirs", sam).await;
    let mut foreigner = theirs.owner;
    let secrets =
        [ours.organization.clone(), ours.project.clone(), ours.tenant.clone(), "ours app".to_owned()];
    let operations = guarded();
    let (mut refused_strangers, mut refused_foreigners, mut refused_roles, mut refused_stale, mut allowed) =
        (0, 0, 0, 0, 0);

    for operation in &operations {
        let Guarded { method, path, least, needs_passkey: _ } = operation;
        let filled = ours.filled(path);
        let body = (*method != Method::GET).then(|| json!({}));
        let answer = Browser::new(server).call(method.clone(), &filled, body.clone()).await;
        assert_eq!(answer.error(), (401, "session_missing"), "{method} {path} by a stranger");
        refused_strangers += 1;
        let Some(least) = *least else { continue };
        let answer = foreigner.call(method.clone(), &filled, body.clone()).await;
        let code = answer.error();
        assert!(
            matches!(code, (404, "organization_not_found" | "project_not_found" | "environment_not_found")),
            "{method} {path} by a foreigner: {code:?}"
        );
        for secret in &secrets {
            assert!(!answer.body.to_string().contains(secret), "{method} {path} tells a foreigner {secret}");
        }
        refused_foreigners += 1;
        for role in &ROLES[..least] {
            let answer = ours.member(role).call(method.clone(), &filled, body.clone()).await;
            assert_eq!(answer.error(), (403, "role_insufficient"), "{method} {path} by a {role}");
            refused_roles += 1;
        }
    }

    // Roles that suffice, a while after the passkey was shown.
    server.advance(Duration::from_mins(6)).await;
    for operation in operations.iter().filter(|operation| operation.needs_passkey) {
        let Guarded { method, path, least, .. } = operation;
        let filled = ours.filled(path);
        for role in &ROLES[least.unwrap_or(0)..] {
            let answer = ours.member(role).call(method.clone(), &filled, Some(json!({}))).await;
            assert_eq!(answer.error(), (403, "fresh_passkey_needed"), "{method} {path} by a {role}");
            refused_stale += 1;
        }
    }
    for role in ROLES {
        ours.member(role).step_up().await.ok();
    }
    for operation in &operations {
        let Guarded { method, path, least: Some(least), .. } = operation else { continue };
        // It does not end by itself.
        if path.ends_with("/live") {
            continue;
        }
        let filled = ours.filled(path);
        let body = (*method != Method::GET).then(|| json!({}));
        let answer = ours.member(ROLES[*least]).call(method.clone(), &filled, body).await;
        let code = answer.body["code"].as_str().unwrap_or_default();
        assert!(
            !matches!(
                code,
                "session_missing"
                    | "fresh_passkey_needed"
                    | "origin_refused"
                    | "organization_not_found"
                    | "project_not_found"
                    | "environment_not_found"
                    | "tenant_not_found"
            ) && (code != "role_insufficient" || path.ends_with("/members/{operator_id}")),
            "{method} {path} by a {}: {} {}",
            ROLES[*least],
            answer.status,
            answer.body
        );
        allowed += 1;
    }
    println!(
        "{} endpoints with a session: {refused_strangers} refused to strangers, {refused_foreigners} to another \
         organization's owner, {refused_roles} for the role, {refused_stale} without a fresh passkey; {allowed} allowed \
         to the least role",
        operations.len()
    );
    assert!(allowed > 40, "{allowed}");
}

pub(crate) async fn ids_of_another_organization_name_nothing_in_ones_own(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let mut ours = Team::new(server, "ours", kim).await;
    let mut sam = Browser::new(server);
    sam.sign_up(None, "Sam", "sam@theirs.example").await.ok();
    let mut theirs = Team::new(server, "theirs", sam).await;

    let key = format!("/environments/{}/api-keys", ours.tenant);
    let key = ours.owner.post(&key, json!({ "name": "Ours" })).await.ok();
    let key = key["id"].as_str().unwrap().to_owned();
    let invitations = format!("/organizations/{}/invitations", ours.organization);
    let invitation = ours.owner.post(&invitations, json!({ "role": "viewer" })).await.ok();
    let invitation = invitation["invitation"]["id"].as_str().unwrap().to_owned();
    let kim = ours.owner.get("/operator").await.ok()["id"].as_str().unwrap().to_owned();

    let (organization, tenant) = (theirs.organization.clone(), theirs.tenant.clone());
    for (path, code) in [
        (format!("/environments/{tenant}/api-keys/{key}"), "api_key_not_found"),
        (format!("/organizations/{organization}/invitations/{invitation}"), "invitation_not_found"),
        (format!("/organizations/{organization}/members/{kim}"), "member_not_found"),
    ] {
        assert_eq!(theirs.owner.delete(&path).await.error(), (404, code), "{path}");
    }
    let list = theirs.owner.get("/organizations").await.ok();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["id"], organization.as_str());
    let keys = ours.owner.get(&format!("/environments/{}/api-keys", ours.tenant)).await.ok();
    assert_eq!(keys.as_array().unwrap().len(), 1, "nothing was revoked");
    assert_eq!(ours.owner.get(&invitations).await.ok().as_array().unwrap().len(), 1);
}

pub(crate) async fn a_program_may_do_what_an_owner_may(server: &TestServer<impl Store>) {
    let kim = Browser::claimed(server).await;
    let ours = Team::new(server, "ours", kim).await;
    let get = async |path: &str| {
        let request =
            server.client.get(server.admin_url(&format!("{API}{path}"))).bearer_auth(server.admin_token());
        server.answer("GET", request.send().await.unwrap()).await
    };
    let list = get("/organizations").await.ok();
    assert_eq!(
        (list[0]["id"].as_str(), list[0]["role"].as_str()),
        (Some(ours.organization.as_str()), Some("owner"))
    );
    assert_eq!(get(&format!("/environments/{}", ours.tenant)).await.ok()["role"], "owner");
    let nothing = "/projects/0b6a7f4e-5a0c-4f8b-9a55-3f3f4c5d6e7f";
    assert_eq!(get(nothing).await.error(), (404, "project_not_found"));
}
