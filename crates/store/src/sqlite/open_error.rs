//! Why a database can't be opened.

use std::io;
use std::path::PathBuf;

use super::fault;
use super::migrate::SCHEMA_LEVEL;

/// Why a database can't be opened. Each names the file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path names no file, but a database in memory or a URI.
    #[error("{path:?} is not the path of a file: the database is one file on a disk")]
    NotAFile {
        /// The path as given.
        path: PathBuf,
    },
    /// The file does not exist and can't be made.
    #[error("can't create the database {path:?}: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file can't be opened, or SQLite can't work with it.
    #[error("can't open the database {path:?}: {source}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file can't be opened by itself, without SQLite.
    #[error("can't open the database {path:?}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite can't keep a write-ahead log there, for want of shared memory: some network file systems.
    #[error("the file system of the database {path:?} does not support SQLite's write-ahead log")]
    NoWriteAheadLog {
        /// The file.
        path: PathBuf,
    },
    /// It is a SQLite database of another program.
    #[error("{path:?} is a SQLite database, but not Passgate's")]
    NotPassgate {
        /// The file.
        path: PathBuf,
    },
    /// A newer Passgate has changed the database so that this one can't work with it.
    #[error(
        "the database {path:?} has schema {level}, which needs a Passgate that knows schema {oldest_binary} or \
         later; this one knows {SCHEMA_LEVEL}"
    )]
    SchemaTooNew {
        /// The file.
        path: PathBuf,
        /// Its schema's level.
        level: u32,
        /// The lowest level that a binary must know.
        oldest_binary: u32,
    },
    /// Bringing the schema up to date failed; the database is as it was.
    #[error("can't migrate the database {path:?} with {migration}: {source}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// The migration.
        migration: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
    /// The thread that writes can't be started.
    #[error("can't start the thread that writes to the database {path:?}: {source}")]
    Thread {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl OpenError {
    /// Whether another connection was in the way, so that another attempt may succeed.
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Self::Unusable { source, .. } | Self::Migration { source, .. } => fault::is_busy(source),
            Self::NotAFile { .. }
            | Self::Create { .. }
            | Self::NoWriteAheadLog { .. }
            | Self::NotPassgate { .. }
            | Self::SchemaTooNew { .. }
            | Self::Unreadable { .. }
            | Self::Thread { .. } => false,
        }
    }
}
