//! Attestation: what an authenticator proves about itself at registration (§6.5, §8).

mod android_key;
mod apple;
mod certificate;
mod compound;
mod der;
mod error;
mod fido_u2f;
mod members;
mod none;
mod packed;
mod path;
mod tpm;
mod trust;

pub use android_key::AndroidKeyError;
pub use apple::AppleError;
pub(crate) use certificate::Certificate;
pub use certificate::CertificateError;
pub use error::AttestationError;
pub use fido_u2f::FidoU2fError;
pub use tpm::TpmError;
pub use trust::{
    AttestationPolicy, RevocationList, RevocationListError, TrustAnchor, TrustAnchorError, TrustError,
};
pub(crate) use trust::{Judged, check_path, choose};

use aws_lc_rs::digest::SHA256_OUTPUT_LEN;
use serde::{Serialize, Serializer};

use crate::{Aaguid, RegistrationError, cose::CoseKey};

/// A registered attestation statement format (§8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationFormat {
    /// §8.7: no attestation.
    None,
    /// §8.2: made for WebAuthn.
    Packed,
    /// §8.3: by a Trusted Platform Module.
    Tpm,
    /// §8.4: by Android's key store.
    AndroidKey,
    /// §8.5: by Google's `SafetyNet`, which has ended.
    AndroidSafetyNet,
    /// §8.6: by a U2F security key.
    FidoU2f,
    /// §8.8: by Apple's anonymous CA.
    Apple,
    /// §8.9: several at once.
    Compound,
}

impl AttestationFormat {
    /// The format of this identifier (§7.1 step 21: compared case by case).
    #[must_use]
    pub fn parse(identifier: &str) -> Option<Self> {
        Some(match identifier {
            "none" => Self::None,
            "packed" => Self::Packed,
            "tpm" => Self::Tpm,
            "android-key" => Self::AndroidKey,
            "android-safetynet" => Self::AndroidSafetyNet,
            "fido-u2f" => Self::FidoU2f,
            "apple" => Self::Apple,
            "compound" => Self::Compound,
            _ => return None,
        })
    }

    /// The identifier.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Packed => "packed",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::AndroidSafetyNet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }
}

impl Serialize for AttestationFormat {
    /// As the identifier.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What an attestation statement that verified proves (§6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationType {
    /// Nothing.
    None,
    /// That whoever registered holds the credential's private key.
    SelfAttestation,
    /// That an attestation key signed, whose certificate is in the trust path. Basic and `AttCA` can't be
    /// told apart without knowing the vendor.
    Basic,
    /// `AttCA`: that a TPM's attestation key certified the credential's key, and a CA that key.
    AttestationCa,
    /// `AnonCA`: that an anonymisation CA made a certificate for the credential's very key.
    AnonymizationCa,
}

/// What a verification procedure is given (§6.5.2).
#[derive(Clone, Copy)]
pub(crate) struct Statement<'a> {
    /// `attStmt`, as checked CBOR.
    pub(crate) members: &'a [u8],
    /// The authenticator data, followed by the hash of the client data.
    pub(crate) signed: &'a [u8],
    pub(crate) rp_id_hash: &'a [u8],
    pub(crate) aaguid: Aaguid,
    pub(crate) credential_id: &'a [u8],
    pub(crate) credential_key: &'a CoseKey<'a>,
}

impl<'a> Statement<'a> {
    fn client_data_hash(&self) -> &'a [u8] {
        let (_, hash) = self.signed.split_at(self.signed.len().saturating_sub(SHA256_OUTPUT_LEN));
        hash
    }
}

/// What a verification procedure returns.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The format of the statement that was verified; one of a compound statement's own.
    format: AttestationFormat,
    pub(crate) attestation_type: AttestationType,
    pub(crate) trust_path: Vec<Vec<u8>>,
}

impl Verdict {
    /// By an attestation key that these certificates vouch for.
    fn certified(
        format: AttestationFormat,
        attestation_type: AttestationType,
        certificates: &[&[u8]],
    ) -> Self {
        let trust_path = certificates.iter().map(|certificate| certificate.to_vec()).collect();
        Self { format, attestation_type, trust_path }
    }

    const fn uncertified(format: AttestationFormat, attestation_type: AttestationType) -> Self {
        Self { format, attestation_type, trust_path: Vec::new() }
    }
}

/// Runs the verification procedure of `format` (§7.1 step 22). A compound statement has a verdict for each of
/// its statements, every other has one.
pub(crate) fn verify(
    format: AttestationFormat,
    statement: &Statement<'_>,
) -> Result<Vec<Verdict>, RegistrationError> {
    let verdict = match format {
        AttestationFormat::None => none::verify(statement)?,
        AttestationFormat::Packed => packed::verify(statement)?,
        AttestationFormat::Tpm => tpm::verify(statement)?,
        AttestationFormat::AndroidKey => android_key::verify(statement)?,
        AttestationFormat::FidoU2f => fido_u2f::verify(statement)?,
        AttestationFormat::Apple => apple::verify(statement)?,
        AttestationFormat::Compound => return compound::verify(statement),
        // §8.5 is deprecated, and Google has ended the service.
        AttestationFormat::AndroidSafetyNet => {
            return Err(RegistrationError::AttestationFormatUnsupported { format });
        }
    };
    Ok(vec![verdict])
}
