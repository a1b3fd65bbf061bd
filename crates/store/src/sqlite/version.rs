//! The version of what caches hold, polled twice a second.

use std::sync::{Arc, Mutex, PoisonError};

use passgate_core::store::{StoreError, Version};
use rusqlite::Connection;

use super::fault::Fault;
use super::writer::closed;
use crate::records;

/// Knows the version without reading it again while nothing was committed.
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
            Ok(state.as_mut().ok_or_else(closed)?.version()?)
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
    fn version(&mut self) -> Result<Version, Fault> {
        let mut statement = self.db.prepare_cached("PRAGMA data_version")?;
        // Asked before the row is read: a commit between the two then shows as a change the next time.
        let data_version: i64 = statement.query_row([], |row| row.get(0))?;
        if let Some((seen, version)) = self.last
            && seen == data_version
        {
            return Ok(version);
        }
        let version = read(&self.db)?;
        self.last = Some((data_version, version));
        Ok(version)
    }
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
