//! Whether an attestation is good enough (§7.1 steps 23 and 24).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};

use super::{AttestationFormat, AttestationType, Verdict, certificate::Certificate, path};

/// Which attestation is good enough (§7.1 step 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AttestationPolicy<'a> {
    /// Attestation isn't wanted. A statement that comes unasked must still verify, as §7.1 step 22 has it for
    /// every statement; its certificates are dropped and nothing is made of them, so that a relying party
    /// that didn't ask for them doesn't keep what might tell people apart. (Refusing it would shut people out
    /// for what their client did.)
    None,
    /// Any statement that verifies by itself, `none` included. Certificates are not traced to a root, nor
    /// must they be valid now: without a root that would mean nothing.
    #[default]
    Any,
    /// Only a statement whose certificates lead to one of these anchors and are all valid now. Neither `none`
    /// nor self attestation will do.
    Trusted {
        /// Certificates of roots, of CAs below one, or of attestation keys themselves. Each counts for every
        /// format and model: whoever has a model's metadata lists the anchors of that AAGUID alone.
        /// Revocation is the caller's, too.
        anchors: &'a [TrustAnchor],
    },
}

/// A certificate that is trusted for itself. Its own dates aren't looked at: whoever lists it vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor(CertificateDer<'static>);

/// Bytes that are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the trust anchor is not an X.509 certificate in DER")]
pub struct TrustAnchorError;

/// Why an attestation that verifies isn't trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It has no certificate: it is `none`, or self attestation.
    #[error("the attestation has no certificate that could be trusted")]
    NotCertified,
    /// A certificate of the path is malformed.
    #[error("a certificate of the attestation is malformed")]
    Malformed,
    /// A packed statement brings its root along, which FIDO's metadata rules forbid.
    #[error("the certificates of the packed attestation include their root")]
    RootIncluded,
    /// A certificate isn't followed by its issuer's.
    #[error("the certificates of the attestation are not in order")]
    Order,
    /// The last certificate's issuer is no anchor.
    #[error("the certificates of the attestation lead to no trust anchor")]
    UnknownIssuer,
    /// A certificate has expired.
    #[error("a certificate of the attestation has expired")]
    Expired,
    /// A certificate isn't valid yet.
    #[error("a certificate of the attestation is not valid yet")]
    NotYetValid,
    /// A certificate isn't signed by its issuer.
    #[error("a certificate of the attestation is not signed by its issuer")]
    Signature,
    /// A certificate is signed with an algorithm that isn't verified here.
    #[error("a certificate of the attestation is signed with an unsupported algorithm")]
    SignatureAlgorithm,
    /// A certificate has a critical extension that is unknown here.
    #[error("a certificate of the attestation has an unsupported critical extension")]
    CriticalExtension,
    /// An issuer isn't a CA, or not one for such a path; or the attestation key is a CA's.
    #[error("a certificate of the attestation may not be used like this")]
    Constraint,
}

impl TrustError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCertified => "attestation_not_certified",
            Self::Malformed => "attestation_path_malformed",
            Self::RootIncluded => "attestation_path_root_included",
            Self::Order => "attestation_path_order",
            Self::UnknownIssuer => "attestation_path_unknown_issuer",
            Self::Expired => "attestation_path_expired",
            Self::NotYetValid => "attestation_path_not_yet_valid",
            Self::Signature => "attestation_path_signature",
            Self::SignatureAlgorithm => "attestation_path_signature_algorithm",
            Self::CriticalExtension => "attestation_path_critical_extension",
            Self::Constraint => "attestation_path_constraint",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::RootIncluded => "§7.1 step 24: FIDO Metadata Statement, attestationRootCertificates",
            Self::NotCertified
            | Self::Malformed
            | Self::Order
            | Self::UnknownIssuer
            | Self::Expired
            | Self::NotYetValid
            | Self::Signature
            | Self::SignatureAlgorithm
            | Self::CriticalExtension
            | Self::Constraint => "§7.1 step 24",
        }
    }
}

impl TrustAnchor {
    /// Takes a certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, TrustAnchorError> {
        let anchor = CertificateDer::from(der.to_vec());
        Certificate::parse(der).map_err(|_| TrustAnchorError)?;
        anchor_from_trusted_cert(&anchor).map_err(|_| TrustAnchorError)?;
        Ok(Self(anchor))
    }

    /// The certificate in DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }
}

