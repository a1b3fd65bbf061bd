//! How transactions begin, and how they are found and listed. How they end is in `confirmations`.

use std::sync::Arc;

use passgate_core::audit::AuditType;
use passgate_core::challenge::Nonce;
use passgate_core::credential::{Accepts, Credential, CredentialKind, CredentialLookup};
use passgate_core::ids::TenantId;
use passgate_core::store::{
    BeginRegistration, BeginTransaction, BegunTransaction, Changed, Store, StoreError,
};
use passgate_core::transaction::{Transaction, TransactionData};

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{
    self, METACHARACTERS, NOW, app_id, begin_transaction, credential, describe, pending, seconds,
};

/// The transactions that are listed for a user.
async fn list(backend: &impl Backend, tenant: TenantId, user: &str) -> Vec<Transaction> {
    backend.store().transactions(tenant, app_id(user)).await.unwrap()
}

pub(crate) async fn a_transaction_is_kept_and_the_users_credentials_are_allowed(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, first) = fixtures::user_with_credential(store, tenant, "alice", "first").await;
    fixtures::user_with_credential(store, tenant, "bob", "of another user").await;
    let second = Credential { created_at: NOW + seconds(1), ..credential(&user, "second") };
    fixtures::register(store, tenant, second.clone()).await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa.clone()).await;
    let before = backend.audit_log(tenant).await.len();
    let begin = begin_transaction(tenant, "alice", "t1");
    let expected = BegunTransaction::Begun(user.clone(), vec![describe(&second), describe(&first)]);
    assert_eq!(store.begin_transaction(begin.clone()).await.unwrap(), expected);
    let both = BeginTransaction { accepts: Accepts::Both, ..begin_transaction(tenant, "alice", "t2") };
    let expected =
        BegunTransaction::Begun(user.clone(), vec![describe(&second), describe(&mfa), describe(&first)]);
    assert_eq!(store.begin_transaction(both.clone()).await.unwrap(), expected);
    let log = backend.audit_log(tenant).await;
    assert_eq!(log[before..], [AuditRow::of(&begin.audit), AuditRow::of(&both.audit)]);
    assert_eq!(log[before].transaction_id.as_deref(), Some("t1"));
    assert_eq!(list(backend, tenant, "alice").await, [pending(&both, &user), pending(&begin, &user)]);
}

/// Asserts that a transaction can't begin, that the failure is kept, and that nothing else is.
async fn assert_refused(
    backend: &impl Backend,
    begin: &BeginTransaction,
    outcome: BegunTransaction,
    code: &'static str,
) {
    let tenant = begin.tenant_id;
    let (log, rows) = (backend.audit_log(tenant).await.len(), backend.rows_of(tenant).await);
    assert_eq!(backend.store().begin_transaction(begin.clone()).await.unwrap(), outcome);
    assert_eq!(backend.audit_log(tenant).await[log..], [AuditRow::of(&begin.audit.failed(code))]);
    assert_eq!(backend.rows_of(tenant).await["transactions"], rows["transactions"]);
}

pub(crate) async fn a_transaction_of_an_unknown_user_is_kept_as_a_failure(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    fixtures::user_with_credential(store, other, "alice", "id").await;
    let begin = begin_transaction(one, "alice", "t1");
    assert_refused(backend, &begin, BegunTransaction::UnknownUser, "user_not_found").await;
    // Its identifier stays free.
    let (alice, _) = fixtures::user_with_credential(store, one, "alice", "id").await;
    fixtures::transaction(store, one, &alice, "t1").await;
}

pub(crate) async fn a_transaction_of_a_user_without_credentials_is_kept_as_a_failure(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa).await;
    let begin = begin_transaction(tenant, "alice", "t1");
    assert_refused(backend, &begin, BegunTransaction::NoCredentials, "no_credentials").await;
    // Its identifier stays free.
    fixtures::register(store, tenant, credential(&user, "passkey")).await;
    fixtures::transaction(store, tenant, &user, "t1").await;
}

pub(crate) async fn an_identifier_is_taken_once_in_each_tenant(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (alice, _) = fixtures::user_with_credential(store, one, "alice", "id").await;
    fixtures::user_with_credential(store, one, "bob", "of bob").await;
    let first = fixtures::transaction(store, one, &alice, "t1").await;
    for user in ["alice", "bob"] {
        let again = BeginTransaction {
            data: TransactionData::from_stored("\"other\"".to_owned()),
            ..begin_transaction(one, user, "t1")
        };
        assert_refused(backend, &again, BegunTransaction::Exists, "transaction_exists").await;
    }
    assert_eq!(list(backend, one, "alice").await, [first]);
    // It is not reinterpreted.
    fixtures::transaction(store, one, &alice, "T1").await;
    fixtures::transaction(store, one, &alice, "t1 ").await;
    let (carol, _) = fixtures::user_with_credential(store, other, "carol", "id").await;
    let elsewhere = fixtures::transaction(store, other, &carol, "t1").await;
    assert_eq!(list(backend, other, "carol").await, [elsewhere]);
}

