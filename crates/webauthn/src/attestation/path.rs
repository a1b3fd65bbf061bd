//! Paths of a TPM's certificates (RFC 5280 §6), which `webpki` refuses: their policies are critical.
//!
//! The path is taken in the order in which it came. Policies are allowed and not evaluated: the initial set is
//! "any policy", and nothing requires an explicit one.

use x509_parser::{
    extensions::X509Extension,
    oid_registry::{
        OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
        OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED25519,
        OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_EXTENDED_KEY_USAGE,
        OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME, Oid,
    },
    x509::X509Version,
};

use super::{
    certificate::Certificate,
    trust::{TrustAnchor, TrustError},
};
use crate::{Algorithm, signature};

/// The critical extensions that are understood here.
const UNDERSTOOD: [Oid<'static>; 5] = [
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_CERTIFICATE_POLICIES,
];

/// Traces `path`, its leaf first and each certificate followed by its issuer's, to one of `anchors`.
pub(super) fn check(
    path: &[Certificate<'_>],
    anchors: &[TrustAnchor],
    now_unix_seconds: i64,
) -> Result<(), TrustError> {
    for (index, certificate) in path.iter().enumerate() {
        // RFC 5280 §6.1.3 (a)(2).
        certificate.check_valid_at(now_unix_seconds)?;
        // RFC 5280 §6.1.4 (o), §6.1.5 (f).
        // (Own check: name constraints, which RFC 5280 §4.2.1.10 wants critical, aren't understood even where
        // they are not.)
        let unusable = |extension: &X509Extension<'_>| {
            (extension.critical && !UNDERSTOOD.contains(&extension.oid))
                || extension.oid == OID_X509_EXT_NAME_CONSTRAINTS
        };
        if certificate.x509().extensions().iter().any(unusable) {
            return Err(TrustError::CriticalExtension);
        }
        // The attestation key's own certificate isn't counted in a path's length.
        if let Some(below) = index.checked_sub(1) {
            check_issuer(certificate, below)?;
        }
    }
    // RFC 5280 §6.1.3 (a)(1).
    for pair in path.windows(2) {
        check_signature(&pair[0], &pair[1])?;
    }
    let last = path.last().ok_or(TrustError::NotCertified)?;
    let mut refusal = TrustError::UnknownIssuer;
    for anchor in anchors {
        // They were read in the same way when they were made.
        let Ok(anchor) = Certificate::parse(anchor.as_der()) else { continue };
        if !last.is_issued_under_the_name_of(&anchor) {
            continue;
        }
        match check_signature(last, &anchor) {
            Ok(()) => return Ok(()),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// RFC 5280 §6.1.4 (k) to (m): a CA, for this many CAs below it.
fn check_issuer(certificate: &Certificate<'_>, below: usize) -> Result<(), TrustError> {
    let certificate = certificate.x509();
    let constraints = match certificate.basic_constraints() {
        Ok(Some(constraints)) if constraints.value.ca => constraints.value,
        _ => return Err(TrustError::Constraint),
    };
    let deep_enough = constraints.path_len_constraint.is_none_or(|most| below as u64 <= u64::from(most));
    if certificate.version() == X509Version::V3 && deep_enough { Ok(()) } else { Err(TrustError::Constraint) }
}

fn check_signature(certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> Result<(), TrustError> {
    let (certificate, key) = (certificate.x509(), issuer.public_key());
    let key = key.map_err(|_| TrustError::SignatureAlgorithm)?;
    let identifier = &certificate.signature_algorithm;
    // RFC 5280 §4.1.1.2.
    if *identifier != certificate.tbs_certificate.signature {
        return Err(TrustError::Malformed);
    }
    let algorithm = algorithm(&identifier.algorithm).ok_or(TrustError::SignatureAlgorithm)?;
    if !key.fits(algorithm) {
        return Err(TrustError::SignatureAlgorithm);
    }
    let signed = certificate.tbs_certificate.as_ref();
    signature::verify(algorithm, &key, signed, certificate.signature_value.data.as_ref())
        .map_err(|_| TrustError::Signature)
}

/// The algorithm of a certificate's signature. SHA-1 and PSS aren't among them; ECDSA is each with the curve of
/// its size, as TPM vendors have it.
fn algorithm(identifier: &Oid<'_>) -> Option<Algorithm> {
    const ALGORITHMS: [(Oid<'static>, Algorithm); 7] = [
        (OID_PKCS1_SHA256WITHRSA, Algorithm::Rs256),
        (OID_PKCS1_SHA384WITHRSA, Algorithm::Rs384),
        (OID_PKCS1_SHA512WITHRSA, Algorithm::Rs512),
        (OID_SIG_ECDSA_WITH_SHA256, Algorithm::Es256),
        (OID_SIG_ECDSA_WITH_SHA384, Algorithm::Es384),
        (OID_SIG_ECDSA_WITH_SHA512, Algorithm::Es512),
        (OID_SIG_ED25519, Algorithm::EdDsa),
    ];
    ALGORITHMS.iter().find(|(known, _)| known == identifier).map(|(_, algorithm)| *algorithm)
}
