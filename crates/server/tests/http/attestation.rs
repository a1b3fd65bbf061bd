//! Which authenticators a tenant trusts: `attestation_trust` of its configuration, at the end of a registration.

use std::time::Duration;

use data_encoding::BASE64;
use passgate_authenticator::{
    Algorithm, Attestation, AttestationCa, Authenticator, Config, MetadataSigner, attestation_root,
    ca_certificate_params, metadata_certificate_params,
};
use passgate_core::metadata::{MetadataError, MetadataFound};
use passgate_webauthn::TrustAnchor;
use passgate_webauthn::mds::{FIDO_SIGNER, MetadataBlobError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, ORIGIN, TestServer, TestTenant, config};

/// The model that the software authenticator says it is.
const AAGUID: &str = "70617373-6761-7465-2d73-6f66746b6579";
const PNG: &str = "data:image/png;base64,AA==";

/// A metadata service with a root of its own.
struct Service {
    root: AttestationCa,
    signer: MetadataSigner,
}

impl Service {
    fn new() -> Self {
        let root = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
        let params = metadata_certificate_params(FIDO_SIGNER);
        Self { signer: MetadataSigner::new(Algorithm::Es256, &root, &params), root }
    }

    fn roots(&self) -> Vec<TrustAnchor> {
        vec![TrustAnchor::from_der(&self.root.der()).unwrap()]
    }

    /// A list of this number that reports the authenticator's model like this. It is good until the first of February.
    fn list(&self, number: u64, statuses: &[&str]) -> String {
        self.list_of(number, &json!([entry(statuses)]))
    }

    fn list_of(&self, number: u64, entries: &Value) -> String {
        self.signer.sign(&json!({
            "legalHeader": "none", "no": number, "nextUpdate": "2027-02-01", "entries": entries,
        }))
    }
}

fn entry(statuses: &[&str]) -> Value {
    let reports: Vec<_> = statuses.iter().map(|status| json!({ "status": status })).collect();
    json!({
        "aaguid": AAGUID,
        "metadataStatement": {
            "description": "A software authenticator",
            "icon": PNG,
            "attestationTypes": ["basic_full"],
            "attestationRootCertificates": [BASE64.encode(&attestation_root())],
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2026-01-01",
    })
}

/// A configuration that asks for attestation and judges it like this.
fn trusting(rules: Value) -> Value {
    let mut config = config();
    config["webauthn"]["attestation_preference"] = "direct".into();
    config["webauthn"]["attestation_trust"] = rules;
    config
}

fn root() -> String {
    BASE64.encode(&attestation_root())
}

/// A registration with this attestation.
async fn register(tenant: &TestTenant<'_>, attestation: Attestation) -> Answer {
    let seed = tenant.server.passgate.random_uuid().as_u64_pair().0;
    let mut authenticator = Authenticator::with_config(seed, Config { attestation, ..Config::default() });
    let options = tenant.begin_registration("u1").await;
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await
}

/// The code of a registration that is refused, which the audit log keeps.
async fn refusal(tenant: &TestTenant<'_>, attestation: Attestation) -> String {
    let answer = register(tenant, attestation).await;
    let (status, code) = answer.error();
    assert_eq!(status, 400);
    let failed =
        ("webauthn_registration_final_failed".to_owned(), Some(code.to_owned()), Some("u1".to_owned()));
    assert!(tenant.server.audit(tenant).contains(&failed), "{code}");
    code.to_owned()
}

#[tokio::test]
async fn by_default_whatever_verifies_is_taken_and_nothing_is_demanded() {
    let server = TestServer::start().await;
    let mut config = config();
    for rules in [None, Some("any"), Some("none")] {
        if let Some(policy) = rules {
            config["webauthn"]["attestation_trust"] = json!({ "policy": policy });
        }
        let tenant = server.tenant_with(config.clone()).await;
        for attestation in [Attestation::None, Attestation::PackedSelf, Attestation::PackedX5c] {
            register(&tenant, attestation).await.ok();
        }
    }
}

#[tokio::test]
async fn a_trusted_anchor_is_demanded() {
    let server = TestServer::start().await;
    let rules = json!({ "policy": "trusted", "trust_anchors": [root()] });
    let tenant = server.tenant_with(trusting(rules)).await;
    for attestation in [Attestation::PackedX5c, Attestation::Tpm, Attestation::AndroidKey] {
        register(&tenant, attestation).await.ok();
    }
    for attestation in [Attestation::None, Attestation::PackedSelf] {
        assert_eq!(refusal(&tenant, attestation).await, "attestation_not_certified");
    }
    let other = AttestationCa::new_root(ca_certificate_params("Another Root"));
    let rules = json!({ "policy": "trusted", "trust_anchors": [BASE64.encode(&other.der())] });
    tenant.configure(trusting(rules)).await;
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "attestation_path_unknown_issuer");
}

