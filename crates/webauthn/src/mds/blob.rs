//! The list as a whole (§3.1.6, §3.2).

use std::{collections::HashMap, fmt};

use rustls_pki_types::{CertificateDer, ServerName};
use serde::Deserialize;
use webpki::EndEntityCert;

use super::{KeyIdentifier, MetadataBlobError, MetadataEntry, date::day_start, entry::EntryJson, jws::Jws};
use crate::{
    Aaguid,
    attestation::{RevocationList, TrustAnchor, check_path},
};

/// The largest blob that is read, in bytes (own check). The service's had 9 million in 2025.
pub const MAX_BLOB_BYTES: usize = 64 * 1024 * 1024;

/// The name in the certificate that FIDO signs with, for [`BlobSigner::Name`].
pub const FIDO_SIGNER: &str = "mds.fidoalliance.org";

/// A day, in seconds: a date covers all of it.
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// What a metadata blob must be like.
#[derive(Debug, Clone, Copy)]
pub struct BlobExpectation<'a> {
    /// The roots that the signer's certificate may lead to; FIDO's leads to the `GlobalSign Root CA - R3`.
    pub anchors: &'a [TrustAnchor],
    /// Whose certificate it must be.
    pub signer: BlobSigner<'a>,
    /// Lists of certificates that their issuers revoked. A certificate whose issuer has no list here isn't looked up.
    pub revocation_lists: &'a [RevocationList],
    /// The time, in seconds since 1970, that certificates must be valid at.
    pub now_unix_seconds: i64,
    /// The [serial number](MetadataBlob::serial) of the blob that was taken before; `None` where there is none.
    pub previous_serial: Option<u64>,
    /// What to make of a blob whose successor was to come by now.
    pub overdue: OverduePolicy,
}

/// Whose certificate a metadata blob must be signed with.
///
/// A public root stands above the certificates of many: whoever has one of them could sign a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobSigner<'a> {
    /// One for this DNS name, such as [`FIDO_SIGNER`].
    Name(&'a str),
    /// Any below the anchors; for roots that certify nobody else.
    AnyBelowAnchors,
}

/// What to make of a blob whose successor was to come by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverduePolicy {
    /// Don't take it: whoever sends an old one may want to hide a report.
    Refuse,
    /// Take it: it is the last that there is.
    Accept,
}

/// A list of authenticator models whose signature was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct MetadataBlob {
    serial: u64,
    next_update: i64,
    entries: Vec<MetadataEntry>,
    by_aaguid: HashMap<Aaguid, usize>,
    by_key_identifier: HashMap<KeyIdentifier, usize>,
}

impl fmt::Debug for MetadataBlob {
    /// Without the entries, which would fill books.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataBlob")
            .field("serial", &self.serial)
            .field("next_update", &self.next_update)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// `MetadataBLOBPayload` (§3.1.6), but for the legal header.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    no: u64,
    next_update: String,
    entries: Vec<EntryJson>,
}

impl MetadataBlob {
    /// Verifies a blob and reads it: steps 4 to 7 of §3.2, but for fetching certificates by `x5u`.
    pub fn verify(jwt: &[u8], expected: &BlobExpectation<'_>) -> Result<Self, MetadataBlobError> {
        use MetadataBlobError as E;
        if jwt.len() > MAX_BLOB_BYTES {
            return Err(E::TooLarge);
        }
        let jws = Jws::parse(jwt)?;
        check_path(&jws.certificates, expected.anchors, expected.revocation_lists, expected.now_unix_seconds)
            .map_err(E::Path)?;
        if let BlobSigner::Name(name) = expected.signer
            && !is_for(&jws.certificates, name)
        {
            return Err(E::Signer);
        }
        let payload = jws.verify()?;
        let payload: Payload = serde_json::from_slice(&payload)
            .map_err(|error| E::Json { line: error.line(), column: error.column() })?;
        let next_update = day_start(&payload.next_update).ok_or(E::Member { member: "nextUpdate" })?;
        if let Some(previous) = expected.previous_serial.filter(|previous| payload.no < *previous) {
            return Err(E::SerialWentBack { serial: payload.no, previous });
        }
        let entries: Vec<MetadataEntry> =
            payload.entries.into_iter().map(MetadataEntry::try_from).collect::<Result<_, _>>()?;
        let blob = Self::of(payload.no, next_update, entries)?;
        if expected.overdue == OverduePolicy::Refuse && blob.is_overdue_at(expected.now_unix_seconds) {
            return Err(E::Overdue);
        }
        Ok(blob)
    }

    /// Own check: a model has one entry, lest the reports of one hide those of another.
    fn of(serial: u64, next_update: i64, entries: Vec<MetadataEntry>) -> Result<Self, MetadataBlobError> {
        let repeated = |member| MetadataBlobError::Member { member };
        let (mut by_aaguid, mut by_key_identifier) = (HashMap::new(), HashMap::new());
        for (index, entry) in entries.iter().enumerate() {
            if let Some(aaguid) = entry.aaguid
                && by_aaguid.insert(aaguid, index).is_some()
            {
                return Err(repeated("aaguid"));
            }
            for identifier in &entry.key_identifiers {
                if by_key_identifier.insert(*identifier, index).is_some_and(|other| other != index) {
                    return Err(repeated("attestationCertificateKeyIdentifiers"));
                }
            }
        }
        Ok(Self { serial, next_update, entries, by_aaguid, by_key_identifier })
    }

    /// The serial number, `no`: what the next blob's must not be less than.
    #[must_use]
    pub const fn serial(&self) -> u64 {
        self.serial
    }

    /// The start of the day, in UTC, by which the next one comes, in seconds since 1970.
    #[must_use]
    pub const fn next_update_unix_seconds(&self) -> i64 {
        self.next_update
    }

    /// Whether the day of the next update is over.
    #[must_use]
    pub const fn is_overdue_at(&self, now_unix_seconds: i64) -> bool {
        now_unix_seconds >= self.next_update + SECONDS_OF_A_DAY
    }

    /// All entries, in the list's order.
    #[must_use]
    pub fn entries(&self) -> &[MetadataEntry] {
        &self.entries
    }

    /// The entry of a FIDO2 authenticator's model.
    #[must_use]
    pub fn by_aaguid(&self, aaguid: Aaguid) -> Option<&MetadataEntry> {
        self.by_aaguid.get(&aaguid).and_then(|index| self.entries.get(*index))
    }

    /// The entry of a U2F authenticator's model, by the key that signs its attestations.
    #[must_use]
    pub fn by_key_identifier(&self, identifier: KeyIdentifier) -> Option<&MetadataEntry> {
        self.by_key_identifier.get(&identifier).and_then(|index| self.entries.get(*index))
    }
}

/// Own check: whether the signer's certificate is for this DNS name.
fn is_for(certificates: &[Vec<u8>], name: &str) -> bool {
    let (Some(signer), Ok(name)) = (certificates.first(), ServerName::try_from(name)) else { return false };
    let signer = CertificateDer::from(signer.as_slice());
    EndEntityCert::try_from(&signer)
        .is_ok_and(|signer| signer.verify_is_valid_for_subject_name(&name).is_ok())
}
