//! What one request asks for beside its tenant's policy, from the wire to the domain.

use passgate_api::public as wire;
use passgate_core::asked::{Asked, Mediation};
use passgate_core::config::CeremonyTimeout;
use passgate_webauthn::extensions::{CreationExtensions, LargeBlobRequest, RequestExtensions};
use passgate_webauthn::options::{CredentialDescriptor, Hint};
use passgate_webauthn::{AttestationFormat, base64url};
use serde_json::{Map, Value};

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
        attestation_formats: attestation_formats(&asked.attestation_formats)?,
        creation_extensions: match &asked.extensions {
            None => CreationExtensions::default(),
            Some(members) => field("extensions", CreationExtensions::parse(members))?,
        },
        ..Asked::default()
    })
}

pub(crate) fn login(asked: &wire::LoginAsked) -> Result<Asked, ApiError> {
    Ok(Asked {
        user_verification: asked.user_verification.map(user_verification),
        timeout: timeout(asked.timeout)?,
        hints: hints(&asked.hints)?,
        request_extensions: match &asked.extensions {
            None => RequestExtensions::default(),
            Some(members) => request_extensions(members)?,
        },
        ..Asked::default()
    })
}

fn request_extensions(members: &Map<String, Value>) -> Result<RequestExtensions, ApiError> {
    let refuse = |what: &str| Err(ApiError::validation(format!("extensions: {what}")));
    // What of these a login allows is known only later; what it does not allow is left out then.
    let named: Vec<_> = members
        .get("prf")
        .and_then(|prf| prf.get("evalByCredential"))
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .filter_map(|id| base64url::decode(id).ok())
        .map(CredentialDescriptor::new)
        .collect();
    let extensions = field("extensions", RequestExtensions::parse(members, &named))?;
    if extensions.app_id.is_some() {
        return refuse("appid is not offered: passkeys are asked for by their RP ID");
    }
    if matches!(extensions.large_blob, Some(LargeBlobRequest::Write(_))) {
        return refuse("largeBlob.write needs a login with one credential, which can't be asked for");
    }
    Ok(extensions)
}

/// More than there are.
const MAX_ATTESTATION_FORMATS: usize = 16;

fn attestation_formats(names: &[String]) -> Result<Vec<AttestationFormat>, ApiError> {
    if names.len() > MAX_ATTESTATION_FORMATS {
        let bound = format!("attestation_formats: must be at most {MAX_ATTESTATION_FORMATS}");
        return Err(ApiError::validation(bound));
    }
    // A format that is not known here is no wish that could be granted: it is passed over, as browsers do.
    Ok(names.iter().filter_map(|name| AttestationFormat::parse(name)).collect())
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
