//! How bytes fail to be the service's list.

use crate::TrustError;

/// Why a metadata blob isn't taken. The one that was taken before is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataBlobError {
    /// It is longer than [`MAX_BLOB_BYTES`](super::MAX_BLOB_BYTES).
    #[error("the metadata blob is too large")]
    TooLarge,
    /// It isn't three parts in base64url, with dots between.
    #[error("the metadata blob is not a JWT")]
    Form,
    /// Its header isn't JSON with the members that are needed, or has one that must be understood and isn't.
    #[error("the header of the metadata blob is malformed")]
    Header,
    /// It is signed with another algorithm than RS256 or ES256, or not at all.
    #[error("the metadata blob is not signed with RS256 or ES256")]
    Algorithm,
    /// Its header has no certificate, more than eight, or one that isn't one.
    #[error("the header of the metadata blob has no certificates, too many, or malformed ones")]
    Certificates,
    /// Its certificates lead to none of the given roots, or aren't valid now.
    #[error("the certificates of the metadata blob are not trusted: {0}")]
    Path(TrustError),
    /// It is signed by a certificate of somebody else than the service.
    #[error("the metadata blob is not signed by the metadata service")]
    Signer,
    /// The signature isn't one by the certificate's key.
    #[error("the signature of the metadata blob is invalid")]
    SignatureInvalid,
    /// What is signed isn't the JSON of a list of entries.
    #[error("the metadata blob is not the JSON it should be (line {line}, column {column})")]
    Json {
        /// Where it was noticed, from 1.
        line: usize,
        /// Where it was noticed, from 1.
        column: usize,
    },
    /// An entry, or the date of the next update, isn't as the specification has it.
    #[error("the metadata blob has a malformed {member}")]
    Member {
        /// Its name.
        member: &'static str,
    },
    /// It is older than the one that was taken before.
    #[error("the metadata blob has serial number {serial}, which is less than {previous}")]
    SerialWentBack {
        /// Its number.
        serial: u64,
        /// The number of the one that was taken before.
        previous: u64,
    },
    /// The day of the next update is over.
    #[error("the metadata blob is overdue: its next one was to come by now")]
    Overdue,
}

impl MetadataBlobError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "metadata_blob_too_large",
            Self::Form => "metadata_blob_form",
            Self::Header => "metadata_blob_header",
            Self::Algorithm => "metadata_blob_algorithm",
            Self::Certificates => "metadata_blob_certificates",
            Self::Path(_) => "metadata_blob_path",
            Self::Signer => "metadata_blob_signer",
            Self::SignatureInvalid => "metadata_blob_signature_invalid",
            Self::Json { .. } => "metadata_blob_json",
            Self::Member { .. } => "metadata_blob_member",
            Self::SerialWentBack { .. } => "metadata_blob_serial_went_back",
            Self::Overdue => "metadata_blob_overdue",
        }
    }

    /// The part of FIDO's specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::TooLarge | Self::Signer | Self::Overdue => "own check",
            Self::Form | Self::Header | Self::Algorithm | Self::Certificates => "FIDO MDS §3.1.7",
            Self::Path(_) | Self::SignatureInvalid | Self::SerialWentBack { .. } => "FIDO MDS §3.2",
            Self::Json { .. } | Self::Member { .. } => "FIDO MDS §3.1.6",
        }
    }
}
