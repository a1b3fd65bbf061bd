use passgate_core::audit::{
    AuditCount, AuditEntry, AuditFilter, AuditPlace, AuditRow, AuditType, RequestOrigin,
};
use passgate_core::clock::Timestamp;
use passgate_core::config::{Retention, TenantConfig};
use passgate_core::credential::{Order, Page, PageRequest};
use passgate_core::ids::TenantId;
use passgate_core::store::{FailCeremony, Store, StoreError};
use passgate_core::transaction::TransactionIdentifier;
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, FIRST, METACHARACTERS, NOW, app_id, audit, origin, seconds};

/// Appends a row that says just that.
async fn append(backend: &impl Backend, entry: AuditEntry) -> AuditRow {
    let row = AuditRow {
        id: entry.id,
        kind: entry.kind,
        error: entry.error.as_deref().map(str::to_owned),
        actor: entry.actor.as_ref().map(ToString::to_string),
        credential: entry.credential.clone(),
        transaction: entry.transaction.as_ref().map(|id| id.as_str().to_owned()),
        origin: entry.origin.clone(),
        at: entry.at,
    };
    let failure = FailCeremony { spend: fixtures::challenge(entry.tenant_id), audit: entry };
    backend.store().fail_ceremony(failure).await.unwrap();
    row
}

/// A row without anything that a filter of these tests looks for.
fn plain(tenant: TenantId) -> AuditEntry {
    let entry = audit(tenant, AuditType::RegistrationInitSucceeded);
    let origin = RequestOrigin { user_agent: String::new(), ..origin() };
    AuditEntry { actor: None, origin, ..entry }
}

async fn page(
    backend: &impl Backend,
    tenant: TenantId,
    filter: &AuditFilter,
    page: PageRequest,
) -> Page<AuditRow> {
    backend.store().audit_log(tenant, filter.clone(), page, None, NOW).await.unwrap().0
}

/// Asserts that a filter lets these rows through, newest first, and no others.
async fn assert_found(backend: &impl Backend, tenant: TenantId, filter: AuditFilter, rows: &[&AuditRow]) {
    let items: Vec<AuditRow> = rows.iter().copied().cloned().collect();
    let expected = Page { total: items.len() as u64, items };
    assert_eq!(page(backend, tenant, &filter, FIRST).await, expected, "{filter:?}");
}

fn by_actor(text: &str) -> AuditFilter {
    AuditFilter { actor: Some(text.to_owned()), ..AuditFilter::default() }
}

fn by_source_ip(text: &str) -> AuditFilter {
    AuditFilter { source_ip: Some(text.to_owned()), ..AuditFilter::default() }
}

fn by_anything(text: &str) -> AuditFilter {
    AuditFilter { anything: Some(text.to_owned()), ..AuditFilter::default() }
}

pub(crate) async fn rows_come_back_whole_newest_first(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let full = AuditEntry {
        error: Some("counter_rollback".into()),
        transaction: Some(TransactionIdentifier::new("t1").unwrap()),
        at: NOW + seconds(1),
        ..audit(tenant, AuditType::TransactionFinalFailed)
    };
    let full = append(backend, full).await;
    let newest = append(backend, AuditEntry { at: NOW + seconds(2), ..plain(tenant) }).await;
    let oldest = append(backend, plain(tenant)).await;
    assert_found(backend, tenant, AuditFilter::default(), &[&newest, &full, &oldest]).await;
    let ascending = PageRequest { order: Order::Ascending, ..FIRST };
    let listed = page(backend, tenant, &AuditFilter::default(), ascending).await;
    assert_eq!(listed, Page { items: vec![oldest, full, newest], total: 3 });
}

pub(crate) async fn rows_of_every_type_come_back(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    for kind in AuditType::ALL {
        let row = append(backend, AuditEntry { kind: *kind, ..plain(tenant) }).await;
        let filter = AuditFilter { kinds: vec![*kind], ..AuditFilter::default() };
        assert_found(backend, tenant, filter, &[&row]).await;
    }
    let filter = AuditFilter { kinds: AuditType::ALL.to_vec(), ..AuditFilter::default() };
    assert_eq!(page(backend, tenant, &filter, FIRST).await.total, AuditType::ALL.len() as u64);
}

