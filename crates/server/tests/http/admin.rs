use std::time::Duration;

use data_encoding::BASE64;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, TestServer, config, config_with};

#[tokio::test]
async fn every_endpoint_needs_an_admin_token() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let id = &tenant.id;
    let paths = [
        (Method::GET, "/tenants".to_owned()),
        (Method::POST, "/tenants".to_owned()),
        (Method::GET, format!("/tenants/{id}")),
        (Method::PUT, format!("/tenants/{id}")),
        (Method::DELETE, format!("/tenants/{id}")),
        (Method::PUT, format!("/tenants/{id}/config")),
        (Method::GET, format!("/tenants/{id}/secrets/api")),
        (Method::POST, format!("/tenants/{id}/secrets/api")),
        (Method::DELETE, format!("/tenants/{id}/secrets/api/{id}")),
        (Method::GET, format!("/tenants/{id}/secrets/jwk")),
        (Method::POST, format!("/tenants/{id}/secrets/jwk")),
        (Method::DELETE, format!("/tenants/{id}/secrets/jwk/{id}")),
        (Method::GET, "/no/such/route".to_owned()),
    ];
    for (method, path) in paths {
        let url = server.admin_url(&path);
        let answer = server.send(method.clone(), &url, None, vec![]).await;
        assert_eq!(answer.error(), (401, "admin_token_missing"), "{method} {path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        // An API key is no admin token.
        for token in ["wrong", &tenant.api_key] {
            let request = server.client.request(method.clone(), &url).bearer_auth(token);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401);
            assert_eq!(answer.json::<Value>().await.unwrap()["code"], "admin_token_invalid");
        }
    }
    assert_eq!(
        server.admin(Method::GET, &format!("/tenants/{id}"), None).await.status,
        200,
        "nothing happened"
    );
}

#[tokio::test]
async fn a_revoked_admin_token_is_refused_at_once() {
    let server = TestServer::start().await;
    let id = server.passgate.list_admin_tokens().await.unwrap()[0].id;
    assert_eq!(server.admin(Method::GET, "/tenants", None).await.status, 200);
    server.passgate.delete_admin_token(id).await.unwrap();
    assert_eq!(server.admin(Method::GET, "/tenants", None).await.error(), (401, "admin_token_invalid"));
}

#[tokio::test]
async fn health_needs_none() {
    let server = TestServer::start().await;
    let alive = server.send(Method::GET, &server.admin_url("/health/alive"), None, vec![]).await;
    assert_eq!((alive.status, alive.body), (200, json!({ "alive": true })));
    let ready = server.send(Method::GET, &server.admin_url("/health/ready"), None, vec![]).await;
    assert_eq!((ready.status, ready.body), (200, json!({ "ready": true })));
}

#[tokio::test]
async fn a_tenant_is_made_read_renamed_and_deleted() {
    let server = TestServer::start().await;
    let body = json!({ "display_name": "Mine", "config": config(), "create_api_key": true });
    let answer = server.admin(Method::POST, "/tenants", Some(body)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, Some("no-store")));
    let created = answer.body;
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["api_key"]["name"], "Initial API Key");
    assert!(created["api_key"]["secret"].as_str().unwrap().starts_with("pgk_"));
    assert_eq!(created["api_key"]["created_at"], "2027-01-15T08:00:00Z");

    let path = format!("/tenants/{id}");
    assert_eq!(
        server.admin(Method::GET, &path, None).await.ok(),
        json!({
            "id": id,
            "display_name": "Mine",
            "warnings": [],
            "config": {
                "cors": { "allowed_origins": [ORIGIN], "allow_unsafe_wildcard": false },
                "webauthn": {
                    "relying_party": { "id": "example.com", "display_name": "Test app", "origins": [ORIGIN] },
                    "timeout": 300_000,
                    "user_verification": "required",
                    "attestation_preference": "none",
                    "attestation_trust": { "policy": "any", "metadata": false },
                    "resident_key_requirement": "required",
                    "request_overrides": "stricter",
                    "counter_policy": "strict",
                    "backup_eligibility_policy": "strict",
                    "unknown_credentials": "refuse",
                },
                "mfa": {
                    "timeout": 300_000,
                    "user_verification": "preferred",
                    "attachment": "cross-platform",
                    "attestation_preference": "direct",
                    "resident_key_requirement": "discouraged",
                },
                "audit_log": { "retention_days": 400 },
            },
        })
    );
    assert_eq!(server.admin(Method::PUT, &path, Some(json!({ "display_name": "Yours" }))).await.status, 204);
    let listed = server.admin(Method::GET, "/tenants", None).await.ok();
    assert_eq!(listed, json!([{ "id": id, "display_name": "Yours" }]));
    assert_eq!(server.admin(Method::DELETE, &path, None).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(server.admin(method, &path, None).await.error(), (404, "tenant_not_found"));
    }
}

