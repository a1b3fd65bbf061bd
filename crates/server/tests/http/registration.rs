use std::time::Duration;

use passgate_authenticator::{Algorithm, Attestation, Authenticator, AuthenticatorError, Cbor, Config};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, PUBLIC_URL, RP_ID, START, TestServer, config_with};

#[tokio::test]
async fn the_options_are_what_the_contract_says() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let body = json!({ "user_id": "u1", "username": "kim@example.com" });
    let answer = tenant.keyed(Method::POST, "registration/initialize", body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut options = answer.ok();
    let user_handle = options["publicKey"]["user"]["id"].take();
    assert_eq!(user_handle.as_str().unwrap().len(), 43, "32 random bytes");
    assert!(options["publicKey"]["challenge"].take().as_str().unwrap().len() >= 43);
    let algorithms = passgate_webauthn::Algorithm::ALL.map(passgate_webauthn::Algorithm::cose_id);
    assert_eq!(algorithms[..2], [-7, -8], "what most authenticators have comes first");
    assert_eq!(
        options,
        json!({ "publicKey": {
            "rp": { "id": RP_ID, "name": "Test app" },
            "user": { "id": null, "name": "kim@example.com", "displayName": "kim@example.com" },
            "challenge": null,
            "pubKeyCredParams": algorithms.map(|alg| json!({ "type": "public-key", "alg": alg })),
            "timeout": 300_000,
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
            },
            "attestation": "none",
        } })
    );
}

#[tokio::test]
async fn the_contracts_defaults_hold_where_a_config_is_silent() {
    let server = TestServer::start().await;
    let mut config = config_with("attestation_preference", "none");
    config["webauthn"].as_object_mut().unwrap().remove("attestation_preference");
    let tenant = server.tenant_with(config).await;
    let options = tenant.begin_registration("u1").await;
    assert_eq!(options["publicKey"]["attestation"], "direct");
    assert_eq!(options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
}

#[tokio::test]
async fn a_registered_passkey_is_listed_and_its_token_vouches_for_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let options = tenant.begin_registration("user-1").await;
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    let answer = tenant.finish_registration(&credential).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut claims = tenant.verify(answer).await;
    let token_id = claims["jti"].take();
    assert!(token_id.as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let issued_at = START.as_seconds();
    assert_eq!(
        claims,
        json!({
            "iss": format!("{PUBLIC_URL}/{}", tenant.id),
            "sub": "user-1",
            "aud": [RP_ID],
            "iat": issued_at,
            "exp": issued_at + 300,
            "jti": null,
            "cred": credential["id"],
            "purpose": "registration",
            "uv": true,
        })
    );
    let id = credential["id"].as_str().unwrap();
    let mut listed = tenant.get("credentials?user_id=user-1").await.ok();
    let public_key = listed[0]["public_key"].take();
    assert!(public_key.as_str().is_some_and(|key| !key.is_empty()));
    let name: String = format!("cred-{id}").chars().take(128).collect();
    assert_eq!(
        listed,
        json!([{
            "id": id,
            "name": name,
            "public_key": null,
            "attestation_type": "none",
            "aaguid": "70617373-6761-7465-2d73-6f66746b6579",
            "last_used_at": "2027-01-15T08:00:00Z",
            "created_at": "2027-01-15T08:00:00Z",
            "transports": ["hybrid", "internal"],
            "backup_eligible": true,
            "backup_state": true,
            "is_mfa": false,
            "user_id": "user-1",
            "storage": "synced",
            "use_count": 0,
        }])
    );
}

#[tokio::test]
async fn an_authenticator_is_not_registered_twice_for_a_user() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    let options = tenant.begin_registration("u1").await;
    assert_eq!(
        options["publicKey"]["excludeCredentials"],
        json!([{ "type": "public-key", "id": id, "transports": ["hybrid", "internal"] }])
    );
    assert!(matches!(authenticator.create(&options, ORIGIN), Err(AuthenticatorError::Excluded)));
    let other_user = tenant.begin_registration("u2").await;
    assert_eq!(other_user["publicKey"].get("excludeCredentials"), None);
}

#[tokio::test]
async fn a_user_keeps_its_handle_and_gets_its_new_name() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let first = tenant.begin_registration("u1").await;
    let body = json!({ "user_id": "u1", "username": "new", "display_name": "New Name", "icon": "https://i.example/i.png" });
    let second = tenant.keyed(Method::POST, "registration/initialize", body).await.ok();
    assert_eq!(second["publicKey"]["user"]["id"], first["publicKey"]["user"]["id"]);
    assert_eq!(second["publicKey"]["user"]["name"], "new");
    assert_eq!(second["publicKey"]["user"]["displayName"], "New Name");
    let other_tenant = server.tenant().await;
    let elsewhere = other_tenant.begin_registration("u1").await;
    assert_ne!(
        elsewhere["publicKey"]["user"]["id"], first["publicKey"]["user"]["id"],
        "handles are never shared"
    );
}

