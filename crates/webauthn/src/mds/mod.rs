//! The [FIDO Metadata Service], version 3: what vendors say of their authenticators, and what became of those.
//!
//! [`MetadataBlob::verify`] reads the signed list that the service publishes ("BLOB"), with bytes, time and trust
//! anchors from the caller. [`AttestationPolicy::Metadata`] then trusts attestations by it: the entry of the
//! authenticator's model says which certificates its attestation leads to, and [`StatusPolicy`] which reports of its
//! state are reason enough to refuse it.
//!
//! Section numbers here are those of the service's specification, unless they say otherwise.
//!
//! [FIDO Metadata Service]: https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html
//! [`AttestationPolicy::Metadata`]: crate::AttestationPolicy::Metadata

mod blob;
mod date;
mod entry;
mod error;
mod jws;
mod status;

pub use blob::{BlobExpectation, BlobSigner, FIDO_SIGNER, MAX_BLOB_BYTES, MetadataBlob, OverduePolicy};
pub use entry::{KeyIdentifier, MetadataAttestationType, MetadataEntry};
pub use error::MetadataBlobError;
pub use status::{AuthenticatorStatus, StatusPolicy, StatusReport};