#[tokio::test]
async fn what_holds_at_the_end_is_the_policy_of_that_moment_and_its_verdict_spends_the_challenge() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let options = tenant.begin_registration("u1").await;
    let credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
    tenant.configure(trusting(json!({ "policy": "trusted", "trust_anchors": [root()] }))).await;
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "attestation_not_certified"));
    tenant.configure(config()).await;
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_spent"));
}

#[tokio::test]
async fn second_factors_are_held_to_the_same_unless_they_have_rules_of_their_own() {
    async fn register_mfa(tenant: &TestTenant<'_>) -> Answer {
        let body = json!({ "user_id": "u1", "username": "kim" });
        let options = tenant.keyed(Method::POST, "mfa/registration/initialize", body).await.ok();
        let credential = Authenticator::new(1).create(&options, ORIGIN).unwrap();
        tenant.keyed(Method::POST, "mfa/registration/finalize", credential).await
    }
    let server = TestServer::start().await;
    let mut config = trusting(json!({ "policy": "trusted", "trust_anchors": [root()] }));
    let tenant = server.tenant_with(config.clone()).await;
    assert_eq!(register_mfa(&tenant).await.error(), (400, "attestation_not_certified"));
    config["mfa"] = json!({ "timeout": 60_000, "attestation_trust": { "policy": "any" } });
    tenant.configure(config).await;
    register_mfa(&tenant).await.ok();
    assert_eq!(refusal(&tenant, Attestation::None).await, "attestation_not_certified");
}

#[tokio::test]
async fn lists_of_models_let_in_and_keep_out() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let with = |rules: Value| {
        let mut whole = json!({ "policy": "trusted", "trust_anchors": [root()] });
        whole.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        trusting(whole)
    };
    let other = uuid::Uuid::from_u128(1);
    tenant.configure(with(json!({ "aaguid_allow": [other, AAGUID], "aaguid_deny": [other] }))).await;
    register(&tenant, Attestation::PackedX5c).await.ok();
    tenant.configure(with(json!({ "aaguid_allow": [other] }))).await;
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "aaguid_not_allowed");
    tenant.configure(with(json!({ "aaguid_allow": [AAGUID], "aaguid_deny": [AAGUID] }))).await;
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "aaguid_denied");
    // Without proof it is what the authenticator says that counts, and the configuration is warned of.
    tenant.configure(trusting(json!({ "policy": "any", "aaguid_deny": [AAGUID] }))).await;
    assert_eq!(refusal(&tenant, Attestation::None).await, "aaguid_denied");
    let shown = server.admin(Method::GET, &format!("/tenants/{}", tenant.id), None).await.ok();
    assert_eq!(shown["warnings"][0]["code"], "aaguids_unproven");
}

#[tokio::test]
async fn a_request_may_not_ask_for_less_than_the_attestation_that_its_tenant_demands() {
    let server = TestServer::start().await;
    let mut config = trusting(json!({ "policy": "trusted", "trust_anchors": [root()] }));
    config["webauthn"]["request_overrides"] = "any".into();
    let tenant = server.tenant_with(config).await;
    let asking = async |attestation: &str| {
        let body = json!({ "user_id": "u1", "username": "kim", "attestation": attestation });
        tenant.keyed(Method::POST, "registration/initialize", body).await
    };
    for attestation in ["none", "indirect"] {
        let answer = asking(attestation).await;
        assert_eq!(answer.error(), (400, "validation_failed"));
        assert!(answer.body["details"].as_str().unwrap().starts_with("attestation:"), "{}", answer.body);
    }
    for attestation in ["direct", "enterprise"] {
        assert_eq!(asking(attestation).await.ok()["publicKey"]["attestation"], attestation);
    }
}

