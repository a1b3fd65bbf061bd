//! How transactions end: logins that confirm one.

use std::sync::Arc;

use passgate_core::audit::AuditType;
use passgate_core::credential::Credential;
use passgate_core::ids::{TenantId, TransactionId};
use passgate_core::store::{BeginTransaction, BegunTransaction, Changed, FinishLogin, FinishedLogin, Store};
use passgate_core::transaction::{Transaction, TransactionStatus};
use passgate_core::user::User;
use uuid::Uuid;

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{self, NOW, app_id, audit, credential, finish_login, finish_transaction, seconds};

const CONFIRMED: FinishedLogin = FinishedLogin::LoggedIn { counter_warning: false };

/// A tenant with a user whose credential has come to a count of 7, and a transaction that the user is to confirm.
struct Scene {
    tenant: TenantId,
    user: User,
    credential: Credential,
    transaction: Transaction,
}

impl Scene {
    async fn new(backend: &impl Backend, display_name: &str) -> Self {
        let store = &**backend.store();
        let tenant = fixtures::tenant(store, display_name).await;
        let user = fixtures::user(store, tenant, "alice").await;
        let credential = Credential { sign_count: 7, ..credential(&user, "id") };
        fixtures::register(store, tenant, credential.clone()).await;
        let transaction = fixtures::transaction(store, tenant, &user, "t1").await;
        Self { tenant, user, credential, transaction }
    }

    /// A confirmation with a challenge of its own, by an authenticator that has counted on.
    fn confirm(&self) -> FinishLogin {
        FinishLogin { sign_count: 8, ..finish_transaction(self.tenant, &self.credential, &self.transaction) }
    }

    /// The credential and the user's transactions as they are stored.
    async fn stored(&self, backend: &impl Backend) -> (Option<Credential>, Vec<Transaction>) {
        let store = backend.store();
        let credential = store.credential(self.tenant, self.credential.id.clone()).await.unwrap();
        (credential, store.transactions(self.tenant, app_id("alice")).await.unwrap())
    }

    /// Asserts that a confirmation is refused, that the failure is kept and the challenge spent, and that neither the
    /// credential nor the transaction has changed.
    async fn assert_refused(
        &self,
        backend: &impl Backend,
        finish: FinishLogin,
        outcome: FinishedLogin,
        code: &'static str,
    ) {
        let (store, tenant) = (backend.store(), finish.spend.tenant_id);
        let (before, stored) = (backend.audit_log(tenant).await.len(), self.stored(backend).await);
        assert_eq!(store.finish_login(finish.clone()).await.unwrap(), outcome);
        let failure = AuditRow::of(&finish.audit.failed(code));
        assert_eq!(backend.audit_log(tenant).await[before..], *std::slice::from_ref(&failure));
        let audit = audit(tenant, AuditType::TransactionFinalSucceeded);
        let retry = FinishLogin { audit, sign_count: 9, ..finish };
        assert_eq!(store.finish_login(retry).await.unwrap(), FinishedLogin::ChallengeSpent);
        // Who repeats a request writes nothing.
        assert_eq!(backend.audit_log(tenant).await[before..], [failure]);
        assert_eq!(self.stored(backend).await, stored);
    }
}

pub(crate) async fn a_confirmed_transaction_is_finalized(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    let another = fixtures::transaction(store, scene.tenant, &scene.user, "t2").await;
    let elsewhere = Scene::new(backend, "Other").await;
    let untouched = elsewhere.stored(backend).await;
    let before = backend.audit_log(scene.tenant).await.len();
    let finish = FinishLogin { backup_state: true, ..scene.confirm() };
    assert_eq!(store.finish_login(finish.clone()).await.unwrap(), CONFIRMED);
    let at = NOW + seconds(60);
    let used = Credential {
        sign_count: 8,
        backup_state: true,
        last_used_at: at,
        use_count: 1,
        ..scene.credential.clone()
    };
    let finalized = Transaction {
        status: TransactionStatus::Finalized,
        updated_at: at,
        finalized_at: Some(at),
        ..scene.transaction.clone()
    };
    assert_eq!(scene.stored(backend).await, (Some(used), vec![another, finalized]));
    let log = backend.audit_log(scene.tenant).await;
    assert_eq!(log[before..], [AuditRow::of(&finish.audit)]);
    assert_eq!(log[before].transaction_id.as_deref(), Some("t1"));
    assert_eq!(elsewhere.stored(backend).await, untouched);
}

pub(crate) async fn a_transaction_is_confirmed_once(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    let finish = scene.confirm();
    assert_eq!(store.finish_login(finish.clone()).await.unwrap(), CONFIRMED);
    let (stored, before) = (scene.stored(backend).await, backend.audit_log(scene.tenant).await.len());
    let again = FinishLogin { spend: finish.spend, sign_count: 9, ..scene.confirm() };
    assert_eq!(store.finish_login(again).await.unwrap(), FinishedLogin::ChallengeSpent);
    assert_eq!(scene.stored(backend).await, stored);
    assert_eq!(backend.audit_log(scene.tenant).await.len(), before, "who repeats a request writes nothing");
    let anew = FinishLogin { sign_count: 9, ..scene.confirm() };
    scene.assert_refused(backend, anew, FinishedLogin::TransactionGone, "transaction_mismatch").await;
    // What was confirmed keeps its identifier.
    let begin = fixtures::begin_transaction(scene.tenant, "alice", "t1");
    assert_eq!(store.begin_transaction(begin).await.unwrap(), BegunTransaction::Exists);
}

