//! The FIDO Metadata Service's list: verified, kept in the database, and in memory while a server runs.

use std::sync::{Arc, PoisonError, RwLock};

use passgate_webauthn::TrustAnchor;
use passgate_webauthn::mds::{
    BlobExpectation, BlobSigner, FIDO_SIGNER, MetadataBlob, MetadataBlobError, OverduePolicy,
};

use crate::attestation_rules::{self, MetadataUnusable};
use crate::clock::Timestamp;
use crate::passgate::Passgate;
use crate::store::{Store, StoreError};

/// The list that a database keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptMetadata {
    /// Its serial number, `no` (FIDO Metadata Service 3, §3.1.6).
    pub number: u64,
    /// The start of the day by which its successor comes.
    pub next_update: Timestamp,
    /// The list as it was fetched, signature and all: whoever reads it verifies it again.
    pub blob: String,
    /// The file or URL that it was fetched from.
    pub source: String,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

impl std::fmt::Debug for KeptMetadata {
    /// Without the list, which would fill books.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptMetadata")
            .field("number", &self.number)
            .field("next_update", &self.next_update)
            .field("source", &self.source)
            .field("fetched_at", &self.fetched_at)
            .finish_non_exhaustive()
    }
}

/// A list that was verified is to be kept.
#[derive(Debug, Clone)]
pub struct KeepMetadata {
    /// The list.
    pub metadata: KeptMetadata,
    /// The number of a kept one that must go whatever its number, since it does not verify any more.
    pub unusable: Option<u64>,
}

/// What became of a list that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataKept {
    /// It is kept.
    Kept,
    /// One of a higher number is kept, and stays.
    NewerKept,
}

/// Why a list is not taken. The one in force stays in force.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// It can't be verified: no root of the service is known here.
    #[error("there is no root to verify the metadata service's list with")]
    NoRoots,
    /// It is not the service's, or older than the one in force.
    #[error(transparent)]
    Blob(#[from] MetadataBlobError),
    /// Its number is not one that a database can count up to.
    #[error("the serial number of the metadata blob is too large")]
    Number,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What looking for a newer list in the database found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataFound {
    /// None is kept, or none that is newer.
    Nothing,
    /// A newer one, which is in force now.
    Newer {
        /// Its number.
        number: u64,
    },
}

/// The list in memory.
#[derive(Default)]
pub(crate) struct MetadataMemory {
    roots: Vec<TrustAnchor>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    in_force: Option<Arc<MetadataBlob>>,
    /// The number of the kept one, if it does not verify: it isn't read again and again.
    unusable: Option<u64>,
}

impl MetadataMemory {
    fn in_force(&self) -> Option<Arc<MetadataBlob>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).in_force.clone()
    }

    fn unusable(&self) -> Option<u64> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).unusable
    }

    fn note_unusable(&self, number: u64) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).unusable = Some(number);
    }

    /// Puts a list in force, unless one of a higher number came before it.
    fn put(&self, blob: MetadataBlob) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.in_force.as_ref().is_none_or(|other| other.serial() <= blob.serial()) {
            *state = State { in_force: Some(Arc::new(blob)), unusable: None };
        }
    }

    fn verify(
        &self,
        blob: &str,
        now: Timestamp,
        overdue: OverduePolicy,
    ) -> Result<MetadataBlob, MetadataError> {
        if self.roots.is_empty() {
            return Err(MetadataError::NoRoots);
        }
        Ok(MetadataBlob::verify(
            blob.as_bytes(),
            &BlobExpectation {
                anchors: &self.roots,
                signer: BlobSigner::Name(FIDO_SIGNER),
                revocation_lists: &[],
                now_unix_seconds: now.as_seconds(),
                previous_serial: self.in_force().map(|blob| blob.serial()),
                overdue,
            },
        )?)
    }
}

impl<S: Store> Passgate<S> {
    /// The same, with roots that the metadata service's certificates lead to. Without, no list is taken.
    #[must_use]
    pub fn with_metadata_roots(mut self, roots: Vec<TrustAnchor>) -> Self {
        self.metadata = MetadataMemory { roots, state: RwLock::default() };
        self
    }

    /// The list in force. It may be overdue: then it names authenticators, and decides nothing.
    #[must_use]
    pub fn metadata(&self) -> Option<Arc<MetadataBlob>> {
        self.metadata.in_force()
    }

    /// Why the list can't be asked now, if it can't.
    pub fn metadata_usable(&self) -> Result<(), MetadataUnusable> {
        attestation_rules::usable(self.metadata().as_deref(), self.now().as_seconds()).map(drop)
    }

    /// Takes a list that was fetched: verifies it, keeps it for other processes and later starts, and puts it in force.
    /// Returns the number of the one that is in force then.
    /// Takes a tenth of a second of CPU for each few megabytes.
    pub async fn take_metadata(&self, blob: String, source: String) -> Result<u64, MetadataError> {
        let now = self.now();
        let verified = self.metadata.verify(&blob, now, OverduePolicy::Refuse)?;
        let number = verified.serial();
        if i64::try_from(number).is_err() {
            return Err(MetadataError::Number);
        }
        let metadata = KeptMetadata {
            number,
            next_update: Timestamp::from_millis(verified.next_update_unix_seconds().saturating_mul(1000)),
            blob,
            source,
            fetched_at: now,
        };
        let keep = KeepMetadata { metadata, unusable: self.metadata.unusable() };
        match self.store.keep_metadata(keep).await? {
            MetadataKept::Kept => self.metadata.put(verified),
            // Another process was faster with a newer one.
            MetadataKept::NewerKept => drop(self.find_newer_metadata().await?),
        }
        Ok(self.metadata().map_or(number, |blob| blob.serial()))
    }

    /// Looks for a list in the database that is newer than the one in force, verifies it again, and puts it in force.
    /// To be called at the start, and every few seconds: usually it reads one number.
    pub async fn find_newer_metadata(&self) -> Result<MetadataFound, MetadataError> {
        let known = self.metadata().map(|blob| blob.serial()).max(self.metadata.unusable());
        let Some(number) = self.store.metadata_number().await? else { return Ok(MetadataFound::Nothing) };
        if known.is_some_and(|known| number <= known) {
            return Ok(MetadataFound::Nothing);
        }
        let Some(kept) = self.store.metadata().await? else { return Ok(MetadataFound::Nothing) };
        // The last that there is may be overdue, and still says more than nothing: of names, and of what is newer.
        match self.metadata.verify(&kept.blob, self.now(), OverduePolicy::Accept) {
            Ok(blob) => {
                let number = blob.serial();
                self.metadata.put(blob);
                Ok(MetadataFound::Newer { number })
            }
            Err(error) => {
                self.metadata.note_unusable(kept.number);
                Err(error)
            }
        }
    }

    /// The list that the database keeps, and how many models it has; or why it does not verify.
    pub async fn kept_metadata(
        &self,
    ) -> Result<Option<(KeptMetadata, Result<usize, MetadataError>)>, StoreError> {
        let Some(kept) = self.store.metadata().await? else { return Ok(None) };
        let verified = self.metadata.verify(&kept.blob, self.now(), OverduePolicy::Accept);
        Ok(Some((kept, verified.map(|blob| blob.entries().len()))))
    }
}
