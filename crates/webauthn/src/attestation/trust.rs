//! Whether an attestation is good enough (§7.1 steps 23 and 24).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, ExtendedKeyUsageValidator, KeyPurposeIdIter,
    OwnedCertRevocationList, RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
    anchor_from_trusted_cert,
};

use super::{AttestationFormat, AttestationType, Verdict, certificate::Certificate, path};
use crate::{
    Aaguid,
    mds::{AuthenticatorStatus, KeyIdentifier, MetadataBlob, MetadataEntry, StatusPolicy},
};

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
        /// format and model. Revocation is the caller's.
        anchors: &'a [TrustAnchor],
    },
    /// Only a statement whose certificates lead to what the FIDO Metadata Service lists for the authenticator's model,
    /// or to a given anchor, and are all valid now. Neither `none` nor self attestation will do.
    ///
    /// The model is the AAGUID, which such a statement signs; that of a U2F key is known by its attestation key.
    Metadata {
        /// The list.
        blob: &'a MetadataBlob,
        /// Which reports are reason enough to refuse a model, whatever its certificates lead to.
        statuses: StatusPolicy<'a>,
        /// Anchors that count for every format and model, listed or not: Apple's, say, which the service doesn't have.
        anchors: &'a [TrustAnchor],
    },
}

/// A certificate that is trusted for itself. Its own dates aren't looked at: whoever lists it vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor(CertificateDer<'static>);