#[tokio::test]
async fn a_configuration_reads_back_as_it_was_written() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let whole = json!({
        "cors": { "allowed_origins": ["https://*.example.com", "*"], "allow_unsafe_wildcard": true },
        "webauthn": {
            "relying_party": {
                "id": "example.com",
                "display_name": "App",
                "icon": "https://example.com/icon.png",
                "origins": ["https://example.com", "https://app.example.com:8443", "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"],
            },
            "timeout": 60_000,
            "user_verification": "preferred",
            "attachment": "platform",
            "attestation_preference": "indirect",
            "resident_key_requirement": "preferred",
            "request_overrides": "any",
            "counter_policy": "warn",
            "backup_eligibility_policy": "warn",
            "unknown_credentials": "signal",
            "attestation_trust": {
                "policy": "trusted",
                "trust_anchors": [BASE64.encode(&passgate_authenticator::attestation_root())],
                "metadata": true,
                "aaguid_allow": ["fbfc3007-154e-4ecc-8c0b-6e020557d7bd"],
                "aaguid_deny": ["00000000-0000-0000-0000-000000000000"],
            },
        },
        "mfa": {
            "timeout": 20_000,
            "user_verification": "discouraged",
            "attachment": "platform",
            "attestation_preference": "none",
            "resident_key_requirement": "required",
            "attestation_trust": { "policy": "none", "metadata": false },
        },
        "audit_log": { "retention_days": 30 },
    });
    tenant.configure(whole.clone()).await;
    let read = server.admin(Method::GET, &format!("/tenants/{}", tenant.id), None).await.ok();
    assert_eq!(read["config"], whole);
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_is_refused_and_the_old_one_stays() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let set = |pointer: &str, value: Value| {
        let mut config = config();
        *config.pointer_mut(pointer).unwrap() = value;
        config
    };
    let with_mfa = |mfa: Value| {
        let mut config = config();
        config["mfa"] = mfa;
        config
    };
    let wrong = [
        (config_with("timeout", 9_999), "timeout"),
        (
            config_with("attestation_trust", json!({ "policy": "trusted" })),
            "webauthn.attestation_trust: policy: trusted needs trust_anchors",
        ),
        (
            config_with("attestation_trust", json!({ "policy": "trusted", "trust_anchors": ["AAAA"] })),
            "webauthn.attestation_trust: trust_anchors: number 1",
        ),
        (
            config_with("attestation_trust", json!({ "policy": "any", "aaguid_allow": [] })),
            "webauthn.attestation_trust: aaguid_allow",
        ),
        (
            with_mfa(
                json!({ "timeout": 60_000, "attestation_trust": { "policy": "none", "metadata": true } }),
            ),
            "mfa.attestation_trust: policy",
        ),
        (config_with("timeout", 3_600_001), "timeout"),
        (config_with("timeout", -1), ""),
        (config_with("user_verification", "maybe"), ""),
        (set("/webauthn/relying_party/origins", json!([])), "origins"),
        (set("/webauthn/relying_party/origins", json!(["ftp://example.com"])), "origins"),
        (set("/webauthn/relying_party/origins", json!(["https://example.com/path"])), "origins"),
        (set("/webauthn/relying_party/id", json!("https://example.com")), "id"),
        (set("/webauthn/relying_party/id", json!("")), "id"),
        (set("/webauthn/relying_party/display_name", json!("")), "display_name"),
        (set("/cors/allowed_origins", json!([])), "allowed_origins"),
        (set("/cors/allowed_origins", json!(["example.com"])), "allowed_origins"),
        (json!({}), ""),
    ];
    let path = format!("/tenants/{}", tenant.id);
    let before = server.admin(Method::GET, &path, None).await.ok();
    for (config, named) in wrong {
        let answer = server.admin(Method::PUT, &format!("{path}/config"), Some(config.clone())).await;
        assert_eq!(answer.error().0, 400, "{config}");
        assert!(answer.body["details"].as_str().unwrap().contains(named), "{}", answer.body);
        let body = json!({ "display_name": "x", "config": config });
        assert_eq!(server.admin(Method::POST, "/tenants", Some(body)).await.error().0, 400);
    }
    assert_eq!(server.admin(Method::GET, &path, None).await.ok(), before);
    assert_eq!(server.admin(Method::GET, "/tenants", None).await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_api_keys_secret_is_shown_once_and_stored_nowhere() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let created = server.admin(Method::POST, &path, Some(json!({ "name": "Second" }))).await;
    assert_eq!((created.status, created.header("cache-control")), (201, Some("no-store")));
    let secret = created.body["secret"].as_str().unwrap().to_owned();
    let listed = server.admin(Method::GET, &path, None).await.ok();
    let second = listed.as_array().unwrap().iter().find(|key| key["name"] == "Second").unwrap();
    assert_eq!(second["secret"], format!("{}…", &secret[..8]));
    for key in [&secret, &tenant.api_key] {
        for file in std::fs::read_dir(server.database.parent().unwrap()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()));
        }
    }
    let again = server.admin(Method::POST, &path, Some(json!({ "name": "Second" }))).await;
    assert_eq!(again.error(), (409, "name_taken"));
    let unknown = format!("{path}/{}", uuid::Uuid::nil());
    assert_eq!(server.admin(Method::DELETE, &unknown, None).await.error(), (404, "api_key_not_found"));
    assert_eq!(server.admin(Method::DELETE, &format!("{path}/x"), None).await.error().0, 400);
}

