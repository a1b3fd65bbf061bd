//! Rows as the domain takes them: which columns, in which order, and what is made of them. Each reader stands behind the
//! list of the columns that it reads.

use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::api_key::ApiKeyRecord;
use passgate_core::audit::{AuditPlace, AuditRow, AuditType, RequestOrigin};
use passgate_core::config::TenantConfig;
use passgate_core::credential::{
    Credential, CredentialDescriptor, CredentialKind, Deletion, KnownCredential,
};
use passgate_core::event::EventType;
use passgate_core::ids::{
    AdminTokenId, ApiKeyId, AuditId, CredentialId, EndpointId, EventId, SigningKeyId, TenantId,
    TransactionId, UserHandle, UserId,
};
use passgate_core::metadata::KeptMetadata;
use passgate_core::server_secret::Sealed;
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm};
use passgate_core::store::Version;
use passgate_core::tenant::{ImportState, TenantSummary};
use passgate_core::text::Text;
use passgate_core::transaction::{Transaction, TransactionData, TransactionIdentifier, TransactionStatus};
use passgate_core::transfer::{Tombstone, TransferredUser};
use passgate_core::user::{AppUserId, User, UserProfile, UserRecord};
use passgate_core::webhook::{DeliveryRecord, DeliveryStatus, EndpointState, WebhookEndpoint, WebhookSecret};
use passgate_webauthn::{Aaguid, CredentialPublicKey};

use crate::rows::{Columns, CorruptRow, Row};

pub(crate) fn version(row: &impl Row) -> Result<Version, CorruptRow> {
    Columns::new("version", None, row).number("value").map(Version)
}

macro_rules! tenant_columns {
    () => {
        "id, display_name, config, import_began_at"
    };
}
pub(crate) use tenant_columns;

/// What is stored of a tenant itself.
pub(crate) type TenantRow = (Text<1, 128>, TenantConfig, ImportState);

pub(crate) fn tenant(row: &impl Row) -> Result<TenantRow, CorruptRow> {
    let mut columns = Columns::new("tenants", None, row);
    columns.uuid("id", TenantId::new)?;
    let display_name = columns.text("display_name")?;
    let config = columns.parsed("config", |json| serde_json::from_str(json).ok())?;
    let import = match columns.optional_time("import_began_at")? {
        None => ImportState::Complete,
        Some(_) => ImportState::Unfinished,
    };
    Ok((display_name, config, import))
}

pub(crate) fn tenant_summary(row: &impl Row) -> Result<TenantSummary, CorruptRow> {
    let mut columns = Columns::new("tenants", None, row);
    Ok(TenantSummary { id: columns.uuid("id", TenantId::new)?, display_name: columns.text("display_name")? })
}

macro_rules! api_key_columns {
    () => {
        "id, name, hash, hint, created_at, last_used_at, expires_at"
    };
}
pub(crate) use api_key_columns;

pub(crate) fn api_key(tenant_id: TenantId, row: &impl Row) -> Result<ApiKeyRecord, CorruptRow> {
    let mut columns = Columns::new("api_keys", Some(tenant_id), row);
    Ok(ApiKeyRecord {
        id: columns.uuid("id", ApiKeyId::new)?,
        name: columns.text("name")?,
        hash: columns.hash("hash")?,
        hint: columns.string("hint")?,
        created_at: columns.time("created_at")?,
        last_used_at: columns.optional_time("last_used_at")?,
        expires_at: columns.optional_time("expires_at")?,
    })
}

macro_rules! signing_key_columns {
    () => {
        "id, tenant_id, name, kid, algorithm, secret_id, sealed, created_at, signs_from"
    };
}
pub(crate) use signing_key_columns;

pub(crate) fn signing_key(row: &impl Row) -> Result<SealedSigningKey, CorruptRow> {
    let mut columns = Columns::new("signing_keys", None, row);
    Ok(SealedSigningKey {
        id: columns.uuid("id", SigningKeyId::new)?,
        tenant_id: columns.uuid("tenant_id", TenantId::new)?,
        name: columns.text("name")?,
        kid: columns.string("kid")?,
        algorithm: columns.parsed("algorithm", SigningAlgorithm::from_name)?,
        private_key: sealed(&mut columns)?,
        created_at: columns.time("created_at")?,
        signs_from: columns.time("signs_from")?,
    })
}

