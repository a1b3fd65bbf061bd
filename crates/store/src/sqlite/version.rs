//! The version of what caches hold, polled twice a second, and whether a newer program has migrated the database past
//! this one.

use std::sync::{Arc, Mutex, PoisonError};

use passgate_core::store::{StoreError, Version};
use rusqlite::Connection;

use super::fault::Fault;
use super::migrate::SCHEMA_LEVEL;
use super::writer::closed;
use crate::migrated_past::MigratedPast;
use crate::records;

/// Knows the version without reading it again while nothing was committed. There is none any more once this program
/// can't work with the database.
#[derive(Debug)]
pub(super) struct VersionWatch {
    /// None once it is closed.
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    /// Used for nothing else: `PRAGMA data_version` tells of the commits of all other connections.
    db: Connection,
    last: Option<(i64, Version)>,
}

impl VersionWatch {
    pub(super) fn new(db: Connection) -> Self {
        Self { state: Mutex::new(Some(State { db, last: None })) }
    }

    pub(super) async fn version(this: &Arc<Self>) -> Result<Version, StoreError> {
        let this = Arc::clone(this);
        tokio::task::spawn_blocking(move || {
            let mut state = this.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.as_mut().ok_or_else(closed)?.version()
        })
        .await
        .map_err(|_| closed())?
    }

    pub(super) async fn close(self: &Arc<Self>) {
        let this = Arc::clone(self);
        let close = move || drop(this.state.lock().unwrap_or_else(PoisonError::into_inner).take());
        // Fails if closing panicked: the connection is gone then, too.
        let _ = tokio::task::spawn_blocking(close).await;
    }
}

impl State {
    fn version(&mut self) -> Result<Version, StoreError> {
        // Asked before the rows are read: a commit between the two then shows as a change the next time.
        let data_version = data_version(&self.db)?;
        if let Some((seen, version)) = self.last
            && seen == data_version
        {
            return Ok(version);
        }
        MigratedPast::refuse(oldest_binary(&self.db)?, SCHEMA_LEVEL)?;
        let version = read(&self.db)?;
        self.last = Some((data_version, version));
        Ok(version)
    }
}

fn data_version(db: &Connection) -> Result<i64, Fault> {
    Ok(db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

fn oldest_binary(db: &Connection) -> Result<u32, Fault> {
    Ok(db.prepare_cached("SELECT oldest_binary FROM schema_version")?.query_row([], |row| row.get(0))?)
}

/// Reads the version.
pub(super) fn read(db: &Connection) -> Result<Version, Fault> {
    let mut statement = db.prepare_cached("SELECT value FROM version")?;
    let mut rows = statement.query([])?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(records::version(row)?)
}

/// Makes caches everywhere look again, in the same commit as the change they must see.
pub(super) fn bump(db: &Connection) -> Result<(), Fault> {
    db.prepare_cached("UPDATE version SET value = value + 1")?.execute([])?;
    Ok(())
}
