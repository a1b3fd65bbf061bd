//! Connections that read, beside the one that writes.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use passgate_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::Connector;
use super::fault::Fault;
use super::writer::{closed, panicked};

/// Connections that read, made when first needed.
#[derive(Debug)]
pub(super) struct Readers {
    connector: Connector,
    /// For reads that leave their thread.
    places: Arc<Semaphore>,
    /// None once it is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(connector: Connector, places: NonZeroUsize) -> Self {
        let places = Arc::new(Semaphore::new(places.get()));
        Self { connector, places, idle: Mutex::new(Some(Vec::new())) }
    }

    /// Does a read of any length, off the runtime's threads.
    pub(super) async fn run<T, F>(this: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let readers = Arc::clone(this);
        let place = Arc::clone(&this.places).acquire_owned().await.map_err(|_| closed())?;
        let read = move || {
            let result = readers.run_here(work);
            // Only now, even if the request was given up long ago.
            drop(place);
            result
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| closed())?
    }

    /// Does a read on the calling thread: for reads of a few rows by their keys, which the ceremonies wait for.
    ///
    /// A WAL reader waits for no writer, only for the disk, and then for a handful of pages. Measured with
    /// `examples/throughput.rs`: 6 µs of CPU a read, against 15 to 34 by way of another thread.
    pub(super) fn run_here<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let idle = self.idle().as_mut().ok_or_else(closed)?.pop();
        let db = match idle {
            Some(db) => db,
            None => self.connector.open_to_read().map_err(Fault::from)?,
        };
        // A connection on which work panicked is dropped.
        let result = catch_unwind(AssertUnwindSafe(|| work(&db))).map_err(|panic| panicked(&*panic))?;
        if let Some(idle) = self.idle().as_mut() {
            idle.push(db);
        }
        Ok(result?)
    }

    /// Refuses further reads, and closes the connections as they become idle.
    pub(super) fn close(&self) {
        self.places.close();
        *self.idle() = None;
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
