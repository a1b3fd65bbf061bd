//! `/{tenant_id}/credentials`.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use data_encoding::BASE64URL_NOPAD;
use passgate_api::public as wire;
use passgate_core::credential::{Credential, CredentialKind};
use passgate_core::user_agent::Device;
use passgate_webauthn::mds::MetadataBlob;
use passgate_webauthn::{AuthenticatorDescription, describe_authenticator};

/// The longest picture that is sent, in characters. Some vendors' are larger; a drawing of ours takes their place.
const MAX_ICON: usize = 32_768;

/// Whether a credential is shown with a picture: a list would repeat the same few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Shown,
    LeftOut,
}

pub(crate) fn to_wire(
    credential: Credential,
    metadata: Option<&MetadataBlob>,
    icon: Icon,
) -> wire::Credential {
    let described = describe_authenticator(credential.aaguid, metadata);
    let device = |user_agent: &str| Device::of(user_agent).describe();
    wire::Credential {
        storage: Some(match (credential.backup_eligible, credential.backup_state) {
            (false, _) => wire::CredentialStorage::DeviceBound,
            (true, false) => wire::CredentialStorage::Syncable,
            (true, true) => wire::CredentialStorage::Synced,
        }),
        use_count: Some(credential.use_count),
        authenticator: described.map(|described| described.name.to_owned()),
        authenticator_icon: match icon {
            Icon::Shown => {
                let short = |found: AuthenticatorDescription<'_>| {
                    found.icon.filter(|icon| icon.len() <= MAX_ICON).map(str::to_owned)
                };
                described
                    .and_then(short)
                    .or_else(|| describe_authenticator(credential.aaguid, None).and_then(short))
            }
            Icon::LeftOut => None,
        },
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
