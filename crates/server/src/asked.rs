//! What one request asks for beside its tenant's policy, from the wire to the domain.

use passgate_api::public as wire;
use passgate_core::asked::{Asked, Mediation};
use passgate_core::config::CeremonyTimeout;
use passgate_webauthn::options::Hint;

use crate::error::ApiError;
use crate::routes::admin::config::{attachment, attestation, resident_key, user_verification};
use crate::validate::field;

/// As many hints as there are.
const MAX_HINTS: usize = 3;

pub(crate) fn registration(asked: &wire::RegistrationAsked) -> Result<Asked, ApiError> {
    Ok(Asked {
        user_verification: asked.user_verification.map(user_verification),
        attachment: asked.authenticator_attachment.map(attachment),
        attestation: asked.attestation.map(attestation),
        resident_key: asked.resident_key.map(resident_key),
        timeout: timeout(asked.timeout)?,
        hints: hints(&asked.hints)?,
        mediation: match asked.mediation {
            None => Mediation::Prompted,
            Some(wire::Mediation::Conditional) => Mediation::Conditional,
        },
        ..Asked::default()
    })
}

pub(crate) fn login(asked: &wire::LoginAsked) -> Result<Asked, ApiError> {
    Ok(Asked {
        user_verification: asked.user_verification.map(user_verification),
        timeout: timeout(asked.timeout)?,
        hints: hints(&asked.hints)?,
        ..Asked::default()
    })
}

fn timeout(millis: Option<u64>) -> Result<Option<CeremonyTimeout>, ApiError> {
    millis.map(|millis| field("timeout", CeremonyTimeout::from_millis(millis))).transpose()
}

fn hints(hints: &[wire::Hint]) -> Result<Vec<Hint>, ApiError> {
    if hints.len() > MAX_HINTS {
        return Err(ApiError::validation(format!("hints: must be at most {MAX_HINTS}")));
    }
    Ok(hints
        .iter()
        .map(|hint| match hint {
            wire::Hint::SecurityKey => Hint::SecurityKey,
            wire::Hint::ClientDevice => Hint::ClientDevice,
            wire::Hint::Hybrid => Hint::Hybrid,
        })
        .collect())
}
