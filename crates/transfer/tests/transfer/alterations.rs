//! What of the original's can't come along, or comes altered; and what does.

use std::collections::BTreeMap;

use passgate_core::audit::AuditFilter;
use passgate_core::clock::Timestamp;
use passgate_core::config::TenantConfig;
use passgate_core::credential::{Order, PageRequest};
use passgate_core::ids::{TenantId, UserId};
use passgate_core::store::Store;
use passgate_core::transaction::TransactionStatus;
use passgate_core::user::AppUserId;
use passgate_transfer::hanko::{HankoDatabase, HankoError, RefusedTenant};
use passgate_transfer::{Effect, Kind, TenantReport};
use uuid::Uuid;

use crate::files::KEY;
use crate::harness::Here;
use crate::original::{Original, TENANT, tenant};

const FIRST: PageRequest = PageRequest { page: 1, per_page: 100, order: Order::Ascending };
const SUCCEEDED: &str = "webauthn_transaction_final_succeeded";

async fn import(original: &Original, here: &Here) -> TenantReport {
    let mut database = original.database().await;
    let snapshot = database.snapshot().await.unwrap();
    let mut source = snapshot.source(tenant(&snapshot).await).await.unwrap();
    here.import(&mut source).await
}

fn codes(report: &TenantReport) -> Vec<(Kind, Effect, &'static str, u64)> {
    report.codes().collect()
}

async fn config_of(here: &Here) -> TenantConfig {
    here.passgate.find_tenant(TenantId::new(TENANT)).await.unwrap().unwrap().config
}

/// Why the tenant can't come along.
async fn refused(original: &Original) -> RefusedTenant {
    let mut database: HankoDatabase = original.database().await;
    let snapshot = database.snapshot().await.unwrap();
    snapshot.tenant(TenantId::new(TENANT)).await.unwrap().unwrap().unwrap_err()
}

#[tokio::test]
async fn a_configuration_comes_along_as_it_was() {
    let original = Original::start().await;
    original
        .execute(
            "UPDATE webauthn_configs SET attachment = 'platform', attestation_preference = 'indirect',
                    resident_key_requirement = 'preferred';
             UPDATE relying_parties SET icon = 'https://example.com/icon.png';
             INSERT INTO webauthn_origins (origin, relying_party_id, created_at)
             SELECT origin, id, '2024-02-01' FROM relying_parties,
                    unnest(ARRAY['http://localhost:5173', 'https://www.example.com/login']) origin;
             UPDATE cors SET allow_unsafe = true;
             UPDATE cors_origins SET origin = '*';",
        )
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    assert_eq!(codes(&report), [(Kind::Tenant, Effect::Changed, "origin_cut_out_of_url", 1)]);
    let config = serde_json::to_value(config_of(&here).await).unwrap();
    assert_eq!(
        config,
        serde_json::json!({
            "cors": { "patterns": ["*"], "wildcard": "unsafe" },
            "relying_party": {
                "id": "example.com", "display_name": "The app", "icon": "https://example.com/icon.png",
                "origins": config["relying_party"]["origins"],
            },
            "passkeys": {
                "timeout": 60000, "user_verification": "required", "attachment": "platform",
                "attestation": "indirect", "resident_key": "preferred",
            },
            "mfa": {
                "timeout": 60000, "user_verification": "discouraged", "attachment": "cross-platform",
                "attestation": "direct", "resident_key": "discouraged",
            },
            "counter": "strict", "backup_eligibility": "strict", "requests": "stricter",
            "audit_retention": 400, "unknown_credentials": "refuse",
        })
    );
    let mut origins: Vec<String> =
        serde_json::from_value(config["relying_party"]["origins"].clone()).unwrap();
    origins.sort();
    assert_eq!(origins, ["http://localhost:5173", "https://app.example.com", "https://www.example.com"]);
}