#[tokio::test]
async fn the_last_use_of_an_api_key_is_kept_to_the_minute() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let last_used =
        async || server.admin(Method::GET, &path, None).await.ok()[0].get("last_used_at").cloned();
    assert_eq!(last_used().await, None);
    tenant.get("credentials").await.ok();
    server.passgate.upkeep().await.unwrap();
    assert_eq!(last_used().await, Some(json!("2027-01-15T08:00:00Z")));
    server.advance(Duration::from_secs(30)).await;
    tenant.get("credentials").await.ok();
    server.passgate.upkeep().await.unwrap();
    assert_eq!(last_used().await, Some(json!("2027-01-15T08:00:00Z")), "once a minute at most");
    server.advance(Duration::from_secs(30)).await;
    server.passgate.upkeep().await.unwrap();
    assert_eq!(last_used().await, Some(json!("2027-01-15T08:00:30Z")));
}

#[tokio::test]
async fn unknown_tenants_are_404_and_what_is_no_id_is_400() {
    let server = TestServer::start().await;
    let unknown = uuid::Uuid::nil();
    let paths = [
        (Method::GET, format!("/tenants/{unknown}"), json!({})),
        (Method::PUT, format!("/tenants/{unknown}"), json!({ "display_name": "x" })),
        (Method::DELETE, format!("/tenants/{unknown}"), json!({})),
        (Method::PUT, format!("/tenants/{unknown}/config"), config()),
        (Method::GET, format!("/tenants/{unknown}/secrets/api"), json!({})),
        (Method::POST, format!("/tenants/{unknown}/secrets/api"), json!({ "name": "x" })),
        (Method::GET, format!("/tenants/{unknown}/secrets/jwk"), json!({})),
        (Method::POST, format!("/tenants/{unknown}/secrets/jwk"), json!({})),
    ];
    for (method, path, body) in paths {
        let answer = server.admin(method.clone(), &path, Some(body.clone())).await;
        assert_eq!(answer.error(), (404, "tenant_not_found"), "{method} {path}");
        let path = path.replace(&unknown.to_string(), "no-uuid");
        let answer = server.admin(method.clone(), &path, Some(body)).await;
        assert_eq!(answer.error(), (400, "tenant_id_invalid"), "{method} {path}");
    }
}
