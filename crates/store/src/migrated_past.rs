//! What a running process is told once a newer one has migrated the database past it.

use passgate_core::store::StoreError;

/// The database has a schema that this program can't work with any more.
#[derive(Debug, thiserror::Error)]
#[error(
    "a newer Passgate has migrated the database: it now needs one that knows schema {oldest_binary} or later; this one \
     knows {known}"
)]
pub(crate) struct MigratedPast {
    oldest_binary: u32,
    known: u32,
}

impl MigratedPast {
    /// Refuses a database that needs a program which knows a later schema.
    pub(crate) const fn refuse(oldest_binary: u32, known: u32) -> Result<(), Self> {
        if oldest_binary > known { Err(Self { oldest_binary, known }) } else { Ok(()) }
    }
}

impl From<MigratedPast> for StoreError {
    fn from(past: MigratedPast) -> Self {
        Self::Unavailable(Box::new(past))
    }
}