#[tokio::test]
async fn user_ids_of_any_form_are_taken_as_they_are() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let ids = [
        "1",
        "sixteen-bytes-id",
        "550e8400-e29b-41d4-a716-446655440000",
        "kim@example.com",
        "用户-ユーザー-사용자",
        "'; DROP TABLE users; --",
        &"x".repeat(110),
    ];
    for (seed, id) in (1..).zip(ids) {
        let mut authenticator = Authenticator::new(seed);
        tenant.register(id, &mut authenticator).await;
        let claims = tenant.verify(tenant.login(&mut authenticator).await).await;
        assert_eq!(claims["sub"], *id);
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("user_id", id).finish();
        let listed = tenant.get(&format!("credentials?{query}")).await.ok();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{id}");
        assert_eq!(listed[0]["user_id"], *id);
    }
}

#[tokio::test]
async fn bounds_of_the_body_are_named() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let long = "x".repeat(129);
    let bodies = [
        (json!({ "username": "kim" }), "user_id"),
        (json!({ "user_id": "u1" }), "username"),
        (json!({ "user_id": "", "username": "kim" }), "user_id"),
        (json!({ "user_id": "u1", "username": "" }), "username"),
        (json!({ "user_id": "u1", "username": long }), "username"),
        (json!({ "user_id": "u1", "username": "kim", "display_name": long }), "display_name"),
        (json!({ "user_id": "u1", "username": "kim", "icon": "no url" }), "icon"),
        (json!({ "user_id": "u1", "username": "kim", "icon": "javascript:alert(1)" }), "icon"),
        (json!({ "user_id": "u\u{0}1", "username": "kim" }), "user_id"),
        (json!({ "user_id": 7, "username": "kim" }), ""),
    ];
    for (body, member) in bodies {
        let answer = tenant.keyed(Method::POST, "registration/initialize", body.clone()).await;
        assert_eq!(answer.error().0, 400, "{body}");
        assert!(answer.body["details"].as_str().unwrap().contains(member), "{}", answer.body);
    }
    let at_the_bound = json!({ "user_id": "u1", "username": "ü".repeat(128), "display_name": "" });
    assert_eq!(tenant.keyed(Method::POST, "registration/initialize", at_the_bound).await.status, 200);
}

#[tokio::test]
async fn a_person_who_was_not_verified_gets_422_and_a_code() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let config = Config { user_verified: false, ..Config::default() };
    let mut authenticator = Authenticator::with_config(1, config);
    let options = tenant.begin_registration("u1").await;
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    server.advance(Duration::from_secs(1)).await;
    let answer = tenant.finish_registration(&credential).await;
    assert_eq!(answer.error(), (422, "user_verification_missing"));
    assert_eq!(
        server.audit(&tenant).last().unwrap(),
        &(
            "webauthn_registration_final_failed".to_owned(),
            Some("user_verification_missing".to_owned()),
            Some("u1".to_owned())
        )
    );
    let again = tenant.finish_registration(&credential).await;
    assert_eq!(again.error(), (422, "user_verification_missing"), "a failed challenge can't be used again");
    assert_eq!(tenant.get("credentials").await.ok(), json!([]));
}

#[tokio::test]
async fn all_algorithms_register_and_log_in() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let algorithms = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ];
    for (seed, algorithm) in (1..).zip(algorithms) {
        let mut authenticator = Authenticator::with_config(seed, Config { algorithm, ..Config::default() });
        let user = format!("{algorithm:?}");
        tenant.register(&user, &mut authenticator).await;
        let claims = tenant.verify(tenant.login(&mut authenticator).await).await;
        assert_eq!(claims["sub"], user);
    }
}

