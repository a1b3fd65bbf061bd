use passgate_core::audit::{AuditEntry, AuditType};
use passgate_core::credential::{Credential, CredentialLookup, Order, Page, PageRequest};
use passgate_core::ids::TenantId;
use passgate_core::store::{Changed, CredentialChange, CredentialsDeletion, Store};
use passgate_core::user::AppUserId;

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{self, FIRST, NOW, app_id, change, credential, credential_id, seconds, text};

/// A tenant with a user and credentials of these ages.
async fn tenant_with(backend: &impl Backend, credentials: &[(&str, u64)]) -> TenantId {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    for (id, at) in credentials {
        let credential = Credential { created_at: NOW + seconds(*at), ..credential(&user, id) };
        fixtures::register(store, tenant, credential).await;
    }
    tenant
}

/// The ids of a page, and the total.
async fn list(
    backend: &impl Backend,
    tenant: TenantId,
    user: Option<&str>,
    page: PageRequest,
) -> (Vec<String>, u64) {
    let user: Option<AppUserId> = user.map(app_id);
    let Page { items, total } = backend.store().credentials(tenant, user, page).await.unwrap();
    let id = |credential: &Credential| String::from_utf8(credential.id.as_bytes().to_vec()).unwrap();
    (items.iter().map(id).collect(), total)
}

fn listed(ids: &[&str], total: u64) -> (Vec<String>, u64) {
    (ids.iter().map(ToString::to_string).collect(), total)
}

pub(crate) async fn a_tenants_credentials_are_listed_newest_first(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("b", 2), ("c", 3), ("a", 1)]).await;
    assert_eq!(list(backend, tenant, None, FIRST).await, listed(&["c", "b", "a"], 3));
}

pub(crate) async fn a_tenants_credentials_are_listed_oldest_first(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("b", 2), ("c", 3), ("a", 1)]).await;
    let ascending = PageRequest { order: Order::Ascending, ..FIRST };
    assert_eq!(list(backend, tenant, None, ascending).await, listed(&["a", "b", "c"], 3));
}

pub(crate) async fn pages_neither_repeat_nor_miss_credentials_of_the_same_moment(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("c", 0), ("a", 0), ("e", 0), ("b", 0), ("d", 0)]).await;
    for user in [None, Some("alice")] {
        let page = |page, order| PageRequest { page, per_page: 2, order };
        let descending = |number| list(backend, tenant, user, page(number, Order::Descending));
        assert_eq!(descending(1).await, listed(&["e", "d"], 5));
        assert_eq!(descending(2).await, listed(&["c", "b"], 5));
        assert_eq!(descending(3).await, listed(&["a"], 5));
        let ascending = |number| list(backend, tenant, user, page(number, Order::Ascending));
        assert_eq!(ascending(1).await, listed(&["a", "b"], 5));
        assert_eq!(ascending(3).await, listed(&["e"], 5));
    }
}

pub(crate) async fn a_page_past_the_end_is_empty_and_knows_the_total(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("a", 0)]).await;
    let page = PageRequest { page: u32::MAX, per_page: 100, ..FIRST };
    assert_eq!(list(backend, tenant, None, page).await, listed(&[], 1));
    assert_eq!(list(backend, tenant, Some("alice"), page).await, listed(&[], 1));
}

pub(crate) async fn a_users_credentials_are_listed(backend: &impl Backend) {
    let tenant = tenant_with(backend, &[("a", 1), ("b", 2)]).await;
    fixtures::user_with_credential(&**backend.store(), tenant, "bob", "of another user").await;
    assert_eq!(list(backend, tenant, Some("alice"), FIRST).await, listed(&["b", "a"], 2));
    let ascending = PageRequest { order: Order::Ascending, ..FIRST };
    assert_eq!(list(backend, tenant, Some("alice"), ascending).await, listed(&["a", "b"], 2));
    assert_eq!(list(backend, tenant, Some("nobody"), FIRST).await, listed(&[], 0));
}

pub(crate) async fn a_list_shows_one_tenant_only(backend: &impl Backend) {
    let one = tenant_with(backend, &[("a", 1), ("b", 2)]).await;
    let other = tenant_with(backend, &[("a", 1), ("c", 2)]).await;
    for user in [None, Some("alice")] {
        assert_eq!(list(backend, one, user, FIRST).await, listed(&["b", "a"], 2));
        assert_eq!(list(backend, other, user, FIRST).await, listed(&["c", "a"], 2));
    }
}

pub(crate) async fn one_credential_is_read_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let one = tenant_with(backend, &[]).await;
    let (_, stored) = fixtures::user_with_credential(store, one, "bob", "id").await;
    let other = tenant_with(backend, &[]).await;
    assert_eq!(store.credential(one, stored.id.clone()).await.unwrap(), Some(stored.clone()));
    assert_eq!(store.credential(other, stored.id).await.unwrap(), None);
    assert_eq!(store.credential(one, credential_id("unknown")).await.unwrap(), None);
}

pub(crate) async fn a_credential_is_renamed_on_behalf_of_its_user(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (_, stored) = fixtures::user_with_credential(store, tenant, "bob", "id").await;
    let change = change(tenant, "id", AuditType::CredentialUpdated);
    assert_eq!(store.rename_credential(change.clone(), text("Phone")).await.unwrap(), Changed::Done);
    let renamed = Credential { name: text("Phone"), ..stored };
    assert_eq!(store.credential(tenant, renamed.id.clone()).await.unwrap(), Some(renamed));
    let row = AuditRow::of(&AuditEntry { actor: Some(app_id("bob")), ..change.audit });
    assert_eq!(backend.audit_log(tenant).await.last(), Some(&row));
}

