//! `/{tenant_id}/credentials`.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use data_encoding::BASE64URL_NOPAD;
use passgate_api::public as wire;
use passgate_core::credential::{Credential, CredentialKind};
use passgate_core::user_agent::Device;
use passgate_webauthn::authenticator_name;

pub(crate) fn to_wire(credential: Credential) -> wire::Credential {
    let device = |user_agent: &str| Device::of(user_agent).describe();
    wire::Credential {
        storage: Some(match (credential.backup_eligible, credential.backup_state) {
            (false, _) => wire::CredentialStorage::DeviceBound,
            (true, false) => wire::CredentialStorage::Syncable,
            (true, true) => wire::CredentialStorage::Synced,
        }),
        use_count: Some(credential.use_count),
        authenticator: authenticator_name(credential.aaguid).map(str::to_owned),
        registered_on: device(&credential.registered_user_agent),
        last_used_on: device(&credential.last_user_agent),
        id: credential.id.to_string(),
        name: Some(credential.name.to_string()),
        public_key: BASE64URL_NOPAD.encode(&credential.public_key),
        attestation_type: credential.attestation_format,
        aaguid: uuid::Uuid::from_bytes(*credential.aaguid.as_bytes()),
        last_used_at: Some(credential.last_used_at.to_date_time()),
        created_at: credential.created_at.to_date_time(),
        transports: credential.transports,
        backup_eligible: credential.backup_eligible,
        backup_state: credential.backup_state,
        is_mfa: match credential.kind {
            CredentialKind::Passkey => false,
            CredentialKind::Mfa => true,
        },
        user_id: credential.app_user_id.to_string(),
    }
}
