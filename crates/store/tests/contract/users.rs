use passgate_core::audit::AuditType;
use passgate_core::credential::{Credential, CredentialKind, CredentialLookup, Order, Page, PageRequest};
use passgate_core::ids::{TenantId, UserId};
use passgate_core::store::{
    BeginRegistration, Changed, FinishLogin, FinishedLogin, FinishedRegistration, Store, StoreError,
};
use passgate_core::user::{User, UserDetails, UserRecord};
use uuid::Uuid;

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{
    self, FIRST, METACHARACTERS, NOW, app_id, begin_registration, credential, finish_login,
    finish_registration, finish_transaction, seconds, text,
};

const UNKNOWN: UserId = UserId::new(Uuid::from_u128(1));

/// A tenant with users who came at these times.
async fn tenant_with(backend: &impl Backend, users: &[(&str, u64)]) -> TenantId {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    for (id, at) in users {
        let begin = begin_registration(tenant, id, CredentialKind::Passkey);
        store.begin_registration(BeginRegistration { now: NOW + seconds(*at), ..begin }).await.unwrap();
    }
    tenant
}

/// The app's ids of a page's users, and the total.
async fn list(backend: &impl Backend, tenant: TenantId, page: PageRequest) -> (Vec<String>, u64) {
    let Page { items, total } = backend.store().users(tenant, page).await.unwrap();
    (items.iter().map(|user| user.profile.app_id.to_string()).collect(), total)
}

fn listed(ids: &[&str], total: u64) -> (Vec<String>, u64) {
    (ids.iter().map(ToString::to_string).collect(), total)
}

pub(crate) async fn users_are_listed_by_the_time_they_were_made(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("b", 2), ("c", 3), ("a", 1)]).await;
    assert_eq!(list(backend, tenant, FIRST).await, listed(&["c", "b", "a"], 3));
    let ascending = PageRequest { order: Order::Ascending, ..FIRST };
    assert_eq!(list(backend, tenant, ascending).await, listed(&["a", "b", "c"], 3));
    // Who is brought up to date keeps their place.
    let begin = begin_registration(tenant, "a", CredentialKind::Passkey);
    let begin = BeginRegistration { now: NOW + seconds(9), ..begin };
    backend.store().begin_registration(begin).await.unwrap();
    assert_eq!(list(backend, tenant, FIRST).await, listed(&["c", "b", "a"], 3));
}

pub(crate) async fn pages_neither_repeat_nor_miss_users_of_the_same_moment(backend: &impl Backend) {
    // The fixtures count the rows' ids.
    let tenant = tenant_with(backend, &[("a", 0), ("b", 0), ("c", 0), ("d", 0), ("e", 0)]).await;
    let page = |page, order| list(backend, tenant, PageRequest { page, per_page: 2, order });
    assert_eq!(page(1, Order::Descending).await, listed(&["e", "d"], 5));
    assert_eq!(page(2, Order::Descending).await, listed(&["c", "b"], 5));
    assert_eq!(page(3, Order::Descending).await, listed(&["a"], 5));
    assert_eq!(page(1, Order::Ascending).await, listed(&["a", "b"], 5));
    assert_eq!(page(2, Order::Ascending).await, listed(&["c", "d"], 5));
    assert_eq!(page(3, Order::Ascending).await, listed(&["e"], 5));
    assert_eq!(page(4, Order::Ascending).await, listed(&[], 5));
    assert_eq!(page(u32::MAX, Order::Descending).await, listed(&[], 5));
}

pub(crate) async fn a_listed_user_is_what_the_app_told(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let mut begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    begin.profile.icon = Some(text("https://example.org/alice.png"));
    store.begin_registration(begin.clone()).await.unwrap();
    let told = UserRecord { id: begin.new_user_id, profile: begin.profile.clone() };
    assert_eq!(store.users(tenant, FIRST).await.unwrap(), Page { items: vec![told], total: 1 });
    let mut update = begin_registration(tenant, "alice", CredentialKind::Passkey);
    update.profile.display_name = None;
    store.begin_registration(update.clone()).await.unwrap();
    let told = UserRecord { id: begin.new_user_id, profile: update.profile };
    assert_eq!(store.users(tenant, FIRST).await.unwrap(), Page { items: vec![told], total: 1 });
}

pub(crate) async fn users_are_listed_in_their_own_tenant_only(backend: &impl Backend) {
    let one = tenant_with(backend, &[("alice", 1), ("bob", 2)]).await;
    let other = tenant_with(backend, &[("alice", 1), ("carol", 2)]).await;
    assert_eq!(list(backend, one, FIRST).await, listed(&["bob", "alice"], 2));
    assert_eq!(list(backend, other, FIRST).await, listed(&["carol", "alice"], 2));
    let nowhere = TenantId::new(Uuid::from_u128(1));
    assert_eq!(list(backend, nowhere, FIRST).await, listed(&[], 0));
}

