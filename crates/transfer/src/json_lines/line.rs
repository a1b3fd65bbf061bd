//! The lines as they are spelled, and what they mean.

use std::collections::BTreeMap;

use passgate_core::api_key::ApiKeyRecord;
use passgate_core::audit::{AuditRow, AuditType, RequestOrigin};
use passgate_core::credential::{Credential, CredentialKind, Deletion};
use passgate_core::ids::{ApiKeyId, AuditId, CredentialId, TransactionId, UserHandle, UserId};
use passgate_core::key_secret::KeyHash;
use passgate_core::text::Text;
use passgate_core::transaction::{Transaction, TransactionIdentifier, TransactionStatus};
use passgate_core::transfer::{Tombstone, TransferRecord, TransferredTransaction, TransferredUser};
use passgate_core::user::{AppUserId, UserProfile};
use passgate_webauthn::{Aaguid, AuthenticatorTransport, base64url, inspect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::time::Time;
use crate::kind::Kind;
use crate::unusable::{Unusable, transaction_data};

/// The most handles a user may have: the two of another server, and some from imports before.
const MAX_HANDLES: usize = 16;
/// As much of a user agent as the server keeps.
const MAX_USER_AGENT: usize = 512;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) exported_at: Time,
    pub(super) tenant: TenantMember,
}

