//! The store on one SQLite file, for one machine.
//!
//! One thread writes and commits whatever is waiting as one transaction (see `writer.rs`); reads have connections
//! of their own (see `readers.rs`). The file is in WAL mode with `synchronous=FULL`: what was answered survives a
//! loss of power. Other processes, such as the command line, may open it at the same time.

mod admin_tokens;
mod api_keys;
mod audit;
mod audit_backwards;
mod audit_blocks;
mod challenges;
mod checkpoint;
mod connection;
mod console;
mod count;
mod credentials;
mod fault;
mod login;
mod metadata;
mod migrate;
mod open_error;
mod place;
#[cfg(test)]
mod plans;
mod readers;
mod registration;
mod rows;
mod sealed;
mod signing_keys;
mod store;
mod tenants;
mod transactions;
mod transfer;
mod users;
mod version;
mod webhooks;
mod writer;

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use passgate_core::ids::DatabaseId;
use passgate_core::store::StoreError;
use rusqlite::Connection;

use self::checkpoint::{Checkpointer, StartError};
use self::connection::Connector;
use self::fault::Fault;
pub use self::migrate::{Migrated, SCHEMA_LEVEL, migrate};
pub use self::open_error::OpenError;
use self::readers::Readers;
use self::version::VersionWatch;
use self::writer::Writer;
pub use self::writer::WriterCounts;

/// The pages that the writer keeps: 16 MiB, in SQLite's spelling (negative: KiB).
const WRITER_CACHE: i32 = -16_384;

/// How to open a database.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The file; it is made, readable by its owner only, if it doesn't exist. SQLite puts two more beside it,
    /// with `-wal` and `-shm` after the name.
    pub path: PathBuf,
    /// How long to wait for a lock that another process holds.
    pub busy_timeout: Duration,
    /// How many lists and other longer reads may run at once.
    pub readers: NonZeroUsize,
    /// How many writes may wait; further ones wait for a place.
    pub queue: NonZeroUsize,
    /// Whether [`SqliteStore::statements`] counts.
    pub count_statements: bool,
    /// How large the database may grow, in pages of 4096 bytes. Writes that need more fail.
    pub max_pages: Option<u32>,
}

impl SqliteOptions {
    /// The options for a server.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            busy_timeout: Duration::from_secs(5),
            readers: const { NonZeroUsize::new(8).unwrap() },
            queue: const { NonZeroUsize::new(4096).unwrap() },
            count_statements: false,
            max_pages: None,
        }
    }
}

/// How durable SQLite says that commits are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `PRAGMA journal_mode`: `wal`.
    pub journal_mode: String,
    /// `PRAGMA synchronous`: 2 is FULL.
    pub synchronous: u8,
}

/// A store on one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    version: Arc<VersionWatch>,
    statements: Arc<AtomicU64>,
    identity: DatabaseId,
}

/// Gives a connection the functions that migrations call, and those who fill a database by SQL: `credential_place`
/// (`place.rs`) and `audit_marks` (`audit_blocks.rs`).
pub fn provide_functions(db: &rusqlite::Connection) -> Result<(), rusqlite::Error> {
    place::provide(db)?;
    audit_blocks::provide(db)
}

impl SqliteStore {
    /// Opens the database, and brings its schema up to date. Blocks until that is done.
    pub fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let connector = Connector::new(options)?;
        let (mut db, _) = migrate::open_migrated(&connector)?;
        db.pragma_update(None, "cache_size", WRITER_CACHE).map_err(|error| connector.unusable(error))?;
        if let Some(pages) = options.max_pages {
            db.pragma_update(None, "max_page_count", pages).map_err(|error| connector.unusable(error))?;
        }
        let identity = identity(&db).map_err(|error| connector.unusable(error))?;
        let version = VersionWatch::new(connector.while_busy(|| connector.open())?);
        let statements = connector.statements();
        let thread = |source| OpenError::Thread { path: connector.path().to_owned(), source };
        let other = connector.while_busy(|| connector.open())?;
        let file = File::open(connector.path())
            .map_err(|source| OpenError::Unreadable { path: connector.path().to_owned(), source })?;
        let checkpointer = Checkpointer::start(&mut db, other, file).map_err(|error| match error {
            StartError::Sqlite(error) => connector.unusable(error),
            StartError::Thread(source) => thread(source),
        })?;
        let writer = Writer::start(db, checkpointer, options.queue).map_err(thread)?;
        let readers = Readers::new(connector, options.readers);
        Ok(Self { writer, readers: Arc::new(readers), version: Arc::new(version), statements, identity })
    }

    /// How many SQL statements all connections have run since the store was opened, if
    /// [`SqliteOptions::count_statements`] is set; else 0.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many writes were committed in how many commits.
    #[must_use]
    pub fn writer_counts(&self) -> WriterCounts {
        self.writer.counts()
    }

    /// How durable commits are, as SQLite reports it on the connection that writes.
    pub async fn durability(&self) -> Result<Durability, StoreError> {
        self.write(|db| {
            Ok(Durability {
                journal_mode: db.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
                synchronous: db.pragma_query_value(None, "synchronous", |row| row.get(0))?,
            })
        })
        .await
    }

    /// Does work that stands or falls by itself; answers once it is committed. It may run twice (`writer.rs`).
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// Reads what was committed.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        Readers::run(&self.readers, work).await
    }

    /// Reads a few rows by their keys; see [`Readers::run_here`].
    fn read_here<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.readers.run_here(work)
    }
}

fn identity(db: &Connection) -> Result<DatabaseId, rusqlite::Error> {
    let bytes: [u8; 16] = db.query_row("SELECT database_id FROM identity", [], |row| row.get(0))?;
    Ok(DatabaseId::new(uuid::Uuid::from_bytes(bytes)))
}
