//! Why work on the database failed.

use deadpool_postgres::PoolError;
use passgate_core::store::StoreError;
use passgate_postgres_connection::with_cause;
use tokio_postgres::error::SqlState;

use crate::rows::CorruptRow;

/// The failure of one piece of work, as it looks inside this module.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server refused, or the connection to it broke.
    Postgres(tokio_postgres::Error),
    /// There was no connection.
    Pool(PoolError),
    /// The server did not answer in time.
    TimedOut,
    /// A stored row can't be read.
    CorruptRow(CorruptRow),
    /// A value can't be stored.
    Encoding(serde_json::Error),
    /// What the work belongs to, its tenant or its user, does not exist, or not any more.
    Gone,
    /// Work that is not ours, such as the writing of an export, panicked.
    Panicked,
    /// A table that has one row has none.
    NoRow(&'static str),
}

/// What the server said of a failure, without the values that it may have put beside it.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{message} (SQLSTATE {code})")]
    Server { code: String, message: String },
    #[error("{0}")]
    Connection(String),
    #[error("it did not answer in time")]
    TimedOut,
    #[error("no connection was free in time")]
    Exhausted,
    #[error("no connection could be made in time")]
    NotConnected,
    #[error("the store is closed")]
    Closed,
    #[error("what the request belongs to does not exist any more")]
    Gone,
    #[error("what was done with the records panicked")]
    Panicked,
    #[error("the table {0} has lost its row")]
    NoRow(&'static str),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        // Every reference is to what the work belongs to.
        if error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) {
            Self::Gone
        } else {
            Self::Postgres(error)
        }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        Self::Pool(error)
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
            Fault::Postgres(error) if is_passing(&error) => Self::Unavailable(Box::new(refusal(&error))),
            Fault::Postgres(error) => Self::Database(Box::new(refusal(&error))),
            Fault::Pool(error) => Self::Unavailable(Box::new(match error {
                PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Refusal::Exhausted,
                PoolError::Backend(error) => refusal(&error),
                PoolError::Closed => Refusal::Closed,
                PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                    Refusal::NotConnected
                }
            })),
            Fault::TimedOut => Self::Unavailable(Box::new(Refusal::TimedOut)),
            Fault::CorruptRow(corrupt) => corrupt.into(),
            Fault::Encoding(error) => Self::Database(Box::new(error)),
            // Whoever tries again finds that it is not there.
            Fault::Gone => Self::Unavailable(Box::new(Refusal::Gone)),
            Fault::Panicked => Self::Database(Box::new(Refusal::Panicked)),
            Fault::NoRow(table) => Self::Database(Box::new(Refusal::NoRow(table))),
        }
    }
}

impl Fault {
    /// Whether the server has undone the transaction so that others could go on: it may be tried again.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        matches!(error.code(), Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE))
    }

    /// Whether another transaction stored the same at the same time.
    pub(super) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION))
    }
}

/// Says what happened without the server's details, which have values of rows in them.
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    refusal(error).to_string()
}

fn refusal(error: &tokio_postgres::Error) -> Refusal {
    match error.as_db_error() {
        Some(refused) => {
            Refusal::Server { code: refused.code().code().to_owned(), message: refused.message().to_owned() }
        }
        None => Refusal::Connection(with_cause(error)),
    }
}

/// Whether it may go away by itself: the connection, the server's own state, or others' locks. See "PostgreSQL Error
/// Codes", <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn is_passing(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        // Not from the server. What can't be converted is a mistake of this program's.
        return error.is_closed()
            || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    };
    match &code.code()[..2] {
        // Connections; resources; an operator's intervention and time limits.
        "08" | "53" | "57" => true,
        _ => matches!(
            *code,
            SqlState::T_R_DEADLOCK_DETECTED
                | SqlState::T_R_SERIALIZATION_FAILURE
                | SqlState::LOCK_NOT_AVAILABLE
                // A server that just became, or still is, a standby.
                | SqlState::READ_ONLY_SQL_TRANSACTION
        ),
    }
}
