//! Attestation certificates (§8.2.1; RFC 5280).

use x509_parser::{
    certificate::X509Certificate,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
        OID_SIG_ED25519, Oid, asn1_rs::oid,
    },
    prelude::FromDer,
    public_key,
    x509::{AttributeTypeAndValue, X509Version},
};

use crate::{
    Aaguid, CoseKeyError,
    cose::{Curve, PublicKey},
};

/// `id-fido-gen-ce-aaguid` (§8.2.1).
const AAGUID_EXTENSION: Oid<'static> = oid!(1.3.6.1.4.1.45724.1.1.4);

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
            Self::BasicConstraints => "attestation_certificate_basic_constraints",
            Self::AaguidExtension => "attestation_certificate_aaguid_extension",
            Self::AaguidMismatch => "attestation_certificate_aaguid_mismatch",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Key | Self::AaguidMismatch => {
                "§7.1 step 22: verification procedure (§8.2)"
            }
            Self::Version | Self::Subject | Self::BasicConstraints | Self::AaguidExtension => {
                "§7.1 step 22: certificate requirements (§8.2.1)"
            }
        }
    }
}

/// A certificate whose key is to have signed an attestation statement.
pub(super) struct AttestationCertificate<'a>(X509Certificate<'a>);

impl<'a> AttestationCertificate<'a> {
    /// Reads a certificate that is the whole of `der`.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self(certificate)),
            _ => Err(CertificateError::Malformed),
        }
    }

    /// Its key.
    pub(super) fn public_key(&self) -> Result<PublicKey<'_>, CertificateError> {
        let info = self.0.public_key();
        let algorithm = &info.algorithm.algorithm;
        let bits = info.subject_public_key.data.as_ref();
        if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            let parameters = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
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
            bits.try_into().map(PublicKey::Ed25519).map_err(|_| CertificateError::Key)
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
pub(super) fn check_packed(certificate: &AttestationCertificate<'_>) -> Result<(), CertificateError> {
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
