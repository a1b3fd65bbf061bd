use passgate_core::api_key::NewApiKey;
use passgate_core::ids::{ApiKeyId, TenantId};
use passgate_core::store::{Changed, Inserted, KeyRoll, Store};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, api_key, seconds};
use crate::tenants::record;

pub(crate) async fn keys_are_listed_oldest_first(backend: &impl Backend) {
    let store = &**backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let younger = NewApiKey { created_at: NOW + seconds(2), ..api_key("Younger") };
    let older = NewApiKey { created_at: NOW + seconds(1), ..api_key("Older") };
    for key in [&younger, &older] {
        assert_eq!(store.create_api_key(new.id, key.clone()).await.unwrap(), Inserted::Stored);
    }
    let expected = [record(&new.api_key.unwrap()), record(&older), record(&younger)];
    assert_eq!(store.api_keys(new.id).await.unwrap(), expected);
    assert_eq!(store.tenant(new.id).await.unwrap().tenant.unwrap().api_keys, expected);
}

pub(crate) async fn a_name_is_taken_once_in_each_tenant(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    assert_eq!(store.create_api_key(one, api_key("Name")).await.unwrap(), Inserted::Stored);
    assert_eq!(store.create_api_key(one, api_key("Name")).await.unwrap(), Inserted::NameTaken);
    assert_eq!(store.create_api_key(other, api_key("Name")).await.unwrap(), Inserted::Stored);
    assert_eq!(store.api_keys(one).await.unwrap().len(), 2);
}

pub(crate) async fn an_unknown_tenant_gets_no_key(backend: &impl Backend) {
    let unknown = TenantId::new(Uuid::from_u128(1));
    let inserted = backend.store().create_api_key(unknown, api_key("Name")).await.unwrap();
    assert_eq!(inserted, Inserted::UnknownTenant);
    assert_eq!(backend.store().api_keys(unknown).await.unwrap(), []);
}

pub(crate) async fn a_key_is_deleted_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let key = api_key("Key");
    // The same id in two tenants.
    store.create_api_key(one, key.clone()).await.unwrap();
    store.create_api_key(other, key.clone()).await.unwrap();
    assert_eq!(store.delete_api_key(one, key.id).await.unwrap(), Changed::Done);
    assert_eq!(store.delete_api_key(one, key.id).await.unwrap(), Changed::NotFound);
    assert!(!store.api_keys(one).await.unwrap().iter().any(|left| left.id == key.id));
    assert!(store.api_keys(other).await.unwrap().contains(&record(&key)));
}

pub(crate) async fn uses_are_noted_and_only_move_forward(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let key = api_key("Key");
    store.create_api_key(one, key.clone()).await.unwrap();
    store.create_api_key(other, key.clone()).await.unwrap();
    let uses = vec![
        (one, key.id, NOW + seconds(60)),
        (one, key.id, NOW + seconds(30)),
        (one, ApiKeyId::new(Uuid::from_u128(1)), NOW),
    ];
    store.touch_api_keys(uses).await.unwrap();
    let last_used = async |tenant| {
        let keys = store.api_keys(tenant).await.unwrap();
        keys.iter().find(|listed| listed.id == key.id).unwrap().last_used_at
    };
    assert_eq!(last_used(one).await, Some(NOW + seconds(60)));
    assert_eq!(last_used(other).await, None);
}

pub(crate) async fn a_key_that_replaces_another_ends_it(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let old = api_key("Backend");
    for tenant in [one, other] {
        store.create_api_key(tenant, old.clone()).await.unwrap();
    }
    let end_of = async |tenant, id| {
        let keys = store.api_keys(tenant).await.unwrap();
        keys.into_iter().find(|key| key.id == id).unwrap().expires_at
    };
    let new = NewApiKey { expires_at: Some(NOW + seconds(900)), ..api_key("Backend (2)") };
    let roll = async |replaced, after, key: &NewApiKey| {
        store.roll_api_key(one, replaced, NOW + seconds(after), key.clone()).await.unwrap()
    };
    let version = store.version().await.unwrap();
    assert_eq!(roll(old.id, 60, &api_key("Backend")).await, KeyRoll::NameTaken);
    assert_eq!(roll(ApiKeyId::new(Uuid::from_u128(1)), 60, &new).await, KeyRoll::NotFound);
    assert_eq!(end_of(one, old.id).await, None, "what failed changed nothing");
    assert_eq!(store.version().await.unwrap(), version);
    assert_eq!(roll(old.id, 60, &new).await, KeyRoll::Done);
    assert!(store.version().await.unwrap() > version, "caches must see it");
    assert_eq!(end_of(one, old.id).await, Some(NOW + seconds(60)));
    assert_eq!(end_of(one, new.id).await, Some(NOW + seconds(900)));
    assert_eq!(end_of(other, old.id).await, None);
    // An end that is earlier stays.
    assert_eq!(roll(old.id, 90, &api_key("Backend (3)")).await, KeyRoll::Done);
    assert_eq!(end_of(one, old.id).await, Some(NOW + seconds(60)));
}