#[tokio::test]
async fn packed_attestation_verifies_and_is_listed_by_its_format() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("attestation_preference", "direct")).await;
    for (seed, attestation) in [(1, Attestation::PackedSelf), (2, Attestation::PackedX5c)] {
        let config = Config { attestation, ..Config::default() };
        let id = tenant.register(&format!("u{seed}"), &mut Authenticator::with_config(seed, config)).await;
        assert_eq!(tenant.get(&format!("credentials/{id}")).await.ok()["attestation_type"], "packed");
    }
    let config = Config { attestation: Attestation::PackedX5c, ..Config::default() };
    let mut forger = Authenticator::with_config(3, config);
    forger.hooks.signature = Some(Box::new(|signature| *signature.last_mut().unwrap() ^= 1));
    let credential = forger.create(&tenant.begin_registration("u3").await, ORIGIN).unwrap();
    let answer = tenant.finish_registration(&credential).await;
    assert_eq!(answer.error().0, 400);
    assert!(tenant.get("credentials?user_id=u3").await.ok().as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_attestation_format_that_is_not_verified_is_refused_by_name() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("attestation_preference", "direct")).await;
    for (format, code) in
        [("android-safetynet", "attestation_format_unsupported"), ("made-up", "attestation_format_unknown")]
    {
        let mut authenticator = Authenticator::with_config(
            1,
            Config { attestation: Attestation::PackedX5c, ..Config::default() },
        );
        let fmt = format.to_owned();
        authenticator.hooks.attestation_object =
            Some(Box::new(move |object| object.set("fmt", Cbor::Text(fmt.clone()))));
        let credential = authenticator.create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
        let answer = tenant.finish_registration(&credential).await;
        assert_eq!(answer.error(), (400, code), "{format}");
    }
    assert_eq!(tenant.get("credentials").await.ok(), json!([]));
}

#[tokio::test]
async fn a_credential_id_is_registered_once_in_a_tenant() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (first, second) = (tenant.begin_registration("u1").await, tenant.begin_registration("u2").await);
    // Two authenticators of one seed make the same credential id.
    let first = Authenticator::new(1).create(&first, ORIGIN).unwrap();
    let second = Authenticator::new(1).create(&second, ORIGIN).unwrap();
    assert_eq!(first["id"], second["id"]);
    tenant.finish_registration(&first).await.ok();
    let answer = tenant.finish_registration(&second).await;
    assert_eq!(answer.error(), (400, "credential_already_registered"));
    let listed = tenant.get("credentials").await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["user_id"], "u1");
    // Another tenant is another relying party: there it is new.
    let other = server.tenant().await;
    other.register("u1", &mut Authenticator::new(1)).await;
}

#[tokio::test]
async fn a_credential_id_may_have_1023_bytes() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let config = Config { credential_id_length: 1023, ..Config::default() };
    let mut authenticator = Authenticator::with_config(1, config);
    let id = tenant.register("u1", &mut authenticator).await;
    assert_eq!(id.len(), 1364);
    assert_eq!(tenant.verify(tenant.login(&mut authenticator).await).await["cred"], id);
    assert_eq!(tenant.get(&format!("credentials/{id}")).await.ok()["id"], id);
    let config = Config { credential_id_length: 1024, ..Config::default() };
    let mut authenticator = Authenticator::with_config(2, config);
    let credential = authenticator.create(&tenant.begin_registration("u2").await, ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error().0, 400);
}

#[tokio::test]
async fn transports_may_stand_at_the_top_level_and_those_in_the_response_win() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (seed, inner, listed) in [(1, None, json!(["usb"])), (2, Some(json!(["nfc"])), json!(["nfc"]))] {
        let mut authenticator = Authenticator::new(seed);
        let user = format!("u{seed}");
        let mut credential = authenticator.create(&tenant.begin_registration(&user).await, ORIGIN).unwrap();
        let response = credential["response"].as_object_mut().unwrap();
        response.remove("transports");
        if let Some(inner) = inner {
            response.insert("transports".to_owned(), inner);
        }
        credential["transports"] = json!(["usb"]);
        tenant.finish_registration(&credential).await.ok();
        let row = &tenant.get(&format!("credentials?user_id={user}")).await.ok()[0];
        assert_eq!(row["transports"], listed);
    }
}

#[tokio::test]
async fn padded_and_standard_base64_is_taken_and_never_given_back() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut credential =
        Authenticator::new(5).create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
    let standard = |value: &Value| {
        let mut text = value.as_str().unwrap().replace('-', "+").replace('_', "/");
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        Value::from(text)
    };
    for member in ["id", "rawId"] {
        credential[member] = standard(&credential[member]);
    }
    for member in ["clientDataJSON", "attestationObject"] {
        credential["response"][member] = standard(&credential["response"][member]);
    }
    let claims = tenant.verify(tenant.finish_registration(&credential).await).await;
    assert!(!claims["cred"].as_str().unwrap().contains(['=', '+', '/']));
}

#[tokio::test]
async fn a_registration_of_a_page_elsewhere_is_refused_before_anything_is_written() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let options = tenant.begin_registration("u1").await;
    let credential = Authenticator::new(1).create(&options, "https://evil.example.org").unwrap();
    let before = server.row_counts();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "origin_not_allowed"));
    assert_eq!(server.row_counts(), before);
    // The challenge is still good for the real page.
    let credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
}

#[tokio::test]
async fn a_registration_expires_with_the_tenants_timeout() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("timeout", 10_000)).await;
    let credential = Authenticator::new(1).create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
    server.advance(Duration::from_secs(10)).await;
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_expired"));
}
