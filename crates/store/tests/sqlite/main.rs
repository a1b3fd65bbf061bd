//! What holds on SQLite in particular.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod files;
#[expect(dead_code, reason = "the contract's tests use the rest")]
#[path = "../contract/fixtures.rs"]
mod fixtures;
mod processes;
mod schema;
mod store;

use std::path::PathBuf;

use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

/// A place for a database that does not exist yet.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("passgate.db")
    }

    fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.path())
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.options()).unwrap()
    }

    /// A connection of another program's.
    fn connection(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}
