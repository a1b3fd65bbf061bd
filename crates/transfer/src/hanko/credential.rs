//! Credentials.

use passgate_core::clock::Timestamp;
use passgate_core::credential::{Credential, CredentialKind};
use passgate_core::ids::{CredentialId, UserId};
use passgate_core::transfer::TransferRecord;
use passgate_webauthn::{Aaguid, AuthenticatorTransport, base64url, inspect};
use tokio_postgres::Row;
use uuid::Uuid;

use super::alterations::Alterations;
use super::user::app_user_id;
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::unusable::Unusable;

/// Each row, oldest first. Transports are gathered once, since the original has no index by credential.
pub(super) const QUERY: &str = "
    SELECT c.id, u.user_id::text AS user_id, coalesce(c.public_key, '') AS public_key,
           coalesce(c.attestation_type, '') AS attestation_type, c.aaguid,
           coalesce(c.sign_count, 0)::bigint AS sign_count, coalesce(c.name, '') AS name,
           floor(extract(epoch FROM c.last_used_at) * 1000)::bigint AS last_used_at,
           coalesce(c.backup_eligible, false) AS backup_eligible,
           coalesce(c.backup_state, false) AS backup_state, coalesce(c.is_mfa, false) AS is_mfa,
           floor(extract(epoch FROM c.created_at) * 1000)::bigint AS created_at,
           coalesce(t.names, '{}') AS transports
    FROM webauthn_credentials c
    JOIN webauthn_users u ON u.id = c.webauthn_user_id
    LEFT JOIN (
        SELECT webauthn_credential_id, array_agg(name::text ORDER BY name) AS names
        FROM webauthn_credential_transports WHERE name IS NOT NULL GROUP BY webauthn_credential_id
    ) t ON t.webauthn_credential_id = c.id
    WHERE u.tenant_id = $1
    ORDER BY c.created_at, c.id";

#[derive(Debug)]
pub(super) struct CredentialRow {
    pub(super) id: String,
    user_id: Option<String>,
    public_key: String,
    attestation_type: String,
    aaguid: Option<Uuid>,
    sign_count: i64,
    name: String,
    last_used_at: Option<i64>,
    backup_eligible: bool,
    backup_state: bool,
    is_mfa: bool,
    created_at: i64,
    transports: Vec<String>,
}

impl CredentialRow {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            public_key: row.try_get("public_key")?,
            attestation_type: row.try_get("attestation_type")?,
            aaguid: row.try_get("aaguid")?,
            sign_count: row.try_get("sign_count")?,
            name: row.try_get("name")?,
            last_used_at: row.try_get("last_used_at")?,
            backup_eligible: row.try_get("backup_eligible")?,
            backup_state: row.try_get("backup_state")?,
            is_mfa: row.try_get("is_mfa")?,
            created_at: row.try_get("created_at")?,
            transports: row.try_get("transports")?,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Row { table: "webauthn_credentials", id: self.id.clone() }
    }

    pub(super) fn record(self) -> Result<(TransferRecord, Vec<Note>), Unusable> {
        let mut alterations = Alterations::of(self.place(), Kind::Credential);
        let id = base64url::decode(&self.id).map_err(|_| Unusable::because("credential_id_malformed"))?;
        let id = CredentialId::new(&id).map_err(|error| Unusable::with("credential_id_length", &error))?;
        let public_key =
            base64url::decode(&self.public_key).map_err(|_| Unusable::because("public_key_malformed"))?;
        // What the verifier could not use would be a passkey that never logs in.
        inspect::check_cose_key(&public_key).map_err(|error| Unusable::with(error.code(), &error))?;
        let sign_count =
            u32::try_from(self.sign_count).map_err(|_| Unusable::because("sign_count_out_of_range"))?;
        let created_at = Timestamp::from_millis(self.created_at);
        let attestation_format = match self.attestation_type.as_str() {
            "" => {
                alterations.note("attestation_type_missing", None);
                "none".to_owned()
            }
            _ => self.attestation_type,
        };
        let record = Credential {
            // As the original names what it can't, and we do.
            name: alterations.name(&self.name, &format!("cred-{id}")),
            id,
            user_id: UserId::new(Uuid::nil()),
            app_user_id: app_user_id(self.user_id.as_deref())?,
            kind: if self.is_mfa { CredentialKind::Mfa } else { CredentialKind::Passkey },
            public_key,
            attestation_format,
            aaguid: Aaguid::from_bytes(self.aaguid.unwrap_or_default().into_bytes()),
            sign_count,
            transports: transports(self.transports, &mut alterations),
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            created_at,
            last_used_at: self.last_used_at.map_or(created_at, Timestamp::from_millis),
            // The original does not count them.
            use_count: 0,
            registered_user_agent: String::new(),
            last_user_agent: String::new(),
        };
        Ok((TransferRecord::Credential(Box::new(record)), alterations.into_notes()))
    }
}

fn transports(names: Vec<String>, alterations: &mut Alterations) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| {
            let is_one = AuthenticatorTransport::parse(name).is_some();
            if !is_one {
                alterations.note("transport_dropped", Some(name));
            }
            is_one
        })
        .collect()
}
