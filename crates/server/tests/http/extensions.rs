//! Extensions and preferences that a request asks for: what reaches the browser, and what does not.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, ORIGIN, TestServer, TestTenant};

async fn begin_registration(tenant: &TestTenant<'_>, asked: (&str, Value)) -> Answer {
    let mut body = json!({ "user_id": "u1", "username": "kim" });
    body[asked.0] = asked.1;
    tenant.keyed(Method::POST, "registration/initialize", body).await
}

#[tokio::test]
async fn a_registration_asks_for_extensions() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let asked = json!({
        "credProps": true, "minPinLength": true, "prf": { "eval": { "first": "c2FsdA" } },
        "largeBlob": { "support": "preferred" }, "credentialProtectionPolicy": "userVerificationRequired",
    });
    let options = begin_registration(&tenant, ("extensions", asked.clone())).await.ok();
    assert_eq!(options["publicKey"]["extensions"], asked);
    let credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
}

#[tokio::test]
async fn outputs_are_read_if_they_were_asked_for_and_ignored_otherwise() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (asked, expected) in [(json!({}), None), (json!({ "credProps": true }), Some("extension_type"))] {
        let options = begin_registration(&tenant, ("extensions", asked)).await.ok();
        let mut credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
        credential["clientExtensionResults"] = json!({ "credProps": { "rk": "no boolean" } });
        let answer = tenant.finish_registration(&credential).await;
        match expected {
            None => assert_eq!(answer.status, 200),
            Some(code) => assert_eq!(answer.error(), (400, code)),
        }
    }
}

#[tokio::test]
async fn a_login_asks_for_extensions_of_the_credentials_that_it_allows() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    let salt = json!({ "first": "c2FsdA" });
    let mut by_credential = json!({});
    by_credential[&id] = salt.clone();
    by_credential["Z29uZQ"] = salt.clone();
    let body = json!({ "user_id": "u1", "extensions": { "prf": { "evalByCredential": by_credential } } });
    let options = tenant.keyed(Method::POST, "login/initialize", body).await.ok();
    let mut kept = json!({});
    kept[&id] = salt;
    assert_eq!(
        options["publicKey"]["extensions"],
        json!({ "prf": { "evalByCredential": kept } }),
        "browsers fail at what is not allowed, such as a deleted one"
    );
    let credential = authenticator.get(&options, ORIGIN).unwrap();
    tenant.finish_login(&credential).await.ok();
}

#[tokio::test]
async fn what_is_not_understood_is_refused_by_name() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for asked in [
        json!({ "example.extension": true }),
        json!({ "credProps": "yes" }),
        json!({ "prf": { "eval": { "first": "not base64url!" } } }),
        json!({ "appid": "https://example.com" }),
        json!({ "enforceCredentialProtectionPolicy": true }),
    ] {
        let answer = begin_registration(&tenant, ("extensions", asked.clone())).await;
        assert_eq!(answer.error(), (400, "validation_failed"), "{asked}");
        assert!(answer.body["details"].as_str().unwrap().starts_with("extensions: "), "{}", answer.body);
    }
    for asked in [
        json!({ "credProps": true }),
        json!({ "appid": "https://example.com" }),
        json!({ "largeBlob": { "write": "YQ" } }),
    ] {
        let answer = tenant.open(Method::POST, "login/initialize", &json!({ "extensions": asked })).await;
        assert_eq!(answer.error(), (400, "validation_failed"), "{asked}");
    }
    assert_eq!(server.row_counts()["users"], 0);
}

#[tokio::test]
async fn attestation_formats_are_handed_on_as_far_as_they_are_known() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let asked = json!(["packed", "unheard-of", "tpm"]);
    let options = begin_registration(&tenant, ("attestation_formats", asked)).await.ok();
    assert_eq!(options["publicKey"]["attestationFormats"], json!(["packed", "tpm"]));
    let many = json!(vec!["packed"; 17]);
    let answer = begin_registration(&tenant, ("attestation_formats", many)).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}
