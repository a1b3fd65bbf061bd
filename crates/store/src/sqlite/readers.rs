//! Connections that read, beside the one that writes.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use passgate_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::Connector;
use super::fault::Fault;
use super::writer::{closed, panicked};

/// Connections that read: at most as many as there are places, made when first needed.
#[derive(Debug)]
pub(super) struct Readers {
    connector: Connector,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(connector: Connector, places: NonZeroUsize) -> Self {
        Self { connector, places: Arc::new(Semaphore::new(places.get())), idle: Mutex::default() }
    }

    /// Reads on one of the connections, off the runtime's threads: a read may have to wait for the disk.
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
        read()
    }

    fn run_here<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let idle = self.idle().pop();
        let db = match idle {
            Some(db) => db,
            None => self.connector.open_to_read().map_err(Fault::from)?,
        };
        // A connection that work panicked on is dropped.
        let result = catch_unwind(AssertUnwindSafe(|| work(&db))).map_err(|panic| panicked(&*panic))?;
        if !self.places.is_closed() {
            self.idle().push(db);
        }
        Ok(result?)
    }

    /// Refuses further reads, and closes the connections as they become idle.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