pub(crate) async fn an_unknown_transaction_is_not_confirmed(backend: &impl Backend) {
    let scene = Scene::new(backend, "Example").await;
    let unknown = TransactionId::new(Uuid::from_u128(1));
    let finish = FinishLogin { transaction: Some(unknown), ..scene.confirm() };
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
}

pub(crate) async fn another_users_transaction_is_not_confirmed(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    let (bob, bobs) = fixtures::user_with_credential(store, scene.tenant, "bob", "of bob").await;
    // Bob's credential on the transaction of alice.
    let finish = finish_transaction(scene.tenant, &bobs, &scene.transaction);
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
    assert_eq!(store.credential(scene.tenant, bobs.id.clone()).await.unwrap(), Some(bobs));
    // The credential of alice on the transaction of bob.
    let of_bob = fixtures::transaction(store, scene.tenant, &bob, "of bob").await;
    let finish = FinishLogin { transaction: Some(of_bob.id), ..scene.confirm() };
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
    assert_eq!(store.transactions(scene.tenant, app_id("bob")).await.unwrap(), [of_bob]);
}

pub(crate) async fn another_tenants_transaction_is_not_confirmed(backend: &impl Backend) {
    let store = &**backend.store();
    let (scene, other) = (Scene::new(backend, "One").await, Scene::new(backend, "Other").await);
    let finish = FinishLogin { transaction: Some(other.transaction.id), ..scene.confirm() };
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
    // Even where all ids are the same.
    let third = fixtures::tenant(store, "Third").await;
    let begin = passgate_core::store::BeginRegistration {
        new_user_id: scene.user.id,
        ..fixtures::begin_registration(third, "alice", passgate_core::credential::CredentialKind::Passkey)
    };
    store.begin_registration(begin).await.unwrap();
    fixtures::register(store, third, scene.credential.clone()).await;
    let finish =
        FinishLogin { sign_count: 8, ..finish_transaction(third, &scene.credential, &scene.transaction) };
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
    let begin = fixtures::begin_transaction(third, "alice", "t1");
    let begin = BeginTransaction { id: scene.transaction.id, ..begin };
    store.begin_transaction(begin).await.unwrap();
    let before = scene.stored(backend).await;
    let finish =
        FinishLogin { sign_count: 8, ..finish_transaction(third, &scene.credential, &scene.transaction) };
    assert_eq!(store.finish_login(finish).await.unwrap(), CONFIRMED);
    assert_eq!(scene.stored(backend).await, before);
}

pub(crate) async fn a_counter_that_did_not_grow_leaves_the_transaction_pending(backend: &impl Backend) {
    let scene = Scene::new(backend, "Example").await;
    let finish = FinishLogin { sign_count: 7, ..scene.confirm() };
    scene.assert_refused(backend, finish, FinishedLogin::CounterRollback, "counter_rollback").await;
    assert_eq!(backend.store().finish_login(scene.confirm()).await.unwrap(), CONFIRMED);
}

pub(crate) async fn a_deleted_credential_leaves_the_transaction_pending(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    let second = credential(&scene.user, "second");
    fixtures::register(store, scene.tenant, second.clone()).await;
    let change = fixtures::change(scene.tenant, "id", AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(change).await.unwrap(), Changed::Done);
    let finish = scene.confirm();
    scene.assert_refused(backend, finish, FinishedLogin::CredentialGone, "credential_revoked").await;
    let finish = finish_transaction(scene.tenant, &second, &scene.transaction);
    assert_eq!(store.finish_login(finish).await.unwrap(), CONFIRMED);
}

/// A transaction that is gone is told before a counter that did not grow: the order is part of the contract.
pub(crate) async fn the_transaction_is_decided_before_the_counter(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    assert_eq!(store.finish_login(scene.confirm()).await.unwrap(), CONFIRMED);
    let finish = FinishLogin { sign_count: 0, ..scene.confirm() };
    scene.assert_refused(backend, finish, FinishedLogin::TransactionGone, "transaction_mismatch").await;
}

pub(crate) async fn a_login_leaves_transactions_pending(backend: &impl Backend) {
    let store = &**backend.store();
    let scene = Scene::new(backend, "Example").await;
    let login = FinishLogin { sign_count: 8, ..finish_login(scene.tenant, &scene.credential) };
    assert_eq!(store.finish_login(login).await.unwrap(), CONFIRMED);
    assert_eq!(scene.stored(backend).await.1, std::slice::from_ref(&scene.transaction));
}

pub(crate) async fn of_a_hundred_racing_confirmations_one_succeeds(backend: &impl Backend) {
    let scene = Scene::new(backend, "Example").await;
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = Arc::clone(backend.store());
            // Each with a challenge of its own, and a counter that would do.
            let finish = FinishLogin { sign_count: 8 + n, ..scene.confirm() };
            tokio::spawn(async move { store.finish_login(finish).await.unwrap() })
        })
        .collect();
    let mut confirmed = 0;
    for task in tasks {
        match task.await.unwrap() {
            FinishedLogin::LoggedIn { counter_warning: false } => confirmed += 1,
            other => assert_eq!(other, FinishedLogin::TransactionGone),
        }
    }
    assert_eq!(confirmed, 1);
    let (credential, transactions) = scene.stored(backend).await;
    assert_eq!(credential.unwrap().use_count, 1);
    assert_eq!(transactions[0].status, TransactionStatus::Finalized);
}