fn sealed<R: Row>(columns: &mut Columns<'_, R>) -> Result<Sealed, CorruptRow> {
    Ok(Sealed {
        secret_id: columns.secret_id()?,
        bytes: columns.bytes("sealed", |bytes| Some(bytes.to_vec()))?,
    })
}

macro_rules! admin_token_columns {
    () => {
        "id, name, hash, hint, created_at"
    };
}
pub(crate) use admin_token_columns;

pub(crate) fn admin_token(row: &impl Row) -> Result<AdminTokenRecord, CorruptRow> {
    let mut columns = Columns::new("admin_tokens", None, row);
    Ok(AdminTokenRecord {
        id: columns.uuid("id", AdminTokenId::new)?,
        name: columns.text("name")?,
        hash: columns.hash("hash")?,
        hint: columns.string("hint")?,
        created_at: columns.time("created_at")?,
    })
}

/// Reads one user from rows of `id, app_user_id, handle`: one for each of its handles, which an outer join found.
pub(crate) fn add_to_user(
    user: &mut Option<User>,
    tenant_id: TenantId,
    row: &impl Row,
) -> Result<(), CorruptRow> {
    let mut columns = Columns::new("users", Some(tenant_id), row);
    let id = columns.uuid("id", UserId::new)?;
    let app_id = app_user_id(&mut columns)?;
    let user = user.get_or_insert_with(|| User { id, app_id, handles: Vec::with_capacity(1) });
    user.handles.extend(joined_handle(&mut columns)?);
    Ok(())
}

/// The handle that an outer join found, if any.
pub(crate) fn joined_handle<R: Row>(columns: &mut Columns<'_, R>) -> Result<Option<UserHandle>, CorruptRow> {
    columns.table("user_handles").optional_bytes("handle", |bytes| UserHandle::new(bytes).ok())
}

pub(crate) fn user_handle(tenant_id: TenantId, row: &impl Row) -> Result<UserHandle, CorruptRow> {
    Columns::new("user_handles", Some(tenant_id), row).bytes("handle", |bytes| UserHandle::new(bytes).ok())
}

fn app_user_id<R: Row>(columns: &mut Columns<'_, R>) -> Result<AppUserId, CorruptRow> {
    columns.parsed("app_user_id", |text| AppUserId::new(text).ok())
}

/// Reads the second of `id, app_user_id`.
pub(crate) fn app_id_of_user(tenant_id: TenantId, row: &impl Row) -> Result<AppUserId, CorruptRow> {
    let mut columns = Columns::new("users", Some(tenant_id), row);
    columns.uuid("id", UserId::new)?;
    app_user_id(&mut columns)
}

macro_rules! user_columns {
    () => {
        "id, app_user_id, name, display_name, icon"
    };
}
pub(crate) use user_columns;

fn user_of<R: Row>(columns: &mut Columns<'_, R>) -> Result<UserRecord, CorruptRow> {
    Ok(UserRecord {
        id: columns.uuid("id", UserId::new)?,
        profile: UserProfile {
            app_id: app_user_id(columns)?,
            name: columns.text("name")?,
            display_name: columns.optional_text("display_name")?,
            icon: columns.optional_text("icon")?,
        },
    })
}

pub(crate) fn user(tenant_id: TenantId, row: &impl Row) -> Result<UserRecord, CorruptRow> {
    user_of(&mut Columns::new("users", Some(tenant_id), row))
}

/// Reads the columns of [`user`], then `created_at, updated_at`; the handles are still missing.
pub(crate) fn transferred_user(tenant_id: TenantId, row: &impl Row) -> Result<TransferredUser, CorruptRow> {
    let mut columns = Columns::new("users", Some(tenant_id), row);
    let UserRecord { id, profile } = user_of(&mut columns)?;
    Ok(TransferredUser {
        id,
        profile,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
        handles: Vec::new(),
    })
}

/// Of a credential `c` and its user `u`.
macro_rules! credential_columns {
    () => {
        "c.id, c.user_id, c.kind, c.name, c.public_key, c.attestation_format, c.aaguid, c.sign_count,
                    c.transports, c.backup_eligible, c.backup_state, c.created_at, c.last_used_at, c.use_count,
                    c.registered_user_agent, c.last_user_agent, u.app_user_id"
    };
}
pub(crate) use credential_columns;

