use passgate_core::api_key::{ApiKeyRecord, NewApiKey};
use passgate_core::clock::Timestamp;
use passgate_core::console::{Ceremony, Outcome};
use passgate_core::ids::TenantId;
use passgate_core::signing_key::SealedSigningKey;
use passgate_core::store::{Changed, FinishedLogin, Inserted, Rotation, Store, StoreError};
use passgate_core::tenant::TenantSummary;
use uuid::Uuid;

use crate::backend::Backend;
use crate::console_organizations::counted;
use crate::fixtures::{self, NOW, seconds, text};
use crate::webhooks;

pub(crate) fn record(key: &NewApiKey) -> ApiKeyRecord {
    ApiKeyRecord {
        id: key.id,
        name: key.name.clone(),
        hash: key.hash,
        hint: key.hint.clone(),
        created_at: key.created_at,
        last_used_at: None,
        expires_at: key.expires_at,
    }
}

pub(crate) async fn a_new_tenant_is_read_back_whole(backend: &impl Backend) {
    let store = backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let lookup = store.tenant(new.id).await.unwrap();
    assert_eq!(lookup.version, store.version().await.unwrap());
    let tenant = lookup.tenant.unwrap();
    assert_eq!(tenant.id, new.id);
    assert_eq!(tenant.display_name, new.display_name);
    assert_eq!(tenant.config, new.config);
    assert_eq!(tenant.api_keys, [record(&new.api_key.unwrap())]);
    assert_eq!(tenant.signing_keys, [new.signing_key]);
}

pub(crate) async fn an_unknown_tenant_is_none(backend: &impl Backend) {
    fixtures::tenant(&**backend.store(), "Another").await;
    let lookup = backend.store().tenant(TenantId::new(Uuid::from_u128(1))).await.unwrap();
    assert!(lookup.tenant.is_none());
}

pub(crate) async fn a_tenant_id_that_is_taken_changes_nothing(backend: &impl Backend) {
    let store = backend.store();
    let first = fixtures::new_tenant("First");
    store.create_tenant(first.clone()).await.unwrap();
    let second = passgate_core::store::NewTenant { id: first.id, ..fixtures::new_tenant("Second") };
    assert!(matches!(store.create_tenant(second).await, Err(StoreError::Database(_))));
    let tenant = store.tenant(first.id).await.unwrap().tenant.unwrap();
    assert_eq!(tenant.display_name, first.display_name);
    assert_eq!(tenant.api_keys, [record(&first.api_key.unwrap())]);
    assert_eq!(tenant.signing_keys, [first.signing_key]);
}

pub(crate) async fn tenants_are_listed_by_name_then_id(backend: &impl Backend) {
    let store = &**backend.store();
    let (b, first_a) = (fixtures::tenant(store, "B").await, fixtures::tenant(store, "A").await);
    let second_a = fixtures::tenant(store, "A").await;
    let expected = [(first_a, "A"), (second_a, "A"), (b, "B")]
        .map(|(id, name)| TenantSummary { id, display_name: text(name) });
    assert_eq!(store.tenants().await.unwrap(), expected);
}

pub(crate) async fn a_tenant_is_renamed(backend: &impl Backend) {
    let store = &**backend.store();
    let (id, other) = (fixtures::tenant(store, "Old").await, fixtures::tenant(store, "Other").await);
    assert_eq!(store.rename_tenant(id, text("New"), NOW + seconds(1)).await.unwrap(), Changed::Done);
    assert_eq!(store.tenant(id).await.unwrap().tenant.unwrap().display_name, text("New"));
    assert_eq!(store.tenant(other).await.unwrap().tenant.unwrap().display_name, text("Other"));
    let unknown = TenantId::new(Uuid::from_u128(1));
    assert_eq!(store.rename_tenant(unknown, text("New"), NOW).await.unwrap(), Changed::NotFound);
}

