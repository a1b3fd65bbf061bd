//! How connections are made.

use std::fs::OpenOptions;
use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::trace::TraceEventCodes;
use rusqlite::{Connection, OpenFlags};

use super::{OpenError, SqliteOptions, migrate};

/// The write-ahead log is cut back to this once its content is in the database.
const JOURNAL_SIZE_LIMIT: u32 = 64 << 20;
/// Between two attempts to open a busy database.
const BUSY_PAUSE: Duration = Duration::from_millis(5);
/// Enough for every statement of this crate.
const CACHED_STATEMENTS: usize = 128;

/// Makes connections to one file.
#[derive(Debug)]
pub(super) struct Connector {
    path: PathBuf,
    busy_timeout: Duration,
    counter: Option<Arc<AtomicU64>>,
}

impl Connector {
    pub(super) fn new(options: &SqliteOptions) -> Result<Self, OpenError> {
        let given = &options.path;
        let not_a_file = || OpenError::NotAFile { path: given.clone() };
        // What SQLite takes for a database in memory, a temporary one, and a URI.
        let bytes = given.as_os_str().as_encoded_bytes();
        if bytes.is_empty() || bytes == b":memory:" || bytes.starts_with(b"file:") {
            return Err(not_a_file());
        }
        // Absolute, so that a later change of directory does not matter.
        let path = std::path::absolute(given).map_err(|_| not_a_file())?;
        let counter = options.count_statements.then(Arc::default);
        Ok(Self { path, busy_timeout: options.busy_timeout, counter })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn statements(&self) -> Arc<AtomicU64> {
        self.counter.clone().unwrap_or_default()
    }

    pub(super) fn unusable(&self, source: rusqlite::Error) -> OpenError {
        OpenError::Unusable { path: self.path.clone(), source }
    }

    /// Tries again while another connection is just opening or closing the database: where SQLite changes the
    /// journal mode, recovers the log or removes it, it answers "busy" without waiting for the timeout.
    pub(super) fn while_busy<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, OpenError>,
    ) -> Result<T, OpenError> {
        let begun = Instant::now();
        loop {
            match attempt() {
                Err(error) if error.is_busy() && begun.elapsed() < self.busy_timeout => {
                    std::thread::sleep(BUSY_PAUSE);
                }
                result => return result,
            }
        }
    }

    /// A connection to the file, which is made if it doesn't exist, in WAL mode.
    pub(super) fn open_or_create(&self) -> Result<Connection, OpenError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // SQLite gives the log and its index the mode of the database.
        #[cfg(unix)]
        options.mode(0o600);
        match options.open(&self.path) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(OpenError::Create { path: self.path.clone(), source }),
        }
        let db = self.open()?;
        // Before anything is changed: the journal mode stays in the file. In one snapshot, since another opener may
        // just be making the tables.
        let snapshot = db.unchecked_transaction().map_err(|error| self.unusable(error))?;
        migrate::refuse_foreign(&snapshot, &self.path)?;
        drop(snapshot);
        let journal_mode: String = db
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
            .map_err(|error| self.unusable(error))?;
        if journal_mode != "wal" {
            return Err(OpenError::NoWriteAheadLog { path: self.path.clone() });
        }
        Ok(db)
    }

    /// Another connection to the file.
    pub(super) fn open(&self) -> Result<Connection, OpenError> {
        self.connect().map_err(|error| self.unusable(error))
    }

    /// A connection that can't change anything.
    pub(super) fn open_to_read(&self) -> Result<Connection, rusqlite::Error> {
        let db = self.connect()?;
        // Not opened read-only: SQLite must be able to set up and recover the log's index.
        db.pragma_update(None, "query_only", true)?;
        Ok(db)
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        // Each connection is used by one thread at a time, so SQLite's own mutex would only cost.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(&self.path, flags)?;
        db.busy_timeout(self.busy_timeout)?;
        db.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        db.pragma_update(None, "foreign_keys", true)?;
        // A commit is on the disk when it returns, not only at the next checkpoint.
        db.pragma_update(None, "synchronous", "FULL")?;
        // Savepoints keep what they may have to restore in memory.
        db.pragma_update(None, "temp_store", "MEMORY")?;
        db.pragma_update(None, "trusted_schema", false)?;
        // SQLite is built with STAT4, and would plan a cached statement anew for each value that is bound to it.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.pragma_update_and_check(None, "journal_size_limit", JOURNAL_SIZE_LIMIT, |_| Ok(()))?;
        if let Some(counter) = &self.counter {
            let counter = Arc::clone(counter);
            let count = move |_: rusqlite::trace::TraceEvent<'_>| {
                counter.fetch_add(1, Ordering::Relaxed);
            };
            db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(count))?;
        }
        Ok(db)
    }
}