/// Chooses the verdict that the policy is content with (§7.1 steps 23 and 24).
pub(crate) fn choose(
    verdicts: Vec<Verdict>,
    policy: AttestationPolicy<'_>,
    now_unix_seconds: i64,
) -> Result<Verdict, TrustError> {
    let certified = |verdict: &Verdict| !verdict.trust_path.is_empty();
    match policy {
        AttestationPolicy::None => Ok(first(verdicts, |verdict| !certified(verdict))
            .filter(|verdict| !certified(verdict))
            .unwrap_or(Verdict {
                format: AttestationFormat::None,
                attestation_type: AttestationType::None,
                trust_path: Vec::new(),
            })),
        AttestationPolicy::Any => first(verdicts, certified).ok_or(TrustError::NotCertified),
        AttestationPolicy::Trusted { anchors } => {
            let mut refusal = None;
            for verdict in verdicts.into_iter().filter(certified) {
                match check(&verdict, anchors, now_unix_seconds) {
                    Ok(()) => return Ok(verdict),
                    Err(error) => refusal = refusal.or(Some(error)),
                }
            }
            Err(refusal.unwrap_or(TrustError::NotCertified))
        }
    }
}

/// The first verdict that is wanted, or else the first.
fn first(mut verdicts: Vec<Verdict>, wanted: impl Fn(&Verdict) -> bool) -> Option<Verdict> {
    let index = verdicts.iter().position(wanted).unwrap_or(0);
    (index < verdicts.len()).then(|| verdicts.swap_remove(index))
}

/// Traces the certificates to an anchor.
fn check(verdict: &Verdict, anchors: &[TrustAnchor], now_unix_seconds: i64) -> Result<(), TrustError> {
    let path = verdict.trust_path.iter().map(|der| Certificate::parse(der));
    let path = path.collect::<Result<Vec<_>, _>>().map_err(|_| TrustError::Malformed)?;
    let anchored = verdict.trust_path.iter().position(|der| anchors.iter().any(|anchor| *anchor.0 == **der));
    let length = match anchored {
        // The attestation key's certificate is listed itself (§7.1 step 24, second item).
        Some(0) => return path[0].check_valid_at(now_unix_seconds),
        // FIDO Metadata Statement, `attestationRootCertificates`: a root stays out of `x5c`. Android's key
        // store always sends it.
        Some(index) if verdict.format == AttestationFormat::Packed && path[index].is_self_issued() => {
            return Err(TrustError::RootIncluded);
        }
        Some(index) => index,
        None => path.len(),
    };
    // §8.2 to §8.8, syntax: the attestation's certificate, and then its chain.
    if path.windows(2).any(|pair| !pair[0].is_issued_under_the_name_of(&pair[1])) {
        return Err(TrustError::Order);
    }
    // `webpki` leaves key usage to its callers.
    if path[..length].iter().skip(1).any(|issuer| !issuer.may_sign_certificates()) {
        return Err(TrustError::Constraint);
    }
    if verdict.format == AttestationFormat::Tpm {
        path::check(&path[..length], anchors, now_unix_seconds)
    } else {
        check_with_webpki(&verdict.trust_path[..length], anchors, now_unix_seconds)
    }
}

fn check_with_webpki(path: &[Vec<u8>], anchors: &[TrustAnchor], now: i64) -> Result<(), TrustError> {
    let path: Vec<CertificateDer<'_>> = path.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let (leaf, intermediates) = path.split_first().ok_or(TrustError::NotCertified)?;
    let leaf = EndEntityCert::try_from(leaf).map_err(|error| of_webpki(&error))?;
    // They were read in the same way when they were made.
    let anchors: Vec<_> =
        anchors.iter().filter_map(|anchor| anchor_from_trusted_cert(&anchor.0).ok()).collect();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.try_into().unwrap_or(0)));
    let verified = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        intermediates,
        now,
        AnyUsage,
        None,
        None,
    );
    verified.map(drop).map_err(|error| of_webpki(&error))
}

/// Attestation certificates have no common usage; which one a format wants is checked with the format.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        usages.into_iter().try_for_each(|usage| usage.map(drop))
    }
}

fn of_webpki(error: &webpki::Error) -> TrustError {
    use webpki::Error as E;
    match error {
        E::CertExpired { .. } => TrustError::Expired,
        E::CertNotValidYet { .. } => TrustError::NotYetValid,
        E::UnknownIssuer => TrustError::UnknownIssuer,
        E::InvalidSignatureForPublicKey => TrustError::Signature,
        E::SignatureAlgorithmMismatch
        | E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => TrustError::SignatureAlgorithm,
        E::UnsupportedCriticalExtension => TrustError::CriticalExtension,
        E::CaUsedAsEndEntity
        | E::EndEntityUsedAsCa
        | E::PathLenConstraintViolated
        | E::NameConstraintViolation
        | E::MaximumPathDepthExceeded => TrustError::Constraint,
        // What is left is about revocation lists and server names, which aren't asked for, or about form.
        _ => TrustError::Malformed,
    }
}
