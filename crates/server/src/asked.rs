//! What one request asks for beside its tenant's policy, from the wire to the domain.

use passgate_api::public as wire;
use passgate_core::asked::{Asked, Mediation};
use passgate_core::config::CeremonyTimeout;
use passgate_core::ids::CredentialId;
use passgate_webauthn::extensions::{CreationExtensions, RequestExtensions};
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

/// Whose authentication it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whoever the authenticator names.
    Discoverable,
    /// The app named the user.
    Named,
}

/// For any authentication.
pub(crate) fn authentication(asked: &wire::LoginAsked, subject: Subject) -> Result<Asked, ApiError> {
    let credential = asked.credential_id.as_deref().map(credential_id).transpose()?;
    if subject == Subject::Discoverable && credential.is_some() {
        return Err(ApiError::validation("credential_id: needs user_id"));
    }
    Ok(Asked {
        user_verification: asked.user_verification.map(user_verification),
        timeout: timeout(asked.timeout)?,
        hints: hints(&asked.hints)?,
        request_extensions: match &asked.extensions {
            None => RequestExtensions::default(),
            Some(members) => request_extensions(members, subject, credential.as_ref())?,
        },
        credential,
        ..Asked::default()
    })
}

fn credential_id(id: &str) -> Result<CredentialId, ApiError> {
    let bytes = base64url::decode(id).map_err(|_| ApiError::validation("credential_id: is no base64url"))?;
    field("credential_id", CredentialId::new(&bytes))
}

fn request_extensions(
    members: &Map<String, Value>,
    subject: Subject,
    credential: Option<&CredentialId>,
) -> Result<RequestExtensions, ApiError> {
    let refuse = |what: &str| Err(ApiError::validation(format!("extensions: {what}")));
    // What of these a login allows is known only later, unless the request says so; what it does not allow is left out
    // then.
    let inputs = members
        .get("prf")
        .and_then(|prf| prf.get("evalByCredential"))
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .filter_map(|id| base64url::decode(id).ok())
        .map(CredentialDescriptor::new);
    let allowed: Vec<_> = match credential {
        Some(id) => vec![CredentialDescriptor::new(id.as_bytes().to_vec())],
        None => inputs.collect(),
    };
    let writes_blob = members.get("largeBlob").is_some_and(|blob| blob.get("write").is_some());
    if writes_blob && credential.is_none() {
        return refuse("largeBlob.write needs credential_id");
    }
    let extensions = field("extensions", RequestExtensions::parse(members, &allowed))?;
    // What it widens, the app must have asked for; and the keys that it is about are never discoverable.
    if extensions.app_id.is_some() && subject == Subject::Discoverable {
        return refuse("appid needs user_id");
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
