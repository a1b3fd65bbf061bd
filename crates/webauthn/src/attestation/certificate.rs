//! Attestation certificates (§8.2.1; RFC 5280).

use x509_parser::{
    certificate::X509Certificate,
    extensions::GeneralName,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
        OID_SIG_ED25519, Oid,
        asn1_rs::{Tag, oid},
    },
    prelude::FromDer,
    public_key,
    x509::{AttributeTypeAndValue, X509Name, X509Version},
};

use super::{AttestationError, TrustError};
use crate::{
    Aaguid, CoseKeyError,
    cose::{Curve, PublicKey},
};

/// `id-fido-gen-ce-aaguid` (§8.2.1).
const AAGUID_EXTENSION: Oid<'static> = oid!(1.3.6.1.4.1.45724.1.1.4);
/// `tcg-kp-AIKCertificate` (§8.3.1).
const AIK_CERTIFICATE_USAGE: Oid<'static> = oid!(2.23.133.8.3);
/// `tcg-at-tpmManufacturer`, `-tpmModel` and `-tpmVersion` (TPM 2.0 EK Profile §3.2.9).
const TPM_MANUFACTURER: Oid<'static> = oid!(2.23.133.2.1);
const TPM_MODEL: Oid<'static> = oid!(2.23.133.2.2);
const TPM_VERSION: Oid<'static> = oid!(2.23.133.2.3);

/// How an attestation certificate isn't as its format wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It isn't an X.509 certificate in DER, or bytes follow it.
    #[error("the attestation certificate is malformed")]
    Malformed,
    /// Its key is of a kind, curve or size that isn't supported.
    #[error("the key of the attestation certificate is not supported")]
    Key,
    /// Its version isn't 3.
    #[error("the attestation certificate is not of version 3")]
    Version,
    /// Its subject lacks country, organisation or common name, or its organisational unit isn't
    /// "Authenticator Attestation".
    #[error("the subject of the attestation certificate is not an authenticator vendor's")]
    Subject,
    /// Its subject isn't empty, as a TPM's attestation certificate has it.
    #[error("the subject of the TPM's attestation certificate is not empty")]
    SubjectNotEmpty,
    /// Its subject alternative name doesn't say who made the TPM, which model it is and of which version.
    #[error("the alternative name of the TPM's attestation certificate does not name the TPM")]
    SubjectAlternativeName,
    /// Its extended key usage isn't a TPM's attestation key.
    #[error("the usage of the TPM's attestation certificate is not that of an attestation key")]
    ExtendedKeyUsage,
    /// It doesn't say that it is no CA's.
    #[error("the attestation certificate does not say that it is no CA's")]
    BasicConstraints,
    /// Its AAGUID extension is critical, comes twice, or doesn't hold 16 bytes.
    #[error("the AAGUID extension of the attestation certificate is malformed")]
    AaguidExtension,
    /// It is for another AAGUID.
    #[error("the attestation certificate is for another AAGUID")]
    AaguidMismatch,
}

impl CertificateError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "attestation_certificate_malformed",
            Self::Key => "attestation_certificate_key",
            Self::Version => "attestation_certificate_version",
            Self::Subject => "attestation_certificate_subject",
            Self::SubjectNotEmpty => "attestation_certificate_subject_not_empty",
            Self::SubjectAlternativeName => "attestation_certificate_subject_alternative_name",
            Self::ExtendedKeyUsage => "attestation_certificate_extended_key_usage",
            Self::BasicConstraints => "attestation_certificate_basic_constraints",
            Self::AaguidExtension => "attestation_certificate_aaguid_extension",
            Self::AaguidMismatch => "attestation_certificate_aaguid_mismatch",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Key => "§7.1 step 22: the format's verification procedure (§8)",
            Self::AaguidMismatch => "§7.1 step 22: verification procedure (§8.2, §8.3)",
            Self::Version | Self::BasicConstraints => {
                "§7.1 step 22: certificate requirements (§8.2.1, §8.3.1)"
            }
            Self::Subject | Self::AaguidExtension => "§7.1 step 22: certificate requirements (§8.2.1)",
            Self::SubjectNotEmpty | Self::SubjectAlternativeName | Self::ExtendedKeyUsage => {
                "§7.1 step 22: certificate requirements (§8.3.1)"
            }
        }
    }
}