pub(crate) async fn pages_neither_repeat_nor_miss_rows_of_the_same_moment(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let mut rows = Vec::new();
    for _ in 0..5 {
        rows.push(append(backend, AuditEntry { actor: Some(app_id("alice")), ..plain(tenant) }).await);
        append(backend, plain(tenant)).await;
    }
    // The fixtures count the ids.
    for (order, rows) in [
        (Order::Ascending, rows.clone()),
        (Order::Descending, rows.iter().rev().cloned().collect::<Vec<_>>()),
    ] {
        for (number, items) in (1..).zip([&rows[..2], &rows[2..4], &rows[4..], &[]]) {
            let request = PageRequest { page: number, per_page: 2, order };
            let listed = page(backend, tenant, &by_actor("alice"), request).await;
            assert_eq!(listed, Page { items: items.to_vec(), total: 5 });
        }
        let past_the_end = PageRequest { page: u32::MAX, per_page: 100, order };
        let listed = page(backend, tenant, &by_actor("alice"), past_the_end).await;
        assert_eq!(listed, Page { items: vec![], total: 5 });
    }
}

pub(crate) async fn the_bounds_of_time_are_excluded(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let mut rows = Vec::new();
    for milliseconds in 0..4 {
        let at = Timestamp::from_millis(NOW.as_millis() + milliseconds);
        rows.push(append(backend, AuditEntry { at, ..plain(tenant) }).await);
    }
    let filter = |after: Option<usize>, before: Option<usize>| AuditFilter {
        after: after.map(|index| rows[index].at),
        before: before.map(|index| rows[index].at),
        ..AuditFilter::default()
    };
    assert_found(backend, tenant, filter(Some(1), None), &[&rows[3], &rows[2]]).await;
    assert_found(backend, tenant, filter(None, Some(2)), &[&rows[1], &rows[0]]).await;
    assert_found(backend, tenant, filter(Some(0), Some(3)), &[&rows[2], &rows[1]]).await;
    assert_found(backend, tenant, filter(Some(1), Some(2)), &[]).await;
    assert_found(backend, tenant, filter(Some(2), Some(1)), &[]).await;
}

pub(crate) async fn rows_are_found_by_any_of_several_types(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let deleted = append(backend, audit(tenant, AuditType::CredentialDeleted)).await;
    append(backend, audit(tenant, AuditType::RegistrationInitFailed)).await;
    let mfa = append(backend, audit(tenant, AuditType::MfaAuthenticationFinalSucceeded)).await;
    let filter = |kinds: &[AuditType]| AuditFilter { kinds: kinds.to_vec(), ..AuditFilter::default() };
    let wanted = [
        AuditType::CredentialDeleted,
        AuditType::MfaAuthenticationFinalSucceeded,
        AuditType::CredentialDeleted,
        AuditType::CredentialUpdated,
    ];
    assert_found(backend, tenant, filter(&wanted), &[&mfa, &deleted]).await;
    assert_found(backend, tenant, filter(&[AuditType::CredentialUpdated]), &[]).await;
}

pub(crate) async fn rows_are_found_by_a_part_of_the_users_id_or_the_address(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let by = |actor: Option<&str>, source_ip: &str| AuditEntry {
        actor: actor.map(app_id),
        origin: RequestOrigin { source_ip: source_ip.to_owned(), ..origin() },
        ..audit(tenant, AuditType::AuthenticationFinalSucceeded)
    };
    let alice = append(backend, by(Some("alice@example.com"), "192.0.2.7")).await;
    let bob = append(backend, by(Some("bob@example.com"), "2001:db8::7")).await;
    let nobody = append(backend, by(None, "")).await;
    assert_found(backend, tenant, by_actor("alice@example.com"), &[&alice]).await;
    assert_found(backend, tenant, by_actor("example"), &[&bob, &alice]).await;
    assert_found(backend, tenant, by_actor("Alice"), &[]).await;
    assert_found(backend, tenant, by_actor("192"), &[]).await;
    assert_found(backend, tenant, by_source_ip("192.0.2."), &[&alice]).await;
    assert_found(backend, tenant, by_source_ip("7"), &[&bob, &alice]).await;
    assert_found(backend, tenant, by_source_ip("alice"), &[]).await;
    assert_found(backend, tenant, by_source_ip(""), &[&nobody, &bob, &alice]).await;
}

