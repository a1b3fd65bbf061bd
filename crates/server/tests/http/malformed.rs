//! A thousand and more bodies that are wrong in some way: each gets a 4xx that says so, and none leaves a trace.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::{ADMIN, Contract, PUBLIC};
use crate::harness::{ORIGIN, TestServer, config};

/// A body that would do, and what of it is free.
struct Target {
    method: Method,
    url: String,
    whole: Value,
    /// Members that may be left out, or be anything.
    optional: &'static [&'static str],
    /// Members that may be any text.
    text: &'static [&'static str],
}

/// Every way to spoil a JSON document: cut off, members taken out or of another type one at a time, not UTF-8, too
/// deep, too large.
fn spoil(target: &Target) -> Vec<Vec<u8>> {
    let text = target.whole.to_string();
    let mut spoilt: Vec<Vec<u8>> = Vec::new();
    // At about 250 places of a long one.
    let step = (text.len() / 250).max(1);
    spoilt.extend((1..text.len()).step_by(step).map(|end| text.as_bytes()[..end].to_vec()));
    for pointer in pointers(&target.whole, "") {
        if target.optional.iter().any(|optional| pointer.starts_with(optional)) {
            continue;
        }
        spoilt.push(without(&target.whole, &pointer).to_string().into_bytes());
        let others = [
            json!(null),
            json!(true),
            json!(7),
            json!(-1.5),
            json!("\u{0}"),
            json!([]),
            json!({}),
            json!("!"),
        ];
        for other in others {
            let mut changed = target.whole.clone();
            let place = changed.pointer_mut(&pointer).unwrap();
            let is_fine = other == "!" && target.text.contains(&pointer.as_str());
            if *place != other && !is_fine {
                *place = other;
                spoilt.push(changed.to_string().into_bytes());
            }
        }
    }
    // Not UTF-8, in a string and behind the document.
    spoilt.push([&text.as_bytes()[..2], &[0xff, 0xfe], &text.as_bytes()[2..]].concat());
    spoilt.push([text.as_bytes(), &[0xc3, 0x28]].concat());
    // Two documents, or none.
    spoilt.push(format!("{text}{text}").into_bytes());
    for fixed in ["null", "[]", "\"\"", "0", "nul", "{", "}", "\u{feff}{}", "{\"a\":}", "'x'"] {
        spoilt.push(fixed.into());
    }
    // Deep, and large.
    spoilt.push("[".repeat(30_000).into_bytes());
    spoilt.push(format!("{{\"x\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes());
    spoilt.push("{\"a\":".repeat(10_000).into_bytes());
    spoilt.push(vec![b' '; 65_537]);
    spoilt.push(format!("{{\"id\":\"{}\"}}", "A".repeat(70_000)).into_bytes());
    spoilt
}

fn pointers(value: &Value, at: &str) -> Vec<String> {
    let Value::Object(members) = value else { return vec![] };
    members
        .iter()
        .flat_map(|(name, inner)| {
            let pointer = format!("{at}/{name}");
            let below = pointers(inner, &pointer);
            std::iter::once(pointer).chain(below)
        })
        .collect()
}

fn without(whole: &Value, pointer: &str) -> Value {
    let mut changed = whole.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
    changed
}

/// The operations of the documents that take a body and are no target.
fn without_target(server: &TestServer, targets: &[Target]) -> Vec<String> {
    let (public, admin) = (server.public_url(""), server.admin_url(""));
    let has_target = |contract: &Contract, base: &str, id: &Value| {
        targets.iter().any(|target| {
            let path = target.url.strip_prefix(base);
            let operation = path.and_then(|path| contract.operation(target.method.as_str(), path));
            operation.is_some_and(|operation| operation.description["operationId"] == *id)
        })
    };
    [(&PUBLIC, public), (&ADMIN, admin)]
        .iter()
        .flat_map(|(contract, base)| contract.operations().map(move |operation| (contract, base, operation)))
        .filter(|(_, _, operation)| operation.description["requestBody"].is_object())
        .map(|(contract, base, operation)| (contract, base, &operation.description["operationId"]))
        .filter(|(contract, base, id)| !has_target(contract, base, id))
        .map(|(_, _, id)| id.as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_thousand_malformed_bodies_are_refused_and_leave_no_trace() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let credential = Authenticator::new(2).create(&tenant.begin_registration("u2").await, ORIGIN).unwrap();
    let id = assertion["id"].as_str().unwrap();
    let target = |path: &str, whole, optional, text| {
        let method = if path.starts_with("credentials/") { Method::PATCH } else { Method::POST };
        Target { method, url: tenant.url(path), whole, optional, text }
    };
    let free = &[
        "/authenticatorAttachment",
        "/clientExtensionResults",
        "/rawId",
        "/response/authenticatorData",
        "/response/publicKey",
        "/response/transports",
    ][..];
    let free_of_login =
        &["/authenticatorAttachment", "/clientExtensionResults", "/rawId", "/response/userHandle"][..];
    let of_admin = |method, path: &str, whole, optional, text| {
        let url = server.admin_url(&format!("/tenants/{}{path}", tenant.id));
        Target { method, url, whole, optional, text }
    };
    let transaction = json!({ "user_id": "u1", "transaction_id": "t1", "transaction_data": {} });
    let user = json!({ "user_id": "u3", "username": "kim" });
    let new_tenant = json!({ "display_name": "x", "config": config(), "create_api_key": true });
    let keys = server.admin(Method::GET, &format!("/tenants/{}/secrets/api", tenant.id), None).await.ok();
    let roll = format!("/secrets/api/{}/roll", keys[0]["id"].as_str().unwrap());
    let targets = [
        target("registration/finalize", credential.clone(), free, &[]),
        target("login/finalize", assertion.clone(), free_of_login, &[]),
        target("registration/initialize", user.clone(), &[], &["/user_id", "/username"]),
        target("login/initialize", json!({ "user_id": "u1" }), &["/user_id"], &[]),
        target(&format!("credentials/{id}"), json!({ "name": "new" }), &[], &["/name"]),
        target(
            "transaction/initialize",
            transaction,
            &["/transaction_data"],
            &["/user_id", "/transaction_id"],
        ),
        target("transaction/finalize", assertion.clone(), free_of_login, &[]),
        target("mfa/registration/initialize", user.clone(), &[], &["/user_id", "/username"]),
        target("mfa/registration/finalize", credential, free, &[]),
        target("mfa/login/initialize", json!({ "user_id": "u1" }), &[], &["/user_id"]),
        target("mfa/login/finalize", assertion.clone(), free_of_login, &[]),
        of_admin(Method::PUT, "", json!({ "display_name": "x" }), &[], &["/display_name"]),
        of_admin(
            Method::PUT,
            "/config",
            config(),
            &["/webauthn/attestation_preference"],
            &["/webauthn/relying_party/display_name"],
        ),
        of_admin(Method::POST, "/secrets/api", json!({ "name": "x" }), &[], &["/name"]),
        of_admin(Method::POST, &roll, json!({ "overlap_seconds": 7 }), &[], &[]),
        of_admin(Method::POST, "/webhooks", json!({ "url": "https://hooks.example.com" }), &[], &[]),
        Target {
            method: Method::POST,
            url: server.admin_url("/tenants"),
            whole: new_tenant,
            optional: &["/create_api_key", "/config/webauthn/attestation_preference"],
            text: &["/display_name", "/config/webauthn/relying_party/display_name"],
        },
    ];
    let free_of_members = ["rotateSigningKey", "updateWebhook", "replaceWebhookSecret"];
    assert_eq!(without_target(&server, &targets), free_of_members, "any of their members may be absent");
    let before = server.row_counts();
    let mut sent = 0;
    for target in &targets {
        for body in spoil(target) {
            let request = server.client.request(target.method.clone(), &target.url).body(body.clone());
            let is_admin = target.url.starts_with(&server.admin_url("/"));
            let request = if is_admin {
                request.bearer_auth(server.admin_token())
            } else {
                request.header("apiKey", &tenant.api_key)
            };
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let answer: Value = response.json().await.unwrap();
            let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
            assert!((400..500).contains(&status), "{status} {answer} for {} {shown}", target.url);
            assert_eq!(answer["status"], status);
            assert!(
                !answer["title"].as_str().unwrap().is_empty() && !answer["code"].as_str().unwrap().is_empty()
            );
            sent += 1;
        }
    }
    assert!(sent >= 1_000, "only {sent} bodies were sent");
    println!("{sent} malformed bodies refused");
    assert_eq!(server.row_counts(), before, "nothing was written");
    // And the genuine one that was spoilt in so many ways is still good.
    tenant.finish_login(&assertion).await.ok();
}