pub(crate) fn credential(tenant_id: TenantId, row: &impl Row) -> Result<Credential, CorruptRow> {
    let columns = &mut Columns::new("credentials", Some(tenant_id), row);
    Ok(Credential {
        id: columns.bytes("id", |bytes| CredentialId::new(bytes).ok())?,
        user_id: columns.uuid("user_id", UserId::new)?,
        kind: columns.parsed("kind", CredentialKind::from_name)?,
        name: columns.text("name")?,
        public_key: columns.bytes("public_key", |bytes| Some(bytes.to_vec()))?,
        attestation_format: columns.string("attestation_format")?,
        aaguid: columns.bytes("aaguid", |bytes| Some(Aaguid::from_bytes(bytes.try_into().ok()?)))?,
        sign_count: columns.number("sign_count")?,
        transports: columns.parsed("transports", |json| serde_json::from_str(json).ok())?,
        backup_eligible: columns.flag("backup_eligible")?,
        backup_state: columns.flag("backup_state")?,
        created_at: columns.time("created_at")?,
        last_used_at: columns.time("last_used_at")?,
        use_count: columns.number("use_count")?,
        registered_user_agent: columns.string("registered_user_agent")?,
        last_user_agent: columns.string("last_user_agent")?,
        app_user_id: app_user_id(columns.table("users"))?,
    })
}

/// What [`add_to_known_credential`] reads.
macro_rules! known_credential_columns {
    () => {
        "c.id, c.kind, c.public_key, c.backup_eligible, c.user_id, u.app_user_id, h.handle"
    };
}
pub(crate) use known_credential_columns;

/// Reads one credential from rows, one for each of its user's handles, which an outer join found.
pub(crate) fn add_to_known_credential(
    known: &mut Option<KnownCredential>,
    tenant_id: TenantId,
    row: &impl Row,
) -> Result<(), CorruptRow> {
    let columns = &mut Columns::new("credentials", Some(tenant_id), row);
    let read = KnownCredential {
        id: columns.bytes("id", |bytes| CredentialId::new(bytes).ok())?,
        kind: columns.parsed("kind", CredentialKind::from_name)?,
        public_key: columns.bytes("public_key", |bytes| Some(CredentialPublicKey::new(bytes)))?,
        backup_eligible: columns.flag("backup_eligible")?,
        user: User {
            id: columns.uuid("user_id", UserId::new)?,
            app_id: app_user_id(columns.table("users"))?,
            handles: Vec::with_capacity(1),
        },
    };
    known.get_or_insert(read).user.handles.extend(joined_handle(columns)?);
    Ok(())
}

/// Reads `id, transports`.
pub(crate) fn descriptor(tenant_id: TenantId, row: &impl Row) -> Result<CredentialDescriptor, CorruptRow> {
    let mut columns = Columns::new("credentials", Some(tenant_id), row);
    Ok(CredentialDescriptor {
        id: columns.bytes("id", |bytes| CredentialId::new(bytes).ok())?,
        transports: columns.parsed("transports", |json| serde_json::from_str(json).ok())?,
    })
}

pub(crate) fn credential_id(tenant_id: TenantId, row: &impl Row) -> Result<CredentialId, CorruptRow> {
    Columns::new("credentials", Some(tenant_id), row).bytes("id", |bytes| CredentialId::new(bytes).ok())
}

/// Reads the counters from `id, sign_count, use_count`: the authenticator's, and how often the credential was used.
pub(crate) fn counters(tenant_id: TenantId, row: &impl Row) -> Result<(u32, u64), CorruptRow> {
    let mut columns = Columns::new("credentials", Some(tenant_id), row);
    columns.bytes("id", |_| Some(()))?;
    Ok((columns.number("sign_count")?, columns.number("use_count")?))
}

/// Reads `id_hash, deleted_at, reason`.
pub(crate) fn tombstone(tenant_id: TenantId, row: &impl Row) -> Result<Tombstone, CorruptRow> {
    let mut columns = Columns::new("credential_tombstones", Some(tenant_id), row);
    Ok(Tombstone {
        id_hash: columns.bytes("id_hash", |bytes| bytes.try_into().ok())?,
        deleted_at: columns.time("deleted_at")?,
        reason: columns.parsed("reason", Deletion::from_name)?,
    })
}

