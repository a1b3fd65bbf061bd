//! The database: its schema, its tenants, and the one transaction that all is read in.

use std::collections::BTreeMap;

use passgate_core::ids::TenantId;
use passgate_core::signing_key::SigningAlgorithm;
use passgate_postgres_connection::{ConnectError, Connection, PostgresUrl, with_cause};
use tokio_postgres::{IsolationLevel, Row, Transaction};
use uuid::Uuid;

use super::alterations::Alterations;
use super::config::{self, ConfigRows, PolicyRow};
use super::source::HankoSource;
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::source::SourceTenant;
use crate::unusable::Unusable;

/// What is read. A database without any of it is another program's, or of a version that has it still to make.
const COLUMNS: &[(&str, &[&str])] = &[
    ("tenants", &["id", "display_name", "created_at"]),
    ("configs", &["id", "tenant_id", "created_at"]),
    ("cors", &["id", "allow_unsafe", "config_id"]),
    ("cors_origins", &["id", "origin", "cors_id", "created_at"]),
    (
        "webauthn_configs",
        &[
            "id",
            "timeout",
            "user_verification",
            "attachment",
            "attestation_preference",
            "resident_key_requirement",
            "is_mfa",
            "config_id",
        ],
    ),
    ("relying_parties", &["id", "rp_id", "display_name", "icon", "webauthn_config_id"]),
    ("webauthn_origins", &["id", "origin", "relying_party_id", "created_at"]),
    (
        "mfa_configs",
        &[
            "timeout",
            "user_verification",
            "attachment",
            "attestation_preference",
            "resident_key_requirement",
            "config_id",
        ],
    ),
    ("audit_log_configs", &["enable_storage", "config_id"]),
    ("secrets", &["id", "name", "key", "is_api_secret", "config_id", "created_at"]),
    (
        "webauthn_users",
        &["id", "user_id", "name", "icon", "display_name", "tenant_id", "created_at", "updated_at"],
    ),
    (
        "webauthn_credentials",
        &[
            "id",
            "public_key",
            "attestation_type",
            "aaguid",
            "sign_count",
            "name",
            "last_used_at",
            "backup_eligible",
            "backup_state",
            "is_mfa",
            "webauthn_user_id",
            "created_at",
        ],
    ),
    ("webauthn_credential_transports", &["name", "webauthn_credential_id"]),
    (
        "transactions",
        &["id", "identifier", "data", "webauthn_user_id", "tenant_id", "created_at", "updated_at"],
    ),
    (
        "audit_logs",
        &[
            "id",
            "type",
            "error",
            "meta_http_request_id",
            "meta_source_ip",
            "meta_user_agent",
            "actor_user_id",
            "transaction_id",
            "tenant_id",
            "created_at",
        ],
    ),
];

/// The original's database can't be read.
#[derive(Debug, thiserror::Error)]
pub enum HankoError {
    /// It can't be reached.
    #[error("the original's database can't be opened: {0}")]
    Connect(#[from] ConnectError),
    /// It lacks something.
    #[error(
        "this is no database of the Passkey API's newest version: it has no {0} (start that version once, so that it \
         brings its schema up to date)"
    )]
    Schema(String),
    /// It failed.
    #[error("the original's database failed: {}", with_cause(.0))]
    Postgres(#[from] tokio_postgres::Error),
}

impl HankoError {
    /// A stable name for the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) => "source_unreachable",
            Self::Schema(_) => "source_schema_unknown",
            Self::Postgres(_) => "source_failed",
        }
    }
}

/// The original's database.
#[derive(Debug)]
pub struct HankoDatabase(Connection);

/// The database as it is at one moment. While it is held, the original goes on undisturbed; what it writes meanwhile is
/// not seen.
pub struct Snapshot<'a>(Transaction<'a>);

/// A tenant that can come along.
#[derive(Debug, Clone)]
pub struct HankoTenant {
    /// As it would be here.
    pub tenant: SourceTenant,
    /// What had to be altered for that.
    pub changes: Vec<Note>,
}

/// A tenant that can't come along, and so nothing of its.
#[derive(Debug, Clone)]
pub struct RefusedTenant {
    /// Its id.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: String,
    /// Why not.
    pub note: Note,
    /// What stays behind with it.
    pub left: BTreeMap<Kind, u64>,
}

impl HankoDatabase {
    /// Opens a connection.
    pub async fn open(url: &PostgresUrl) -> Result<Self, HankoError> {
        Ok(Self(url.connect().await?))
    }

