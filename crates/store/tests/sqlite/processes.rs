//! Several processes at one file, such as a server and the command line.

use std::time::Duration;

use passgate_core::store::{Store, StoreError};
use passgate_store::sqlite::{SqliteOptions, SqliteStore};

use crate::{Place, fixtures};

#[tokio::test]
async fn a_lock_held_for_too_long_makes_the_store_unavailable() {
    let place = Place::new();
    let options = SqliteOptions { busy_timeout: Duration::from_millis(50), ..place.options() };
    let store = SqliteStore::open(&options).unwrap();
    let other = place.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.create_tenant(fixtures::new_tenant("Example")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    // Readers don't wait for a writer.
    assert_eq!(store.tenants().await.unwrap(), []);
    other.execute_batch("ROLLBACK").unwrap();
    fixtures::tenant(&store, "Example").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_held_for_a_while_is_waited_for() {
    let place = Place::new();
    let store = place.open();
    let other = place.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writes = tokio::spawn(async move {
        let tenant = fixtures::tenant(&store, "Example").await;
        (store, tenant)
    });
    // Long enough for the writer to run into the lock, whichever thread comes first.
    tokio::time::sleep(Duration::from_millis(100)).await;
    other.execute_batch("COMMIT").unwrap();
    let (store, tenant) = writes.await.unwrap();
    assert!(store.tenant(tenant).await.unwrap().tenant.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_write_to_one_file_at_once() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let tasks = stores.map(|store| {
        tokio::spawn(async move {
            for _ in 0..100 {
                fixtures::tenant(&store, "Example").await;
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(place.open().tenants().await.unwrap().len(), 200);
}