/// A certificate: of a key that is to have signed an attestation statement, or of a CA above it.
pub(crate) struct Certificate<'a>(X509Certificate<'a>);

impl<'a> Certificate<'a> {
    /// Reads a certificate that is the whole of `der`.
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self(certificate)),
            _ => Err(CertificateError::Malformed),
        }
    }

    /// Reads the first of an `x5c`: the attestation's own.
    pub(super) fn first_of(certificates: &[&'a [u8]]) -> Result<Self, AttestationError> {
        let leaf = certificates.first().ok_or(AttestationError::CertificateCount)?;
        Ok(Self::parse(leaf)?)
    }

    /// The value of an extension that may come once.
    pub(super) fn extension(&self, oid: &Oid<'_>) -> Result<Option<&'a [u8]>, CertificateError> {
        match self.0.get_extension_unique(oid) {
            Ok(extension) => Ok(extension.map(|extension| extension.value)),
            Err(_) => Err(CertificateError::Malformed),
        }
    }

    pub(super) const fn x509(&self) -> &X509Certificate<'a> {
        &self.0
    }

    pub(super) fn check_valid_at(&self, now_unix_seconds: i64) -> Result<(), TrustError> {
        let validity = self.0.validity();
        if now_unix_seconds < validity.not_before.timestamp() {
            return Err(TrustError::NotYetValid);
        }
        if now_unix_seconds > validity.not_after.timestamp() {
            return Err(TrustError::Expired);
        }
        Ok(())
    }

    /// RFC 5280 §6.1.4 (n).
    pub(super) fn may_sign_certificates(&self) -> bool {
        match self.0.key_usage() {
            Ok(usage) => usage.is_none_or(|usage| usage.value.key_cert_sign()),
            Err(_) => false,
        }
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.0.issuer().as_raw() == self.0.subject().as_raw()
    }

    /// Whether `other` has the name of this certificate's issuer (RFC 5280 §6.1.3 (a)(4)); compared byte by
    /// byte, as issuers copy it.
    pub(super) fn is_issued_under_the_name_of(&self, other: &Self) -> bool {
        self.0.issuer().as_raw() == other.0.subject().as_raw()
    }

    /// The bits of its key, as RFC 5280 §4.2.1.2 hashes them.
    pub(super) fn public_key_bits(&self) -> &[u8] {
        self.0.public_key().subject_public_key.data.as_ref()
    }

    /// Its key.
    pub(crate) fn public_key(&self) -> Result<PublicKey<'_>, CertificateError> {
        let info = self.0.public_key();
        let algorithm = &info.algorithm.algorithm;
        let bits = info.subject_public_key.data.as_ref();
        if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            // Under its own tag: the library reads one under any.
            let parameters = info.algorithm.parameters.as_ref().filter(|any| any.tag() == Tag::Oid);
            let parameters = parameters.and_then(|any| any.as_oid().ok());
            let curve = match parameters {
                Some(oid) if oid == OID_EC_P256 => Curve::P256,
                Some(oid) if oid == OID_NIST_EC_P384 => Curve::P384,
                Some(oid) if oid == OID_NIST_EC_P521 => Curve::P521,
                _ => return Err(CertificateError::Key),
            };
            let length = curve.coordinate_bytes();
            match bits.split_first() {
                Some((0x04, point)) if point.len() == 2 * length => {
                    let (x, y) = point.split_at(length);
                    Ok(PublicKey::Ec { curve, x, y })
                }
                _ => Err(CertificateError::Key),
            }
        } else if *algorithm == OID_SIG_ED25519 {
            let point = bits.try_into().map_err(|_| CertificateError::Key)?;
            PublicKey::ed25519(point).map_err(|_| CertificateError::Key)
        } else if *algorithm == OID_PKCS1_RSAENCRYPTION {
            let Ok(public_key::PublicKey::RSA(key)) = info.parsed() else {
                return Err(CertificateError::Key);
            };
            rsa_key(key.modulus, key.exponent).map_err(|_| CertificateError::Key)
        } else {
            Err(CertificateError::Key)
        }
    }

    /// §8.2, §8.3: the AAGUID extension, where there is one, holds the authenticator's AAGUID.
    pub(super) fn check_aaguid(&self, aaguid: Aaguid) -> Result<(), CertificateError> {
        let extension =
            self.0.get_extension_unique(&AAGUID_EXTENSION).map_err(|_| CertificateError::AaguidExtension)?;
        let Some(extension) = extension else { return Ok(()) };
        // §8.2.1: not critical, and an OCTET STRING of 16 bytes inside the extension's own.
        match extension.value {
            [0x04, 0x10, value @ ..] if value.len() == 16 && !extension.critical => {
                if value == aaguid.as_bytes() { Ok(()) } else { Err(CertificateError::AaguidMismatch) }
            }
            _ => Err(CertificateError::AaguidExtension),
        }
    }
}

