use passgate_core::ids::{SigningKeyId, TenantId};
use passgate_core::server_secret::{Sealed, SecretId};
use passgate_core::signing_key::{PUBLISHED_FOR, SealedSigningKey, VERIFIES_AFTER_RETIREMENT};
use passgate_core::store::{Changed, Rotation, SigningKeyDeletion, Store, StoreError};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, SECRET, seconds, signing_key};
use crate::tenants::{rotate, signing_keys};

const NEW_SECRET: SecretId = SecretId::from_bytes(*b"secret 2");

pub(crate) async fn a_graceful_rotation_keeps_keys_until_they_have_expired(backend: &impl Backend) {
    let store = &**backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let (id, first) = (new.id, new.signing_key);
    let second = signing_key(id, NOW + PUBLISHED_FOR);
    rotate(store, &second, Rotation::Graceful, NOW).await;
    assert_eq!(signing_keys(store, id).await, [first.clone(), second.clone()]);
    let still_verifies = NOW + PUBLISHED_FOR + VERIFIES_AFTER_RETIREMENT - seconds(1);
    let third = signing_key(id, still_verifies + PUBLISHED_FOR);
    rotate(store, &third, Rotation::Graceful, still_verifies).await;
    assert_eq!(signing_keys(store, id).await, [first, second.clone(), third.clone()]);
    let expired = still_verifies + seconds(1);
    let fourth = signing_key(id, expired + PUBLISHED_FOR);
    rotate(store, &fourth, Rotation::Graceful, expired).await;
    assert_eq!(signing_keys(store, id).await, [second, third, fourth]);
}

pub(crate) async fn an_immediate_rotation_deletes_all_older_keys(backend: &impl Backend) {
    let store = &**backend.store();
    let (id, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    rotate(store, &signing_key(id, NOW + PUBLISHED_FOR), Rotation::Graceful, NOW).await;
    let new = signing_key(id, NOW);
    rotate(store, &new, Rotation::Immediate, NOW).await;
    assert_eq!(signing_keys(store, id).await, [new]);
    assert_eq!(signing_keys(store, other).await.len(), 1);
}

pub(crate) async fn an_unknown_tenant_gets_no_signing_key(backend: &impl Backend) {
    let key = signing_key(TenantId::new(Uuid::from_u128(1)), NOW);
    let rotated = backend.store().rotate_signing_key(key.tenant_id, key, Rotation::Graceful, NOW).await;
    assert_eq!(rotated.unwrap(), Changed::NotFound);
    assert_eq!(backend.store().secrets_in_use().await.unwrap(), []);
}

pub(crate) async fn the_key_that_signs_is_not_deleted(backend: &impl Backend) {
    let store = &**backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let (id, first) = (new.id, new.signing_key);
    let second = signing_key(id, NOW + PUBLISHED_FOR);
    rotate(store, &second, Rotation::Graceful, NOW).await;
    let delete = async |key: &SealedSigningKey, now| store.delete_signing_key(id, key.id, now).await.unwrap();
    assert_eq!(delete(&first, NOW).await, SigningKeyDeletion::InUse);
    assert_eq!(delete(&second, NOW + PUBLISHED_FOR).await, SigningKeyDeletion::InUse);
    assert_eq!(signing_keys(store, id).await, [first.clone(), second.clone()]);
    assert_eq!(delete(&first, NOW + PUBLISHED_FOR).await, SigningKeyDeletion::Deleted);
    assert_eq!(delete(&first, NOW + PUBLISHED_FOR).await, SigningKeyDeletion::NotFound);
    assert_eq!(signing_keys(store, id).await, [second]);
}

pub(crate) async fn a_signing_key_is_deleted_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let published = signing_key(one, NOW + PUBLISHED_FOR);
    let same_id = SealedSigningKey { tenant_id: other, ..published.clone() };
    rotate(store, &published, Rotation::Graceful, NOW).await;
    rotate(store, &same_id, Rotation::Graceful, NOW).await;
    let deleted = store.delete_signing_key(one, published.id, NOW).await.unwrap();
    assert_eq!(deleted, SigningKeyDeletion::Deleted);
    assert!(signing_keys(store, other).await.contains(&same_id));
    assert!(!signing_keys(store, one).await.contains(&published));
}

pub(crate) async fn secrets_in_use_are_named_once(backend: &impl Backend) {
    let store = &**backend.store();
    assert_eq!(store.secrets_in_use().await.unwrap(), []);
    let one = fixtures::tenant(store, "One").await;
    fixtures::tenant(store, "Other").await;
    assert_eq!(store.secrets_in_use().await.unwrap(), [SECRET]);
    let key = signing_key(one, NOW);
    let sealed_anew = Sealed { secret_id: NEW_SECRET, ..key.private_key };
    let key = SealedSigningKey { private_key: sealed_anew, ..key };
    rotate(store, &key, Rotation::Graceful, NOW).await;
    assert_eq!(store.secrets_in_use().await.unwrap(), [SECRET, NEW_SECRET]);
}

pub(crate) async fn keys_are_resealed_a_few_at_a_time(backend: &impl Backend) {
    let store = &**backend.store();
    for name in ["One", "Two", "Three"] {
        fixtures::tenant(store, name).await;
    }
    let reseal = |key: &SealedSigningKey| SealedSigningKey {
        private_key: Sealed { secret_id: NEW_SECRET, bytes: vec![9; 40] },
        ..key.clone()
    };
    let some = store.signing_keys_to_reseal(NEW_SECRET, 2).await.unwrap();
    assert_eq!(some.len(), 2);
    let mut resealed: Vec<_> = some.iter().map(reseal).collect();
    // One that was deleted meanwhile.
    resealed.push(SealedSigningKey { id: SigningKeyId::new(Uuid::from_u128(1)), ..resealed[0].clone() });
    assert_eq!(store.reseal_signing_keys(resealed.clone()).await.unwrap(), 2);
    assert_eq!(signing_keys(store, some[0].tenant_id).await, [resealed[0].clone()]);
    let rest = store.signing_keys_to_reseal(NEW_SECRET, 100).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(store.reseal_signing_keys(rest.iter().map(reseal).collect()).await.unwrap(), 1);
    assert_eq!(store.signing_keys_to_reseal(NEW_SECRET, 100).await.unwrap(), []);
    assert_eq!(store.secrets_in_use().await.unwrap(), [NEW_SECRET]);
}

pub(crate) async fn a_corrupt_signing_key_is_named(backend: &impl Backend) {
    let store = backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    backend.execute("UPDATE signing_keys SET algorithm = 'none'").await;
    let row = new.signing_key.id.to_string();
    assert!(matches!(
        store.tenant(new.id).await,
        Err(StoreError::CorruptRow { table: "signing_keys", column: "algorithm", row: named }) if named == row
    ));
}