#[tokio::test]
async fn a_configuration_that_is_out_of_bounds_comes_altered() {
    let original = Original::start().await;
    original
        .execute(
            "UPDATE webauthn_configs SET timeout = 1000, user_verification = 'sometimes';
             UPDATE mfa_configs SET timeout = 90000000, attachment = 'none', attestation_preference = 'x',
                    resident_key_requirement = 'y';
             UPDATE relying_parties SET icon = 'icon.png', display_name = '';
             INSERT INTO webauthn_origins (origin, relying_party_id)
             SELECT 'ftp://app.example.com', id FROM relying_parties;
             UPDATE cors_origins SET origin = 'https://app.example.com/login';
             UPDATE audit_log_configs SET enable_storage = false;
             UPDATE tenants SET display_name = repeat('ü', 129);",
        )
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    let changed = [
        "attachment_unknown",
        "attestation_preference_unknown",
        "audit_log_always_kept",
        "cors_origin_dropped",
        "cors_origins_missing",
        "icon_dropped",
        "name_missing",
        "name_truncated",
        "origin_dropped",
        "resident_key_requirement_unknown",
    ];
    let mut expected: Vec<_> = changed.iter().map(|code| (Kind::Tenant, Effect::Changed, *code, 1)).collect();
    expected.push((Kind::Tenant, Effect::Changed, "timeout_clamped", 2));
    expected.push((Kind::Tenant, Effect::Changed, "user_verification_unknown", 1));
    assert_eq!(codes(&report), expected);
    let config = config_of(&here).await;
    assert_eq!((config.passkeys.timeout.as_millis(), config.mfa.timeout.as_millis()), (10_000, 3_600_000));
    assert_eq!(config.cors.allowed_origins(), ["https://app.example.com"]);
    assert_eq!(report.display_name.as_str(), "ü".repeat(128));
}

#[tokio::test]
async fn a_tenant_without_what_makes_one_stays_behind_with_all_of_its_and_is_counted() {
    for (change, code) in [
        ("DELETE FROM configs", "config_missing"),
        ("UPDATE relying_parties SET rp_id = '127.0.0.1'", "rp_id_invalid"),
        ("UPDATE webauthn_origins SET origin = 'ftp://x'", "origins_missing"),
    ] {
        let original = Original::start().await;
        let row = original.user(1, "kim").await;
        original.credential("AAAA", row, "kim", KEY, false).await;
        original.execute(change).await;
        let refused = refused(&original).await;
        assert_eq!((refused.note.code, refused.note.effect), (code, Effect::Refused));
        assert_eq!((refused.display_name.as_str(), refused.id), ("Moved app", TenantId::new(TENANT)));
        let keys = u64::from(code != "config_missing");
        assert_eq!(
            refused.left,
            BTreeMap::from([
                (Kind::ApiKey, keys),
                (Kind::User, 1),
                (Kind::Credential, 1),
                (Kind::Transaction, 0),
                (Kind::AuditLog, 0)
            ])
        );
    }
}

#[tokio::test]
async fn users_come_along_as_they_were_or_are_named() {
    let original = Original::start().await;
    let kim = original.user(1, "kim").await;
    original.user(2, "").await;
    original.user(3, &"a".repeat(255)).await;
    original
        .execute(
            "UPDATE webauthn_users SET created_at = '2024-02-03 04:05:06.7899', icon = 'https://example.com/i',
                    name = 'Kïm', display_name = '' WHERE user_id = 'kim';
             UPDATE webauthn_users SET name = '', icon = 'nonsense', display_name = repeat('b', 200)
             WHERE user_id LIKE 'aaa%';",
        )
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    assert_eq!(
        codes(&report),
        [
            (Kind::User, Effect::Changed, "display_name_truncated", 1),
            (Kind::User, Effect::Changed, "icon_dropped", 1),
            (Kind::User, Effect::Changed, "name_missing", 1),
            (Kind::User, Effect::Refused, "user_id_empty", 1),
        ]
    );
    let details = here
        .store()
        .user_details(TenantId::new(TENANT), UserId::new(kim))
        .await
        .unwrap()
        .unwrap()
        .user
        .profile;
    assert_eq!(details.app_id.as_str(), "kim");
    assert_eq!(details.name.as_str(), "Kïm");
    assert_eq!(details.display_name, None);
    assert_eq!(details.icon.unwrap().as_str(), "https://example.com/i");
    let users = here.store().users(TenantId::new(TENANT), FIRST).await.unwrap();
    assert_eq!(users.total, 2);
    assert_eq!(users.items[0].profile.name.as_str(), "a".repeat(128));
}

