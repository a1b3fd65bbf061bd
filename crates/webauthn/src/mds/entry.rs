//! What the list says of one model (§3.1.1; FIDO Metadata Statement §4).

use std::fmt;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde::Deserialize;
use uuid::Uuid;

use super::{AuthenticatorStatus, MetadataBlobError, StatusReport};
use crate::{Aaguid, TrustAnchor};

/// The SHA-1 of an attestation certificate's public key (RFC 5280 §4.2.1.2, method 1): how the models of U2F keys are
/// told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyIdentifier([u8; 20]);

impl KeyIdentifier {
    /// Of the bits of a public key, as a certificate has them. SHA-1 only finds the entry here; who could make a
    /// second key of this identifier would still need a certificate below the entry's root.
    pub(crate) fn of_public_key(bits: &[u8]) -> Self {
        let mut identifier = [0; 20];
        identifier.copy_from_slice(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bits).as_ref());
        Self(identifier)
    }

    /// The 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// How a model attests (FIDO Registry of Predefined Values, "Authenticator Attestation Types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetadataAttestationType {
    /// `basic_full`: with a key of a batch.
    BasicFull,
    /// `basic_surrogate`: with the credential's own key.
    BasicSurrogate,
    /// `attca`: with a key that a CA certified.
    AttestationCa,
    /// `anonca`: with a key that a CA certified for this credential alone.
    AnonymizationCa,
    /// One that is unknown here, or that is withdrawn.
    Other,
}

impl MetadataAttestationType {
    fn parse(text: &str) -> Self {
        match text {
            "basic_full" => Self::BasicFull,
            "basic_surrogate" => Self::BasicSurrogate,
            "attca" => Self::AttestationCa,
            "anonca" => Self::AnonymizationCa,
            _ => Self::Other,
        }
    }
}

/// What the list says of one model.
#[derive(Clone, PartialEq, Eq)]
pub struct MetadataEntry {
    /// The model of a FIDO2 authenticator; never zero.
    pub aaguid: Option<Aaguid>,
    /// The model of a UAF authenticator, such as `FF52#1EB5`.
    pub aaid: Option<String>,
    /// The keys that sign the attestations of a U2F authenticator.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// What became of it, in the list's order.
    pub status_reports: Vec<StatusReport>,
    /// What it is, for people.
    pub description: Option<String>,
    /// A picture of it, as a `data:` URL of a PNG; nothing else is taken.
    pub icon: Option<String>,
    /// How it attests.
    pub attestation_types: Vec<MetadataAttestationType>,
    /// The certificates that its attestations lead to.
    pub attestation_roots: Vec<TrustAnchor>,
    /// How many more certificates were listed that aren't certificates.
    pub unusable_roots: usize,
}

impl fmt::Debug for MetadataEntry {
    /// Without the pictures and certificates, which would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataEntry")
            .field("aaguid", &self.aaguid)
            .field("aaid", &self.aaid)
            .field("key_identifiers", &self.key_identifiers)
            .field("status_reports", &self.status_reports)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

impl MetadataEntry {
    /// Whether the model attests with a key that a certificate vouches for.
    pub(crate) fn has_certificates(&self) -> bool {
        self.attestation_types.iter().any(|kind| match kind {
            MetadataAttestationType::BasicFull
            | MetadataAttestationType::AttestationCa
            | MetadataAttestationType::AnonymizationCa => true,
            MetadataAttestationType::BasicSurrogate | MetadataAttestationType::Other => false,
        })
    }
}

/// `MetadataBLOBPayloadEntry`, as far as it is used; other members are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryJson {
    aaid: Option<String>,
    aaguid: Option<String>,
    attestation_certificate_key_identifiers: Option<Vec<String>>,
    metadata_statement: Option<StatementJson>,
    status_reports: Vec<StatusReportJson>,
}

/// `MetadataStatement`, as far as it is used.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct StatementJson {
    description: Option<String>,
    icon: Option<String>,
    #[serde(default)]
    attestation_types: Vec<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusReportJson {
    status: AuthenticatorStatus,
    effective_date: Option<String>,
}

impl TryFrom<EntryJson> for MetadataEntry {
    type Error = MetadataBlobError;

    /// What names the model must be well-formed, lest a report about it is missed. A root that isn't a certificate is
    /// counted: one vendor's mistake shall not cost the rest of the list.
    fn try_from(json: EntryJson) -> Result<Self, MetadataBlobError> {
        let malformed = |member| MetadataBlobError::Member { member };
        let aaguid = json.aaguid.map(|text| aaguid(&text).ok_or(malformed("aaguid"))).transpose()?;
        let key_identifiers = json.attestation_certificate_key_identifiers.unwrap_or_default();
        let key_identifiers = key_identifiers.iter().map(|text| key_identifier(text));
        let key_identifiers = key_identifiers
            .collect::<Option<Vec<_>>>()
            .ok_or(malformed("attestationCertificateKeyIdentifiers"))?;
        let statement = json.metadata_statement.unwrap_or_default();
        let listed = statement.attestation_root_certificates;
        let attestation_roots: Vec<_> = listed.iter().filter_map(|text| root(text)).collect();
        Ok(Self {
            aaguid,
            aaid: json.aaid,
            key_identifiers,
            status_reports: json
                .status_reports
                .into_iter()
                .map(|report| StatusReport { status: report.status, effective_date: report.effective_date })
                .collect(),
            description: statement.description,
            icon: statement.icon.filter(|icon| is_picture(icon)),
            attestation_types: statement
                .attestation_types
                .iter()
                .map(|text| MetadataAttestationType::parse(text))
                .collect(),
            unusable_roots: listed.len() - attestation_roots.len(),
            attestation_roots,
        })
    }
}

/// FIDO Metadata Statement §4, `icon`: a PNG. (Own check: what else a `data:` URL can be shall not reach a page. Base64
/// with its padding gone wrong is a browser's to judge.)
fn is_picture(icon: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    icon.strip_prefix("data:image/png;base64,").is_some_and(|png| png.bytes().all(is_base64))
}

/// FIDO Metadata Statement §3.1; zero says nothing about the model, and so can't be one.
fn aaguid(text: &str) -> Option<Aaguid> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    Some(Aaguid::from_bytes(*uuid.as_bytes())).filter(|aaguid| *aaguid != Aaguid::ZERO)
}

fn key_identifier(text: &str) -> Option<KeyIdentifier> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok().map(KeyIdentifier)
}

/// Base64 of a certificate; some have lines, and spaces around.
fn root(text: &str) -> Option<TrustAnchor> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    TrustAnchor::from_der(&BASE64.decode(&text).ok()?).ok()
}