pub(crate) async fn a_nonce_that_is_taken_is_a_fault_and_keeps_nothing(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let first = begin_transaction(tenant, "alice", "t1");
    store.begin_transaction(first.clone()).await.unwrap();
    let rows = backend.rows_of(tenant).await;
    let again = BeginTransaction { nonce: first.nonce, ..begin_transaction(tenant, "alice", "t2") };
    let begun = store.begin_transaction(again).await;
    assert!(matches!(begun, Err(StoreError::Database(_))), "{begun:?}");
    assert_eq!(backend.rows_of(tenant).await, rows);
}

pub(crate) async fn of_a_hundred_racing_transactions_with_one_identifier_one_begins(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    fixtures::user_with_credential(&**backend.store(), tenant, "alice", "id").await;
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let store = Arc::clone(backend.store());
            let begin = begin_transaction(tenant, "alice", "t1");
            tokio::spawn(async move { store.begin_transaction(begin).await.unwrap() })
        })
        .collect();
    let mut begun = 0;
    for task in tasks {
        match task.await.unwrap() {
            BegunTransaction::Begun(..) => begun += 1,
            other => assert_eq!(other, BegunTransaction::Exists),
        }
    }
    assert_eq!(begun, 1);
    assert_eq!(list(backend, tenant, "alice").await.len(), 1);
    let log = backend.audit_log(tenant).await;
    let exists = log.iter().filter(|row| row.error.as_deref() == Some("transaction_exists")).count();
    assert_eq!(exists, 99);
}

pub(crate) async fn a_transaction_is_found_by_its_nonce_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (user, credential) = fixtures::user_with_credential(store, one, "alice", "id").await;
    let (bob, bobs) = fixtures::user_with_credential(store, other, "bob", "id").await;
    let begin = begin_transaction(one, "alice", "t1");
    store.begin_transaction(begin.clone()).await.unwrap();
    store.begin_transaction(begin_transaction(one, "alice", "t2")).await.unwrap();
    let found = async |tenant, id, nonce| {
        store.transaction_credential(tenant, fixtures::credential_id(id), nonce).await.unwrap()
    };
    let known = |credential: &Credential, user: &passgate_core::user::User| {
        CredentialLookup::Known(Arc::new(fixtures::known(credential, user.handles.clone())))
    };
    let transaction = Some(pending(&begin, &user));
    let alices = known(&credential, &user);
    assert_eq!(found(one, "id", begin.nonce).await, (alices.clone(), transaction.clone()));
    assert_eq!(found(one, "id", Nonce([0; 16])).await, (alices, None));
    assert_eq!(found(one, "unknown", begin.nonce).await, (CredentialLookup::Unknown, transaction.clone()));
    assert_eq!(found(other, "id", begin.nonce).await, (known(&bobs, &bob), None));
    let change = fixtures::change(one, "id", AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(change).await.unwrap(), Changed::Done);
    assert_eq!(found(one, "id", begin.nonce).await, (CredentialLookup::Revoked, transaction));
    // One nonce in two tenants.
    let namesake = BeginTransaction { nonce: begin.nonce, ..begin_transaction(other, "bob", "t1") };
    store.begin_transaction(namesake.clone()).await.unwrap();
    assert_eq!(found(other, "id", begin.nonce).await.1, Some(pending(&namesake, &bob)));
}

pub(crate) async fn a_users_transactions_are_listed_newest_first(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (alice, _) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let (bob, _) = fixtures::user_with_credential(store, tenant, "bob", "of bob").await;
    let mut expected = Vec::new();
    // Those of one moment by their ids, which the fixtures count.
    for (identifier, after) in [("b", 2), ("d", 3), ("a", 1), ("c", 2)] {
        let begin = begin_transaction(tenant, "alice", identifier);
        let begin = BeginTransaction { now: NOW + seconds(after), ..begin };
        store.begin_transaction(begin.clone()).await.unwrap();
        expected.push(pending(&begin, &alice));
    }
    fixtures::transaction(store, tenant, &bob, "of bob").await;
    expected.sort_by_key(|transaction| std::cmp::Reverse((transaction.created_at, transaction.id)));
    let identifiers: Vec<_> = expected.iter().map(|transaction| transaction.identifier.as_str()).collect();
    assert_eq!(identifiers, ["d", "c", "b", "a"]);
    assert_eq!(list(backend, tenant, "alice").await, expected);
    assert_eq!(list(backend, tenant, &alice.id.to_string()).await, expected, "by the row's id");
    assert_eq!(list(backend, tenant, "nobody").await, []);
    assert_eq!(list(backend, tenant, "00000000-0000-4000-8000-000000000000").await, []);
}

