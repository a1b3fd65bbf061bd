//! What a certificate says (RFC 5280), for a person to read.

use aws_lc_rs::digest;
use x509_parser::{
    certificate::X509Certificate,
    oid_registry::{
        OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
        OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED25519,
        OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE,
        OID_X509_EXT_SUBJECT_ALT_NAME, OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, Oid, asn1_rs::oid,
    },
    prelude::FromDer,
    public_key::PublicKey,
};

use crate::{Aaguid, CertificateError};

const AAGUID: Oid<'static> = oid!(1.3.6.1.4.1.45724.1.1.4);

/// The fields of a certificate. Nothing is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFields {
    /// 1 to 3.
    pub version: u32,
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// Whose key it is: an X.500 name as text.
    pub subject: String,
    /// Who signed it: an X.500 name as text.
    pub issuer: String,
    /// From when on it is valid, in seconds since 1970.
    pub not_before: i64,
    /// Until when it is valid, in seconds since 1970.
    pub not_after: i64,
    /// The kind of its key, and its size in bits where there is one.
    pub key: String,
    /// The algorithm of its signature, by name, or else as object identifier.
    pub signature_algorithm: String,
    /// Whether it says that it is a CA's; `None` where it has no basic constraints.
    pub is_ca: Option<bool>,
    /// The AAGUID that it is for (§8.2.1).
    pub aaguid: Option<Aaguid>,
    /// Its extensions.
    pub extensions: Vec<CertificateExtension>,
    /// The SHA-256 of its DER.
    pub sha256: [u8; 32],
}

/// An extension of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateExtension {
    /// The object identifier.
    pub oid: String,
    /// What it is; `None` where that is unknown here.
    pub name: Option<&'static str>,
    /// Whether whoever doesn't know it must refuse the certificate.
    pub critical: bool,
}

impl CertificateFields {
    /// Reads a certificate that is the whole of `der`.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let Ok(([], certificate)) = X509Certificate::from_der(der) else {
            return Err(CertificateError::Malformed);
        };
        let constraints = certificate.basic_constraints().ok().flatten();
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
        Ok(Self {
            version: certificate.version().0.saturating_add(1),
            serial: data_encoding::HEXLOWER.encode(certificate.raw_serial()),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            key: key(&certificate),
            signature_algorithm: signature_algorithm(&certificate.signature_algorithm.algorithm),
            is_ca: constraints.map(|constraints| constraints.value.ca),
            aaguid: aaguid(&certificate),
            extensions: certificate
                .extensions()
                .iter()
                .map(|extension| CertificateExtension {
                    oid: extension.oid.to_id_string(),
                    name: extension_name(&extension.oid),
                    critical: extension.critical,
                })
                .collect(),
            sha256,
        })
    }
}

fn key(certificate: &X509Certificate<'_>) -> String {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(PublicKey::EC(point)) => format!("EC, {} bits", point.key_size()),
        Ok(PublicKey::RSA(key)) => format!("RSA, {} bits", key.key_size()),
        _ if info.algorithm.algorithm == OID_SIG_ED25519 => "Ed25519".to_owned(),
        _ => info.algorithm.algorithm.to_id_string(),
    }
}

fn signature_algorithm(identifier: &Oid<'_>) -> String {
    const NAMES: [(Oid<'static>, &str); 8] = [
        (OID_SIG_ECDSA_WITH_SHA256, "ECDSA with SHA-256"),
        (OID_SIG_ECDSA_WITH_SHA384, "ECDSA with SHA-384"),
        (OID_SIG_ECDSA_WITH_SHA512, "ECDSA with SHA-512"),
        (OID_PKCS1_SHA1WITHRSA, "RSA with SHA-1"),
        (OID_PKCS1_SHA256WITHRSA, "RSA with SHA-256"),
        (OID_PKCS1_SHA384WITHRSA, "RSA with SHA-384"),
        (OID_PKCS1_SHA512WITHRSA, "RSA with SHA-512"),
        (OID_SIG_ED25519, "Ed25519"),
    ];
    let name = NAMES.iter().find(|(known, _)| known == identifier).map(|(_, name)| *name);
    name.map_or_else(|| identifier.to_id_string(), str::to_owned)
}

fn extension_name(identifier: &Oid<'_>) -> Option<&'static str> {
    const NAMES: [(Oid<'static>, &str); 11] = [
        (OID_X509_EXT_BASIC_CONSTRAINTS, "basic constraints"),
        (OID_X509_EXT_KEY_USAGE, "key usage"),
        (OID_X509_EXT_EXTENDED_KEY_USAGE, "extended key usage"),
        (OID_X509_EXT_SUBJECT_ALT_NAME, "subject alternative name"),
        (OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, "subject key identifier"),
        (OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, "authority key identifier"),
        (OID_X509_EXT_CERTIFICATE_POLICIES, "certificate policies"),
        (AAGUID, "FIDO AAGUID"),
        (oid!(1.3.6.1.4.1.45724.2.1.1), "FIDO U2F transports"),
        (oid!(1.3.6.1.4.1.11129.2.1.17), "Android key description"),
        (oid!(1.2.840.113635.100.8.2), "Apple nonce"),
    ];
    NAMES.iter().find(|(known, _)| known == identifier).map(|(_, name)| *name)
}

fn aaguid(certificate: &X509Certificate<'_>) -> Option<Aaguid> {
    match certificate.get_extension_unique(&AAGUID).ok()??.value {
        [0x04, 0x10, value @ ..] => value.try_into().ok().map(Aaguid::from_bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use passgate_authenticator::{attestation_root, packed_certificate_params, sign_attestation_certificate};

    use super::CertificateFields;
    use crate::{Aaguid, CertificateError};

    #[test]
    fn the_fields_of_a_certificate_are_read() {
        let der = sign_attestation_certificate(&packed_certificate_params([7; 16]));
        let fields = CertificateFields::parse(&der).unwrap();
        assert_eq!((fields.version, fields.serial.as_str(), fields.is_ca), (3, "01", Some(false)));
        assert!(fields.subject.contains("Authenticator Attestation"), "{}", fields.subject);
        assert_eq!(fields.issuer, CertificateFields::parse(&attestation_root()).unwrap().subject);
        assert_eq!((fields.not_before, fields.not_after), (1_577_836_800, 4_733_510_400));
        assert_eq!(fields.key, "EC, 256 bits");
        assert_eq!(fields.signature_algorithm, "ECDSA with SHA-256");
        assert_eq!(fields.aaguid, Some(Aaguid::from_bytes([7; 16])));
        assert!(fields.extensions.iter().any(|extension| extension.name == Some("FIDO AAGUID")));
    }

    #[test]
    fn what_is_no_certificate_has_no_fields() {
        let der = attestation_root();
        for other in [&[][..], &der[1..], &[&der[..], &[0]].concat()] {
            assert_eq!(CertificateFields::parse(other), Err(CertificateError::Malformed));
        }
    }
}
