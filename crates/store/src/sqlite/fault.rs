//! Why work on a connection failed.

use passgate_core::store::StoreError;
use rusqlite::{ErrorCode, ffi};

use crate::rows::CorruptRow;

/// The failure of one piece of work, as it looks inside this module.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// A stored row can't be read.
    CorruptRow(CorruptRow),
    /// A value can't be stored.
    Encoding(serde_json::Error),
    /// The tenant that the work belongs to does not exist, or not any more.
    TenantGone,
}

/// The tenant was deleted while one of its requests was served.
#[derive(Debug, thiserror::Error)]
#[error("the tenant does not exist any more")]
struct TenantGone;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<CorruptRow> for Fault {
    fn from(corrupt: CorruptRow) -> Self {
        Self::CorruptRow(corrupt)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Encoding(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Sqlite(error) if is_busy(&error) => Self::Unavailable(Box::new(error)),
            Fault::Sqlite(error) => Self::Database(Box::new(error)),
            Fault::CorruptRow(corrupt) => corrupt.into(),
            Fault::Encoding(error) => Self::Database(Box::new(error)),
            // Whoever tries again finds that there is no such tenant.
            Fault::TenantGone => Self::Unavailable(Box::new(TenantGone)),
        }
    }
}

/// Whether another connection held a lock for longer than we wait.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether what a row belongs to is not there.
pub(super) fn is_foreign_key(error: &rusqlite::Error) -> bool {
    has_code(error, ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// Whether there is such a row already, by the primary key.
pub(super) fn is_primary_key(error: &rusqlite::Error) -> bool {
    has_code(error, ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

fn has_code(error: &rusqlite::Error, extended_code: i32) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == extended_code)
}

/// Whether SQLite may have rolled back more than the statement that failed: "Response To Errors Within A
/// Transaction", <https://www.sqlite.org/lang_transaction.html>.
pub(super) fn dooms_transaction(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::DatabaseBusy
        )
    )
}
