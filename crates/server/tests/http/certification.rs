//! Some cases of FIDO's server certification, as an app's backend meets them: the library's own tests build all of them,
//! these show that nothing between the wire and the library answers otherwise.

use passgate_authenticator::{Authenticator, Config};
use passgate_webauthn::base64url;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, TestServer};

/// Suite and case, what is done to a genuine response, and the answer.
type Case = (&'static str, &'static str, fn(&mut Value), (u16, &'static str));

const ATTESTATION: &str = "Server-ServerAuthenticatorAttestationResponse-Resp";
const ASSERTION: &str = "Server-ServerAuthenticatorAssertionResponse-Resp";

const REGISTRATIONS: [Case; 10] = [
    ("1", "F-1", |value| remove(value, "id"), (400, "response_member_missing")),
    ("1", "F-3", |value| value["id"] = json!("&&&&"), (400, "response_base64")),
    ("1", "F-5", |value| value["type"] = json!(7), (400, "response_json")),
    ("1", "F-6", |value| value["type"] = json!("password"), (400, "credential_type")),
    ("1", "F-9", |value| remove(&mut value["response"], "clientDataJSON"), (400, "response_member_missing")),
    ("1", "F-14", |value| value["response"]["attestationObject"] = json!(""), (400, "response_member_empty")),
    (
        "2",
        "F-1",
        |value| client_data(value, |data| remove(data, "type")),
        (400, "client_data_member_missing"),
    ),
    (
        "2",
        "F-5",
        |value| client_data(value, |data| data["type"] = json!("webauthn.get")),
        (400, "client_data_type"),
    ),
    ("2", "F-7", |value| client_data(value, |data| data["challenge"] = json!(7)), (400, "client_data_json")),
    (
        "2",
        "F-14",
        |value| client_data(value, |data| data["origin"] = json!("https://evil.example")),
        (400, "origin_not_allowed"),
    ),
];

const LOGINS: [Case; 10] = [
    ("1", "F-1", |value| remove(value, "id"), (400, "response_member_missing")),
    ("1", "F-6", |value| value["type"] = json!("password"), (400, "credential_type")),
    (
        "1",
        "F-12",
        |value| remove(&mut value["response"], "authenticatorData"),
        (400, "response_member_missing"),
    ),
    ("1", "F-14", |value| value["response"]["authenticatorData"] = json!("&&&&"), (400, "response_base64")),
    ("1", "F-16", |value| remove(&mut value["response"], "signature"), (400, "response_member_missing")),
    ("1", "F-19", |value| value["response"]["signature"] = json!(""), (400, "response_member_empty")),
    ("1", "F-20", flip_signature, (401, "signature_invalid")),
    ("2", "F-2", |value| client_data(value, |data| data["type"] = json!(7)), (400, "client_data_json")),
    (
        "2",
        "F-5",
        |value| client_data(value, |data| data["type"] = json!("webauthn.create")),
        (401, "client_data_type"),
    ),
    (
        "2",
        "F-14",
        |value| client_data(value, |data| data["origin"] = json!("https://evil.example")),
        (401, "origin_not_allowed"),
    ),
];

fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().unwrap().remove(member).unwrap();
}

fn client_data(credential: &mut Value, change: impl FnOnce(&mut Value)) {
    let member = &mut credential["response"]["clientDataJSON"];
    let mut data = serde_json::from_slice(&base64url::decode(member.as_str().unwrap()).unwrap()).unwrap();
    change(&mut data);
    *member = base64url::encode(data.to_string().as_bytes()).into();
}

fn flip_signature(credential: &mut Value) {
    let member = &mut credential["response"]["signature"];
    let mut signature = base64url::decode(member.as_str().unwrap()).unwrap();
    *signature.last_mut().unwrap() ^= 1;
    *member = base64url::encode(&signature).into();
}

#[tokio::test]
async fn a_registration_that_the_certification_refuses_is_refused_by_its_code() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (suite, case, change, expected) in REGISTRATIONS {
        let options = tenant.begin_registration("u1").await;
        let mut credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
        change(&mut credential);
        let answer = tenant.finish_registration(&credential).await;
        assert_eq!(answer.error(), expected, "{ATTESTATION}-{suite} {case}: {}", answer.body);
    }
    let unverified = Config { user_verified: false, ..Config::default() };
    let options = tenant.begin_registration("u1").await;
    let credential = Authenticator::with_config(1, unverified).create(&options, ORIGIN).unwrap();
    let answer = tenant.finish_registration(&credential).await;
    assert_eq!(answer.error(), (422, "user_verification_missing"), "{ATTESTATION}-1 F-15");
    assert_eq!(tenant.get("credentials").await.ok(), json!([]));
    tenant.register("u1", &mut Authenticator::new(1)).await;
}

#[tokio::test]
async fn an_assertion_that_the_certification_refuses_is_refused_by_its_code() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for (suite, case, change, expected) in LOGINS {
        let mut assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
        change(&mut assertion);
        let answer = tenant.finish_login(&assertion).await;
        assert_eq!(answer.error(), expected, "{ASSERTION}-{suite} {case}: {}", answer.body);
    }
    tenant.login(&mut authenticator).await;
}
