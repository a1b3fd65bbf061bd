//! From a configuration to a Passgate on its database: what the server and the command line both begin with.

use std::path::PathBuf;
use std::sync::Arc;

use passgate_core::clock::SystemClock;
use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::store::{Store, StoreError};
use passgate_store::sqlite::{OpenError, SqliteOptions, SqliteStore};

use crate::metadata::{RootsError, read_roots};
use crate::secret_file::{self, SecretError};
use crate::settings::{DatabaseLocation, Settings};

/// Whether a database that isn't there is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMissing {
    /// Make it.
    Create,
    /// It is a mistake, probably in its path.
    Fail,
}

/// Why there is no Passgate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// There is no database.
    #[error(
        "there is no database at {0}: `passgate serve` makes one; a server's is named with --database-url, or the server with --admin-url"
    )]
    NoDatabase(PathBuf),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The server secret can't be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The roots of the metadata service can't be had.
    #[error(transparent)]
    MetadataRoots(#[from] RootsError),
    /// A thread panicked while opening the database.
    #[error("opening the database panicked")]
    Panicked,
}

/// Opens the database that the settings name, brings its schema up to date, and checks that all its secrets are there.
pub(crate) async fn open(
    settings: &Settings,
    if_missing: IfMissing,
) -> Result<Passgate<SqliteStore>, StartError> {
    let DatabaseLocation::Sqlite(path) = &settings.database;
    if if_missing == IfMissing::Fail && !path.exists() {
        return Err(StartError::NoDatabase(path.clone()));
    }
    let options = SqliteOptions::new(path);
    let store = tokio::task::spawn_blocking(move || SqliteStore::open(&options))
        .await
        .map_err(|_| StartError::Panicked)??;
    let sealed_with = store.secrets_in_use().await?;
    let secrets = secret_file::load(settings, &sealed_with)?;
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let passgate = Passgate::new(store, secrets, settings.public_url.clone(), clock, rng);
    passgate.poll_version().await?;
    Ok(passgate)
}

/// The same, with the roots of the metadata service: for whoever judges attestation, or says how it would be judged.
pub(crate) async fn open_with_metadata(
    settings: &Settings,
    if_missing: IfMissing,
) -> Result<Passgate<SqliteStore>, StartError> {
    let roots = settings.metadata.as_ref().map(|metadata| read_roots(&metadata.root)).transpose()?;
    Ok(open(settings, if_missing).await?.with_metadata_roots(roots.unwrap_or_default()))
}
