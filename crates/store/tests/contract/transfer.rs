use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use passgate_core::api_key::ApiKeyRecord;
use passgate_core::audit::{AuditRow, AuditType};
use passgate_core::credential::{Credential, CredentialLookup, Deletion};
use passgate_core::ids::{AuditId, TenantId, TransactionId, UserHandle, UserId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Store, StoreError};
use passgate_core::tenant::ImportState;
use passgate_core::transaction::{Transaction, TransactionData, TransactionIdentifier, TransactionStatus};
use passgate_core::transfer::{
    BegunImport, ImportMode, ImportOutcome, ImportRefusal, ImportedTenant, Tombstone, TransferRecord,
    TransferredTransaction, TransferredUser,
};
use passgate_core::user::{User, UserProfile};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, app_id, config, credential_id, origin, seconds, text};

const TENANT: TenantId = TenantId::new(Uuid::from_u128(77));

fn imported_tenant() -> ImportedTenant {
    ImportedTenant {
        id: TENANT,
        display_name: text("Moved"),
        config: config("example.com"),
        signing_key: fixtures::signing_key(TENANT, NOW),
        now: NOW,
    }
}

async fn begun(backend: &impl Backend) -> TenantId {
    assert_eq!(backend.store().begin_import(imported_tenant()).await.unwrap(), BegunImport::Made);
    TENANT
}

fn user(number: u128, app_user_id: &str, handles: &[&str]) -> TransferredUser {
    TransferredUser {
        id: UserId::new(Uuid::from_u128(number)),
        profile: UserProfile {
            app_id: app_id(app_user_id),
            name: text("alice@example.com"),
            display_name: Some(text("Alice")),
            icon: None,
        },
        handles: handles.iter().map(|handle| UserHandle::new(handle.as_bytes()).unwrap()).collect(),
        created_at: NOW,
        updated_at: NOW + seconds(1),
    }
}

fn credential(user: &TransferredUser, id: &str) -> Credential {
    let user = User { id: user.id, app_id: user.profile.app_id.clone(), handles: user.handles.clone() };
    Credential { sign_count: 5, use_count: 3, ..fixtures::credential(&user, id) }
}

fn transaction(user: &TransferredUser, number: u128, identifier: &str) -> TransferredTransaction {
    TransferredTransaction {
        app_user_id: user.profile.app_id.clone(),
        transaction: Transaction {
            id: TransactionId::new(Uuid::from_u128(number)),
            user_id: user.id,
            identifier: TransactionIdentifier::new(identifier).unwrap(),
            data: TransactionData::from_stored(r#"{"amount":5}"#.to_owned()),
            status: TransactionStatus::Pending,
            created_at: NOW,
            updated_at: NOW,
            finalized_at: None,
        },
    }
}

/// One of each kind, in the order in which they are exported.
fn everything() -> Vec<TransferRecord> {
    let alice = user(1, "alice", &["alice", "another handle"]);
    vec![
        TransferRecord::ApiKey(ApiKeyRecord {
            last_used_at: Some(NOW + seconds(9)),
            expires_at: Some(NOW + seconds(900)),
            ..stored(fixtures::api_key("Backend"))
        }),
        TransferRecord::User(alice.clone()),
        TransferRecord::Credential(Box::new(credential(&alice, "credential"))),
        TransferRecord::Tombstone(Tombstone {
            id_hash: [9; 32],
            deleted_at: NOW,
            reason: Deletion::WithUser,
        }),
        TransferRecord::Transaction(transaction(&alice, 2, "t1")),
        TransferRecord::Audit(Box::new(AuditRow {
            id: AuditId::new(Uuid::from_u128(3)),
            kind: AuditType::RegistrationFinalSucceeded,
            error: Some("an error".to_owned()),
            actor: Some("alice".to_owned()),
            credential: Some(credential_id("credential")),
            transaction: Some("t1".to_owned()),
            origin: origin(),
            at: NOW,
        })),
    ]
}

fn stored(key: passgate_core::api_key::NewApiKey) -> ApiKeyRecord {
    ApiKeyRecord {
        id: key.id,
        name: key.name,
        hash: key.hash,
        hint: key.hint,
        created_at: key.created_at,
        last_used_at: None,
        expires_at: key.expires_at,
    }
}

async fn import(backend: &impl Backend, tenant: TenantId, records: &[TransferRecord]) -> Vec<ImportOutcome> {
    backend.store().import(tenant, records.to_vec(), ImportMode::Apply).await.unwrap()
}

async fn import_one(backend: &impl Backend, tenant: TenantId, record: TransferRecord) -> ImportOutcome {
    import(backend, tenant, &[record]).await[0]
}

async fn export(store: &impl Store, tenant: TenantId) -> Vec<TransferRecord> {
    let records = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&records);
    store
        .export(tenant, move |record| {
            into.lock().unwrap().push(record);
            ControlFlow::Continue(())
        })
        .await
        .unwrap();
    std::mem::take(&mut records.lock().unwrap())
}