pub(crate) async fn a_credential_is_deleted_on_behalf_of_its_user(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    fixtures::user_with_credential(store, tenant, "bob", "id").await;
    let change = change(tenant, "id", AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(change.clone()).await.unwrap(), Changed::Done);
    assert_eq!(store.credential(tenant, credential_id("id")).await.unwrap(), None);
    let credential = Some(credential_id("id"));
    let row = AuditRow::of(&AuditEntry { actor: Some(app_id("bob")), credential, ..change.audit.clone() });
    assert_eq!(backend.audit_log(tenant).await.last(), Some(&row));
    assert_eq!(backend.rows_of(tenant).await["credential_tombstones"], 1);
    // Once.
    assert_eq!(store.delete_credential(change).await.unwrap(), Changed::NotFound);
    assert_eq!(backend.audit_log(tenant).await.len(), 3);
}

pub(crate) async fn a_change_of_an_unknown_credential_leaves_no_trace(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let rename = change(tenant, "unknown", AuditType::CredentialUpdated);
    assert_eq!(store.rename_credential(rename, text("Phone")).await.unwrap(), Changed::NotFound);
    let delete = change(tenant, "unknown", AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(delete).await.unwrap(), Changed::NotFound);
    assert_eq!(backend.audit_log(tenant).await, []);
    let found = store.login_credential(tenant, credential_id("unknown")).await.unwrap();
    assert_eq!(found, CredentialLookup::Unknown);
}

pub(crate) async fn a_change_stays_in_its_tenant(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    fixtures::user_with_credential(store, one, "alice", "id").await;
    let (_, untouched) = fixtures::user_with_credential(store, other, "bob", "id").await;
    let rename = change(one, "id", AuditType::CredentialUpdated);
    store.rename_credential(rename, text("Phone")).await.unwrap();
    store.delete_credential(change(one, "id", AuditType::CredentialDeleted)).await.unwrap();
    assert_eq!(store.credential(other, credential_id("id")).await.unwrap(), Some(untouched));
    let log = backend.audit_log(other).await;
    let actors: Vec<_> = log.iter().map(AuditRow::gist).map(|(kind, ..)| kind).collect();
    assert_eq!(actors, ["webauthn_registration_init_succeeded", "webauthn_registration_final_succeeded"]);
}

pub(crate) async fn a_deleted_credential_may_be_registered_again(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, stored) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    for _ in 0..2 {
        let change = change(tenant, "id", AuditType::CredentialDeleted);
        assert_eq!(store.delete_credential(change).await.unwrap(), Changed::Done);
        fixtures::register(store, tenant, credential(&user, "id")).await;
        let found = store.login_credential(tenant, stored.id.clone()).await.unwrap();
        assert!(matches!(found, CredentialLookup::Known(_)), "{found:?}");
    }
}

pub(crate) async fn all_credentials_of_a_user_are_deleted_at_once(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = tenant_with(backend, &[("a", 1), ("b", 2)]).await;
    fixtures::user_with_credential(store, tenant, "bob", "of another user").await;
    let before = backend.audit_log(tenant).await.len();
    let entry = AuditEntry { actor: Some(app_id("alice")), ..fixtures::user_deletion(tenant, NOW) };
    let deletion = CredentialsDeletion { tenant_id: tenant, user: app_id("alice"), audit: entry.clone() };
    assert_eq!(store.delete_credentials(deletion.clone()).await.unwrap(), Some(2));
    assert_eq!(list(backend, tenant, None, FIRST).await, listed(&["of another user"], 1));
    for id in ["a", "b"] {
        let found = store.login_credential(tenant, credential_id(id)).await.unwrap();
        assert_eq!(found, CredentialLookup::Revoked);
    }
    let mut rows = backend.audit_log(tenant).await.split_off(before);
    rows.sort_by_key(|row| row.id != entry.id);
    let row = |number, id| AuditEntry {
        id: entry.id.offset(number),
        credential: Some(credential_id(id)),
        ..entry.clone()
    };
    assert_eq!(rows, [AuditRow::of(&row(0, "b")), AuditRow::of(&row(1, "a"))]);
    assert_eq!(store.delete_credentials(deletion.clone()).await.unwrap(), Some(0));
    let nobody = CredentialsDeletion { user: app_id("nobody"), ..deletion };
    assert_eq!(store.delete_credentials(nobody).await.unwrap(), None);
}

pub(crate) async fn tombstones_are_forgotten_after_a_moment(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = tenant_with(backend, &[("old", 1), ("new", 2)]).await;
    let delete = async |id, at| {
        let change = change(tenant, id, AuditType::CredentialDeleted);
        let audit = AuditEntry { at, ..change.audit };
        store.delete_credential(CredentialChange { audit, ..change }).await.unwrap()
    };
    delete("old", NOW).await;
    delete("new", NOW + seconds(1)).await;
    assert_eq!(store.purge_tombstones(NOW + seconds(1)).await.unwrap(), 1);
    assert_eq!(store.purge_tombstones(NOW + seconds(1)).await.unwrap(), 0);
    let found = async |id| store.login_credential(tenant, credential_id(id)).await.unwrap();
    assert_eq!(found("old").await, CredentialLookup::Unknown);
    assert_eq!(found("new").await, CredentialLookup::Revoked);
}