#[tokio::test]
async fn credentials_come_along_as_they_were_or_are_named() {
    let original = Original::start().await;
    let kim = original.user(1, "kim").await;
    for id in ["AAAA", "not base64", "BBBB", "CCCC", "DDDD", "EEEE"] {
        original.credential(id, kim, "kim", KEY, false).await;
    }
    original
        .execute(
            "UPDATE webauthn_credentials SET created_at = '2024-01-01 00:00:01', sign_count = 2147483647 WHERE id = 'AAAA';
             UPDATE webauthn_credentials SET public_key = 'AAAA' WHERE id = 'BBBB';
             UPDATE webauthn_credentials SET sign_count = -1 WHERE id = 'CCCC';
             UPDATE webauthn_credentials SET name = NULL, last_used_at = NULL, attestation_type = '' WHERE id = 'DDDD';
             UPDATE webauthn_credentials SET webauthn_user_id = NULL WHERE id = 'EEEE';
             INSERT INTO webauthn_credential_transports (name, webauthn_credential_id) VALUES ('an odd one', 'AAAA');",
        )
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    assert_eq!(
        codes(&report),
        [
            (Kind::Credential, Effect::Changed, "attestation_type_missing", 1),
            (Kind::Credential, Effect::Changed, "name_missing", 1),
            (Kind::Credential, Effect::Changed, "transport_dropped", 1),
            (Kind::Credential, Effect::Refused, "cbor_trailing_bytes", 1),
            (Kind::Credential, Effect::Refused, "credential_id_malformed", 1),
            (Kind::Credential, Effect::Refused, "sign_count_out_of_range", 1),
        ]
    );
    let credentials = here.store().credentials(TenantId::new(TENANT), None, FIRST).await.unwrap().items;
    let [unnamed, known] = credentials.as_slice() else { panic!("{credentials:?}") };
    assert_eq!((unnamed.name.as_str(), unnamed.last_used_at), ("cred-DDDD", unnamed.created_at));
    assert_eq!((known.id.to_string().as_str(), known.sign_count), ("AAAA", 2_147_483_647));
    assert_eq!(known.transports, ["hybrid", "internal"]);
    assert_eq!(known.last_used_at.as_millis(), 1_706_933_106_789);
    assert_eq!(Uuid::from_bytes(*known.aaguid.as_bytes()), Uuid::from_u128(5));
    assert_eq!((known.backup_eligible, known.backup_state), (true, true));

    // It belongs to no tenant, and so is no tenant's to report.
    let mut database = original.database().await;
    let (count, notes) = database.snapshot().await.unwrap().strays(10).await.unwrap();
    assert_eq!(
        (count, notes.len(), notes[0].place.to_string().as_str()),
        (1, 1, "webauthn_credentials EEEE")
    );
}

