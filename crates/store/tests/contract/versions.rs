use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::audit::AuditType;
use passgate_core::ids::{AdminTokenId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::server_secret::{Sealed, SecretId};
use passgate_core::signing_key::{PUBLISHED_FOR, SealedSigningKey};
use passgate_core::store::{Rotation, Store, Version};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, api_key, signing_key, text};
use crate::tenants::rotate;

/// Tells how the version changed since it was last asked.
struct Watch<'a, B: Backend> {
    backend: &'a B,
    last: Version,
}

impl<'a, B: Backend> Watch<'a, B> {
    async fn new(backend: &'a B) -> Self {
        Self { backend, last: backend.store().version().await.unwrap() }
    }

    async fn has_grown(&mut self) -> bool {
        let version = self.backend.store().version().await.unwrap();
        assert!(version >= self.last, "the version went back");
        let grown = version > self.last;
        self.last = version;
        grown
    }
}

pub(crate) async fn the_version_grows_with_each_change_that_caches_must_see(backend: &impl Backend) {
    let store = &**backend.store();
    let mut version = Watch::new(backend).await;
    let tenant = fixtures::tenant(store, "Example").await;
    assert!(version.has_grown().await, "create_tenant");
    store.rename_tenant(tenant, text("Renamed"), NOW).await.unwrap();
    assert!(version.has_grown().await, "rename_tenant");
    store.configure_tenant(tenant, fixtures::config("example.org"), NOW).await.unwrap();
    assert!(version.has_grown().await, "configure_tenant");
    let key = api_key("Key");
    store.create_api_key(tenant, key.clone()).await.unwrap();
    assert!(version.has_grown().await, "create_api_key");
    store.delete_api_key(tenant, key.id).await.unwrap();
    assert!(version.has_grown().await, "delete_api_key");
    let key = signing_key(tenant, NOW + PUBLISHED_FOR);
    rotate(store, &key, Rotation::Graceful, NOW).await;
    assert!(version.has_grown().await, "rotate_signing_key");
    let private_key = Sealed { secret_id: SecretId::from_bytes([9; 8]), bytes: vec![9] };
    let resealed = SealedSigningKey { private_key, ..key.clone() };
    store.reseal_signing_keys(vec![resealed]).await.unwrap();
    assert!(version.has_grown().await, "reseal_signing_keys");
    store.delete_signing_key(tenant, key.id, NOW).await.unwrap();
    assert!(version.has_grown().await, "delete_signing_key");
    let token = AdminTokenRecord {
        id: AdminTokenId::new(Uuid::from_u128(7)),
        name: text("token"),
        hash: KeyHash::of("token"),
        hint: "pga_abcd".to_owned(),
        created_at: NOW,
    };
    store.create_admin_token(token.clone()).await.unwrap();
    assert!(version.has_grown().await, "create_admin_token");
    store.delete_admin_token(token.id).await.unwrap();
    assert!(version.has_grown().await, "delete_admin_token");
    store.delete_tenant(tenant).await.unwrap();
    assert!(version.has_grown().await, "delete_tenant");
}

pub(crate) async fn the_version_does_not_grow_with_ceremonies_and_uses(backend: &impl Backend) {
    let store = &**backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let tenant = new.id;
    let mut version = Watch::new(backend).await;
    let (user, credential) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    store.begin_login(fixtures::begin_login(tenant, "alice")).await.unwrap();
    store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
    store.fail_ceremony(fixtures::fail_login(fixtures::challenge(tenant))).await.unwrap();
    let transaction = fixtures::transaction(store, tenant, &user, "t1").await;
    store.finish_login(fixtures::finish_transaction(tenant, &credential, &transaction)).await.unwrap();
    store.delete_credential(fixtures::change(tenant, "id", AuditType::CredentialDeleted)).await.unwrap();
    store.delete_user(tenant, user.id, fixtures::user_deletion(tenant, NOW)).await.unwrap();
    store.touch_api_keys(vec![(tenant, new.api_key.unwrap().id, NOW)]).await.unwrap();
    store.purge_spent_challenges(NOW).await.unwrap();
    // Nor with changes that found nothing to change.
    store.create_api_key(tenant, api_key("Initial API Key")).await.unwrap();
    store.delete_signing_key(tenant, new.signing_key.id, NOW).await.unwrap();
    store.reseal_signing_keys(vec![]).await.unwrap();
    store.delete_tenant(TenantId::new(Uuid::from_u128(1))).await.unwrap();
    assert!(!version.has_grown().await);
}

pub(crate) async fn a_change_by_another_process_is_seen(backend: &impl Backend) {
    let another = backend.another().await;
    let tenant = fixtures::tenant(&**backend.store(), "Old").await;
    let mut version = Watch::new(backend).await;
    assert_eq!(another.version().await.unwrap(), version.last);
    another.rename_tenant(tenant, text("New"), NOW).await.unwrap();
    assert!(version.has_grown().await);
    assert_eq!(another.version().await.unwrap(), version.last);
    let seen = backend.store().tenant(tenant).await.unwrap().tenant.unwrap();
    assert_eq!(seen.display_name, text("New"));
}

pub(crate) async fn a_tenant_is_read_with_the_version_of_the_moment(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let before = store.tenant(tenant).await.unwrap().version;
    store.rename_tenant(tenant, text("Renamed"), NOW).await.unwrap();
    let after = store.tenant(tenant).await.unwrap().version;
    assert!(after > before);
    assert_eq!(after, store.version().await.unwrap());
    assert_eq!(store.tenant(TenantId::new(Uuid::from_u128(1))).await.unwrap().version, after);
}
