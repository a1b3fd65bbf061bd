//! API keys.

use passgate_core::api_key::ApiKeyRecord;
use passgate_core::clock::Timestamp;
use passgate_core::ids::ApiKeyId;
use passgate_core::key_secret::KeyHash;
use passgate_core::transfer::TransferRecord;
use tokio_postgres::Row;
use uuid::Uuid;

use super::alterations::Alterations;
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::unusable::Unusable;

/// Each row, oldest first. The database hashes, so that no key leaves it; of a key as long as its own are, the first
/// four characters do, by which people tell keys apart.
pub(super) const QUERY: &str = "
    SELECT secrets.id, coalesce(name, '') AS name, sha256(convert_to(key, 'UTF8')) AS hash,
           CASE WHEN length(key) >= 32 THEN left(key, 4) ELSE '' END AS hint,
           floor(extract(epoch FROM secrets.created_at) * 1000)::bigint AS created_at
    FROM secrets JOIN configs ON configs.id = secrets.config_id
    WHERE configs.tenant_id = $1 AND is_api_secret
    ORDER BY secrets.created_at, secrets.id";

pub(super) struct ApiKeyRow {
    id: Uuid,
    name: String,
    hash: Vec<u8>,
    hint: String,
    created_at: i64,
}

impl ApiKeyRow {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            hash: row.try_get("hash")?,
            hint: row.try_get("hint")?,
            created_at: row.try_get("created_at")?,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Row { table: "secrets", id: self.id.to_string() }
    }

    pub(super) fn record(self) -> Result<(TransferRecord, Vec<Note>), Unusable> {
        let hash = self.hash.as_slice().try_into().map_err(|_| Unusable::because("api_key_hash_invalid"))?;
        let mut alterations = Alterations::of(self.place(), Kind::ApiKey);
        let record = ApiKeyRecord {
            id: ApiKeyId::new(self.id),
            name: alterations.name(&self.name, &self.id.to_string()),
            hash: KeyHash::from_bytes(hash),
            hint: self.hint,
            created_at: Timestamp::from_millis(self.created_at),
            last_used_at: None,
            expires_at: None,
        };
        Ok((TransferRecord::ApiKey(record), alterations.into_notes()))
    }
}
