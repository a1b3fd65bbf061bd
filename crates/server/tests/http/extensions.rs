//! Extensions, preferences and single credentials that a request asks for: what reaches the browser, and what does not.

use aws_lc_rs::digest;
use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

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
        json!({ "largeBlob": { "write": "YQ", "read": true } }),
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

/// The routes by which a named user authenticates.
const NAMED: [(&str, &str); 3] = [
    ("login/initialize", "login/finalize"),
    ("mfa/login/initialize", "mfa/login/finalize"),
    ("transaction/initialize", "transaction/finalize"),
];

/// The authentication of `u1` by one of [`NAMED`], which asks for something.
async fn begin_named(tenant: &TestTenant<'_>, path: &str, asked: Value) -> Answer {
    let mut body = asked;
    body["user_id"] = json!("u1");
    if path.starts_with("transaction") {
        body["transaction_id"] = json!(Uuid::new_v4());
        body["transaction_data"] = json!({ "amount": 1 });
    }
    tenant.keyed(Method::POST, path, body).await
}

/// Has the authenticator's data say that the assertion is of the `AppID`, as an old U2F key's is.
fn answer_for_app_id(authenticator: &mut Authenticator, app_id: &str) {
    let hash = digest::digest(&digest::SHA256, app_id.as_bytes());
    let hash: [u8; 32] = hash.as_ref().try_into().unwrap();
    authenticator.hooks.authenticator_data = Some(Box::new(move |data| data.rp_id_hash = hash));
    authenticator.hooks.credential =
        Some(Box::new(|credential| credential["clientExtensionResults"] = json!({ "appid": true })));
}

#[tokio::test]
async fn a_u2f_key_logs_in_where_the_app_asked_for_its_app_id() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let app_id = "https://example.com/u2f/app-id.json";
    answer_for_app_id(&mut authenticator, app_id);
    for (begin, finish) in NAMED {
        let asked = json!({ "extensions": { "appid": app_id } });
        let options = begin_named(&tenant, begin, asked).await.ok();
        assert_eq!(options["publicKey"]["extensions"], json!({ "appid": app_id }));
        let assertion = authenticator.get(&options, ORIGIN).unwrap();
        tenant.keyed(Method::POST, finish, assertion).await.ok();

        for asked in [json!({}), json!({ "extensions": { "appid": "https://example.com/other.json" } })] {
            let options = begin_named(&tenant, begin, asked).await.ok();
            let assertion = authenticator.get(&options, ORIGIN).unwrap();
            let answer = tenant.keyed(Method::POST, finish, assertion).await;
            assert_eq!(answer.error(), (401, "rp_id_mismatch"), "{begin}");
        }
    }
}

#[tokio::test]
async fn one_credential_alone_is_listed_and_accepted_where_the_request_names_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (mut named, mut other) = (Authenticator::new(1), Authenticator::new(2));
    let id = tenant.register("u1", &mut named).await;
    let other_id = tenant.register("u1", &mut other).await;
    for (begin, finish) in NAMED {
        let mut options = begin_named(&tenant, begin, json!({ "credential_id": id })).await.ok();
        let listed = &mut options["publicKey"]["allowCredentials"];
        assert_eq!(*listed, json!([{ "type": "public-key", "id": id }]));
        *listed = json!([{ "type": "public-key", "id": other_id }]);
        let assertion = other.get(&options, ORIGIN).unwrap();
        let answer = tenant.keyed(Method::POST, finish, assertion).await;
        assert_eq!(answer.error(), (401, "credential_not_allowed"), "{begin}");

        let options = begin_named(&tenant, begin, json!({ "credential_id": id })).await.ok();
        let assertion = named.get(&options, ORIGIN).unwrap();
        tenant.keyed(Method::POST, finish, assertion).await.ok();
    }
}

#[tokio::test]
async fn a_credential_that_the_user_has_not_is_none_to_log_in_with() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let anothers = tenant.register("u2", &mut Authenticator::new(2)).await;
    for (begin, _) in NAMED {
        for id in [anothers.as_str(), "Z29uZQ"] {
            let answer = begin_named(&tenant, begin, json!({ "credential_id": id })).await;
            assert_eq!(answer.error(), (400, "no_credentials"), "{begin} {id}");
        }
        for id in ["", "not base64url!", &"A".repeat(1368)] {
            let answer = begin_named(&tenant, begin, json!({ "credential_id": id })).await;
            assert_eq!(answer.error(), (400, "validation_failed"), "{begin} {id}");
        }
    }
    let answer = tenant.open(Method::POST, "login/initialize", &json!({ "credential_id": anothers })).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn a_blob_is_written_to_the_credential_that_the_request_names() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    tenant.register("u1", &mut Authenticator::new(2)).await;
    let write = json!({ "largeBlob": { "write": "YmxvYg" } });
    for (begin, finish) in NAMED {
        let unnamed = begin_named(&tenant, begin, json!({ "extensions": write })).await;
        assert_eq!(unnamed.error(), (400, "validation_failed"), "{begin}");
        for (written, expected) in [(json!(true), None), (json!("yes"), Some("extension_type"))] {
            let asked = json!({ "extensions": write, "credential_id": id });
            let options = begin_named(&tenant, begin, asked).await.ok();
            assert_eq!(options["publicKey"]["extensions"], write);
            let mut assertion = authenticator.get(&options, ORIGIN).unwrap();
            assertion["clientExtensionResults"] = json!({ "largeBlob": { "written": written } });
            let answer = tenant.keyed(Method::POST, finish, assertion).await;
            match expected {
                None => assert_eq!(answer.status, 200, "{begin}"),
                Some(code) => assert_eq!(answer.error(), (401, code), "{begin}"),
            }
        }
    }
}

#[tokio::test]
async fn a_transaction_asks_for_more_and_never_for_less() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let asked = json!({ "timeout": 20_000, "hints": ["client-device"] });
    let options = begin_named(&tenant, "transaction/initialize", asked).await.ok();
    let public_key = &options["publicKey"];
    assert_eq!((&public_key["timeout"], &public_key["hints"]), (&json!(20_000), &json!(["client-device"])));
    let less = json!({ "user_verification": "discouraged" });
    let answer = begin_named(&tenant, "transaction/initialize", less).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}