pub(crate) async fn a_user_comes_with_credentials_and_transactions(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    let user = store.begin_registration(begin.clone()).await.unwrap().user;
    let record = UserRecord { id: user.id, profile: begin.profile };
    let bare = UserDetails { user: record.clone(), credentials: vec![], transactions: vec![] };
    assert_eq!(store.user_details(tenant, user.id).await.unwrap(), Some(bare));
    let passkey = credential(&user, "passkey");
    let mfa = Credential {
        kind: CredentialKind::Mfa,
        created_at: NOW + seconds(1),
        ..credential(&user, "second factor")
    };
    fixtures::register(store, tenant, passkey.clone()).await;
    fixtures::register(store, tenant, mfa.clone()).await;
    let first = fixtures::transaction(store, tenant, &user, "t1").await;
    let second = fixtures::transaction(store, tenant, &user, "t2").await;
    let (bob, _) = fixtures::user_with_credential(store, tenant, "bob", "of bob").await;
    fixtures::transaction(store, tenant, &bob, "of bob").await;
    let whole =
        UserDetails { user: record, credentials: vec![mfa, passkey], transactions: vec![second, first] };
    assert_eq!(store.user_details(tenant, user.id).await.unwrap(), Some(whole));
    assert_eq!(store.user_details(tenant, UNKNOWN).await.unwrap(), None);
}

/// A user with a row in every table of users' things; `id` is the row's, if it is to be a certain one.
async fn full_user(backend: &impl Backend, tenant: TenantId, id: Option<UserId>) -> (User, UserDetails) {
    let store = &**backend.store();
    let begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    let begin = BeginRegistration { new_user_id: id.unwrap_or(begin.new_user_id), ..begin };
    let user = store.begin_registration(begin).await.unwrap().user;
    fixtures::register(store, tenant, credential(&user, "id")).await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "second factor") };
    fixtures::register(store, tenant, mfa).await;
    fixtures::transaction(store, tenant, &user, "t1").await;
    let details = store.user_details(tenant, user.id).await.unwrap().unwrap();
    (user, details)
}

pub(crate) async fn a_user_is_shown_and_deleted_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (alice, alices) = full_user(backend, one, None).await;
    assert_eq!(store.user_details(other, alice.id).await.unwrap(), None);
    assert_eq!(
        store.delete_user(other, alice.id, fixtures::user_deletion(other, NOW)).await.unwrap(),
        Changed::NotFound
    );
    assert_eq!(backend.rows_of(other).await["credential_tombstones"], 0);
    assert_eq!(store.user_details(one, alice.id).await.unwrap().as_ref(), Some(&alices));
    // Even where all ids are the same.
    let (_, namesakes) = full_user(backend, other, Some(alice.id)).await;
    assert_eq!((namesakes.credentials.len(), namesakes.transactions.len()), (2, 1));
    assert_ne!(namesakes.transactions, alices.transactions);
    assert_eq!(store.user_details(one, alice.id).await.unwrap().as_ref(), Some(&alices));
    assert_eq!(
        store.delete_user(other, alice.id, fixtures::user_deletion(other, NOW)).await.unwrap(),
        Changed::Done
    );
    assert_eq!(store.user_details(other, alice.id).await.unwrap(), None);
    assert_eq!(store.user_details(one, alice.id).await.unwrap(), Some(alices));
    let found = store.login_credential(one, fixtures::credential_id("id")).await.unwrap();
    assert!(matches!(found, CredentialLookup::Known(_)), "{found:?}");
    assert_eq!(backend.rows_of(one).await["credential_tombstones"], 0);
}

pub(crate) async fn a_deleted_user_leaves_tombstones_and_the_audit_log(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (bob, bobs) = fixtures::user_with_credential(store, tenant, "bob", "of bob").await;
    let of_bob = fixtures::transaction(store, tenant, &bob, "of bob").await;
    let mut expected = backend.rows_of(tenant).await;
    let (alice, _) = full_user(backend, tenant, None).await;
    let log = backend.audit_log(tenant).await;
    assert_eq!(
        store.delete_user(tenant, alice.id, fixtures::user_deletion(tenant, NOW + seconds(5))).await.unwrap(),
        Changed::Done
    );
    expected.insert("credential_tombstones".to_owned(), 2);
    expected.insert("audit_logs".to_owned(), log.len() as u64 + 2);
    expected.insert("spent_challenges".to_owned(), 3);
    assert_eq!(backend.rows_of(tenant).await, expected);
    let now = backend.audit_log(tenant).await;
    assert_eq!(now[..log.len()], log);
    let mut deletions: Vec<_> =
        now[log.len()..].iter().map(|row| (row.gist(), row.credential.clone())).collect();
    deletions.sort();
    let deletion =
        |id| (("webauthn_credential_deleted", None, Some("alice")), Some(fixtures::credential_id(id)));
    assert_eq!(deletions, [deletion("id"), deletion("second factor")]);
    for id in ["id", "second factor"] {
        let found = store.login_credential(tenant, fixtures::credential_id(id)).await.unwrap();
        assert_eq!(found, CredentialLookup::Revoked);
    }
    // `execute` fails if it changes nothing.
    let at = (NOW + seconds(5)).as_millis();
    let reason = format!("reason = 'user_deleted' AND deleted_at = {at}");
    backend.execute(&format!("DELETE FROM credential_tombstones WHERE {reason}")).await;
    assert_eq!(backend.rows_of(tenant).await["credential_tombstones"], 0);
    assert_eq!(store.user(tenant, alice.id).await.unwrap(), None);
    assert_eq!(store.user_details(tenant, alice.id).await.unwrap(), None);
    assert_eq!(list(backend, tenant, FIRST).await, listed(&["bob"], 1));
    let others = store.user_details(tenant, bob.id).await.unwrap().unwrap();
    assert_eq!((others.credentials, others.transactions), (vec![bobs], vec![of_bob]));
    // Once.
    assert_eq!(
        store.delete_user(tenant, alice.id, fixtures::user_deletion(tenant, NOW)).await.unwrap(),
        Changed::NotFound
    );
    assert_eq!(
        store.delete_user(tenant, UNKNOWN, fixtures::user_deletion(tenant, NOW)).await.unwrap(),
        Changed::NotFound
    );
}