pub(crate) async fn the_apps_id_of_a_user_goes_before_the_rows(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (alice, _) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    fixtures::transaction(store, tenant, &alice, "of alice").await;
    // A user whom the app calls what alice's row is called.
    let (mallory, _) =
        fixtures::user_with_credential(store, tenant, &alice.id.to_string(), "of mallory").await;
    assert_eq!(list(backend, tenant, &alice.id.to_string()).await, [], "mallory has none");
    let transaction = fixtures::transaction(store, tenant, &mallory, "of mallory").await;
    assert_eq!(list(backend, tenant, &alice.id.to_string()).await, [transaction]);
}

pub(crate) async fn transactions_are_listed_in_their_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (alice, _) = fixtures::user_with_credential(store, one, "alice", "id").await;
    let transaction = fixtures::transaction(store, one, &alice, "t1").await;
    assert_eq!(list(backend, other, "alice").await, []);
    assert_eq!(list(backend, other, &alice.id.to_string()).await, []);
    // Nor does it matter what another tenant calls its users.
    fixtures::user(store, other, &alice.id.to_string()).await;
    assert_eq!(list(backend, one, &alice.id.to_string()).await, std::slice::from_ref(&transaction));
    // Even where the user's row has the same id, and the transaction's too.
    let begin = fixtures::begin_registration(other, "alice", CredentialKind::Passkey);
    let begin = BeginRegistration { new_user_id: alice.id, ..begin };
    let namesake = store.begin_registration(begin).await.unwrap().user;
    fixtures::register(store, other, credential(&namesake, "id")).await;
    assert_eq!(list(backend, other, "alice").await, []);
    let begin = BeginTransaction { id: transaction.id, ..begin_transaction(other, "alice", "t1") };
    store.begin_transaction(begin.clone()).await.unwrap();
    assert_eq!(list(backend, other, "alice").await, [pending(&begin, &namesake)]);
    assert_eq!(list(backend, one, "alice").await, [transaction]);
}

pub(crate) async fn identifiers_and_data_are_nothing_but_text(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    for text in METACHARACTERS {
        let (user, _) =
            fixtures::user_with_credential(store, tenant, text, &format!("credential {text}")).await;
        let data = TransactionData::from_stored(format!("{{\"text\":\"ü {text}\"}}"));
        let begin = BeginTransaction { data, ..begin_transaction(tenant, text, text) };
        let outcome = store.begin_transaction(begin.clone()).await.unwrap();
        assert!(matches!(outcome, BegunTransaction::Begun(..)), "{text}: {outcome:?}");
        assert_eq!(list(backend, tenant, text).await, [pending(&begin, &user)]);
        let again = begin_transaction(tenant, text, text);
        assert_refused(backend, &again, BegunTransaction::Exists, "transaction_exists").await;
    }
}

pub(crate) async fn a_transaction_in_a_deleted_tenant_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    fixtures::user_with_credential(store, tenant, "alice", "id").await;
    store.delete_tenant(tenant).await.unwrap();
    let begun = store.begin_transaction(begin_transaction(tenant, "alice", "t1")).await.unwrap();
    assert_eq!(begun, BegunTransaction::UnknownUser);
    assert_eq!(backend.rows_of(tenant).await["transactions"], 0);
    assert_eq!(backend.audit_log(tenant).await, []);
}

pub(crate) async fn a_corrupt_transaction_is_named(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (alice, _) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let transaction = fixtures::transaction(store, tenant, &alice, "t1").await;
    backend.execute("UPDATE transactions SET status = 'lost'").await;
    let error = store.transactions(tenant, app_id("alice")).await.unwrap_err();
    let expected =
        format!("corrupt row in table transactions, column status, row tenant {tenant}, {}", transaction.id);
    assert_eq!(error.to_string(), expected);
    assert!(matches!(error, StoreError::CorruptRow { .. }));
}