pub(crate) async fn what_is_imported_is_exported_again(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let records = everything();
    assert_eq!(import(backend, tenant, &records).await, vec![ImportOutcome::Inserted; records.len()]);
    assert_eq!(export(&**backend.store(), tenant).await, records);
}

pub(crate) async fn importing_again_changes_nothing(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let records = everything();
    import(backend, tenant, &records).await;
    assert_eq!(backend.store().begin_import(imported_tenant()).await.unwrap(), BegunImport::Found);
    assert_eq!(import(backend, tenant, &records).await, vec![ImportOutcome::Unchanged; records.len()]);
    assert_eq!(export(&**backend.store(), tenant).await, records);
}

pub(crate) async fn an_import_is_unfinished_until_it_is_finished(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let state = async || backend.store().tenant(tenant).await.unwrap().tenant.unwrap().import;
    assert_eq!(state().await, ImportState::Unfinished);
    assert_eq!(backend.store().finish_import(tenant).await.unwrap(), Changed::Done);
    assert_eq!(state().await, ImportState::Complete);
    backend.store().begin_import(imported_tenant()).await.unwrap();
    assert_eq!(state().await, ImportState::Unfinished);
    let unknown = TenantId::new(Uuid::from_u128(78));
    assert_eq!(backend.store().finish_import(unknown).await.unwrap(), Changed::NotFound);
}

pub(crate) async fn a_tenant_that_is_there_keeps_its_name_and_configuration(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let other =
        ImportedTenant { display_name: text("Other"), config: config("example.org"), ..imported_tenant() };
    assert_eq!(backend.store().begin_import(other).await.unwrap(), BegunImport::Found);
    let found = backend.store().tenant(tenant).await.unwrap().tenant.unwrap();
    assert_eq!((found.display_name, found.config), (text("Moved"), config("example.com")));
    assert_eq!(found.signing_keys.len(), 1);
}

pub(crate) async fn a_dry_run_says_what_would_become_of_records_and_writes_nothing(backend: &impl Backend) {
    let records = everything();
    let dry = |records: Vec<TransferRecord>| backend.store().import(TENANT, records, ImportMode::DryRun);
    assert_eq!(dry(records.clone()).await.unwrap(), vec![ImportOutcome::Inserted; records.len()]);
    assert!(backend.store().tenant(TENANT).await.unwrap().tenant.is_none());
    begun(backend).await;
    let before = backend.rows_of(TENANT).await;
    dry(records.clone()).await.unwrap();
    assert_eq!(backend.rows_of(TENANT).await, before);
    import(backend, TENANT, &records).await;
    assert_eq!(dry(records.clone()).await.unwrap(), vec![ImportOutcome::Unchanged; records.len()]);
}

pub(crate) async fn nothing_is_imported_into_a_tenant_that_is_not_there(backend: &impl Backend) {
    let error = backend.store().import(TENANT, everything(), ImportMode::Apply).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
}

