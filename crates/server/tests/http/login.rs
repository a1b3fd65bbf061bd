use std::time::Duration;

use passgate_authenticator::{Authenticator, Config, Counter};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, PUBLIC_URL, RP_ID, TestServer, config, config_with};

#[tokio::test]
async fn a_discoverable_login_asks_for_any_passkey_and_names_its_user() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let registration = tenant.begin_registration("user-1").await;
    server.advance(Duration::from_secs(30)).await;
    let credential = authenticator.create(&registration, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
    let id = credential["id"].as_str().unwrap();
    server.advance(Duration::from_secs(30)).await;
    let mut options = tenant.begin_login().await;
    let assertion = authenticator.get(&options, ORIGIN).unwrap();
    options["publicKey"]["challenge"].take();
    assert_eq!(
        options,
        json!({ "publicKey": {
            "challenge": null, "timeout": 300_000, "rpId": RP_ID, "userVerification": "required"
        } })
    );
    let mut claims = tenant.verify(tenant.finish_login(&assertion).await).await;
    claims["jti"].take();
    let issued_at = server.now().as_seconds();
    assert_eq!(
        claims,
        json!({
            "iss": format!("{PUBLIC_URL}/{}", tenant.id), "sub": "user-1", "aud": [RP_ID],
            "iat": issued_at, "exp": issued_at + 300, "jti": null, "cred": id, "purpose": "login", "uv": true,
        })
    );
    assert_eq!(
        tenant.get(&format!("credentials/{id}")).await.ok()["last_used_at"],
        json!("2027-01-15T08:01:00Z"),
        "its use is noted"
    );
    let kinds: Vec<String> = server.audit(&tenant).into_iter().map(|(kind, _, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            "webauthn_registration_init_succeeded",
            "webauthn_registration_final_succeeded",
            "webauthn_authentication_final_succeeded",
        ]
    );
}

#[tokio::test]
async fn a_login_of_a_named_user_lists_that_users_passkeys_without_transports() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (mut one, mut two) = (Authenticator::new(1), Authenticator::new(2));
    let first = tenant.register("u1", &mut one).await;
    server.advance(Duration::from_secs(1)).await;
    let second = tenant.register("u1", &mut two).await;
    tenant.register("u2", &mut Authenticator::new(3)).await;
    let options = tenant.begin_login_of("u1").await;
    assert_eq!(
        options["publicKey"]["allowCredentials"],
        json!([{ "type": "public-key", "id": second }, { "type": "public-key", "id": first }])
    );
    let assertion = one.get(&options, ORIGIN).unwrap();
    assert_eq!(tenant.verify(tenant.finish_login(&assertion).await).await["cred"], first);
}

#[tokio::test]
async fn naming_a_user_needs_the_api_key() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let answer = tenant.open(Method::POST, "login/initialize", &json!({ "user_id": "u1" })).await;
    assert_eq!(answer.error(), (401, "api_key_missing"));
    let answer = tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "nobody" })).await;
    assert_eq!(answer.error(), (404, "user_not_found"));
    tenant.begin_registration("u2").await;
    let answer = tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "u2" })).await;
    assert_eq!(answer.error(), (400, "no_credentials"));
    let answer = tenant.keyed(Method::POST, "login/initialize", json!({ "user_id": "" })).await;
    assert_eq!(answer.error(), (400, "validation_failed"));
}

#[tokio::test]
async fn a_discoverable_login_begins_without_a_database_statement() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    tenant.begin_login().await;
    let before = server.passgate.store().statements();
    assert!(before > 0, "statements are counted");
    for _ in 0..100 {
        tenant.begin_login().await;
    }
    assert_eq!(server.passgate.store().statements() - before, 0);
}

#[tokio::test]
async fn a_credential_that_was_used_lately_is_not_read_again() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    tenant.login(&mut authenticator).await.ok();
    let before = server.passgate.store().statements();
    tenant.login(&mut authenticator).await.ok();
    // BEGIN, four for the login, COMMIT; and two after some rows of the log, by their random ids, for its blocks.
    let statements = server.passgate.store().statements() - before;
    assert!(matches!(statements, 6 | 8), "{statements} statements");
}

