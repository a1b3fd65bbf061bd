//! The file: how it is made, opened and closed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use passgate_core::store::{Store, StoreError};
use passgate_store::sqlite::{Durability, OpenError, SqliteOptions, SqliteStore};
use rusqlite::Connection;

use crate::{Place, fixtures};

fn open_error(path: impl AsRef<Path>) -> OpenError {
    SqliteStore::open(&SqliteOptions::new(path.as_ref())).unwrap_err()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn commits_are_durable() {
    let store = Place::new().open();
    let durability = store.durability().await.unwrap();
    assert_eq!(durability, Durability { journal_mode: "wal".to_owned(), synchronous: 2 });
}

#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    let place = Place::new();
    let store = place.open();
    fixtures::tenant(&store, "Example").await;
    let path = place.path();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.with_extension("db-shm")), 0o600);
}

#[test]
fn the_mode_of_a_file_that_exists_is_left_alone() {
    let place = Place::new();
    fs::write(place.path(), "").unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).unwrap();
    place.open();
    assert_eq!(mode(place.path()), 0o640);
}

#[test]
fn only_a_file_will_do() {
    for path in ["", ":memory:", "file:passgate.db", "file::memory:?cache=shared"] {
        let error = open_error(path);
        assert!(matches!(error, OpenError::NotAFile { .. }), "{error}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[test]
fn a_file_in_a_directory_that_does_not_exist_is_an_error_that_names_it() {
    let path = Place::new().0.path().join("missing/passgate.db");
    let error = open_error(&path);
    assert!(matches!(error, OpenError::Create { .. }), "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[test]
fn a_directory_is_no_database() {
    let place = Place::new();
    let error = open_error(place.0.path());
    assert!(matches!(error, OpenError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains(place.0.path().to_str().unwrap()), "{error}");
}

#[test]
fn another_kind_of_file_is_left_alone() {
    let place = Place::new();
    let content = "not a database, but long enough to be one ".repeat(100);
    fs::write(place.path(), &content).unwrap();
    let error = open_error(place.path());
    assert!(matches!(error, OpenError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains("file is not a database"), "{error}");
    assert_eq!(fs::read_to_string(place.path()).unwrap(), content);
}

#[test]
fn another_programs_database_is_refused() {
    let place = Place::new();
    place.connection().execute_batch("CREATE TABLE tenants (id INTEGER)").unwrap();
    let error = open_error(place.path());
    assert!(matches!(error, OpenError::NotPassgate { .. }), "{error}");
}

#[tokio::test]
async fn what_was_stored_is_there_after_closing() {
    let place = Place::new();
    let store = place.open();
    let tenant = fixtures::tenant(&store, "Example").await;
    store.close().await;
    let reopened = place.open();
    assert!(reopened.tenant(tenant).await.unwrap().tenant.is_some());
}

#[tokio::test]
async fn what_was_stored_is_there_without_closing() {
    let place = Place::new();
    let store = place.open();
    let tenant = fixtures::tenant(&store, "Example").await;
    // The log as it lies there while the store is open.
    let copy = Place::new();
    for extension in ["db", "db-wal"] {
        fs::copy(place.path().with_extension(extension), copy.path().with_extension(extension)).unwrap();
    }
    assert!(copy.open().tenant(tenant).await.unwrap().tenant.is_some());
}

#[tokio::test]
async fn closing_leaves_one_file() {
    let place = Place::new();
    let store = place.open();
    let tenant = fixtures::tenant(&store, "Example").await;
    // Connections of every kind.
    store.tenant(tenant).await.unwrap();
    store.version().await.unwrap();
    store.login_credential(tenant, fixtures::credential_id("unknown")).await.unwrap();
    store.close().await;
    let files: Vec<_> = fs::read_dir(place.0.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["passgate.db"]);
    store.close().await;
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let store = Place::new().open();
    let tenant = fixtures::tenant(&store, "Example").await;
    store.close().await;
    let outcomes = [
        store.tenants().await.err(),
        store.version().await.err(),
        store.delete_tenant(tenant).await.err(),
        store.login_credential(tenant, fixtures::credential_id("unknown")).await.err(),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Some(StoreError::Unavailable(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_full_disk_fails_a_write_and_keeps_what_was_stored() {
    let place = Place::new();
    let store = SqliteStore::open(&SqliteOptions { max_pages: Some(140), ..place.options() }).unwrap();
    let mut stored = 0;
    let error = loop {
        match store.create_tenant(fixtures::new_tenant("Example")).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    assert!(stored > 10);
    assert_eq!(store.tenants().await.unwrap().len(), stored);
    store.close().await;
    let reopened = place.open();
    assert_eq!(reopened.tenants().await.unwrap().len(), stored);
    fixtures::tenant(&reopened, "One more").await;
}

#[test]
fn the_file_is_marked_as_ours() {
    let place = Place::new();
    place.open();
    let db = Connection::open(place.path()).unwrap();
    let id: u32 = db.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    assert_eq!(&id.to_be_bytes(), b"Pgat");
}