pub(crate) async fn a_user_who_is_there_gets_the_handles_that_are_missing(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Live").await;
    let alice = fixtures::user(&**backend.store(), tenant, "alice").await;
    let record = TransferRecord::User(user(1, "alice", &["old"]));
    assert_eq!(import_one(backend, tenant, record.clone()).await, ImportOutcome::Updated);
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Unchanged);
    let found = backend.store().user(tenant, alice.id).await.unwrap().unwrap();
    let old = UserHandle::new(b"old").unwrap();
    assert_eq!(found.handles, [alice.handles[0].clone(), old], "new passkeys go on with the first");
}

pub(crate) async fn a_handle_of_another_user_is_refused_and_leaves_no_user(backend: &impl Backend) {
    let tenant = begun(backend).await;
    import(backend, tenant, &[TransferRecord::User(user(1, "alice", &["shared"]))]).await;
    let bob = TransferRecord::User(user(2, "bob", &["bob", "shared"]));
    let refused = ImportOutcome::Refused(ImportRefusal::HandleTaken);
    assert_eq!(import_one(backend, tenant, bob).await, refused);
    let bob = TransferRecord::User(user(1, "bob", &["bob"]));
    assert_eq!(import_one(backend, tenant, bob).await, ImportOutcome::Refused(ImportRefusal::UserRowTaken));
    assert_eq!(backend.rows_of(tenant).await["users"], 1);
}

pub(crate) async fn the_same_handle_may_be_imported_into_two_tenants(backend: &impl Backend) {
    let first = begun(backend).await;
    let second = fixtures::tenant(&**backend.store(), "Second").await;
    let alice = TransferRecord::User(user(1, "alice", &["alice"]));
    assert_eq!(import_one(backend, first, alice.clone()).await, ImportOutcome::Inserted);
    assert_eq!(import_one(backend, second, alice).await, ImportOutcome::Inserted);
}

pub(crate) async fn a_credential_goes_to_the_user_whom_the_app_means(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Live").await;
    let here = fixtures::user(&**backend.store(), tenant, "alice").await;
    let there = user(1, "alice", &["old"]);
    import(backend, tenant, &[TransferRecord::User(there.clone())]).await;
    let record = TransferRecord::Credential(Box::new(credential(&there, "credential")));
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Inserted);
    let lookup = backend.store().login_credential(tenant, credential_id("credential")).await.unwrap();
    let CredentialLookup::Known(known) = lookup else { panic!("{lookup:?}") };
    assert_eq!(known.user.id, here.id);
    assert!(known.user.has_handle(b"old"));
}

pub(crate) async fn a_handle_that_comes_later_is_one_of_its_users_credentials_too(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Live").await;
    let (alice, before) = fixtures::user_with_credential(store, tenant, "alice", "before").await;
    let (bob, bobs) = fixtures::user_with_credential(store, tenant, "bob", "bob's").await;
    let handles = async |credential: &Credential| {
        let lookup = store.login_credential(tenant, credential.id.clone()).await.unwrap();
        let CredentialLookup::Known(known) = lookup else { panic!("{lookup:?}") };
        assert_eq!(known.user.app_id, credential.app_user_id);
        known.user.handles.clone()
    };
    assert_eq!(handles(&before).await, alice.handles);
    import(backend, tenant, &[TransferRecord::User(user(1, "alice", &["old"]))]).await;
    let both = [alice.handles, vec![UserHandle::new(b"old").unwrap()]].concat();
    assert_eq!(handles(&before).await, both);
    // One that is registered afterwards, and another user's.
    let after = Credential { id: credential_id("after"), ..before };
    fixtures::register(store, tenant, after.clone()).await;
    assert_eq!(handles(&after).await, both);
    assert_eq!(handles(&bobs).await, bob.handles);
}

