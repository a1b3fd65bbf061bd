//! What one request asks for beside its tenant's policy: more is sealed into the challenge, less is refused.

use std::time::Duration;

use passgate_authenticator::{Authenticator, Config};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, ORIGIN, TestServer, TestTenant, config_with};

async fn begin_registration(tenant: &TestTenant<'_>, asked: Value) -> Answer {
    let mut body = json!({ "user_id": "u1", "username": "kim" });
    body.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
    tenant.keyed(Method::POST, "registration/initialize", body).await
}

/// A tenant that asks for little.
async fn lenient(server: &TestServer) -> TestTenant<'_> {
    let mut config = config_with("user_verification", "discouraged");
    config["webauthn"]["resident_key_requirement"] = json!("discouraged");
    server.tenant_with(config).await
}

#[tokio::test]
async fn a_registration_asks_for_more() {
    let server = TestServer::start().await;
    let tenant = lenient(&server).await;
    let asked = json!({
        "user_verification": "required", "authenticator_attachment": "platform", "attestation": "direct",
        "resident_key": "required", "timeout": 20_000, "hints": ["client-device", "hybrid"],
        "mediation": "conditional",
    });
    let options = begin_registration(&tenant, asked).await.ok();
    assert_eq!(options["mediation"], "conditional");
    let public_key = &options["publicKey"];
    assert_eq!(
        public_key["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "platform", "residentKey": "required", "requireResidentKey": true,
            "userVerification": "required",
        })
    );
    assert_eq!(
        (&public_key["attestation"], &public_key["timeout"], &public_key["hints"]),
        (&json!("direct"), &json!(20_000), &json!(["client-device", "hybrid"]))
    );
}

#[tokio::test]
async fn what_a_registration_asked_for_is_enforced_at_its_end() {
    let server = TestServer::start().await;
    let tenant = lenient(&server).await;
    let unverified = Config { user_verified: false, ..Config::default() };
    let options = begin_registration(&tenant, json!({ "user_verification": "required" })).await.ok();
    let credential = Authenticator::with_config(1, unverified.clone()).create(&options, ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (422, "user_verification_missing"));
    let options = begin_registration(&tenant, json!({})).await.ok();
    let credential = Authenticator::with_config(1, unverified).create(&options, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
    let options = begin_registration(&tenant, json!({ "timeout": 10_000 })).await.ok();
    let credential = Authenticator::new(2).create(&options, ORIGIN).unwrap();
    server.advance(Duration::from_secs(10)).await;
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_expired"));
}

#[tokio::test]
async fn the_person_may_be_absent_at_a_conditional_registration_and_only_there() {
    let server = TestServer::start().await;
    let tenant = lenient(&server).await;
    let absent = Config { user_present: false, user_verified: false, ..Config::default() };
    let options = begin_registration(&tenant, json!({})).await.ok();
    let credential = Authenticator::with_config(1, absent.clone()).create(&options, ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "user_presence_missing"));
    let options = begin_registration(&tenant, json!({ "mediation": "conditional" })).await.ok();
    let mut authenticator = Authenticator::with_config(1, absent);
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
    assert_eq!(
        tenant.login(&mut authenticator).await.error(),
        (401, "user_presence_missing"),
        "a login is no such case"
    );
}

#[tokio::test]
async fn less_is_refused_unless_the_tenant_allows_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("attestation_preference", "direct")).await;
    let less = [
        (json!({ "user_verification": "preferred" }), "user_verification"),
        (json!({ "attestation": "none" }), "attestation"),
        (json!({ "resident_key": "discouraged" }), "resident_key"),
        (json!({ "timeout": 300_001 }), "timeout"),
    ];
    for (asked, member) in &less {
        let answer = begin_registration(&tenant, asked.clone()).await;
        assert_eq!(answer.error(), (400, "validation_failed"), "{asked}");
        assert!(answer.body["details"].as_str().unwrap().starts_with(member), "{}", answer.body);
    }
    let body = json!({ "user_verification": "discouraged" });
    assert_eq!(
        tenant.open(Method::POST, "login/initialize", &body).await.error(),
        (400, "validation_failed")
    );
    tenant.configure(config_with("request_overrides", "any")).await;
    for (asked, _) in &less {
        begin_registration(&tenant, asked.clone()).await.ok();
    }
    // And then it holds at the end, too.
    let mut authenticator = Authenticator::new(1);
    tenant.register("u2", &mut authenticator).await;
    authenticator.config.user_verified = false;
    let options = tenant.open(Method::POST, "login/initialize", &body).await.ok();
    let assertion = authenticator.get(&options, ORIGIN).unwrap();
    assert_eq!(tenant.verify(tenant.finish_login(&assertion).await).await["uv"], false);
}

#[tokio::test]
async fn a_login_asks_for_more_whoever_begins_it() {
    let server = TestServer::start().await;
    let tenant = lenient(&server).await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    authenticator.config.user_verified = false;
    let asked = json!({ "user_verification": "required", "timeout": 10_000, "hints": ["security-key"] });
    let mut named = asked.clone();
    named["user_id"] = json!("u1");
    for body in [asked, named] {
        let options = tenant.keyed(Method::POST, "login/initialize", body).await.ok();
        let public_key = &options["publicKey"];
        assert_eq!(
            (&public_key["userVerification"], &public_key["timeout"]),
            (&json!("required"), &json!(10_000))
        );
        assert_eq!(public_key["hints"], json!(["security-key"]));
        let assertion = authenticator.get(&options, ORIGIN).unwrap();
        assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "user_verification_missing"));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for asked in [
        json!({ "user_verification": "maybe" }),
        json!({ "hints": ["telepathy"] }),
        json!({ "hints": ["hybrid", "hybrid", "hybrid", "hybrid"] }),
        json!({ "timeout": 9_999 }),
        json!({ "timeout": "soon" }),
        json!({ "mediation": "silent" }),
    ] {
        assert_eq!(begin_registration(&tenant, asked.clone()).await.error().0, 400, "{asked}");
    }
}
