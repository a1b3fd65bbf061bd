use passgate_core::audit::AuditType;
use passgate_core::credential::{Credential, CredentialKind};
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::signals::{SignalLookup, Signals};
use passgate_core::store::{NewTenant, Store};
use passgate_core::tenant::RpIdUse;
use passgate_core::transfer::{ImportMode, ImportOutcome, ImportedTenant, TransferRecord, TransferredUser};
use passgate_core::user::UserProfile;
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, app_id, config, credential_id, seconds, text};

async fn tenant_of(backend: &impl Backend, domain: &str) -> TenantId {
    let tenant = NewTenant { config: config(domain), ..fixtures::new_tenant(domain) };
    let id = tenant.id;
    backend.store().create_tenant(tenant).await.unwrap();
    id
}

/// A user who came from elsewhere, with a handle that others may have too.
async fn import_user(backend: &impl Backend, tenant: TenantId, name: &str, handle: &str) {
    let user = TransferredUser {
        id: UserId::new(Uuid::from_u128(1)),
        profile: UserProfile { app_id: app_id(name), name: text(name), display_name: None, icon: None },
        handles: vec![UserHandle::new(handle.as_bytes()).unwrap()],
        created_at: NOW,
        updated_at: NOW,
    };
    let records = vec![TransferRecord::User(user)];
    let outcomes = backend.store().import(tenant, records, ImportMode::Apply).await.unwrap();
    assert_eq!(outcomes, [ImportOutcome::Inserted]);
}

pub(crate) async fn all_credentials_are_told_under_all_handles(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = tenant_of(backend, "example.com").await;
    let (user, passkey) = fixtures::user_with_credential(store, tenant, "alice", "passkey").await;
    let factor = Credential {
        kind: CredentialKind::Mfa,
        created_at: NOW + seconds(1),
        ..fixtures::credential(&user, "factor")
    };
    fixtures::register(store, tenant, factor).await;
    fixtures::user_with_credential(store, tenant, "bob", "another user's").await;
    let expected = Signals {
        profile: UserProfile {
            app_id: app_id("alice"),
            name: text("alice@example.com"),
            display_name: Some(text("Alice")),
            icon: None,
        },
        handles: user.handles,
        credentials: vec![credential_id("factor"), passkey.id],
    };
    assert_eq!(store.signals(tenant, app_id("alice")).await.unwrap(), SignalLookup::Found(expected));
    assert_eq!(store.signals(tenant, app_id("nobody")).await.unwrap(), SignalLookup::UnknownUser);
}

pub(crate) async fn a_handle_that_a_tenant_with_the_same_rp_id_has_too_is_told_nothing(
    backend: &impl Backend,
) {
    let store = &**backend.store();
    let tenant = tenant_of(backend, "example.com").await;
    import_user(backend, tenant, "alice", "shared").await;
    let elsewhere = tenant_of(backend, "example.org").await;
    import_user(backend, elsewhere, "alice", "shared").await;
    let found = store.signals(tenant, app_id("alice")).await.unwrap();
    assert!(matches!(found, SignalLookup::Found(_)), "another RP ID is another matter: {found:?}");
    let twin = tenant_of(backend, "example.com").await;
    import_user(backend, twin, "not alice", "shared").await;
    assert_eq!(store.signals(tenant, app_id("alice")).await.unwrap(), SignalLookup::HandleShared);
    assert_eq!(store.signals(twin, app_id("not alice")).await.unwrap(), SignalLookup::HandleShared);
}

pub(crate) async fn a_credential_is_accepted_elsewhere_where_a_tenant_with_the_same_rp_id_has_it(
    backend: &impl Backend,
) {
    let store = &**backend.store();
    let tenant = tenant_of(backend, "example.com").await;
    fixtures::user_with_credential(store, tenant, "alice", "passkey").await;
    let elsewhere = async || store.is_accepted_elsewhere(tenant, credential_id("passkey")).await.unwrap();
    assert!(!elsewhere().await, "what the tenant itself has is not elsewhere");
    let other = tenant_of(backend, "example.org").await;
    fixtures::user_with_credential(store, other, "alice", "passkey").await;
    assert!(!elsewhere().await, "another RP ID is another matter");
    let twin = tenant_of(backend, "example.com").await;
    fixtures::user_with_credential(store, twin, "alice", "another").await;
    assert!(!elsewhere().await, "another credential");
    fixtures::user_with_credential(store, twin, "bob", "passkey").await;
    assert!(elsewhere().await);
    let change = fixtures::change(twin, "passkey", AuditType::CredentialDeleted);
    store.delete_credential(change).await.unwrap();
    assert!(!elsewhere().await, "it was deleted there too");
    for _ in 1..100 {
        tenant_of(backend, "example.com").await;
    }
    assert!(!elsewhere().await, "a hundred are asked");
    tenant_of(backend, "example.com").await;
    assert!(elsewhere().await, "and of more, none");
}

pub(crate) async fn a_tenant_knows_whether_others_have_its_rp_id(backend: &impl Backend) {
    let store = &**backend.store();
    let rp_id_use = async |id| store.tenant(id).await.unwrap().tenant.unwrap().rp_id_use;
    let first = tenant_of(backend, "example.com").await;
    tenant_of(backend, "example.org").await;
    assert_eq!(rp_id_use(first).await, RpIdUse::Sole);
    let second = tenant_of(backend, "example.com").await;
    assert_eq!((rp_id_use(first).await, rp_id_use(second).await), (RpIdUse::Shared, RpIdUse::Shared));
    let import = ImportedTenant {
        id: second,
        display_name: text("Second"),
        config: config("example.com"),
        signing_key: fixtures::signing_key(second, NOW),
        now: NOW,
    };
    store.begin_import(import).await.unwrap();
    assert_eq!(rp_id_use(first).await, RpIdUse::SharedWithImport);
    assert_eq!(rp_id_use(second).await, RpIdUse::Shared);
    store.configure_tenant(second, config("example.net"), NOW).await.unwrap();
    assert_eq!(rp_id_use(first).await, RpIdUse::Sole);
}

pub(crate) async fn what_was_deleted_is_told_no_longer(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = tenant_of(backend, "example.com").await;
    fixtures::user_with_credential(store, tenant, "alice", "passkey").await;
    let change = fixtures::change(tenant, "passkey", AuditType::CredentialDeleted);
    store.delete_credential(change).await.unwrap();
    let SignalLookup::Found(signals) = store.signals(tenant, app_id("alice")).await.unwrap() else {
        panic!("alice is there");
    };
    assert_eq!(signals.credentials, []);
}