pub(crate) async fn rows_are_found_by_a_part_of_anything(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let row = AuditEntry {
        error: Some("no_credentials".into()),
        actor: Some(app_id("alice@example.com")),
        transaction: Some(TransactionIdentifier::new("order 4711").unwrap()),
        origin: RequestOrigin {
            request_id: "req-abc".to_owned(),
            source_ip: "192.0.2.99".to_owned(),
            user_agent: "Netscape/4.0".to_owned(),
        },
        ..audit(tenant, AuditType::TransactionInitFailed)
    };
    let row = append(backend, row).await;
    let other = append(backend, plain(tenant)).await;
    let found = [
        row.id.to_string(),
        row.id.to_string()[4..].to_owned(),
        "transaction_init".to_owned(),
        "no_cred".to_owned(),
        "q-ab".to_owned(),
        "2.99".to_owned(),
        "scape/4".to_owned(),
        "ce@ex".to_owned(),
        "der 47".to_owned(),
    ];
    for part in found {
        assert_found(backend, tenant, by_anything(&part), &[&row]).await;
    }
    assert_found(backend, tenant, by_anything("webauthn_"), &[&other, &row]).await;
    assert_found(backend, tenant, by_anything("NETSCAPE"), &[]).await;
    assert_found(backend, tenant, by_anything(&row.id.as_uuid().simple().to_string()), &[]).await;
    // Not across two of them.
    assert_found(backend, tenant, by_anything("no_credentialsreq-abc"), &[]).await;
}

pub(crate) async fn all_that_is_given_must_hold(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let wanted = AuditEntry {
        error: Some("signature_invalid".into()),
        at: NOW + seconds(1),
        ..audit(tenant, AuditType::AuthenticationFinalFailed)
    };
    let row = append(backend, wanted).await;
    let filter = AuditFilter {
        user: None,
        after: Some(NOW),
        before: Some(NOW + seconds(2)),
        kinds: vec![AuditType::AuthenticationFinalFailed],
        actor: Some("alice".to_owned()),
        source_ip: Some("192.0.2.7".to_owned()),
        anything: Some("signature".to_owned()),
    };
    assert_found(backend, tenant, filter.clone(), &[&row]).await;
    for failing in [
        AuditFilter { after: Some(NOW + seconds(1)), ..filter.clone() },
        AuditFilter { before: Some(NOW + seconds(1)), ..filter.clone() },
        AuditFilter { kinds: vec![AuditType::CredentialDeleted], ..filter.clone() },
        AuditFilter { actor: Some("bob".to_owned()), ..filter.clone() },
        AuditFilter { source_ip: Some("192.0.2.8".to_owned()), ..filter.clone() },
        AuditFilter { anything: Some("counter".to_owned()), ..filter.clone() },
    ] {
        assert_found(backend, tenant, failing, &[]).await;
    }
    // The same statements, with each condition present or absent.
    let time = AuditFilter { after: filter.after, before: filter.before, ..AuditFilter::default() };
    assert_found(backend, tenant, time, &[&row]).await;
    let ends = AuditFilter { after: filter.after, anything: filter.anything, ..AuditFilter::default() };
    assert_found(backend, tenant, ends, &[&row]).await;
    let middle = AuditFilter { kinds: filter.kinds, source_ip: filter.source_ip, ..AuditFilter::default() };
    assert_found(backend, tenant, middle, &[&row]).await;
}

pub(crate) async fn filters_are_nothing_but_text(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    append(backend, plain(tenant)).await;
    for text in METACHARACTERS {
        // Each in a tenant of its own, since one may contain another; beside a row that a wildcard would match.
        let tenant = fixtures::tenant(&**backend.store(), text).await;
        append(backend, AuditEntry { actor: Some(app_id("alice")), ..plain(tenant) }).await;
        let around = format!("a{text}b");
        let by_user = append(backend, AuditEntry { actor: Some(app_id(&around)), ..plain(tenant) }).await;
        let from = RequestOrigin { source_ip: around.clone(), ..plain(tenant).origin };
        let by_address = append(backend, AuditEntry { origin: from, ..plain(tenant) }).await;
        let with = RequestOrigin { user_agent: around.clone(), ..plain(tenant).origin };
        let by_agent = append(backend, AuditEntry { origin: with, ..plain(tenant) }).await;
        let of = RequestOrigin { request_id: around.clone(), ..plain(tenant).origin };
        let by_request = append(backend, AuditEntry { origin: of, ..plain(tenant) }).await;
        let transaction = Some(TransactionIdentifier::new(&around).unwrap());
        let by_transaction = append(backend, AuditEntry { transaction, ..plain(tenant) }).await;
        for needle in [*text, &around] {
            assert_found(backend, tenant, by_actor(needle), &[&by_user]).await;
            assert_found(backend, tenant, by_source_ip(needle), &[&by_address]).await;
        }
        let all = [&by_transaction, &by_request, &by_agent, &by_address, &by_user];
        assert_found(backend, tenant, by_anything(&around), &all).await;
        if *text != "_" {
            // Types have underscores.
            assert_found(backend, tenant, by_anything(text), &all).await;
        }
    }
    assert_eq!(page(backend, tenant, &AuditFilter::default(), FIRST).await.total, 1);
}