pub(crate) async fn ceremonies_of_a_deleted_user_come_to_nothing(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (alice, details) = full_user(backend, tenant, None).await;
    let (passkey, transaction) = (credential(&alice, "id"), &details.transactions[0]);
    let registration = finish_registration(tenant, credential(&alice, "another"));
    let login = finish_login(tenant, &passkey);
    let confirmation: FinishLogin = finish_transaction(tenant, &passkey, transaction);
    store.delete_user(tenant, alice.id, fixtures::user_deletion(tenant, NOW)).await.unwrap();
    let log = async || {
        let mut log = backend.audit_log(tenant).await;
        log.retain(|row| row.kind != "webauthn_credential_deleted");
        log
    };
    let before = log().await.len();
    let registered = store.finish_registration(registration.clone()).await.unwrap();
    assert_eq!(registered, FinishedRegistration::UnknownUser);
    assert_eq!(store.finish_login(login.clone()).await.unwrap(), FinishedLogin::CredentialGone);
    assert_eq!(store.finish_login(confirmation.clone()).await.unwrap(), FinishedLogin::TransactionGone);
    let mut failures = [
        registration.audit.failed("user_not_found"),
        login.audit.failed("credential_revoked"),
        confirmation.audit.failed("transaction_mismatch"),
    ];
    failures.sort_by_key(|entry| entry.id);
    assert_eq!(log().await[before..], failures.map(|entry| AuditRow::of(&entry)));
    assert_eq!(backend.rows_of(tenant).await["credentials"], 0);
}

pub(crate) async fn a_deleted_user_may_come_back_as_another(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (old, _) = full_user(backend, tenant, None).await;
    store.delete_user(tenant, old.id, fixtures::user_deletion(tenant, NOW)).await.unwrap();
    let (new, details) = full_user(backend, tenant, None).await;
    assert_ne!(new.id, old.id);
    assert_ne!(new.handles, old.handles);
    assert_eq!(details.credentials.len(), 2);
    let found = store.login_credential(tenant, fixtures::credential_id("id")).await.unwrap();
    assert!(matches!(found, CredentialLookup::Known(_)), "{found:?}");
    // The second time, over the tombstones of the first.
    assert_eq!(
        store.delete_user(tenant, new.id, fixtures::user_deletion(tenant, NOW)).await.unwrap(),
        Changed::Done
    );
    assert_eq!(backend.rows_of(tenant).await["credential_tombstones"], 2);
}

pub(crate) async fn app_user_ids_are_nothing_but_text(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    for id in METACHARACTERS {
        let name = format!("credential {id}");
        let (user, credential) = fixtures::user_with_credential(store, tenant, id, &name).await;
        let details = store.user_details(tenant, user.id).await.unwrap().unwrap();
        assert_eq!(details.user.profile.app_id, app_id(id));
        assert_eq!(details.credentials, std::slice::from_ref(&credential));
        let own = store.credentials(tenant, Some(app_id(id)), FIRST).await.unwrap();
        assert_eq!(own, Page { items: vec![credential], total: 1 });
        let change = fixtures::change(tenant, &name, AuditType::CredentialUpdated);
        assert_eq!(store.rename_credential(change, text(id)).await.unwrap(), Changed::Done);
        let own = store.credentials(tenant, Some(app_id(id)), FIRST).await.unwrap();
        assert_eq!(own.items[0].name, text(id));
    }
    let ids: Vec<&str> = METACHARACTERS.iter().rev().copied().collect();
    assert_eq!(list(backend, tenant, FIRST).await, listed(&ids, ids.len() as u64));
}

pub(crate) async fn a_corrupt_user_is_named(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    backend.execute("UPDATE users SET name = ''").await;
    let expected = format!("corrupt row in table users, column name, row tenant {tenant}, {}", user.id);
    let error = store.users(tenant, FIRST).await.unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(matches!(error, StoreError::CorruptRow { .. }));
    assert_eq!(store.user_details(tenant, user.id).await.unwrap_err().to_string(), expected);
}