pub(crate) async fn a_tenant_is_configured(backend: &impl Backend) {
    let store = &**backend.store();
    let (id, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let config = fixtures::config("example.org");
    assert_eq!(store.configure_tenant(id, config.clone(), NOW + seconds(1)).await.unwrap(), Changed::Done);
    assert_eq!(store.tenant(id).await.unwrap().tenant.unwrap().config, config);
    let unchanged = fixtures::config("example.com");
    assert_eq!(store.tenant(other).await.unwrap().tenant.unwrap().config, unchanged);
    let unknown = TenantId::new(Uuid::from_u128(1));
    assert_eq!(store.configure_tenant(unknown, config, NOW).await.unwrap(), Changed::NotFound);
}

/// A tenant with a row in every table.
async fn full_tenant(store: &impl Store, display_name: &str) -> TenantId {
    let id = fixtures::tenant(store, display_name).await;
    webhooks::add(store, id, &webhooks::endpoint(1)).await;
    let (user, kept) = fixtures::user_with_credential(store, id, "alice", "kept").await;
    fixtures::transaction(store, id, &user, "transaction").await;
    fixtures::user_with_credential(store, id, "bob", "deleted").await;
    let change = fixtures::change(id, "deleted", passgate_core::audit::AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(change).await.unwrap(), Changed::Done);
    let key = fixtures::api_key("deleted");
    assert_eq!(store.create_api_key(id, key.clone()).await.unwrap(), Inserted::Stored);
    assert_eq!(store.delete_api_key(id, key.id).await.unwrap(), Changed::Done);
    store.finish_login(fixtures::finish_login(id, &kept)).await.unwrap();
    store.add_ceremony_counts(vec![counted(id, 1, Ceremony::Login, Outcome::Begun, 1)]).await.unwrap();
    id
}

pub(crate) async fn a_deleted_tenant_leaves_nothing_and_others_are_untouched(backend: &impl Backend) {
    let store = &**backend.store();
    let (deleted, kept) = (full_tenant(store, "Deleted").await, full_tenant(store, "Kept").await);
    let (mut before, others) = (backend.rows_of(deleted).await, backend.rows_of(kept).await);
    // Its tenant is not deleted, and which tenants are environments is another test's.
    assert_eq!((before.remove("console"), before.remove("environments")), (Some(0), Some(0)));
    // SQLite's, and of longer logs: audit_blocks.rs deletes a tenant that has some.
    before.remove("audit_blocks");
    assert!(before.values().all(|rows| *rows > 0), "a table is not covered: {before:?}");
    assert_eq!(store.delete_tenant(deleted).await.unwrap(), Changed::Done);
    let mut left = backend.rows_of(deleted).await;
    // Kept until the purge, on purpose: see the next test.
    assert_eq!(left.remove("spent_challenges"), before.get("spent_challenges").copied());
    assert!(left.values().all(|rows| *rows == 0), "{left:?}");
    assert_eq!(backend.rows_of(kept).await, others);
    assert!(store.tenant(deleted).await.unwrap().tenant.is_none());
    assert_eq!(store.delete_tenant(deleted).await.unwrap(), Changed::NotFound);
}

pub(crate) async fn a_tenant_made_again_is_not_shown_its_old_challenges(backend: &impl Backend) {
    let store = &**backend.store();
    let new = fixtures::new_tenant("Example");
    store.create_tenant(new.clone()).await.unwrap();
    let (_, credential) = fixtures::user_with_credential(store, new.id, "alice", "id").await;
    let login = fixtures::finish_login(new.id, &credential);
    store.finish_login(login.clone()).await.unwrap();
    store.delete_tenant(new.id).await.unwrap();
    store.create_tenant(new).await.unwrap();
    assert_eq!(store.finish_login(login).await.unwrap(), FinishedLogin::ChallengeSpent);
}

pub(crate) async fn a_corrupt_tenant_is_named(backend: &impl Backend) {
    let store = backend.store();
    let id = fixtures::tenant(&**store, "Example").await;
    backend.execute("UPDATE tenants SET display_name = ''").await;
    let error = store.tenant(id).await.unwrap_err();
    assert_eq!(error.to_string(), format!("corrupt row in table tenants, column display_name, row {id}"));
    assert!(matches!(
        error,
        StoreError::CorruptRow { table: "tenants", column: "display_name", row } if row == id.to_string()
    ));
}

// Used by other modules of the contract.

pub(crate) async fn signing_keys(store: &impl Store, id: TenantId) -> Vec<SealedSigningKey> {
    store.tenant(id).await.unwrap().tenant.unwrap().signing_keys
}

pub(crate) async fn rotate(store: &impl Store, key: &SealedSigningKey, rotation: Rotation, now: Timestamp) {
    let rotated = store.rotate_signing_key(key.tenant_id, key.clone(), rotation, now).await.unwrap();
    assert_eq!(rotated, Changed::Done);
}