pub(crate) async fn a_filter_sees_one_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let entry = AuditEntry { at: NOW + seconds(1), ..audit(one, AuditType::CredentialDeleted) };
    let row = append(backend, entry.clone()).await;
    let filters = [
        AuditFilter::default(),
        AuditFilter { after: Some(NOW), ..AuditFilter::default() },
        AuditFilter { before: Some(NOW + seconds(2)), ..AuditFilter::default() },
        AuditFilter { kinds: vec![AuditType::CredentialDeleted], ..AuditFilter::default() },
        by_actor("alice"),
        by_source_ip("192.0.2.7"),
        by_anything("192.0.2.7"),
        by_anything(&row.id.to_string()),
    ];
    for filter in filters.clone() {
        assert_found(backend, one, filter.clone(), &[&row]).await;
        assert_found(backend, other, filter.clone(), &[]).await;
        assert_found(backend, TenantId::new(Uuid::from_u128(1)), filter, &[]).await;
    }
    // Even where the row's id is the same.
    let namesake = append(backend, AuditEntry { tenant_id: other, ..entry }).await;
    for filter in filters {
        assert_found(backend, one, filter.clone(), &[&row]).await;
        assert_found(backend, other, filter, &[&namesake]).await;
    }
}

pub(crate) async fn a_row_of_an_unknown_type_is_named(backend: &impl Backend) {
    let store = backend.store();
    let tenant = fixtures::tenant(&**store, "Example").await;
    let row = append(backend, plain(tenant)).await;
    backend.execute("UPDATE audit_logs SET type = 'webauthn_nothing'").await;
    let error = store.audit_log(tenant, AuditFilter::default(), FIRST, None, NOW).await.unwrap_err();
    let expected = format!("corrupt row in table audit_logs, column type, row tenant {tenant}, {}", row.id);
    assert_eq!(error.to_string(), expected);
    assert!(matches!(error, StoreError::CorruptRow { .. }));
}

async fn whole_log(backend: &impl Backend, tenant: TenantId) -> Page<AuditRow> {
    let first = PageRequest { page: 1, per_page: 10, order: Order::Ascending };
    page(backend, tenant, &AuditFilter::default(), first).await
}

pub(crate) async fn rows_are_appended_by_themselves(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, gone) = (fixtures::tenant(store, "Example").await, fixtures::tenant(store, "Gone").await);
    store.delete_tenant(gone).await.unwrap();
    let rows = [tenant, gone, tenant].map(|tenant| audit(tenant, AuditType::AuthenticationFinalFailed));
    store.append_audit(rows.to_vec()).await.unwrap();
    let all = whole_log(backend, tenant).await;
    assert_eq!(all.total, 2);
}

pub(crate) async fn rows_of_a_tenant_are_deleted_up_to_a_moment(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let row = |tenant, at| AuditEntry { at, ..audit(tenant, AuditType::CredentialUpdated) };
    let (old, edge) = (NOW - seconds(1), NOW);
    store.append_audit(vec![row(one, old), row(one, old), row(one, edge), row(other, old)]).await.unwrap();
    assert_eq!(store.purge_audit_log(one, NOW).await.unwrap(), 2);
    assert_eq!(store.purge_audit_log(one, NOW).await.unwrap(), 0);
    let total = async |tenant| whole_log(backend, tenant).await.total;
    assert_eq!((total(one).await, total(other).await), (1, 1));
}

