use passgate_core::metadata::{KeepMetadata, KeptMetadata, MetadataKept};
use passgate_core::store::{Store, StoreError};

use crate::backend::Backend;
use crate::fixtures::{NOW, seconds};

fn list(number: u64, fetched_after: u64) -> KeptMetadata {
    KeptMetadata {
        number,
        next_update: NOW + seconds(1_000),
        blob: format!("header.{number}-{fetched_after}.signature"),
        source: "https://metadata.example.com/".to_owned(),
        fetched_at: NOW + seconds(fetched_after),
    }
}

async fn keep(backend: &impl Backend, metadata: KeptMetadata, unusable: Option<u64>) -> MetadataKept {
    backend.store().keep_metadata(KeepMetadata { metadata, unusable }).await.unwrap()
}

pub(crate) async fn a_list_is_read_back_whole_by_all_processes(backend: &impl Backend) {
    let another = backend.another().await;
    assert_eq!(another.metadata_number().await.unwrap(), None);
    assert_eq!(another.metadata().await.unwrap(), None);
    // As long as the service's own.
    let whole = KeptMetadata { blob: "x".repeat(9_000_000), ..list(i64::MAX as u64, 0) };
    assert_eq!(keep(backend, whole.clone(), None).await, MetadataKept::Kept);
    assert_eq!(another.metadata_number().await.unwrap(), Some(i64::MAX as u64));
    assert!(another.metadata().await.unwrap() == Some(whole));
}

pub(crate) async fn a_list_gives_way_to_one_of_the_same_or_a_higher_number_only(backend: &impl Backend) {
    let store = backend.store();
    assert_eq!(keep(backend, list(7, 0), None).await, MetadataKept::Kept);
    assert_eq!(keep(backend, list(6, 1), None).await, MetadataKept::NewerKept);
    assert_eq!(store.metadata().await.unwrap(), Some(list(7, 0)));
    assert_eq!(keep(backend, list(7, 2), None).await, MetadataKept::Kept);
    assert_eq!(store.metadata().await.unwrap(), Some(list(7, 2)));
    assert_eq!(keep(backend, list(8, 3), None).await, MetadataKept::Kept);
    assert_eq!(store.metadata().await.unwrap(), Some(list(8, 3)));
}

pub(crate) async fn a_list_that_does_not_verify_any_more_gives_way_to_any(backend: &impl Backend) {
    let store = backend.store();
    keep(backend, list(7, 0), None).await;
    // It was another that didn't.
    assert_eq!(keep(backend, list(6, 1), Some(9)).await, MetadataKept::NewerKept);
    assert_eq!(store.metadata().await.unwrap(), Some(list(7, 0)));
    assert_eq!(keep(backend, list(6, 2), Some(7)).await, MetadataKept::Kept);
    assert_eq!(store.metadata().await.unwrap(), Some(list(6, 2)));
}

pub(crate) async fn a_corrupt_list_is_named(backend: &impl Backend) {
    keep(backend, list(7, 0), None).await;
    backend.execute("UPDATE metadata SET number = -1").await;
    let error = backend.store().metadata_number().await.unwrap_err();
    assert!(matches!(error, StoreError::CorruptRow { table: "metadata", column: "number", .. }), "{error:?}");
}