macro_rules! transaction_columns {
    () => {
        "id, user_id, identifier, data, status, created_at, updated_at, finalized_at"
    };
}
pub(crate) use transaction_columns;

pub(crate) fn transaction(tenant_id: TenantId, row: &impl Row) -> Result<Transaction, CorruptRow> {
    let mut columns = Columns::new("transactions", Some(tenant_id), row);
    Ok(Transaction {
        id: columns.uuid("id", TransactionId::new)?,
        user_id: columns.uuid("user_id", UserId::new)?,
        identifier: columns.parsed("identifier", |text| TransactionIdentifier::new(text).ok())?,
        data: TransactionData::from_stored(columns.string("data")?),
        status: columns.parsed("status", TransactionStatus::from_name)?,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
        finalized_at: columns.optional_time("finalized_at")?,
    })
}

/// A transaction as far as an import must know it: from `id, identifier, status`.
pub(crate) type KnownTransaction = (TransactionId, String, TransactionStatus);

pub(crate) fn known_transaction(tenant_id: TenantId, row: &impl Row) -> Result<KnownTransaction, CorruptRow> {
    let mut columns = Columns::new("transactions", Some(tenant_id), row);
    Ok((
        columns.uuid("id", TransactionId::new)?,
        columns.string("identifier")?,
        columns.parsed("status", TransactionStatus::from_name)?,
    ))
}

macro_rules! audit_columns {
    () => {
        "id, type, error, actor_user_id, transaction_id, meta_http_request_id, meta_source_ip, meta_user_agent,
                created_at, credential_id"
    };
}
pub(crate) use audit_columns;

/// That a row is of no everyday type ([`passgate_core::audit::AuditType::is_everyday`]), in the words of the index of
/// those rows: a database takes it only for the same condition. SQLite would make a table of a list, at each row.
pub(crate) const IS_RARE: &str = "type <> 'webauthn_authentication_init_succeeded' \
     AND type <> 'webauthn_authentication_final_succeeded' \
     AND type <> 'webauthn_transaction_init_succeeded' \
     AND type <> 'webauthn_transaction_final_succeeded' \
     AND type <> 'mfa_authentication_init_succeeded' \
     AND type <> 'mfa_authentication_final_succeeded'";

pub(crate) fn audit_place(row: &impl Row) -> Result<AuditPlace, CorruptRow> {
    let mut columns = Columns::new("audit_logs", None, row);
    Ok(AuditPlace { at: columns.time("created_at")?, id: columns.uuid("id", AuditId::new)? })
}

pub(crate) fn audit_row(tenant_id: TenantId, row: &impl Row) -> Result<AuditRow, CorruptRow> {
    let mut columns = Columns::new("audit_logs", Some(tenant_id), row);
    Ok(AuditRow {
        id: columns.uuid("id", AuditId::new)?,
        kind: columns.parsed("type", AuditType::from_name)?,
        error: columns.optional_string("error")?,
        actor: columns.optional_string("actor_user_id")?,
        transaction: columns.optional_string("transaction_id")?,
        origin: RequestOrigin {
            request_id: columns.string("meta_http_request_id")?,
            source_ip: columns.string("meta_source_ip")?,
            user_agent: columns.string("meta_user_agent")?,
        },
        at: columns.time("created_at")?,
        credential: columns.optional_bytes("credential_id", |bytes| CredentialId::new(bytes).ok())?,
    })
}

macro_rules! metadata_columns {
    () => {
        "number, next_update, source, fetched_at, blob"
    };
}
pub(crate) use metadata_columns;

pub(crate) fn metadata(row: &impl Row) -> Result<KeptMetadata, CorruptRow> {
    let mut columns = Columns::new("metadata", None, row);
    Ok(KeptMetadata {
        number: columns.number("number")?,
        next_update: columns.time("next_update")?,
        source: columns.string("source")?,
        fetched_at: columns.time("fetched_at")?,
        blob: columns.string("blob")?,
    })
}

pub(crate) fn metadata_number(row: &impl Row) -> Result<u64, CorruptRow> {
    Columns::new("metadata", None, row).number("number")
}

