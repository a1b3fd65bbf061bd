//! The roots that the list's signer is verified with.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use passgate_webauthn::{TrustAnchor, TrustAnchorError};

use crate::cli::certificates_in_pem;

/// The largest file of roots, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Why there are no roots.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RootsError {
    /// The file can't be read.
    #[error("metadata_root: can't read {path}: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file has something else.
    #[error("metadata_root: {path} has no X.509 certificates in PEM, nor is it one in DER: {error}")]
    NoCertificates {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: TrustAnchorError,
    },
}

/// The certificates of a file in PEM, or the one of a file in DER: at least one.
pub(crate) fn read_roots(path: &Path) -> Result<Vec<TrustAnchor>, RootsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|error| RootsError::Unreadable { path: path.to_owned(), error })?;
    let mut certificates = str::from_utf8(&bytes).map(certificates_in_pem).unwrap_or_default();
    if certificates.is_empty() {
        certificates.push(bytes);
    }
    let roots = certificates.iter().map(|der| TrustAnchor::from_der(der));
    roots
        .collect::<Result<_, _>>()
        .map_err(|error| RootsError::NoCertificates { path: path.to_owned(), error })
}
