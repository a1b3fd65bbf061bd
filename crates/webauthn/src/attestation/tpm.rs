//! TPM attestation (§8.3).

mod structures;

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};

use self::structures::{CertifyInfo, PublicArea};
use super::{
    AttestationError, AttestationFormat, AttestationType, Statement, Verdict,
    certificate::{self, Certificate},
    members::Members,
};
use crate::{Algorithm, signature};

/// What only TPM attestation checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TpmError {
    /// `ver` isn't `2.0`.
    #[error("the TPM attestation is not of version 2.0")]
    Version,
    /// `pubArea` isn't a key that signs.
    #[error("the public area of the TPM attestation is malformed")]
    PublicAreaMalformed,
    /// `pubArea` is another key than the credential's.
    #[error("the public area of the TPM attestation is not the credential's key")]
    PublicKeyMismatch,
    /// `alg` hashes with nothing that a TPM could have put into `certInfo`.
    #[error("the algorithm of the TPM attestation has no hash of its own")]
    HashAlgorithm,
    /// `certInfo` is malformed.
    #[error("what the TPM certified is malformed")]
    CertificateInfoMalformed,
    /// `certInfo` doesn't begin with `TPM_GENERATED_VALUE`: no TPM made it.
    #[error("what the TPM certified was not made by a TPM")]
    Magic,
    /// `certInfo` isn't of type `TPM_ST_ATTEST_CERTIFY`.
    #[error("the TPM attested something else than a key")]
    AttestationType,
    /// `extraData` isn't the hash of this registration.
    #[error("what the TPM certified is of another registration")]
    ExtraDataMismatch,
    /// The key's name is made with SHA-1, which is broken, or with something unknown.
    #[error("the TPM key's name is not made with SHA-256, SHA-384 or SHA-512")]
    NameAlgorithm,
    /// The TPM certified another key than the one in `pubArea`.
    #[error("the TPM certified another key")]
    NameMismatch,
}

impl TpmError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Version => "attestation_tpm_version",
            Self::PublicAreaMalformed => "attestation_tpm_public_area_malformed",
            Self::PublicKeyMismatch => "attestation_tpm_public_key_mismatch",
            Self::HashAlgorithm => "attestation_tpm_hash_algorithm",
            Self::CertificateInfoMalformed => "attestation_tpm_certificate_info_malformed",
            Self::Magic => "attestation_tpm_magic",
            Self::AttestationType => "attestation_tpm_type",
            Self::ExtraDataMismatch => "attestation_tpm_extra_data_mismatch",
            Self::NameAlgorithm => "attestation_tpm_name_algorithm",
            Self::NameMismatch => "attestation_tpm_name_mismatch",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Version => "§7.1 step 22: §8.3, syntax",
            Self::PublicAreaMalformed | Self::PublicKeyMismatch => "§7.1 step 22: §8.3, key in pubArea",
            Self::CertificateInfoMalformed => "§7.1 step 22: §8.3, certInfo",
            Self::Magic => "§7.1 step 22: §8.3, magic",
            Self::AttestationType => "§7.1 step 22: §8.3, type",
            Self::ExtraDataMismatch | Self::HashAlgorithm => "§7.1 step 22: §8.3, extraData",
            Self::NameAlgorithm | Self::NameMismatch => "§7.1 step 22: §8.3, attested name",
        }
    }
}

/// The verification procedure of §8.3.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    let members = Members::read(statement.members, &["ver", "alg", "x5c", "sig", "certInfo", "pubArea"])?;
    if members.version()? != "2.0" {
        return Err(TpmError::Version.into());
    }
    let (algorithm, signature) = (members.algorithm()?, members.signature()?);
    let (certificate_info, public_area) = (members.certificate_info()?, members.public_area()?);
    let certificates = members.certificates()?;
    // §8.3: the key in `pubArea` is the credential's.
    let area = PublicArea::parse(public_area)?;
    if !area.is(&statement.credential_key.public_key) {
        return Err(TpmError::PublicKeyMismatch.into());
    }
    // §8.3, integrity of `certInfo`: the AIK's certificate, and the signature by it.
    let certificate = Certificate::first_of(certificates)?;
    certificate::check_aik(&certificate)?;
    certificate.check_aaguid(statement.aaguid)?;
    let key = certificate.public_key()?;
    signature::verify(algorithm, &key, certificate_info, signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    // §8.3, validity of `certInfo`.
    let info = CertifyInfo::parse(certificate_info)?;
    let hash = hash_of(algorithm).ok_or(TpmError::HashAlgorithm)?;
    if info.extra_data != digest::digest(hash, statement.signed).as_ref() {
        return Err(TpmError::ExtraDataMismatch.into());
    }
    check_name(info.name, area.name_algorithm, public_area)?;
    Ok(Verdict::certified(AttestationFormat::Tpm, AttestationType::AttestationCa, certificates))
}

/// The name is the identifier of `nameAlg`, followed by that hash of `pubArea` (TPM 2.0 Library, part 1 §16).
fn check_name(name: &[u8], name_algorithm: u16, public_area: &[u8]) -> Result<(), TpmError> {
    let hash = match name_algorithm {
        0x000b => &SHA256,
        0x000c => &SHA384,
        0x000d => &SHA512,
        _ => return Err(TpmError::NameAlgorithm),
    };
    let (identifier, digest_in_name) = name.split_at_checked(2).ok_or(TpmError::NameMismatch)?;
    let same = identifier == name_algorithm.to_be_bytes()
        && digest_in_name == digest::digest(hash, public_area).as_ref();
    if same { Ok(()) } else { Err(TpmError::NameMismatch) }
}

/// "The hash algorithm employed in alg"; Ed25519 and ML-DSA, which no TPM signs with, hash inside.
const fn hash_of(algorithm: Algorithm) -> Option<&'static digest::Algorithm> {
    match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => Some(&SHA256),
        Algorithm::Es384 | Algorithm::Rs384 | Algorithm::Ps384 => Some(&SHA384),
        Algorithm::Es512 | Algorithm::Rs512 | Algorithm::Ps512 => Some(&SHA512),
        Algorithm::EdDsa | Algorithm::MlDsa44 | Algorithm::MlDsa65 | Algorithm::MlDsa87 => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};

    use super::{TpmError, check_name, hash_of};
    use crate::Algorithm;

    #[test]
    fn each_algorithm_hashes_as_its_name_says() {
        for algorithm in Algorithm::ALL {
            let bits = hash_of(algorithm).map(|hash| (8 * hash.output_len()).to_string());
            let named = ["256", "384", "512"].into_iter().find(|bits| algorithm.as_str().ends_with(bits));
            assert_eq!(bits.as_deref(), named, "{algorithm:?}");
        }
    }

    #[test]
    fn a_name_is_made_with_the_hash_that_it_says() {
        for (identifier, hash) in [(0x0b, &SHA256), (0x0c, &SHA384), (0x0d, &SHA512)] {
            let name = [&[0, identifier], digest(hash, b"area").as_ref()].concat();
            assert_eq!(check_name(&name, identifier.into(), b"area"), Ok(()));
            assert_eq!(check_name(&name, identifier.into(), b"other"), Err(TpmError::NameMismatch));
            assert_eq!(check_name(&name[..1], identifier.into(), b"area"), Err(TpmError::NameMismatch));
        }
        let sha1 = [&[0, 4][..], &[0; 20]].concat();
        assert_eq!(check_name(&sha1, 4, b"area"), Err(TpmError::NameAlgorithm));
    }
}