#[tokio::test]
async fn what_is_remembered_of_a_deleted_credential_lets_nobody_in() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    tenant.login(&mut authenticator).await.ok();
    // As another process would.
    tenant.keyed(Method::DELETE, "users/u1/credentials", json!({})).await;
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "credential_revoked"));
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "credential_revoked"));
    let last = server.audit(&tenant).into_iter().rfind(|(_, error, _)| error.is_some()).unwrap();
    assert_eq!(last.1.as_deref(), Some("credential_revoked"));
    assert_eq!(tenant.get(&format!("credentials/{id}")).await.status, 404);
}

#[tokio::test]
async fn nobody_is_refused_by_what_is_remembered() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    tenant.login(&mut authenticator).await.ok();
    let assertion = async |authenticator: &mut Authenticator| {
        let mut assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
        assertion["response"]["userHandle"] = "aW1wb3J0ZWQ".into();
        assertion
    };
    let refused = tenant.finish_login(&assertion(&mut authenticator).await).await;
    assert_eq!(refused.error(), (401, "user_mismatch"));
    // Handles are not signed: another one of the same user's names the same user. As an import adds one.
    server.execute(
        "INSERT INTO user_handles (tenant_id, handle, user_id, position)
         SELECT tenant_id, CAST('imported' AS BLOB), id, 1
         FROM users",
    );
    server.execute("UPDATE credentials SET only_handle = NULL");
    tenant.finish_login(&assertion(&mut authenticator).await).await.ok();
}

#[tokio::test]
async fn of_200_racing_finalizes_of_one_login_one_gets_a_token() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap().to_string();
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let request = server.client.post(tenant.url("login/finalize")).body(assertion.clone());
        racers.spawn(async move {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let body: Value = response.json().await.unwrap();
            (status, body["code"].as_str().unwrap_or("token").to_owned())
        });
    }
    let outcomes = racers.join_all().await;
    let won = outcomes.iter().filter(|outcome| **outcome == (200, "token".to_owned())).count();
    let lost = outcomes.iter().filter(|outcome| **outcome == (401, "challenge_spent".to_owned())).count();
    assert_eq!((won, lost), (1, 199), "{outcomes:?}");
}

#[tokio::test]
async fn a_bogus_signature_is_refused_and_spends_the_challenge() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    let options = tenant.begin_login().await;
    let genuine = authenticator.get(&options, ORIGIN).unwrap();
    server.advance(Duration::from_secs(1)).await;
    let mut bogus = genuine.clone();
    bogus["response"]["signature"] =
        authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap()["response"]["signature"].take();
    assert_eq!(tenant.finish_login(&bogus).await.error(), (401, "signature_invalid"));
    server.advance(Duration::from_secs(1)).await;
    assert_eq!(tenant.finish_login(&genuine).await.error(), (401, "challenge_spent"));
    let (kind, error, actor) = server.audit(&tenant).pop().unwrap();
    assert_eq!(
        (kind.as_str(), error.as_deref(), actor.as_deref()),
        ("webauthn_authentication_final_failed", Some("signature_invalid"), Some("u1"))
    );
    assert_eq!(
        tenant.verify(tenant.login(&mut authenticator).await).await["cred"],
        id,
        "the passkey still works"
    );
}

#[tokio::test]
async fn a_counter_that_does_not_grow_is_refused_unless_the_tenant_only_warns() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for _ in 0..3 {
        tenant.login(&mut authenticator).await.ok();
    }
    authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = 2));
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "counter_rollback"));
    authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = 3));
    assert_eq!(
        tenant.login(&mut authenticator).await.error(),
        (401, "counter_rollback"),
        "equal is no growth"
    );
    authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = 0));
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "counter_rollback"), "back to none");
    tenant.configure(config_with("counter_policy", "warn")).await;
    tenant.login(&mut authenticator).await.ok();
    tenant.configure(config()).await;
    authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = 100));
    tenant.login(&mut authenticator).await.ok();
}

#[tokio::test]
async fn an_authenticator_without_a_counter_logs_in_again_and_again() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let config = Config { counter: Counter::AlwaysZero, ..Config::default() };
    let mut authenticator = Authenticator::with_config(1, config);
    tenant.register("u1", &mut authenticator).await;
    for _ in 0..3 {
        tenant.login(&mut authenticator).await.ok();
    }
}

