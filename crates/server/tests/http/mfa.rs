use passgate_authenticator::{Authenticator, Config};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, ORIGIN, TestServer, TestTenant};

async fn begin_registration(tenant: &TestTenant<'_>, user: &str) -> Value {
    let body = json!({ "user_id": user, "username": user });
    tenant.keyed(Method::POST, "mfa/registration/initialize", body).await.ok()
}

async fn register(tenant: &TestTenant<'_>, user: &str, authenticator: &mut Authenticator) -> String {
    let options = begin_registration(tenant, user).await;
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    tenant.keyed(Method::POST, "mfa/registration/finalize", credential.clone()).await.ok();
    credential["id"].as_str().unwrap().to_owned()
}

async fn begin_login(tenant: &TestTenant<'_>, user: &str) -> Value {
    tenant.keyed(Method::POST, "mfa/login/initialize", json!({ "user_id": user })).await.ok()
}

async fn finish_login(tenant: &TestTenant<'_>, credential: Value) -> Answer {
    tenant.keyed(Method::POST, "mfa/login/finalize", credential).await
}

/// A security key: no verification of the person, nothing synced.
fn security_key(seed: u64) -> Authenticator {
    let config =
        Config { user_verified: false, backup_eligible: false, backup_state: false, ..Config::default() };
    Authenticator::with_config(seed, config)
}

#[tokio::test]
async fn the_options_follow_the_second_factors_own_policy() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let options = begin_registration(&tenant, "u1").await;
    assert_eq!(
        options["publicKey"]["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "preferred",
        })
    );
    assert_eq!(options["publicKey"]["attestation"], "direct");
    let mut key = security_key(1);
    register(&tenant, "u1", &mut key).await;
    assert_eq!(begin_login(&tenant, "u1").await["publicKey"]["userVerification"], "preferred");
}

#[tokio::test]
async fn a_second_factor_is_registered_listed_and_proven() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut key = security_key(1);
    let id = register(&tenant, "u1", &mut key).await;
    assert_eq!(tenant.get(&format!("credentials/{id}")).await.ok()["is_mfa"], true);
    let options = begin_login(&tenant, "u1").await;
    assert_eq!(options["publicKey"]["allowCredentials"], json!([{ "type": "public-key", "id": id }]));
    let assertion = key.get(&options, ORIGIN).unwrap();
    let claims = tenant.verify(finish_login(&tenant, assertion).await).await;
    assert_eq!(
        (&claims["sub"], &claims["purpose"], &claims["uv"]),
        (&json!("u1"), &json!("mfa"), &json!(false))
    );
    let kinds: Vec<_> = server.audit(&tenant).into_iter().map(|(kind, _, _)| kind).collect();
    for kind in [
        "mfa_registration_init_succeeded",
        "mfa_registration_final_succeeded",
        "mfa_authentication_init_succeeded",
        "mfa_authentication_final_succeeded",
    ] {
        assert!(kinds.iter().any(|logged| logged == kind), "{kind} in {kinds:?}");
    }
}

#[tokio::test]
async fn a_passkey_is_offered_as_a_second_factor_too() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (mut passkey, mut key) = (Authenticator::new(1), security_key(2));
    let passkey_id = tenant.register("u1", &mut passkey).await;
    let key_id = register(&tenant, "u1", &mut key).await;
    let options = begin_login(&tenant, "u1").await;
    let allowed: Vec<_> = options["publicKey"]["allowCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(allowed.len(), 2);
    assert!(allowed.contains(&json!(passkey_id)) && allowed.contains(&json!(key_id)));
    let assertion = passkey.get(&options, ORIGIN).unwrap();
    assert_eq!(tenant.verify(finish_login(&tenant, assertion).await).await["purpose"], "mfa");
}

#[tokio::test]
async fn a_second_factor_does_not_log_in_alone() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut key = security_key(1);
    key.config.user_verified = true;
    register(&tenant, "u1", &mut key).await;
    let assertion = key.get(&tenant.begin_login().await, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "credential_mfa_only"));
    // It is not offered where the user is named, either: for a login the user has no credential.
    let answer = tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "u1" })).await;
    assert_eq!(answer.error(), (400, "no_credentials"));
    let body = json!({ "user_id": "u1", "transaction_id": "t1", "transaction_data": {} });
    let answer = tenant.keyed(Method::POST, "transaction/initialize", body).await;
    assert_eq!(answer.error(), (400, "no_credentials"));
}

#[tokio::test]
async fn challenges_of_the_two_kinds_do_not_mix() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut passkey = Authenticator::new(1);
    tenant.register("u1", &mut passkey).await;
    // Registered for a second factor, without a verified person, and finished where no key is needed: a full passkey.
    let credential = security_key(2).create(&begin_registration(&tenant, "u1").await, ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_invalid"));
    let credential = security_key(2).create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
    let answer = tenant.keyed(Method::POST, "mfa/registration/finalize", credential).await;
    assert_eq!(answer.error(), (400, "challenge_invalid"));
    let assertion = passkey.get(&begin_login(&tenant, "u1").await, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_invalid"));
    for options in [tenant.begin_login().await, tenant.begin_login_of("u1").await] {
        let assertion = passkey.get(&options, ORIGIN).unwrap();
        assert_eq!(finish_login(&tenant, assertion).await.error(), (401, "challenge_invalid"));
    }
}

#[tokio::test]
async fn a_second_factor_is_excluded_from_second_factors_only() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let key_id = register(&tenant, "u1", &mut security_key(1)).await;
    let passkey_id = tenant.register("u1", &mut Authenticator::new(2)).await;
    let excluded = |options: Value| options["publicKey"]["excludeCredentials"][0]["id"].clone();
    assert_eq!(excluded(begin_registration(&tenant, "u1").await), key_id);
    assert_eq!(excluded(tenant.begin_registration("u1").await), passkey_id);
}

#[tokio::test]
async fn every_route_needs_the_api_key_and_a_user() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for path in [
        "mfa/registration/initialize",
        "mfa/registration/finalize",
        "mfa/login/initialize",
        "mfa/login/finalize",
    ] {
        assert_eq!(
            tenant.open(Method::POST, path, &json!({})).await.error(),
            (401, "api_key_missing"),
            "{path}"
        );
    }
    let answer = tenant.keyed(Method::POST, "mfa/login/initialize", json!({})).await;
    assert_eq!(answer.error(), (400, "malformed_body"));
    let answer = tenant.keyed(Method::POST, "mfa/login/initialize", json!({ "user_id": "nobody" })).await;
    assert_eq!(answer.error(), (404, "user_not_found"));
}