pub(crate) async fn each_tenant_keeps_its_log_as_long_as_it_says(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let config =
        TenantConfig { audit_retention: Retention::from_days(7).unwrap(), ..fixtures::config("example.com") };
    store.configure_tenant(other, config, NOW).await.unwrap();
    let mut retentions = store.audit_retentions().await.unwrap();
    retentions.sort_by_key(|(id, _)| *id != one);
    assert_eq!(retentions, [(one, Retention::DEFAULT), (other, Retention::from_days(7).unwrap())]);
}

pub(crate) async fn the_rows_that_a_filter_lets_through_are_exported_oldest_first(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let other = fixtures::tenant(&**backend.store(), "Other").await;
    append(backend, plain(other)).await;
    let entry = |kind, at| AuditEntry { at: NOW + seconds(at), ..audit(tenant, kind) };
    let first = append(backend, entry(AuditType::CredentialUpdated, 1)).await;
    append(backend, entry(AuditType::CredentialDeleted, 2)).await;
    let third = append(backend, entry(AuditType::CredentialUpdated, 3)).await;
    let filter = AuditFilter { kinds: vec![AuditType::CredentialUpdated], ..AuditFilter::default() };
    let store = backend.store();
    let rows = store.audit_log_behind(tenant, filter.clone(), None, 10).await.unwrap();
    assert_eq!(rows, [first.clone(), third.clone()]);
    let behind = |row: &AuditRow| Some(AuditPlace { at: row.at, id: row.id });
    let rows = store.audit_log_behind(tenant, filter.clone(), behind(&first), 10).await.unwrap();
    assert_eq!(rows, std::slice::from_ref(&third));
    assert_eq!(store.audit_log_behind(tenant, filter, behind(&third), 10).await.unwrap(), []);
}

pub(crate) async fn batches_of_the_log_have_each_row_once(backend: &impl Backend) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    // Most of them of one moment, in which their ids order them.
    for at in [1, 2, 2, 2, 2, 3] {
        append(backend, AuditEntry { at: NOW + seconds(at), ..plain(tenant) }).await;
    }
    let listed = backend.store().audit_log_behind(tenant, AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(listed.len(), 6);
    for limit in 1..=6 {
        let (mut rows, mut place) = (Vec::new(), None);
        loop {
            let batch =
                backend.store().audit_log_behind(tenant, AuditFilter::default(), place, limit).await.unwrap();
            let Some(last) = batch.last() else { break };
            assert!(batch.len() <= limit as usize);
            place = Some(AuditPlace { at: last.at, id: last.id });
            rows.extend(batch);
        }
        assert_eq!(rows, listed);
    }
}

pub(crate) async fn a_count_goes_on_from_an_earlier_one_as_long_as_that_holds(backend: &impl Backend) {
    let store = backend.store();
    let tenant = fixtures::tenant(&**store, "Example").await;
    let at = async |number| {
        let entry = AuditEntry { at: NOW + seconds(number), ..plain(tenant) };
        append(backend, entry).await
    };
    for number in 0..4 {
        at(number).await;
    }
    let count = async |known, settled| {
        let filter = AuditFilter::default();
        store.audit_log(tenant, filter, FIRST, known, NOW + seconds(settled)).await.unwrap()
    };
    let (page, known) = count(None, 1).await;
    let known = known.unwrap();
    assert_eq!((page.total, known.count, known.until), (4, 2, NOW + seconds(1)));
    at(5).await;
    let (page, again) = count(Some(known), 3).await;
    assert_eq!((page.total, again), (5, Some(known)), "only what came later was counted");
    // It is believed: what it counts is not looked at again.
    let (page, _) = count(Some(AuditCount { count: 12, ..known }), 3).await;
    assert_eq!(page.total, 15);
    // What is deleted of a log is its beginning.
    assert!(store.purge_audit_log(tenant, NOW + seconds(1)).await.unwrap() > 0);
    let (page, anew) = count(Some(known), 3).await;
    assert_eq!((page.total, anew.map(|anew| (anew.count, anew.until))), (4, Some((3, NOW + seconds(3)))));
    // What is brought in from elsewhere may be as old as it likes.
    store.rename_tenant(tenant, fixtures::text("Another"), NOW).await.unwrap();
    assert_ne!(count(anew, 4).await.1, anew, "the version has grown");
}