#[tokio::test]
async fn backup_eligibility_must_not_change_and_backup_state_may() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let config = Config { backup_eligible: true, backup_state: false, ..Config::default() };
    let mut authenticator = Authenticator::with_config(1, config);
    let id = tenant.register("u1", &mut authenticator).await;
    authenticator.config.backup_state = true;
    tenant.login(&mut authenticator).await.ok();
    assert_eq!(tenant.get(&format!("credentials/{id}")).await.ok()["backup_state"], true);
    authenticator.config.backup_state = false;
    authenticator.config.backup_eligible = false;
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "backup_eligibility_changed"));
    tenant.configure(config_with("backup_eligibility_policy", "warn")).await;
    tenant.login(&mut authenticator).await.ok();
    let listed = tenant.get(&format!("credentials/{id}")).await.ok();
    assert_eq!(listed["backup_eligible"], true, "what was registered stands");
}

#[tokio::test]
async fn a_deleted_passkey_is_told_from_one_never_seen() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut deleted = Authenticator::new(1);
    let id = tenant.register("u1", &mut deleted).await;
    assert_eq!(tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await.status, 204);
    assert_eq!(tenant.login(&mut deleted).await.error(), (401, "credential_revoked"));
    let elsewhere = server.tenant().await;
    let mut foreign = Authenticator::new(2);
    elsewhere.register("u1", &mut foreign).await;
    let before = server.row_counts();
    assert_eq!(tenant.login(&mut foreign).await.error(), (401, "credential_unknown"));
    assert_eq!(server.row_counts(), before, "strangers cost no write");
}

#[tokio::test]
async fn a_login_of_one_user_is_not_finished_with_anothers_passkey() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut mallory = Authenticator::new(2);
    tenant.register("alice", &mut Authenticator::new(1)).await;
    let mallorys = tenant.register("mallory", &mut mallory).await;
    let mut options = tenant.begin_login_of("alice").await;
    options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": mallorys }]);
    let assertion = mallory.get(&options, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "user_mismatch"));
}

#[tokio::test]
async fn a_user_handle_must_be_the_credentials_users() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (mut alice, mut mallory) = (Authenticator::new(1), Authenticator::new(2));
    tenant.register("alice", &mut alice).await;
    tenant.register("mallory", &mut mallory).await;
    let alices = alice.get(&tenant.begin_login().await, ORIGIN).unwrap()["response"]["userHandle"].take();
    let mut assertion = mallory.get(&tenant.begin_login().await, ORIGIN).unwrap();
    assertion["response"]["userHandle"] = alices;
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "user_mismatch"));
}

#[tokio::test]
async fn a_missing_user_handle_is_fine_where_the_user_was_named() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for handle in [None, Some(Value::Null), Some(json!(""))] {
        let with = |mut assertion: Value| {
            let response = assertion["response"].as_object_mut().unwrap();
            response.remove("userHandle");
            response.extend(handle.clone().map(|handle| ("userHandle".to_owned(), handle)));
            assertion
        };
        let named = authenticator.get(&tenant.begin_login_of("u1").await, ORIGIN).unwrap();
        tenant.finish_login(&with(named)).await.ok();
        let discoverable = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
        assert_eq!(tenant.finish_login(&with(discoverable)).await.error(), (401, "user_handle_missing"));
    }
}

#[tokio::test]
async fn a_person_who_was_not_verified_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    authenticator.config.user_verified = false;
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "user_verification_missing"));
    tenant.configure(config_with("user_verification", "preferred")).await;
    let claims = tenant.verify(tenant.login(&mut authenticator).await).await;
    assert_eq!(claims["uv"], false, "and the token says so");
}

#[tokio::test]
async fn a_discoverable_challenge_lives_an_hour_and_a_named_users_its_timeout() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("timeout", 10_000)).await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let discoverable = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let late = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    let named = authenticator.get(&tenant.begin_login_of("u1").await, ORIGIN).unwrap();
    server.advance(Duration::from_secs(10)).await;
    assert_eq!(tenant.finish_login(&named).await.error(), (401, "challenge_expired"));
    server.advance(Duration::from_secs(3_589)).await;
    tenant.finish_login(&discoverable).await.ok();
    server.advance(Duration::from_secs(1)).await;
    assert_eq!(tenant.finish_login(&late).await.error(), (401, "challenge_expired"));
}

#[tokio::test]
async fn a_login_of_a_page_elsewhere_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for origin in ["https://evil.example.org", "https://app.example.com.evil.org", "http://app.example.com"] {
        let assertion = authenticator.get(&tenant.begin_login().await, origin).unwrap();
        assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "origin_not_allowed"), "{origin}");
    }
}
