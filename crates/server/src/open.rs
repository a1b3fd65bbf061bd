//! From a configuration to a Passgate on its database: what the server and the command line both begin with.

use std::path::PathBuf;
use std::sync::Arc;

use passgate_core::clock::SystemClock;
use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::store::{Store, StoreError};
use passgate_store::postgres::{self, PostgresStore};
use passgate_store::sqlite::{OpenError, SqliteOptions, SqliteStore};
use passgate_webauthn::TrustAnchor;

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
    /// There is nothing in the database.
    #[error("there is nothing in the database {0}: `passgate serve` or `passgate migrate` sets it up")]
    EmptyDatabase(String),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The PostgreSQL database can't be opened.
    #[error(transparent)]
    OpenPostgres(#[from] postgres::OpenError),
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

/// A Passgate on the database that the settings name.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(Arc<Passgate<SqliteStore>>),
    Postgres(Arc<Passgate<PostgresStore>>),
}

/// Goes on with a Passgate of whichever type.
macro_rules! with_passgate {
    ($opened:expr, $passgate:ident => $work:expr) => {
        match $opened {
            $crate::open::Opened::Sqlite($passgate) => $work,
            $crate::open::Opened::Postgres($passgate) => $work,
        }
    };
}
pub(crate) use with_passgate;

/// Opens the database that the settings name, brings its schema up to date, and checks that all its secrets are there.
pub(crate) async fn open(settings: &Settings, if_missing: IfMissing) -> Result<Opened, StartError> {
    open_trusting(settings, if_missing, Vec::new()).await
}

/// The same, with the roots of the metadata service: for whoever judges attestation, or says how it would be judged.
pub(crate) async fn open_with_metadata(
    settings: &Settings,
    if_missing: IfMissing,
) -> Result<Opened, StartError> {
    let roots = settings.metadata.as_ref().map(|metadata| read_roots(&metadata.root)).transpose()?;
    open_trusting(settings, if_missing, roots.unwrap_or_default()).await
}

async fn open_trusting(
    settings: &Settings,
    if_missing: IfMissing,
    metadata_roots: Vec<TrustAnchor>,
) -> Result<Opened, StartError> {
    match &settings.database {
        DatabaseLocation::Sqlite(path) => {
            if if_missing == IfMissing::Fail && !path.exists() {
                return Err(StartError::NoDatabase(path.clone()));
            }
            let options = SqliteOptions::new(path);
            let store = tokio::task::spawn_blocking(move || SqliteStore::open(&options))
                .await
                .map_err(|_| StartError::Panicked)??;
            Ok(Opened::Sqlite(on(store, settings, metadata_roots).await?))
        }
        DatabaseLocation::Postgres(url) => {
            let options = settings.postgres_options(url);
            if if_missing == IfMissing::Fail && postgres::schema_level(&options).await? == 0 {
                return Err(StartError::EmptyDatabase(url.to_string()));
            }
            let store = PostgresStore::open(&options).await?;
            Ok(Opened::Postgres(on(store, settings, metadata_roots).await?))
        }
    }
}

async fn on<S: Store>(
    store: S,
    settings: &Settings,
    metadata_roots: Vec<TrustAnchor>,
) -> Result<Arc<Passgate<S>>, StartError> {
    let sealed_with = store.secrets_in_use().await?;
    let secrets = secret_file::load(settings, &sealed_with)?;
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let passgate = Passgate::new(store, secrets, settings.public_url.clone(), clock, rng)
        .with_metadata_roots(metadata_roots);
    passgate.poll_version().await?;
    passgate.compare_clocks().await?;
    Ok(Arc::new(passgate))
}