/// A list of certificates that their issuer revoked (RFC 5280 §5).
#[derive(Debug)]
pub struct RevocationList(CertRevocationList<'static>);

/// Bytes that are no revocation list, or one of a kind that isn't supported (delta or indirect, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the revocation list is not an X.509 CRL in DER of a supported kind")]
pub struct RevocationListError;

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
    /// A certificate was revoked by its issuer.
    #[error("a certificate of the attestation has been revoked")]
    Revoked,
    /// The list that would say whether a certificate was revoked has expired, or isn't its issuer's.
    #[error("the revocation list for a certificate of the attestation has expired or is not its issuer's")]
    RevocationList,
    /// The metadata service lists no such model.
    #[error("the metadata service does not list the authenticator's model")]
    ModelUnknown,
    /// The metadata service says that the model attests without certificates.
    #[error("the metadata service does not list this kind of attestation for the authenticator's model")]
    ModelAttestationType,
    /// The metadata service reports a status of the model that is refused.
    #[error("the metadata service reports the authenticator's model as {}", status.as_str())]
    ModelStatus {
        /// The status.
        status: AuthenticatorStatus,
    },
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
            Self::Revoked => "attestation_path_revoked",
            Self::RevocationList => "attestation_path_revocation_list",
            Self::ModelUnknown => "attestation_model_unknown",
            Self::ModelAttestationType => "attestation_model_attestation_type",
            Self::ModelStatus { status } => match status {
                AuthenticatorStatus::Revoked => "attestation_model_revoked",
                AuthenticatorStatus::AttestationKeyCompromise => {
                    "attestation_model_attestation_key_compromise"
                }
                AuthenticatorStatus::UserVerificationBypass => "attestation_model_user_verification_bypass",
                AuthenticatorStatus::UserKeyRemoteCompromise => {
                    "attestation_model_user_key_remote_compromise"
                }
                AuthenticatorStatus::UserKeyPhysicalCompromise => {
                    "attestation_model_user_key_physical_compromise"
                }
                _ => "attestation_model_status_refused",
            },
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
            | Self::Constraint
            | Self::Revoked
            | Self::RevocationList => "§7.1 step 24",
            Self::ModelUnknown | Self::ModelAttestationType | Self::ModelStatus { .. } => {
                "§7.1 step 24: FIDO MDS §3.2"
            }
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

impl RevocationList {
    /// Takes a list in DER. Its signature is verified where it is used.
    pub fn from_der(der: &[u8]) -> Result<Self, RevocationListError> {
        let list = OwnedCertRevocationList::from_der(der).map_err(|_| RevocationListError)?;
        Ok(Self(list.into()))
    }
}

/// What a policy is asked about.
pub(crate) struct Judged {
    /// What the statement's verification came to; several for a compound statement.
    pub(crate) verdicts: Vec<Verdict>,
    /// The AAGUID of the authenticator data.
    pub(crate) aaguid: Aaguid,
}

/// Chooses the verdict that the policy is content with (§7.1 steps 23 and 24).
pub(crate) fn choose(
    judged: Judged,
    policy: AttestationPolicy<'_>,
    now_unix_seconds: i64,
) -> Result<Verdict, TrustError> {
    let Judged { verdicts, aaguid } = judged;
    match policy {
        AttestationPolicy::None => Ok(first(verdicts, |verdict| !is_certified(verdict))
            .filter(|verdict| !is_certified(verdict))
            .unwrap_or(Verdict {
                format: AttestationFormat::None,
                attestation_type: AttestationType::None,
                trust_path: Vec::new(),
            })),
        AttestationPolicy::Any => first(verdicts, is_certified).ok_or(TrustError::NotCertified),
        AttestationPolicy::Trusted { anchors } => {
            first_trusted(verdicts, |verdict| check(verdict, anchors, now_unix_seconds))
        }
        AttestationPolicy::Metadata { blob, statuses, anchors } => first_trusted(verdicts, |verdict| {
            let entry = entry_of(verdict, aaguid, blob)?;
            // FIDO MDS §3.2: what to make of a status is for the relying party to say.
            let status = entry.and_then(|entry| statuses.refused_by(&entry.status_reports));
            if let Some(status) = status {
                return Err(TrustError::ModelStatus { status });
            }
            if check(verdict, anchors, now_unix_seconds).is_ok() {
                return Ok(());
            }
            let entry = entry.ok_or(TrustError::ModelUnknown)?;
            if !entry.has_certificates() {
                return Err(TrustError::ModelAttestationType);
            }
            check(verdict, &entry.attestation_roots, now_unix_seconds)
        }),
    }
}

fn is_certified(verdict: &Verdict) -> bool {
    !verdict.trust_path.is_empty()
}

/// The first verdict that is wanted, or else the first.
fn first(mut verdicts: Vec<Verdict>, wanted: impl Fn(&Verdict) -> bool) -> Option<Verdict> {
    let index = verdicts.iter().position(wanted).unwrap_or(0);
    (index < verdicts.len()).then(|| verdicts.swap_remove(index))
}

/// The first verdict that is trusted, or else why the first isn't. (A model whose status is refused is refused, whatever
/// else a compound statement has.)
fn first_trusted(
    verdicts: Vec<Verdict>,
    check: impl Fn(&Verdict) -> Result<(), TrustError>,
) -> Result<Verdict, TrustError> {
    let (mut trusted, mut refusal) = (None, None);
    for verdict in verdicts.into_iter().filter(is_certified) {
        match check(&verdict) {
            Ok(()) => trusted = trusted.or(Some(verdict)),
            Err(error @ TrustError::ModelStatus { .. }) => return Err(error),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    trusted.ok_or(refusal.unwrap_or(TrustError::NotCertified))
}

/// What the metadata service lists for the model that a statement is of (FIDO Metadata Statement §4, `aaguid` and
/// `attestationCertificateKeyIdentifiers`).
fn entry_of<'b>(
    verdict: &Verdict,
    aaguid: Aaguid,
    blob: &'b MetadataBlob,
) -> Result<Option<&'b MetadataEntry>, TrustError> {
    if verdict.format != AttestationFormat::FidoU2f {
        return Ok(blob.by_aaguid(aaguid));
    }
    let leaf = verdict.trust_path.first().ok_or(TrustError::NotCertified)?;
    let leaf = Certificate::parse(leaf).map_err(|_| TrustError::Malformed)?;
    Ok(blob.by_key_identifier(KeyIdentifier::of_public_key(leaf.public_key_bits())))
}

/// Traces the certificates to an anchor.
fn check(verdict: &Verdict, anchors: &[TrustAnchor], now_unix_seconds: i64) -> Result<(), TrustError> {
    let path = parse(&verdict.trust_path)?;
    let length = match anchored(&verdict.trust_path, anchors) {
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
    check_links(&path, length)?;
    if verdict.format == AttestationFormat::Tpm {
        path::check(&path[..length], anchors, now_unix_seconds)
    } else {
        check_with_webpki(&verdict.trust_path[..length], anchors, &[], now_unix_seconds)
    }
}

/// Traces certificates that aren't an attestation's to an anchor; none of them may be on a list.
pub(crate) fn check_path(
    certificates: &[Vec<u8>],
    anchors: &[TrustAnchor],
    lists: &[RevocationList],
    now_unix_seconds: i64,
) -> Result<(), TrustError> {
    let path = parse(certificates)?;
    let length = match anchored(certificates, anchors) {
        Some(0) => return path[0].check_valid_at(now_unix_seconds),
        found => found.unwrap_or(path.len()),
    };
    check_links(&path, length)?;
    check_with_webpki(&certificates[..length], anchors, lists, now_unix_seconds)
}

fn parse(certificates: &[Vec<u8>]) -> Result<Vec<Certificate<'_>>, TrustError> {
    let path = certificates.iter().map(|der| Certificate::parse(der));
    path.collect::<Result<_, _>>().map_err(|_| TrustError::Malformed)
}

/// Which certificate is an anchor itself.
fn anchored(certificates: &[Vec<u8>], anchors: &[TrustAnchor]) -> Option<usize> {
    certificates.iter().position(|der| anchors.iter().any(|anchor| *anchor.0 == **der))
}

/// What of a path's certificates, the first `length` of which are below an anchor, is the same for all.
fn check_links(path: &[Certificate<'_>], length: usize) -> Result<(), TrustError> {
    // §8.2 to §8.8, syntax: the attestation's certificate, and then its chain.
    if path.windows(2).any(|pair| !pair[0].is_issued_under_the_name_of(&pair[1])) {
        return Err(TrustError::Order);
    }
    // `webpki` leaves key usage to its callers.
    if path[..length].iter().skip(1).any(|issuer| !issuer.may_sign_certificates()) {
        return Err(TrustError::Constraint);
    }
    Ok(())
}

fn check_with_webpki(
    path: &[Vec<u8>],
    anchors: &[TrustAnchor],
    lists: &[RevocationList],
    now: i64,
) -> Result<(), TrustError> {
    let path: Vec<CertificateDer<'_>> = path.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let (leaf, intermediates) = path.split_first().ok_or(TrustError::NotCertified)?;
    let leaf = EndEntityCert::try_from(leaf).map_err(|error| of_webpki(&error))?;
    // They were read in the same way when they were made.
    let anchors: Vec<_> =
        anchors.iter().filter_map(|anchor| anchor_from_trusted_cert(&anchor.0).ok()).collect();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.try_into().unwrap_or(0)));
    let lists: Vec<_> = lists.iter().map(|list| &list.0).collect();
    // None is built where there are no lists.
    let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
        options
            .with_depth(RevocationCheckDepth::Chain)
            .with_status_policy(UnknownStatusPolicy::Allow)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build()
    });
    let verified = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        intermediates,
        now,
        AnyUsage,
        revocation,
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
        E::CertRevoked => TrustError::Revoked,
        E::CrlExpired { .. }
        | E::InvalidCrlSignatureForPublicKey
        | E::IssuerNotCrlSigner
        | E::UnsupportedCrlSignatureAlgorithmContext(_)
        | E::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => TrustError::RevocationList,
        // What is left is about server names, which aren't asked for here, or about form.
        _ => TrustError::Malformed,
    }
}