    /// Takes a snapshot, and sees whether what is to be read is there. Nothing can be written through it.
    pub async fn snapshot(&mut self) -> Result<Snapshot<'_>, HankoError> {
        let transaction = self
            .0
            .client_mut()
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await?;
        let snapshot = Snapshot(transaction);
        snapshot.check_schema().await?;
        Ok(snapshot)
    }
}

impl<'a> Snapshot<'a> {
    pub(super) fn transaction(&self) -> &Transaction<'a> {
        &self.0
    }

    async fn check_schema(&self) -> Result<(), HankoError> {
        let exists = self
            .0
            .prepare(
                "SELECT EXISTS (
                     SELECT FROM pg_attribute
                     WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped
                 )",
            )
            .await?;
        for (table, columns) in COLUMNS {
            for column in *columns {
                if !self.0.query_one(&exists, &[table, column]).await?.try_get::<_, bool>(0)? {
                    return Err(HankoError::Schema(format!("{table}.{column}")));
                }
            }
        }
        Ok(())
    }

    /// All tenants, oldest first.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, HankoError> {
        let rows = self.0.query("SELECT id FROM tenants ORDER BY created_at, id", &[]).await?;
        rows.iter().map(|row| Ok(TenantId::new(row.try_get(0)?))).collect()
    }

    /// What belongs to no tenant, and so can't come along: credentials without a user.
    pub async fn strays(&self, limit: u32) -> Result<(u64, Vec<Note>), HankoError> {
        let strays = "FROM webauthn_credentials c
                      WHERE NOT EXISTS (SELECT FROM webauthn_users u WHERE u.id = c.webauthn_user_id)";
        let count = self.0.query_one(&format!("SELECT count(*) {strays}"), &[]).await?;
        let rows = self
            .0
            .query(&format!("SELECT c.id {strays} ORDER BY c.id LIMIT $1"), &[&i64::from(limit)])
            .await?;
        let notes = rows
            .iter()
            .map(|row| {
                let place = Place::Row { table: "webauthn_credentials", id: row.try_get(0)? };
                Ok(Note::refused(place, Kind::Credential, "user_not_found", None))
            })
            .collect::<Result<_, tokio_postgres::Error>>()?;
        Ok((unsigned(count.try_get(0)?), notes))
    }

    /// What a tenant would be here; `None` if there is no such tenant.
    pub async fn tenant(
        &self,
        id: TenantId,
    ) -> Result<Option<Result<HankoTenant, RefusedTenant>>, HankoError> {
        let uuid = id.as_uuid();
        let Some(row) = self
            .0
            .query_opt(
                "SELECT coalesce(display_name, '') AS display_name FROM tenants WHERE id = $1",
                &[uuid],
            )
            .await?
        else {
            return Ok(None);
        };
        let display_name: String = row.try_get(0)?;
        let place = Place::Row { table: "tenants", id: id.to_string() };
        let mut alterations = Alterations::of(place.clone(), Kind::Tenant);
        let config = match self.config_rows(id).await? {
            Some(rows) => config::config(&rows, &mut alterations),
            None => Err(Unusable::because("config_missing")),
        };
        Ok(Some(match config {
            Ok(config) => Ok(HankoTenant {
                tenant: SourceTenant {
                    id,
                    display_name: alterations.name(&display_name, config.relying_party.id.as_str()),
                    config,
                    // The original knows no other.
                    signing_algorithm: SigningAlgorithm::Rs256,
                },
                changes: alterations.into_notes(),
            }),
            Err(Unusable { code, detail }) => Err(RefusedTenant {
                id,
                display_name,
                note: Note::refused(place, Kind::Tenant, code, detail),
                left: self.counts(id).await?,
            }),
        }))
    }

    /// A tenant's things.
    pub async fn source(&self, tenant: HankoTenant) -> Result<HankoSource<'_>, HankoError> {
        let total = self.counts(tenant.tenant.id).await?.values().sum();
        Ok(HankoSource::new(self, tenant, total))
    }

    async fn counts(&self, id: TenantId) -> Result<BTreeMap<Kind, u64>, HankoError> {
        let row = self
            .0
            .query_one(
                "SELECT (SELECT count(*) FROM secrets JOIN configs ON configs.id = config_id
                         WHERE tenant_id = $1 AND is_api_secret) AS api_key,
                        (SELECT count(*) FROM webauthn_users WHERE tenant_id = $1) AS user,
                        (SELECT count(*) FROM webauthn_credentials c
                         JOIN webauthn_users u ON u.id = c.webauthn_user_id
                         WHERE u.tenant_id = $1) AS credential,
                        (SELECT count(*) FROM transactions WHERE tenant_id = $1) AS transaction,
                        (SELECT count(*) FROM audit_logs WHERE tenant_id = $1) AS audit_log",
                &[id.as_uuid()],
            )
            .await?;
        [Kind::ApiKey, Kind::User, Kind::Credential, Kind::Transaction, Kind::AuditLog]
            .into_iter()
            .map(|kind| Ok((kind, unsigned(row.try_get(kind.as_str())?))))
            .collect()
    }

    async fn config_rows(&self, id: TenantId) -> Result<Option<ConfigRows>, HankoError> {
        // Every tenant has one of each; were there more, the original would take any, and we the oldest.
        let Some(row) = self
            .0
            .query_opt(
                "SELECT configs.id AS config_id, r.id AS relying_party_id, r.rp_id,
                        coalesce(r.display_name, '') AS rp_display_name, coalesce(r.icon, '') AS rp_icon,
                        w.timeout::bigint AS timeout, coalesce(w.user_verification, '') AS user_verification,
                        coalesce(w.attachment, '') AS attachment,
                        coalesce(w.attestation_preference, '') AS attestation_preference,
                        coalesce(w.resident_key_requirement, '') AS resident_key_requirement,
                        coalesce((SELECT bool_or(enable_storage) FROM audit_log_configs a
                                  WHERE a.config_id = configs.id), false) AS stores_audit_log,
                        coalesce((SELECT bool_or(allow_unsafe) FROM cors
                                  WHERE cors.config_id = configs.id), false) AS allow_unsafe
                 FROM configs
                 JOIN webauthn_configs w ON w.config_id = configs.id AND NOT coalesce(w.is_mfa, false)
                 JOIN relying_parties r ON r.webauthn_config_id = w.id
                 WHERE configs.tenant_id = $1
                 ORDER BY configs.created_at, configs.id, w.id, r.id
                 LIMIT 1",
                &[id.as_uuid()],
            )
            .await?
        else {
            return Ok(None);
        };
        let config_id: Uuid = row.try_get("config_id")?;
        let relying_party_id: Uuid = row.try_get("relying_party_id")?;
        let mfa = self
            .0
            .query_opt(
                "SELECT timeout::bigint AS timeout, coalesce(user_verification, '') AS user_verification,
                        coalesce(attachment, '') AS attachment,
                        coalesce(attestation_preference, '') AS attestation_preference,
                        coalesce(resident_key_requirement, '') AS resident_key_requirement
                 FROM mfa_configs WHERE config_id = $1 ORDER BY id LIMIT 1",
                &[&config_id],
            )
            .await?;
        Ok(Some(ConfigRows {
            rp_id: row.try_get("rp_id")?,
            rp_display_name: row.try_get("rp_display_name")?,
            rp_icon: row.try_get("rp_icon")?,
            rp_origins: self
                .texts(
                    "SELECT origin FROM webauthn_origins WHERE relying_party_id = $1 ORDER BY created_at, id",
                    relying_party_id,
                )
                .await?,
            cors_origins: self
                .texts(
                    "SELECT origin FROM cors_origins JOIN cors ON cors.id = cors_id
                     WHERE config_id = $1 ORDER BY cors_origins.created_at, cors_origins.id",
                    config_id,
                )
                .await?,
            allow_unsafe_wildcard: row.try_get("allow_unsafe")?,
            passkeys: policy(&row)?,
            mfa: mfa.as_ref().map(policy).transpose()?,
            stores_audit_log: row.try_get("stores_audit_log")?,
        }))
    }

    async fn texts(&self, query: &str, of: Uuid) -> Result<Vec<String>, tokio_postgres::Error> {
        self.0.query(query, &[&of]).await?.iter().map(|row| row.try_get(0)).collect()
    }
}

fn policy(row: &Row) -> Result<PolicyRow, tokio_postgres::Error> {
    Ok(PolicyRow {
        timeout: row.try_get("timeout")?,
        user_verification: row.try_get("user_verification")?,
        attachment: row.try_get("attachment")?,
        attestation_preference: row.try_get("attestation_preference")?,
        resident_key_requirement: row.try_get("resident_key_requirement")?,
    })
}

/// What `count(*)` returns is never negative.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