pub(crate) async fn a_credential_without_its_user_is_refused(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let record = TransferRecord::Credential(Box::new(credential(&user(1, "alice", &["a"]), "credential")));
    let refused = ImportOutcome::Refused(ImportRefusal::UnknownUser);
    assert_eq!(import_one(backend, tenant, record).await, refused);
    let record = TransferRecord::Transaction(transaction(&user(1, "alice", &["a"]), 2, "t1"));
    assert_eq!(import_one(backend, tenant, record).await, refused);
}

pub(crate) async fn what_was_deleted_here_stays_deleted(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let records = everything();
    import(backend, tenant, &records).await;
    let change = fixtures::change(tenant, "credential", AuditType::CredentialDeleted);
    backend.store().delete_credential(change).await.unwrap();
    let refused = ImportOutcome::Refused(ImportRefusal::CredentialRevoked);
    assert_eq!(import_one(backend, tenant, records[2].clone()).await, refused);
    let TransferRecord::ApiKey(key) = &records[0] else { panic!("{:?}", records[0]) };
    // As where an older program, which doesn't ask, has imported it again.
    backend.execute("INSERT INTO deleted_api_keys SELECT tenant_id, hash FROM api_keys").await;
    assert_eq!(backend.store().delete_api_key(tenant, key.id).await.unwrap(), Changed::Done);
    assert_eq!(backend.store().delete_api_key(tenant, key.id).await.unwrap(), Changed::NotFound);
    let refused = ImportOutcome::Refused(ImportRefusal::ApiKeyRevoked);
    let renamed = ApiKeyRecord { name: text("another name"), ..key.clone() };
    for key in [key.clone(), renamed] {
        assert_eq!(import_one(backend, tenant, TransferRecord::ApiKey(key)).await, refused);
    }
    assert_eq!(backend.store().tenant(tenant).await.unwrap().tenant.unwrap().api_keys, []);
}

pub(crate) async fn a_credential_of_another_user_or_key_is_refused(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let alice = user(1, "alice", &["alice"]);
    let bob = user(2, "bob", &["bob"]);
    let own = credential(&alice, "credential");
    import(
        backend,
        tenant,
        &[
            TransferRecord::User(alice),
            TransferRecord::User(bob.clone()),
            TransferRecord::Credential(Box::new(own.clone())),
        ],
    )
    .await;
    let refused = ImportOutcome::Refused(ImportRefusal::CredentialTaken);
    let of_bob = credential(&bob, "credential");
    assert_eq!(import_one(backend, tenant, TransferRecord::Credential(Box::new(of_bob))).await, refused);
    let other_key = Credential { public_key: vec![1], sign_count: 99, ..own.clone() };
    assert_eq!(import_one(backend, tenant, TransferRecord::Credential(Box::new(other_key))).await, refused);
    assert_eq!(backend.store().credential(tenant, own.id.clone()).await.unwrap(), Some(own));
}

pub(crate) async fn a_counter_only_grows_and_the_later_use_is_kept(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let alice = user(1, "alice", &["alice"]);
    let stored = credential(&alice, "credential");
    import(
        backend,
        tenant,
        &[TransferRecord::User(alice), TransferRecord::Credential(Box::new(stored.clone()))],
    )
    .await;
    let older = Credential { sign_count: 4, use_count: 2, name: text("Other"), ..stored.clone() };
    let record = TransferRecord::Credential(Box::new(older));
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Unchanged);
    let later = Credential {
        sign_count: 3,
        use_count: 9,
        last_used_at: stored.last_used_at + seconds(60),
        backup_state: true,
        last_user_agent: "Another browser".to_owned(),
        ..stored.clone()
    };
    let record = TransferRecord::Credential(Box::new(later.clone()));
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Updated);
    let expected = Credential { sign_count: 5, ..later };
    assert_eq!(backend.store().credential(tenant, stored.id).await.unwrap(), Some(expected));
}

