//! The original's database, filled as it would have been.

use passgate_authenticator::Authenticator;
use passgate_core::ids::TenantId;
use passgate_postgres_connection::{Connection, PostgresUrl};
use passgate_postgres_fixture::PostgresServer;
use passgate_transfer::hanko::{HankoDatabase, HankoTenant, Snapshot};
use passgate_webauthn::base64url;
use serde_json::json;
use uuid::Uuid;

use crate::schema::SCHEMA;

/// The tenant that every test has.
pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7e4a_0000_0000_4000_8000_0000_0000_0001);
const CONFIG: Uuid = Uuid::from_u128(0xc0);
/// Where its pages are.
pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const RP_ID: &str = "example.com";
/// Its API key, of the original's form.
pub(crate) const API_KEY: &str = "u4c8a0q1fX2vT0nq6yJ3kB7mR5sW9zE1hD4gL6pC8oV2xN0tQ7iU3aF5jK9bY1rM==";

/// The original's database.
pub(crate) struct Original {
    connection: Connection,
    url: PostgresUrl,
    _server: PostgresServer,
}

impl Original {
    /// With one tenant, its configuration, and an API key and a key that seals.
    pub(crate) async fn start() -> Self {
        let original = Self::empty().await;
        original
            .execute(&format!(
                "INSERT INTO tenants (id, display_name) VALUES ('{TENANT}', 'Moved app');
                 INSERT INTO configs (id, tenant_id) VALUES ('{CONFIG}', '{TENANT}');
                 INSERT INTO webauthn_configs (id, timeout, user_verification, config_id)
                 VALUES ('{CONFIG}', 60000, 'required', '{CONFIG}');
                 INSERT INTO relying_parties (id, rp_id, display_name, webauthn_config_id)
                 VALUES ('{CONFIG}', '{RP_ID}', 'The app', '{CONFIG}');
                 INSERT INTO webauthn_origins (origin, relying_party_id) VALUES ('{ORIGIN}', '{CONFIG}');
                 INSERT INTO mfa_configs (config_id) VALUES ('{CONFIG}');
                 INSERT INTO cors (id, config_id) VALUES ('{CONFIG}', '{CONFIG}');
                 INSERT INTO cors_origins (origin, cors_id) VALUES ('{ORIGIN}', '{CONFIG}');
                 INSERT INTO audit_log_configs (enable_storage, config_id) VALUES (true, '{CONFIG}');
                 INSERT INTO secrets (id, name, key, config_id)
                 VALUES ('{CONFIG}', 'Backend', '{API_KEY}', '{CONFIG}');
                 INSERT INTO secrets (name, key, is_api_secret, config_id)
                 VALUES ('seals keys', 'a secret that must not come along', false, '{CONFIG}');
                 INSERT INTO jwks (id, key_data, tenant_id) VALUES (1, 'sealed', '{TENANT}');"
            ))
            .await;
        original
    }

    /// With its tables only.
    pub(crate) async fn empty() -> Self {
        let server = PostgresServer::start();
        let url = PostgresUrl::parse(&server.create_database("original")).unwrap();
        let connection = url.connect().await.unwrap();
        let original = Self { connection, url, _server: server };
        original.execute(SCHEMA).await;
        original
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.connection.client().batch_execute(sql).await.unwrap();
    }

    /// A user of the tenant's; returns the row's id, which follows from the number.
    pub(crate) async fn user(&self, number: u128, user_id: &str) -> Uuid {
        let id = Uuid::from_u128(0xaaaa << 64 | number);
        self.connection
            .client()
            .execute(
                "INSERT INTO webauthn_users (id, user_id, name, icon, display_name, tenant_id)
                 VALUES ($1, $2, $3, '', 'Kim', $4)",
                &[&id, &user_id, &"kim@mail", &TENANT],
            )
            .await
            .unwrap();
        id
    }

    /// A passkey as the original registers it: made for a handle of its own choice, its key encoded anew.
    pub(crate) async fn passkey(
        &self,
        authenticator: &mut Authenticator,
        user: Uuid,
        user_id: &str,
        handle: &[u8],
        is_mfa: bool,
    ) -> String {
        let algorithm = authenticator.config.algorithm.cose_id();
        let options = json!({
            "rp": { "id": RP_ID, "name": "The app" },
            "user": { "id": base64url::encode(handle), "name": "kim", "displayName": "Kim" },
            "challenge": "b2YgdGhlIG9yaWdpbmFsJ3M",
            "pubKeyCredParams": [{ "type": "public-key", "alg": algorithm }],
        });
        let created = authenticator.create(&options, ORIGIN).unwrap();
        let data = base64url::decode(created["response"]["authenticatorData"].as_str().unwrap()).unwrap();
        let id = created["id"].as_str().unwrap().to_owned();
        // RP ID hash, flags, counter, AAGUID, length, id; then the key, to the end.
        let key_at = 37 + 16 + 2 + base64url::decode(&id).unwrap().len();
        self.credential(&id, user, user_id, &base64url::encode(&data[key_at..]), is_mfa).await;
        id
    }

    pub(crate) async fn credential(&self, id: &str, user: Uuid, user_id: &str, key: &str, is_mfa: bool) {
        self.connection
            .client()
            .execute(
                "INSERT INTO webauthn_credentials (
                     id, user_id, public_key, attestation_type, aaguid, sign_count, name, last_used_at,
                     backup_eligible, backup_state, is_mfa, webauthn_user_id
                 )
                 VALUES ($1, $2, $3, 'none', $4, 0, 'Key', '2024-02-03 04:05:06.789', true, true, $5, $6)",
                &[&id, &user_id, &key, &Uuid::from_u128(5), &is_mfa, &user],
            )
            .await
            .unwrap();
        self.execute(&format!(
            "INSERT INTO webauthn_credential_transports (name, webauthn_credential_id)
             VALUES ('internal', '{id}'), ('hybrid', '{id}')"
        ))
        .await;
    }

    pub(crate) async fn database(&self) -> HankoDatabase {
        HankoDatabase::open(&self.url).await.unwrap()
    }
}

/// The one tenant of a snapshot, which can come along.
pub(crate) async fn tenant(snapshot: &Snapshot<'_>) -> HankoTenant {
    snapshot.tenant(TenantId::new(TENANT)).await.unwrap().unwrap().unwrap()
}