/// §8.2.1, but for the AAGUID.
pub(super) fn check_packed(certificate: &Certificate<'_>) -> Result<(), CertificateError> {
    let certificate = &certificate.0;
    if certificate.version() != X509Version::V3 {
        return Err(CertificateError::Version);
    }
    let subject = certificate.subject();
    let has_text = |attribute: Option<&AttributeTypeAndValue<'_>>| {
        attribute.and_then(|value| value.as_str().ok()).is_some_and(|text| !text.is_empty())
    };
    let unit =
        subject.iter_organizational_unit().any(|unit| unit.as_str() == Ok("Authenticator Attestation"));
    let named = has_text(subject.iter_country().next())
        && has_text(subject.iter_organization().next())
        && has_text(subject.iter_common_name().next());
    if !named || !unit {
        return Err(CertificateError::Subject);
    }
    check_no_ca(certificate)
}

/// §8.3.1, but for the AAGUID.
pub(super) fn check_aik(certificate: &Certificate<'_>) -> Result<(), CertificateError> {
    let certificate = &certificate.0;
    if certificate.version() != X509Version::V3 {
        return Err(CertificateError::Version);
    }
    if certificate.subject().iter().next().is_some() {
        return Err(CertificateError::SubjectNotEmpty);
    }
    check_tpm_name(certificate)?;
    match certificate.extended_key_usage() {
        Ok(Some(usage)) if usage.value.other.contains(&AIK_CERTIFICATE_USAGE) => {}
        _ => return Err(CertificateError::ExtendedKeyUsage),
    }
    check_no_ca(certificate)
}

/// TPM 2.0 EK Profile §3.2.9: a directory name says manufacturer, model and version. Whether in one relative
/// name or in three varies, and doesn't matter. (Whether a manufacturer is one of TCG's is for the root to
/// say that vouches for the certificate.)
fn check_tpm_name(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    // RFC 5280 §4.2.1.6: critical, since the subject is empty.
    let alternatives = match certificate.subject_alternative_name() {
        Ok(Some(alternatives)) if alternatives.critical => alternatives,
        _ => return Err(CertificateError::SubjectAlternativeName),
    };
    let text = |oid: &Oid<'_>| {
        let directory_names = alternatives.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DirectoryName(name) => Some(name),
            _ => None,
        });
        let mut attributes = directory_names.flat_map(X509Name::iter_attributes);
        attributes.find(|attribute| attribute.attr_type() == oid).and_then(|found| found.as_str().ok())
    };
    // "id:" and a vendor's number, in hexadecimal.
    let is_manufacturer = |text: &str| {
        text.strip_prefix("id:")
            .is_some_and(|id| id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let named = text(&TPM_MANUFACTURER).is_some_and(is_manufacturer)
        && text(&TPM_MODEL).is_some_and(|model| !model.is_empty())
        && text(&TPM_VERSION).is_some_and(|version| version.starts_with("id:"));
    if named { Ok(()) } else { Err(CertificateError::SubjectAlternativeName) }
}

fn check_no_ca(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    match certificate.basic_constraints() {
        Ok(Some(constraints)) if !constraints.value.ca => Ok(()),
        _ => Err(CertificateError::BasicConstraints),
    }
}

/// The numbers of an RSA key, without the zero byte that DER puts before a set top bit.
fn rsa_key<'a>(modulus: &'a [u8], exponent: &'a [u8]) -> Result<PublicKey<'a>, CoseKeyError> {
    let bare = |number: &'a [u8]| number.strip_prefix(&[0]).unwrap_or(number);
    PublicKey::rsa(bare(modulus), bare(exponent))
}