pub(crate) async fn an_api_key_works_by_its_hash_and_its_name_is_taken_once(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let key = stored(fixtures::api_key("Backend"));
    let version = backend.store().version().await.unwrap();
    let outcome = import_one(backend, tenant, TransferRecord::ApiKey(key.clone())).await;
    assert_eq!(outcome, ImportOutcome::Inserted);
    assert!(backend.store().version().await.unwrap() > version, "caches must see it");
    let renamed = ApiKeyRecord { name: text("Renamed"), ..key.clone() };
    assert_eq!(import_one(backend, tenant, TransferRecord::ApiKey(renamed)).await, ImportOutcome::Unchanged);
    let other = ApiKeyRecord { name: key.name.clone(), ..stored(fixtures::api_key("x")) };
    let other = ApiKeyRecord { hash: KeyHash::of("another"), ..other };
    let refused = ImportOutcome::Refused(ImportRefusal::ApiKeyNameTaken);
    assert_eq!(import_one(backend, tenant, TransferRecord::ApiKey(other)).await, refused);
    assert_eq!(backend.store().api_keys(tenant).await.unwrap(), [key]);
}

pub(crate) async fn an_api_key_that_was_replaced_elsewhere_ends_here_too(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let key = stored(fixtures::api_key("Backend"));
    let ending = |after| ApiKeyRecord { expires_at: Some(NOW + seconds(after)), ..key.clone() };
    let take = async |key| import_one(backend, tenant, TransferRecord::ApiKey(key)).await;
    assert_eq!(take(key.clone()).await, ImportOutcome::Inserted);
    let version = backend.store().version().await.unwrap();
    assert_eq!(take(ending(60)).await, ImportOutcome::Updated);
    assert!(backend.store().version().await.unwrap() > version, "caches must see it");
    assert_eq!(take(ending(90)).await, ImportOutcome::Unchanged, "never later than here");
    assert_eq!(take(key.clone()).await, ImportOutcome::Unchanged);
    assert_eq!(take(ending(30)).await, ImportOutcome::Updated);
    assert_eq!(backend.store().api_keys(tenant).await.unwrap(), [ending(30)]);
}

pub(crate) async fn a_transaction_that_was_confirmed_elsewhere_is_confirmed_here(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let alice = user(1, "alice", &["alice"]);
    let pending = transaction(&alice, 2, "t1");
    import(
        backend,
        tenant,
        &[TransferRecord::User(alice.clone()), TransferRecord::Transaction(pending.clone())],
    )
    .await;
    let at = NOW + seconds(30);
    let finalized = TransferredTransaction {
        transaction: Transaction {
            status: TransactionStatus::Finalized,
            updated_at: at,
            finalized_at: Some(at),
            ..pending.transaction.clone()
        },
        ..pending.clone()
    };
    let record = TransferRecord::Transaction(finalized.clone());
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Updated);
    let record = TransferRecord::Transaction(pending);
    assert_eq!(import_one(backend, tenant, record).await, ImportOutcome::Unchanged, "it does not go back");
    let taken = TransferRecord::Transaction(transaction(&alice, 3, "t1"));
    let refused = ImportOutcome::Refused(ImportRefusal::TransactionTaken);
    assert_eq!(import_one(backend, tenant, taken).await, refused);
    let found = backend.store().transactions(tenant, app_id("alice")).await.unwrap();
    assert_eq!(found, [finalized.transaction]);
}

pub(crate) async fn an_export_is_of_one_tenant_and_can_be_broken_off(backend: &impl Backend) {
    let tenant = begun(backend).await;
    let records = everything();
    import(backend, tenant, &records).await;
    let other = fixtures::tenant(&**backend.store(), "Other").await;
    fixtures::user_with_credential(&**backend.store(), other, "mallory", "hers").await;
    assert_eq!(export(&**backend.store(), tenant).await, records);
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    let stop_at_two = move |_| {
        let mut seen = counter.lock().unwrap();
        *seen += 1;
        if *seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    backend.store().export(tenant, stop_at_two).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), 2);
}
