//! Registrations with an attestation statement, and what becomes of them.

use passgate_authenticator::{
    Attestation, Cbor, Hooks,
    rcgen::{CertificateParams, CustomExtension},
};
use passgate_webauthn::{AttestationError, RegistrationError, VerifiedRegistration};

use crate::harness::{Ceremony, Failure};

/// A registration with this statement.
pub(crate) fn attested(attestation: Attestation) -> Result<VerifiedRegistration, Failure> {
    Ceremony::register_after(|ceremony| ceremony.authenticator.config.attestation = attestation)
}

/// What becomes of a registration with this statement and this change to the attestation object.
pub(crate) fn with_object(attestation: Attestation, change: fn(&mut Cbor)) -> Option<RegistrationError> {
    with_hooks(attestation, |hooks| hooks.attestation_object = Some(Box::new(change)))
}

/// What becomes of a registration with this statement and these hooks.
pub(crate) fn with_hooks(
    attestation: Attestation,
    set: impl FnOnce(&mut Hooks),
) -> Option<RegistrationError> {
    refusal(Ceremony::register_after(|ceremony| {
        ceremony.authenticator.config.attestation = attestation;
        set(&mut ceremony.authenticator.hooks);
    }))
}

/// What becomes of a registration with this statement and this change to its certificate.
pub(crate) fn with_certificate(
    attestation: Attestation,
    change: fn(&mut CertificateParams),
) -> Option<RegistrationError> {
    with_hooks(attestation, |hooks| hooks.attestation_certificate = Some(Box::new(change)))
}

/// An extension like this one with another value.
pub(crate) fn with_content(extension: &CustomExtension, content: Vec<u8>) -> CustomExtension {
    let oid: Vec<u64> = extension.oid_components().collect();
    CustomExtension::from_oid_content(&oid, content)
}

/// The error of a registration that got as far as its attestation object; `None` where it verified.
pub(crate) fn refusal(outcome: Result<VerifiedRegistration, Failure>) -> Option<RegistrationError> {
    outcome.err().map(|failure| match failure {
        Failure::Registration(error) => error,
        other => panic!("failed too early: {other:?}"),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with an outcome that may have no refusal")]
pub(crate) fn refused(error: impl Into<AttestationError>) -> Option<RegistrationError> {
    Some(RegistrationError::Attestation(error.into()))
}