#[tokio::test]
async fn transactions_come_along_with_what_the_audit_log_knows_of_them() {
    let original = Original::start().await;
    let kim = original.user(1, "kim").await;
    let transaction = |number: u8, identifier: &str, data: &str| {
        let id = Uuid::from_u128(u128::from(number));
        format!(
            "INSERT INTO transactions (id, identifier, data, challenge, webauthn_user_id, tenant_id, created_at)
             VALUES ('{id}', {identifier}, '{data}', 'a challenge of it', '{kim}', '{TENANT}',
                     '2024-01-01 00:00:0{number}');"
        )
    };
    let data = r#"{"amount": 1.50, "to": "\u003c"}"#;
    original.execute(&transaction(1, "'t1'", data)).await;
    original.execute(&transaction(2, "'t2'", "[]")).await;
    original.execute(&transaction(3, "'t3'", "not json")).await;
    original.execute(&transaction(4, "repeat('t', 129)", "1")).await;
    original
        .execute(&format!(
            "INSERT INTO audit_logs (id, type, meta_http_request_id, meta_source_ip, meta_user_agent,
                                     actor_user_id, transaction_id, tenant_id, created_at)
             VALUES (gen_random_uuid(), '{SUCCEEDED}', 'r', '192.0.2.1', 'Mozilla', 'kim', 't1', '{TENANT}',
                     '2024-01-01 00:01:00'),
                    (gen_random_uuid(), 'webauthn_credential_updated', 'r', '192.0.2.1', 'Mozilla', 'kim', NULL,
                     '{TENANT}', '2024-01-01 00:02:00'),
                    (gen_random_uuid(), 'of another time', '', '', '', NULL, NULL, '{TENANT}',
                     '2024-01-01 00:03:00');"
        ))
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    assert_eq!(
        codes(&report),
        [
            (Kind::Transaction, Effect::Refused, "transaction_data_not_json", 1),
            (Kind::Transaction, Effect::Refused, "transaction_id_length", 1),
            (Kind::AuditLog, Effect::Refused, "audit_type_unknown", 1),
        ]
    );
    let tenant = TenantId::new(TENANT);
    let transactions = here.store().transactions(tenant, AppUserId::new("kim").unwrap()).await.unwrap();
    let [second, first] = transactions.as_slice() else { panic!("{transactions:?}") };
    assert_eq!((second.status, second.finalized_at), (TransactionStatus::Pending, None));
    assert_eq!(first.status, TransactionStatus::Finalized);
    assert_eq!(first.finalized_at.unwrap().as_millis(), 1_704_067_260_000);
    assert_eq!(first.data.as_str(), data);
    let now = Timestamp::EPOCH;
    let log = here.store().audit_log(tenant, AuditFilter::default(), FIRST, None, now).await.unwrap().0.items;
    assert_eq!(
        log.iter().map(|row| (row.kind.as_str(), row.transaction.as_deref())).collect::<Vec<_>>(),
        [(SUCCEEDED, Some("t1")), ("webauthn_credential_updated", None)]
    );
    assert_eq!((log[0].actor.as_deref(), log[0].origin.source_ip.as_str()), (Some("kim"), "192.0.2.1"));
}

#[tokio::test]
async fn nothing_of_another_tenant_comes_along() {
    let original = Original::start().await;
    original.user(1, "kim").await;
    let other = Uuid::from_u128(0x0ff);
    original
        .execute(&format!(
            "INSERT INTO tenants (id, display_name) VALUES ('{other}', 'Other');
             INSERT INTO webauthn_users (id, user_id, name, icon, display_name, tenant_id)
             VALUES ('{other}', 'kim', 'other', '', '', '{other}');
             INSERT INTO webauthn_credentials (id, user_id, public_key, attestation_type, aaguid, sign_count,
                                               webauthn_user_id)
             VALUES ('AAAA', 'kim', '{KEY}', 'none', '{other}', 0, '{other}');
             INSERT INTO transactions (id, identifier, data, challenge, webauthn_user_id, tenant_id)
             VALUES ('{other}', 't', '1', 'a challenge of it', '{other}', '{TENANT}');"
        ))
        .await;
    let here = Here::start();
    let report = import(&original, &here).await;
    assert_eq!(codes(&report), [(Kind::Transaction, Effect::Refused, "user_of_another_tenant", 1)]);
    assert_eq!(report.counts(Kind::User).inserted, 1);
    assert_eq!(report.counts(Kind::Credential).inserted, 0);
    let mut database = original.database().await;
    let tenants = database.snapshot().await.unwrap().tenants().await.unwrap();
    assert_eq!(tenants, [TenantId::new(other), TenantId::new(TENANT)]);
}

#[tokio::test]
async fn a_database_of_another_program_or_an_old_version_is_refused_by_what_it_lacks() {
    let original = Original::empty().await;
    for (change, lacks) in [
        ("ALTER TABLE webauthn_credentials DROP COLUMN is_mfa", "webauthn_credentials.is_mfa"),
        ("DROP TABLE mfa_configs", "mfa_configs.timeout"),
        ("DROP TABLE configs CASCADE", "configs.id"),
    ] {
        original.execute(change).await;
        let mut database = original.database().await;
        let error = database.snapshot().await.map(|_| ()).unwrap_err();
        assert!(matches!(&error, HankoError::Schema(missing) if missing == lacks), "{error}");
    }
}