macro_rules! endpoint_columns {
    () => {
        "id, url, description, events, state, failures, paused_until, created_at, updated_at"
    };
}
pub(crate) use endpoint_columns;

pub(crate) fn endpoint(tenant_id: TenantId, row: &impl Row) -> Result<WebhookEndpoint, CorruptRow> {
    let mut columns = Columns::new("webhook_endpoints", Some(tenant_id), row);
    Ok(WebhookEndpoint {
        id: columns.uuid("id", EndpointId::new)?,
        url: columns.text("url")?,
        description: columns.text("description")?,
        events: columns.parsed("events", event_types)?,
        state: columns.parsed("state", EndpointState::from_name)?,
        failures: columns.number("failures")?,
        paused_until: columns.optional_time("paused_until")?,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
    })
}

fn event_types(json: &str) -> Option<Vec<EventType>> {
    let names: Vec<&str> = serde_json::from_str(json).ok()?;
    names.into_iter().map(EventType::from_name).collect()
}

/// Types of events as they are stored: a JSON array.
pub(crate) fn event_names(types: &[EventType]) -> Result<String, serde_json::Error> {
    let names: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
    serde_json::to_string(&names)
}

/// Reads `secret_id, sealed`.
pub(crate) fn webhook_secret_of_endpoint(tenant_id: TenantId, row: &impl Row) -> Result<Sealed, CorruptRow> {
    sealed(&mut Columns::new("webhook_secrets", Some(tenant_id), row))
}

macro_rules! webhook_secret_columns {
    () => {
        "tenant_id, endpoint_id, created_at, expires_at, secret_id, sealed"
    };
}
pub(crate) use webhook_secret_columns;

pub(crate) fn webhook_secret(row: &impl Row) -> Result<WebhookSecret, CorruptRow> {
    let mut columns = Columns::new("webhook_secrets", None, row);
    Ok(WebhookSecret {
        tenant_id: columns.uuid("tenant_id", TenantId::new)?,
        endpoint_id: columns.uuid("endpoint_id", EndpointId::new)?,
        created_at: columns.time("created_at")?,
        expires_at: columns.optional_time("expires_at")?,
        sealed: sealed(&mut columns)?,
    })
}

/// Of a delivery `d` and its event `e`.
macro_rules! delivery_columns {
    () => {
        "d.event_id, e.type, e.body, d.status, d.attempts, d.next_attempt_at, d.last_status, d.last_failure,
                d.last_attempt_at, d.created_at"
    };
}
pub(crate) use delivery_columns;

pub(crate) fn delivery(tenant_id: TenantId, row: &impl Row) -> Result<DeliveryRecord, CorruptRow> {
    let mut columns = Columns::new("webhook_deliveries", Some(tenant_id), row);
    let event_id = columns.uuid("event_id", EventId::new)?;
    let kind = columns.parsed("type", EventType::from_name)?;
    let body = columns.string("body")?;
    let status = columns.parsed("status", DeliveryStatus::from_name)?;
    let attempts = columns.number("attempts")?;
    let next_attempt_at = columns.time("next_attempt_at")?;
    Ok(DeliveryRecord {
        event_id,
        kind,
        body,
        status,
        attempts,
        next_attempt_at: (status == DeliveryStatus::Pending).then_some(next_attempt_at),
        last_status: columns.optional_number("last_status")?,
        last_failure: columns.optional_string("last_failure")?,
        last_attempt_at: columns.optional_time("last_attempt_at")?,
        created_at: columns.time("created_at")?,
    })
}

#[cfg(test)]
mod tests {
    use passgate_core::audit::AuditType;

    use super::IS_RARE;

    #[test]
    fn what_is_rare_is_what_is_not_of_every_day_there_and_in_the_indexes() {
        let everyday: Vec<_> = AuditType::ALL
            .iter()
            .filter(|kind| kind.is_everyday())
            .map(|kind| format!("type <> '{}'", kind.as_str()))
            .collect();
        let expected = everyday.join(" AND ");
        assert_eq!(IS_RARE, expected);
        for migration in [
            include_str!("../migrations/sqlite/0008_rare_rows_and_stale_passkeys.sql"),
            include_str!("../migrations/postgres/0004_rare_rows_and_stale_passkeys.sql"),
        ] {
            let words = migration.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&format!("WHERE {expected};")), "{words}");
        }
    }
}