#[tokio::test]
async fn the_metadata_service_says_which_models_are_trusted() {
    let service = Service::new();
    let server = TestServer::start_trusting(service.roots()).await;
    let tenant = server.tenant_with(trusting(json!({ "policy": "trusted", "metadata": true }))).await;
    let path = format!("/tenants/{}", tenant.id);
    let warned = async || server.admin(Method::GET, &path, None).await.ok()["warnings"][0]["code"].clone();
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "metadata_missing");
    assert_eq!(warned().await, "metadata_missing");

    let mut number = 0;
    let mut take = async |statuses: &[&str]| {
        number += 1;
        let taken = server.passgate.take_metadata(service.list(number, statuses), "test".to_owned()).await;
        assert_eq!(taken.unwrap(), number);
    };
    take(&["FIDO_CERTIFIED_L1"]).await;
    register(&tenant, Attestation::PackedX5c).await.ok();
    assert_eq!(warned().await, Value::Null);
    assert_eq!(refusal(&tenant, Attestation::None).await, "attestation_not_certified");
    assert_eq!(refusal(&tenant, Attestation::FidoU2f).await, "attestation_model_unknown");
    for (status, code) in [
        ("REVOKED", "attestation_model_revoked"),
        ("ATTESTATION_KEY_COMPROMISE", "attestation_model_attestation_key_compromise"),
        ("USER_VERIFICATION_BYPASS", "attestation_model_user_verification_bypass"),
        ("USER_KEY_REMOTE_COMPROMISE", "attestation_model_user_key_remote_compromise"),
        ("USER_KEY_PHYSICAL_COMPROMISE", "attestation_model_user_key_physical_compromise"),
    ] {
        take(&["FIDO_CERTIFIED", status, "UPDATE_AVAILABLE"]).await;
        assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, code);
    }
    let none_listed = service.list_of(10, &json!([]));
    server.passgate.take_metadata(none_listed, "test".to_owned()).await.unwrap();
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "attestation_model_unknown");
    // An anchor of the tenant's own counts for what the service does not list.
    let both = json!({ "policy": "trusted", "metadata": true, "trust_anchors": [root()] });
    tenant.configure(trusting(both)).await;
    register(&tenant, Attestation::PackedX5c).await.ok();

    // The day of the next update is over: what the successor reports is not known.
    server.advance(Duration::from_hours(24 * 18)).await;
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "metadata_blob_overdue");
    assert_eq!(warned().await, "metadata_blob_overdue");
    let ready = server.send(Method::GET, &server.admin_url("/health/ready"), None, vec![]).await;
    assert_eq!(ready.body, json!({ "ready": true }));
}

