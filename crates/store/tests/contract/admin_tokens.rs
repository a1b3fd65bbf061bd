use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::clock::Timestamp;
use passgate_core::ids::AdminTokenId;
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Inserted, Store};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{NOW, seconds, text};

fn token(name: &str, created_at: Timestamp) -> AdminTokenRecord {
    let hash = KeyHash::of(name);
    AdminTokenRecord {
        id: AdminTokenId::new(Uuid::from_slice(&hash.as_bytes()[..16]).unwrap()),
        name: text(name),
        hash,
        hint: "pga_abcd".to_owned(),
        created_at,
    }
}

pub(crate) async fn a_token_is_found_by_its_hash(backend: &impl Backend) {
    let store = backend.store();
    let (one, other) = (token("one", NOW), token("other", NOW));
    for token in [&one, &other] {
        assert_eq!(store.create_admin_token(token.clone()).await.unwrap(), Inserted::Stored);
    }
    assert_eq!(store.admin_token(one.hash).await.unwrap(), Some(one));
    assert_eq!(store.admin_token(KeyHash::of("unknown")).await.unwrap(), None);
}

pub(crate) async fn a_token_name_is_taken_once(backend: &impl Backend) {
    let store = backend.store();
    let first = token("name", NOW);
    let second = AdminTokenRecord { name: first.name.clone(), ..token("second", NOW) };
    assert_eq!(store.create_admin_token(first.clone()).await.unwrap(), Inserted::Stored);
    assert_eq!(store.create_admin_token(second.clone()).await.unwrap(), Inserted::NameTaken);
    assert_eq!(store.admin_token(second.hash).await.unwrap(), None);
    assert_eq!(store.admin_tokens().await.unwrap(), [first]);
}

pub(crate) async fn tokens_are_listed_oldest_first(backend: &impl Backend) {
    let store = backend.store();
    let (younger, older) = (token("a", NOW + seconds(1)), token("b", NOW));
    for token in [&younger, &older] {
        store.create_admin_token(token.clone()).await.unwrap();
    }
    assert_eq!(store.admin_tokens().await.unwrap(), [older, younger]);
}

pub(crate) async fn a_deleted_token_is_gone(backend: &impl Backend) {
    let store = backend.store();
    let (deleted, kept) = (token("deleted", NOW), token("kept", NOW));
    for token in [&deleted, &kept] {
        store.create_admin_token(token.clone()).await.unwrap();
    }
    assert_eq!(store.delete_admin_token(deleted.id).await.unwrap(), Changed::Done);
    assert_eq!(store.delete_admin_token(deleted.id).await.unwrap(), Changed::NotFound);
    assert_eq!(store.admin_token(deleted.hash).await.unwrap(), None);
    assert_eq!(store.admin_tokens().await.unwrap(), [kept]);
}
