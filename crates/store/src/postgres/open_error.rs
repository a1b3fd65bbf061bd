//! Why a database can't be opened.

use passgate_core::store::StoreError;
use passgate_postgres_connection::CertificateError;

use super::fault::Fault;
use super::migrate::SCHEMA_LEVEL;

/// Why a database can't be opened. None says the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The certificates to trust can't be read.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    /// It can't be reached, or PostgreSQL refuses.
    #[error("can't open the PostgreSQL database: {0}")]
    Unusable(#[source] StoreError),
    /// The schema has tables of another program.
    #[error(
        "the PostgreSQL database has tables in its schema {schema:?}, but not Passgate's: give Passgate one of its own"
    )]
    NotPassgate {
        /// The schema.
        schema: String,
    },
    /// A newer Passgate has changed the database so that this one can't work with it.
    #[error(
        "the PostgreSQL database has schema {level}, which needs a Passgate that knows schema {oldest_binary} or \
         later; this one knows {SCHEMA_LEVEL}"
    )]
    SchemaTooNew {
        /// Its schema's level.
        level: u32,
        /// The lowest level that a binary must know.
        oldest_binary: u32,
    },
    /// Transactions see more, or less, than this store's decisions are made for.
    #[error(
        "the PostgreSQL database has default_transaction_isolation = {found:?}, and Passgate works at \"read committed\", \
         which is PostgreSQL's default: ALTER ROLE … SET, or ALTER DATABASE … SET, changes it"
    )]
    Isolation {
        /// The level.
        found: String,
    },
    /// Bringing the schema up to date failed; the database is as it was.
    #[error("can't migrate the PostgreSQL database with {migration}: {source}")]
    Migration {
        /// The migration.
        migration: &'static str,
        /// Why.
        source: StoreError,
    },
}

impl OpenError {
    pub(super) fn unusable(fault: Fault) -> Self {
        Self::Unusable(fault.into())
    }
}