#[tokio::test]
async fn a_list_that_is_older_tampered_with_or_by_another_leaves_the_last_good_one_in_force() {
    let service = Service::new();
    let server = TestServer::start_trusting(service.roots()).await;
    let tenant = server.tenant_with(trusting(json!({ "policy": "trusted", "metadata": true }))).await;
    let take = async |list: String| server.passgate.take_metadata(list, "test".to_owned()).await;
    let good = service.list(7, &["REVOKED"]);
    take(good.clone()).await.unwrap();
    let error = |result: Result<u64, MetadataError>| match result {
        Err(MetadataError::Blob(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        error(take(service.list(6, &[])).await),
        MetadataBlobError::SerialWentBack { serial: 6, previous: 7 }
    );
    let (honest, revoked) = (service.list(8, &[]), service.list(8, &["REVOKED"]));
    let payload = honest.split('.').nth(1).unwrap();
    let tampered = revoked.replace(revoked.split('.').nth(1).unwrap(), payload);
    assert_eq!(error(take(tampered).await), MetadataBlobError::SignatureInvalid);
    assert_eq!(error(take(Service::new().list(8, &[])).await).code(), "metadata_blob_path");
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "attestation_model_revoked");
    let kept = server.passgate.kept_metadata().await.unwrap().unwrap().0;
    assert!(kept.number == 7 && kept.blob == good, "{kept:?}");
}

#[tokio::test]
async fn two_servers_on_one_file_share_the_newest_list_and_a_restart_keeps_it() {
    let service = Service::new();
    let server = TestServer::start_trusting(service.roots()).await;
    let other = server.another(service.roots());
    assert_eq!(other.find_newer_metadata().await.unwrap(), MetadataFound::Nothing);
    server.passgate.take_metadata(service.list(7, &[]), "test".to_owned()).await.unwrap();
    let newer = |number| MetadataFound::Newer { number };
    assert_eq!(other.find_newer_metadata().await.unwrap(), newer(7));
    assert_eq!(other.find_newer_metadata().await.unwrap(), MetadataFound::Nothing);
    other.take_metadata(service.list(8, &["REVOKED"]), "test".to_owned()).await.unwrap();
    // One that fetched an older one meanwhile takes over the newer one instead.
    assert_eq!(server.passgate.take_metadata(service.list(7, &[]), "test".to_owned()).await.unwrap(), 8);
    let tenant = server.tenant_with(trusting(json!({ "policy": "trusted", "metadata": true }))).await;
    assert_eq!(refusal(&tenant, Attestation::PackedX5c).await, "attestation_model_revoked");

    // It is verified again: whoever can write to the file can't make a list.
    let db = rusqlite::Connection::open(&server.database).unwrap();
    db.execute("UPDATE metadata SET blob = ?1", [service.list(8, &[]).replace('.', "x.")]).unwrap();
    let restarted = server.another(service.roots());
    assert!(matches!(restarted.find_newer_metadata().await, Err(MetadataError::Blob(_))));
    assert!(restarted.metadata().is_none());
    // It gives way to the next good one, whatever its number, and is not read again until then.
    assert_eq!(restarted.find_newer_metadata().await.unwrap(), MetadataFound::Nothing);
    assert_eq!(restarted.take_metadata(service.list(6, &[]), "test".to_owned()).await.unwrap(), 6);
    assert_eq!(server.another(service.roots()).find_newer_metadata().await.unwrap(), newer(6));
}

#[tokio::test]
async fn credentials_are_named_and_shown_as_the_metadata_service_has_their_model() {
    let service = Service::new();
    let server = TestServer::start_trusting(service.roots()).await;
    let tenant = server.tenant().await;
    let named = async |expected_name: Option<&str>, icon: Option<&str>| {
        let options = tenant.begin_registration("u1").await;
        let seed = server.passgate.random_uuid().as_u64_pair().0;
        let credential = Authenticator::new(seed).create(&options, ORIGIN).unwrap();
        tenant.finish_registration(&credential).await.ok();
        let id = credential["id"].as_str().unwrap();
        let shown = tenant.get(&format!("credentials/{id}")).await.ok();
        let name = expected_name.map_or(format!("cred-{id}"), str::to_owned);
        assert_eq!(shown["name"], name);
        assert_eq!(shown["authenticator"].as_str(), expected_name);
        assert_eq!(shown["authenticator_icon"].as_str(), icon);
        let listed = tenant.get("credentials").await.ok();
        assert_eq!(listed[0]["authenticator"], shown["authenticator"]);
        assert_eq!(listed[0].get("authenticator_icon"), None);
    };
    named(None, None).await;
    let take = async |number: u64, entry: Value| {
        let list = service.list_of(number, &json!([entry]));
        server.passgate.take_metadata(list, "test".to_owned()).await.unwrap();
    };
    take(1, entry(&[])).await;
    named(Some("A software authenticator"), Some(PNG)).await;
    let mut large = entry(&[]);
    large["metadataStatement"]["icon"] = format!("{PNG}{}", "A".repeat(32_768)).into();
    take(2, large).await;
    named(Some("A software authenticator"), None).await;
}
