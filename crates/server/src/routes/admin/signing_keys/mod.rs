//! `/tenants/{tenant_id}/secrets/jwk`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use passgate_api::admin as wire;
use passgate_core::administration::SigningKeyInfo;
use passgate_core::signing_key::{SigningAlgorithm, SigningKeyState};

pub(crate) fn algorithm_from_wire(algorithm: wire::SigningAlgorithm) -> SigningAlgorithm {
    match algorithm {
        wire::SigningAlgorithm::Es256 => SigningAlgorithm::Es256,
        wire::SigningAlgorithm::Rs256 => SigningAlgorithm::Rs256,
    }
}

fn to_wire(info: SigningKeyInfo) -> wire::SigningKey {
    wire::SigningKey {
        id: *info.key.id.as_uuid(),
        name: info.key.name.to_string(),
        secret: String::new(),
        kid: info.key.kid,
        alg: match info.key.algorithm {
            SigningAlgorithm::Es256 => wire::SigningAlgorithm::Es256,
            SigningAlgorithm::Rs256 => wire::SigningAlgorithm::Rs256,
        },
        state: match info.state {
            SigningKeyState::Published => wire::SigningKeyState::Published,
            SigningKeyState::Active => wire::SigningKeyState::Active,
            SigningKeyState::Retired | SigningKeyState::Expired => wire::SigningKeyState::Retired,
        },
        created_at: info.key.created_at.to_date_time(),
        signs_from: info.key.signs_from.to_date_time(),
    }
}