/// What the first line tells before its version is known to be read here.
#[derive(Debug, Deserialize)]
pub(super) struct FormatMembers {
    pub(super) format: String,
    pub(super) version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantMember {
    pub(super) id: Uuid,
    pub(super) display_name: String,
    pub(super) signing_algorithm: String,
    pub(super) config: Value,
}

/// What every other line has.
#[derive(Debug, Deserialize)]
pub(super) struct KindMember {
    pub(super) kind: String,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub(super) kind: String,
    pub(super) counts: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiKeyLine {
    kind: String,
    id: Uuid,
    name: String,
    sha256: String,
    hint: String,
    created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserLine {
    kind: String,
    id: Uuid,
    user_id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    handles: Vec<String>,
    created_at: Time,
    updated_at: Time,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialLine {
    kind: String,
    id: String,
    user_id: String,
    is_mfa: bool,
    name: String,
    public_key: String,
    attestation_type: String,
    aaguid: Uuid,
    sign_count: u32,
    transports: Vec<String>,
    backup_eligible: bool,
    backup_state: bool,
    created_at: Time,
    last_used_at: Time,
    #[serde(default)]
    use_count: u64,
    #[serde(default)]
    registered_user_agent: String,
    #[serde(default)]
    last_user_agent: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TombstoneLine {
    kind: String,
    credential_id_sha256: String,
    deleted_at: Time,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionLine {
    kind: String,
    id: Uuid,
    user_id: String,
    transaction_id: String,
    /// The stored text, a string: its bytes were hashed.
    data: String,
    status: StatusWord,
    created_at: Time,
    updated_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finalized_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusWord {
    Pending,
    Finalized,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditLogLine {
    kind: String,
    id: Uuid,
    r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    source_ip: String,
    #[serde(default)]
    user_agent: String,
    created_at: Time,
}

/// Writes a record as a line, without its end.
pub(super) fn encode(record: &TransferRecord) -> serde_json::Result<Vec<u8>> {
    let kind = Kind::of(record).as_str().to_owned();
    match record {
        TransferRecord::ApiKey(key) => serde_json::to_vec(&ApiKeyLine {
            kind,
            id: *key.id.as_uuid(),
            name: key.name.to_string(),
            sha256: base64url::encode(key.hash.as_bytes()),
            hint: key.hint.clone(),
            created_at: Time(key.created_at),
            last_used_at: key.last_used_at.map(Time),
            expires_at: key.expires_at.map(Time),
        }),
        TransferRecord::User(user) => serde_json::to_vec(&UserLine {
            kind,
            id: *user.id.as_uuid(),
            user_id: user.profile.app_id.to_string(),
            name: user.profile.name.to_string(),
            display_name: user.profile.display_name.as_ref().map(ToString::to_string),
            icon: user.profile.icon.as_ref().map(ToString::to_string),
            handles: user.handles.iter().map(|handle| base64url::encode(handle.as_bytes())).collect(),
            created_at: Time(user.created_at),
            updated_at: Time(user.updated_at),
        }),
        TransferRecord::Credential(credential) => serde_json::to_vec(&CredentialLine {
            kind,
            id: credential.id.to_string(),
            user_id: credential.app_user_id.to_string(),
            is_mfa: credential.kind == CredentialKind::Mfa,
            name: credential.name.to_string(),
            public_key: base64url::encode(&credential.public_key),
            attestation_type: credential.attestation_format.clone(),
            aaguid: Uuid::from_bytes(*credential.aaguid.as_bytes()),
            sign_count: credential.sign_count,
            transports: credential.transports.clone(),
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            created_at: Time(credential.created_at),
            last_used_at: Time(credential.last_used_at),
            use_count: credential.use_count,
            registered_user_agent: credential.registered_user_agent.clone(),
            last_user_agent: credential.last_user_agent.clone(),
        }),
        TransferRecord::Tombstone(tombstone) => serde_json::to_vec(&TombstoneLine {
            kind,
            credential_id_sha256: base64url::encode(&tombstone.id_hash),
            deleted_at: Time(tombstone.deleted_at),
            reason: tombstone.reason.as_str().to_owned(),
        }),
        TransferRecord::Transaction(transferred) => {
            let transaction = &transferred.transaction;
            serde_json::to_vec(&TransactionLine {
                kind,
                id: *transaction.id.as_uuid(),
                user_id: transferred.app_user_id.to_string(),
                transaction_id: transaction.identifier.as_str().to_owned(),
                data: transaction.data.as_str().to_owned(),
                status: match transaction.status {
                    TransactionStatus::Pending => StatusWord::Pending,
                    TransactionStatus::Finalized => StatusWord::Finalized,
                },
                created_at: Time(transaction.created_at),
                updated_at: Time(transaction.updated_at),
                finalized_at: transaction.finalized_at.map(Time),
            })
        }
        TransferRecord::Audit(row) => serde_json::to_vec(&AuditLogLine {
            kind,
            id: *row.id.as_uuid(),
            r#type: row.kind.as_str().to_owned(),
            error: row.error.clone(),
            user_id: row.actor.clone(),
            credential_id: row.credential.as_ref().map(ToString::to_string),
            transaction_id: row.transaction.clone(),
            request_id: row.origin.request_id.clone(),
            source_ip: row.origin.source_ip.clone(),
            user_agent: row.origin.user_agent.clone(),
            created_at: Time(row.at),
        }),
    }
}

/// Reads the record of a line of a known kind, which is an object.
pub(super) fn decode(kind: Kind, line: &[u8]) -> Result<TransferRecord, Unusable> {
    match kind {
        // A header is no record; `Kind::of_line` doesn't know it.
        Kind::Tenant => Err(Unusable::because("line_malformed")),
        Kind::ApiKey => api_key(parse(line)?),
        Kind::User => user(parse(line)?),
        Kind::Credential => credential(parse(line)?),
        Kind::Tombstone => tombstone(&parse(line)?),
        Kind::Transaction => transaction(parse(line)?),
        Kind::AuditLog => audit_row(parse(line)?),
    }
}

/// Members that are missing, of another type, or unknown: a misspelt member must not be silently left out.
fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, Unusable> {
    serde_json::from_slice(line).map_err(|error| Unusable::with("line_malformed", &error))
}

fn text<const MIN: usize, const MAX: usize>(
    value: String,
    code: &'static str,
) -> Result<Text<MIN, MAX>, Unusable> {
    Text::new(value).map_err(|error| Unusable::with(code, &error))
}

fn app_user_id(value: String) -> Result<AppUserId, Unusable> {
    AppUserId::new(value).map_err(|error| Unusable::with("user_id_invalid", &error))
}

fn credential_id(value: &str) -> Result<CredentialId, Unusable> {
    value.parse().map_err(|_| Unusable::because("credential_id_invalid"))
}

fn bytes(value: &str, code: &'static str) -> Result<Vec<u8>, Unusable> {
    base64url::decode(value).map_err(|_| Unusable::because(code))
}

fn hash(value: &str, code: &'static str) -> Result<[u8; 32], Unusable> {
    bytes(value, code)?.try_into().map_err(|_| Unusable::because(code))
}

/// Text that is stored as it came; the database can't hold NUL.
fn plain(value: String, limit: usize, code: &'static str) -> Result<String, Unusable> {
    if value.contains('\0') || value.chars().count() > limit {
        return Err(Unusable::because(code));
    }
    Ok(value)
}

fn api_key(line: ApiKeyLine) -> Result<TransferRecord, Unusable> {
    Ok(TransferRecord::ApiKey(ApiKeyRecord {
        id: ApiKeyId::new(line.id),
        name: text(line.name, "name_invalid")?,
        hash: KeyHash::from_bytes(hash(&line.sha256, "api_key_hash_invalid")?),
        hint: plain(line.hint, 16, "api_key_hint_invalid")?,
        created_at: line.created_at.0,
        last_used_at: line.last_used_at.map(|time| time.0),
        expires_at: line.expires_at.map(|time| time.0),
    }))
}

fn user(line: UserLine) -> Result<TransferRecord, Unusable> {
    let handles = line
        .handles
        .iter()
        .map(|handle| {
            let bytes = bytes(handle, "user_handle_invalid")?;
            UserHandle::new(&bytes).map_err(|_| Unusable::because("user_handle_invalid"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if handles.is_empty() || handles.len() > MAX_HANDLES {
        return Err(Unusable::because("user_handles_count"));
    }
    Ok(TransferRecord::User(TransferredUser {
        id: UserId::new(line.id),
        profile: UserProfile {
            app_id: app_user_id(line.user_id)?,
            name: text(line.name, "name_invalid")?,
            display_name: line.display_name.map(|name| text(name, "display_name_invalid")).transpose()?,
            icon: line.icon.map(|icon| text(icon, "icon_invalid")).transpose()?,
        },
        handles,
        created_at: line.created_at.0,
        updated_at: line.updated_at.0,
    }))
}

fn credential(line: CredentialLine) -> Result<TransferRecord, Unusable> {
    let public_key = bytes(&line.public_key, "public_key_invalid")?;
    inspect::check_cose_key(&public_key).map_err(|error| Unusable::with(error.code(), &error))?;
    if line.transports.iter().any(|name| AuthenticatorTransport::parse(name).is_none()) {
        return Err(Unusable::because("transport_invalid"));
    }
    Ok(TransferRecord::Credential(Box::new(Credential {
        id: credential_id(&line.id)?,
        // That of the database it comes from means nothing here.
        user_id: UserId::new(Uuid::nil()),
        app_user_id: app_user_id(line.user_id)?,
        kind: if line.is_mfa { CredentialKind::Mfa } else { CredentialKind::Passkey },
        name: text(line.name, "name_invalid")?,
        public_key,
        attestation_format: plain(line.attestation_type, 64, "attestation_type_invalid")?,
        aaguid: Aaguid::from_bytes(line.aaguid.into_bytes()),
        sign_count: line.sign_count,
        transports: line.transports,
        backup_eligible: line.backup_eligible,
        backup_state: line.backup_state,
        created_at: line.created_at.0,
        last_used_at: line.last_used_at.0,
        use_count: line.use_count,
        registered_user_agent: plain(line.registered_user_agent, MAX_USER_AGENT, "user_agent_invalid")?,
        last_user_agent: plain(line.last_user_agent, MAX_USER_AGENT, "user_agent_invalid")?,
    })))
}

fn tombstone(line: &TombstoneLine) -> Result<TransferRecord, Unusable> {
    Ok(TransferRecord::Tombstone(Tombstone {
        id_hash: hash(&line.credential_id_sha256, "credential_id_hash_invalid")?,
        deleted_at: line.deleted_at.0,
        reason: Deletion::from_name(&line.reason).ok_or(Unusable::because("reason_unknown"))?,
    }))
}

fn transaction(line: TransactionLine) -> Result<TransferRecord, Unusable> {
    let identifier = TransactionIdentifier::new(line.transaction_id)
        .map_err(|error| Unusable::with("transaction_id_invalid", &error))?;
    Ok(TransferRecord::Transaction(TransferredTransaction {
        app_user_id: app_user_id(line.user_id)?,
        transaction: Transaction {
            id: TransactionId::new(line.id),
            user_id: UserId::new(Uuid::nil()),
            identifier,
            data: transaction_data(line.data)?,
            status: match line.status {
                StatusWord::Pending => TransactionStatus::Pending,
                StatusWord::Finalized => TransactionStatus::Finalized,
            },
            created_at: line.created_at.0,
            updated_at: line.updated_at.0,
            finalized_at: line.finalized_at.map(|time| time.0),
        },
    }))
}

fn audit_row(line: AuditLogLine) -> Result<TransferRecord, Unusable> {
    let optional =
        |value: Option<String>, limit, code| value.map(|value| plain(value, limit, code)).transpose();
    Ok(TransferRecord::Audit(Box::new(AuditRow {
        id: AuditId::new(line.id),
        kind: AuditType::from_name(&line.r#type)
            .ok_or_else(|| Unusable::with("audit_type_unknown", &line.r#type))?,
        error: optional(line.error, 1024, "error_invalid")?,
        actor: optional(line.user_id, 1024, "user_id_invalid")?,
        credential: line.credential_id.as_deref().map(credential_id).transpose()?,
        transaction: optional(line.transaction_id, 1024, "transaction_id_invalid")?,
        origin: RequestOrigin {
            request_id: plain(line.request_id, 1024, "request_id_invalid")?,
            source_ip: plain(line.source_ip, 1024, "source_ip_invalid")?,
            user_agent: plain(line.user_agent, MAX_USER_AGENT, "user_agent_invalid")?,
        },
        at: line.created_at.0,
    })))
}
