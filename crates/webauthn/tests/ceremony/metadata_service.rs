//! A metadata service of a vendor that doesn't exist, and what a relying party expects of its list.

use data_encoding::BASE64;
use passgate_authenticator::{
    Algorithm, AttestationCa, MetadataSigner, attestation_root, ca_certificate_params,
    metadata_certificate_params,
};
use passgate_webauthn::{
    RevocationList, TrustAnchor,
    mds::{BlobExpectation, BlobSigner, MetadataBlob, MetadataBlobError, OverduePolicy},
};
use serde_json::{Value, json};

/// 15 January 2027, 08:00; certificates of the tests are valid from 2020 to 2119.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const NAME: &str = "mds.example.com";
/// The model that the software authenticator says it is.
pub(crate) const AAGUID: &str = "70617373-6761-7465-2d73-6f66746b6579";

/// A metadata service, and what a relying party expects of its list.
pub(crate) struct Service {
    pub(crate) root: AttestationCa,
    pub(crate) signer: MetadataSigner,
    pub(crate) lists: Vec<RevocationList>,
    pub(crate) now: i64,
    pub(crate) previous: Option<u64>,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::with_root(|root| signer(Algorithm::Es256, root))
    }

    /// One whose signer is certified by a root of its own, or below it.
    pub(crate) fn with_root(signer: impl FnOnce(&AttestationCa) -> MetadataSigner) -> Self {
        let root = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
        let signer = signer(&root);
        Self { root, signer, lists: Vec::new(), now: NOW, previous: None }
    }

    pub(crate) fn verify_as(
        &self,
        blob: &str,
        signer: BlobSigner<'_>,
        overdue: OverduePolicy,
    ) -> Result<MetadataBlob, MetadataBlobError> {
        let expected = BlobExpectation {
            anchors: &[TrustAnchor::from_der(&self.root.der()).expect("a certificate")],
            signer,
            revocation_lists: &self.lists,
            now_unix_seconds: self.now,
            previous_serial: self.previous,
            overdue,
        };
        MetadataBlob::verify(blob.as_bytes(), &expected)
    }

    pub(crate) fn verify(&self, blob: &str) -> Result<MetadataBlob, MetadataBlobError> {
        self.verify_as(blob, BlobSigner::Name(NAME), OverduePolicy::Refuse)
    }

    /// What becomes of a list with these entries.
    pub(crate) fn list(&self, entries: &[Value]) -> Result<MetadataBlob, MetadataBlobError> {
        self.verify(&self.signer.sign(&payload(entries)))
    }

    /// Why a blob is refused.
    pub(crate) fn refusal(&self, blob: &str) -> MetadataBlobError {
        self.verify(blob).expect_err("the blob is refused")
    }
}

pub(crate) fn signer(algorithm: Algorithm, issuer: &AttestationCa) -> MetadataSigner {
    MetadataSigner::new(algorithm, issuer, &metadata_certificate_params(NAME))
}

pub(crate) fn payload(entries: &[Value]) -> Value {
    json!({"legalHeader": "none", "no": 7, "nextUpdate": "2027-02-01", "entries": entries})
}

/// The entry of the software authenticator's model.
pub(crate) fn entry(statuses: &[&str]) -> Value {
    let reports: Vec<_> = statuses.iter().map(|status| json!({"status": status})).collect();
    json!({
        "aaguid": AAGUID,
        "metadataStatement": {
            "description": "A software authenticator",
            "attestationTypes": ["basic_full"],
            "attestationRootCertificates": [BASE64.encode(&attestation_root())],
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2026-01-01",
    })
}
