use std::time::Duration;

use passgate_core::audit::{AuditEntry, AuditType};
use passgate_core::clock::Timestamp;
use passgate_core::config::DeviationPolicy;
use passgate_core::credential::{Credential, Page};
use passgate_core::event::EventType;
use passgate_core::ids::{EndpointId, EventId, LeaseId, TenantId};
use passgate_core::server_secret::{Sealed, SecretId};
use passgate_core::store::{Changed, FinishLogin, Store};
use passgate_core::webhook::{
    ClaimDeliveries, DeliveryFailure, DeliveryOutcome, DeliveryRecord, DeliveryStatus, EndpointChange,
    EndpointInserted, EndpointState, LeasedDelivery, MAX_ENDPOINTS, RecordDelivery, Recorded,
    WebhookEndpoint, WebhookSecret,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, FIRST, NOW, SECRET, seconds, text};

pub(crate) fn endpoint(number: u128) -> WebhookEndpoint {
    WebhookEndpoint {
        id: EndpointId::new(Uuid::from_u128(number)),
        url: text(&format!("https://example.com/hooks/{number}")),
        description: text("Our backend"),
        events: Vec::new(),
        state: EndpointState::Enabled,
        failures: 0,
        paused_until: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn secret(tenant_id: TenantId, endpoint: &WebhookEndpoint, bytes: u8, at: Timestamp) -> WebhookSecret {
    WebhookSecret {
        tenant_id,
        endpoint_id: endpoint.id,
        created_at: at,
        expires_at: None,
        sealed: Sealed { secret_id: SECRET, bytes: vec![bytes; 4] },
    }
}

pub(crate) async fn add(store: &impl Store, tenant: TenantId, endpoint: &WebhookEndpoint) {
    let secret = secret(tenant, endpoint, 1, NOW);
    let inserted = store.create_webhook_endpoint(tenant, endpoint.clone(), secret).await.unwrap();
    assert_eq!(inserted, EndpointInserted::Stored);
}

/// A tenant with an endpoint that hears of everything.
async fn tenant_with_endpoint(backend: &impl Backend) -> (TenantId, WebhookEndpoint) {
    let tenant = fixtures::tenant(&**backend.store(), "Example").await;
    let endpoint = endpoint(1);
    add(&**backend.store(), tenant, &endpoint).await;
    (tenant, endpoint)
}

async fn records(backend: &impl Backend, tenant: TenantId, id: EndpointId) -> Vec<DeliveryRecord> {
    let page = backend.store().webhook_deliveries(tenant, id, FIRST).await.unwrap();
    page.unwrap().items
}

/// The events that an endpoint is to hear of, with their data, in the order of their types.
async fn told(backend: &impl Backend, tenant: TenantId, id: EndpointId) -> Vec<(EventType, Value)> {
    let mut told: Vec<_> = records(backend, tenant, id)
        .await
        .into_iter()
        .map(|record| {
            let body: Value = serde_json::from_str(&record.body).unwrap();
            assert_eq!(body["type"], record.kind.as_str());
            (record.kind, body["data"].clone())
        })
        .collect();
    told.sort_by_key(|(kind, _)| kind.as_str());
    told
}

/// Forgets what was told so far.
async fn forget(backend: &impl Backend) {
    backend.execute("DELETE FROM webhook_events").await;
}

fn data(tenant: TenantId, user: &str, id: &str) -> Value {
    json!({
        "tenant_id": tenant.to_string(),
        "user_id": user,
        "credential_id": fixtures::credential_id(id).to_string(),
        "name": "1Password",
        "aaguid": "07070707-0707-0707-0707-070707070707",
        "is_mfa": false,
    })
}

fn with(mut data: Value, member: &str, value: &str) -> Value {
    data[member] = json!(value);
    data
}

fn claim_at(now: Timestamp) -> ClaimDeliveries {
    ClaimDeliveries {
        now,
        lease: LeaseId::new(Uuid::from_u128(u128::from(now.as_millis().unsigned_abs()) << 64)),
        lease_until: now + seconds(60),
        limit: 10,
        per_endpoint: 4,
        suspect_after: 5,
    }
}

async fn claim(backend: &impl Backend, claim: ClaimDeliveries) -> Vec<LeasedDelivery> {
    backend.store().claim_deliveries(claim).await.unwrap()
}

fn record(delivery: &LeasedDelivery, claim: &ClaimDeliveries, outcome: DeliveryOutcome) -> RecordDelivery {
    RecordDelivery {
        tenant_id: delivery.tenant_id,
        endpoint_id: delivery.endpoint_id,
        event_id: delivery.event_id,
        lease: claim.lease,
        at: claim.now + seconds(1),
        outcome,
        give_up_before: claim.now - Duration::from_hours(24),
    }
}

const FAILURE: DeliveryFailure = DeliveryFailure { code: "status", status: Some(500) };

fn retry_at(next_attempt_at: Timestamp) -> DeliveryOutcome {
    DeliveryOutcome::Retry { failure: FAILURE, next_attempt_at, pause_endpoint_until: None }
}

/// Rows of the audit log that tell of something that endpoints hear of.
async fn publish(backend: &impl Backend, tenant: TenantId, count: u32, at: Timestamp) {
    for _ in 0..count {
        let failure = fixtures::fail_login(fixtures::challenge(tenant));
        let audit = AuditEntry { at, ..failure.audit };
        let failure = passgate_core::store::FailCeremony { audit, ..failure };
        backend.store().fail_ceremony(failure).await.unwrap();
    }
}

pub(crate) async fn endpoints_are_listed_oldest_first_in_their_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, first) = tenant_with_endpoint(backend).await;
    let second = WebhookEndpoint {
        created_at: NOW + seconds(1),
        updated_at: NOW + seconds(1),
        events: vec![EventType::SignInFailed, EventType::CredentialCreated],
        ..endpoint(2)
    };
    add(&**backend.store(), tenant, &second).await;
    let other = fixtures::tenant(store, "Other").await;
    assert_eq!(store.webhook_endpoints(tenant).await.unwrap(), [first.clone(), second]);
    assert_eq!(store.webhook_endpoints(other).await.unwrap(), []);
    let off = EndpointChange { state: Some(EndpointState::Disabled), ..EndpointChange::default() };
    let foreign = store.change_webhook_endpoint(other, first.id, off, NOW).await.unwrap();
    assert_eq!(foreign, Changed::NotFound);
    assert_eq!(store.delete_webhook_endpoint(other, first.id).await.unwrap(), Changed::NotFound);
    assert_eq!(store.webhook_deliveries(other, first.id, FIRST).await.unwrap(), None);
    assert_eq!(store.webhook_endpoints(tenant).await.unwrap().len(), 2);
}

pub(crate) async fn a_tenant_has_a_bounded_number_of_endpoints(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    for number in 0..MAX_ENDPOINTS {
        add(&**backend.store(), tenant, &endpoint(u128::from(number))).await;
    }
    let one_more = endpoint(u128::from(MAX_ENDPOINTS));
    let secret_of = |tenant| secret(tenant, &one_more, 1, NOW);
    let inserted = store.create_webhook_endpoint(tenant, one_more.clone(), secret_of(tenant)).await.unwrap();
    assert_eq!(inserted, EndpointInserted::TooMany);
    let unknown = TenantId::new(Uuid::from_u128(9));
    let inserted =
        store.create_webhook_endpoint(unknown, one_more.clone(), secret_of(unknown)).await.unwrap();
    assert_eq!(inserted, EndpointInserted::UnknownTenant);
}

pub(crate) async fn an_endpoint_is_changed_member_by_member(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let at = NOW + seconds(5);
    let change = EndpointChange {
        url: Some(text("https://example.org")),
        events: Some(vec![EventType::SignInFailed]),
        ..EndpointChange::default()
    };
    assert_eq!(store.change_webhook_endpoint(tenant, endpoint.id, change, at).await.unwrap(), Changed::Done);
    let expected = WebhookEndpoint {
        url: text("https://example.org"),
        events: vec![EventType::SignInFailed],
        updated_at: at,
        ..endpoint
    };
    assert_eq!(store.webhook_endpoints(tenant).await.unwrap(), [expected]);
}

pub(crate) async fn a_deleted_endpoint_leaves_nothing(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 2, NOW).await;
    assert_eq!(store.delete_webhook_endpoint(tenant, endpoint.id).await.unwrap(), Changed::Done);
    let rows = backend.rows_of(tenant).await;
    assert_eq!((rows["webhook_secrets"], rows["webhook_deliveries"]), (0, 0));
    assert_eq!(claim(backend, claim_at(NOW)).await, []);
}

pub(crate) async fn each_endpoint_hears_of_what_it_wants_to_hear_of(backend: &impl Backend) {
    let (tenant, everything) = tenant_with_endpoint(backend).await;
    let failures = WebhookEndpoint { events: vec![EventType::SignInFailed], ..endpoint(2) };
    let creations = WebhookEndpoint { events: vec![EventType::CredentialCreated], ..endpoint(3) };
    let off = WebhookEndpoint { state: EndpointState::Disabled, ..endpoint(4) };
    for endpoint in [&failures, &creations, &off] {
        add(&**backend.store(), tenant, endpoint).await;
    }
    publish(backend, tenant, 1, NOW).await;
    let count = async |endpoint: &WebhookEndpoint| records(backend, tenant, endpoint.id).await.len();
    let counts =
        [count(&everything).await, count(&failures).await, count(&creations).await, count(&off).await];
    assert_eq!(counts, [1, 1, 0, 0]);
}

pub(crate) async fn without_an_endpoint_nothing_is_stored(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let other = fixtures::tenant(store, "Other").await;
    add(&**backend.store(), other, &endpoint(1)).await;
    fixtures::user_with_credential(store, tenant, "alice", "id").await;
    publish(backend, tenant, 1, NOW).await;
    assert_eq!(backend.rows_of(tenant).await["webhook_events"], 0);
    assert_eq!(backend.rows_of(other).await["webhook_events"], 0);
}

pub(crate) async fn the_life_of_a_credential_is_told(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let (_, credential) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let plain = data(tenant, "alice", "id");
    assert_eq!(told(backend, tenant, endpoint.id).await, [(EventType::CredentialCreated, plain.clone())]);
    forget(backend).await;

    for expected in [vec![(EventType::CredentialUsedFirstTime, plain.clone())], vec![]] {
        store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
        assert_eq!(told(backend, tenant, endpoint.id).await, expected);
        if !expected.is_empty() {
            forget(backend).await;
        }
    }

    let change = fixtures::change(tenant, "id", AuditType::CredentialUpdated);
    store.rename_credential(change, text("Phone")).await.unwrap();
    let renamed = with(plain, "name", "Phone");
    assert_eq!(told(backend, tenant, endpoint.id).await, [(EventType::CredentialRenamed, renamed.clone())]);
    forget(backend).await;

    store.delete_credential(fixtures::change(tenant, "id", AuditType::CredentialDeleted)).await.unwrap();
    let deleted = with(renamed, "reason", "deleted");
    assert_eq!(told(backend, tenant, endpoint.id).await, [(EventType::CredentialDeleted, deleted)]);
}

pub(crate) async fn each_credential_that_goes_with_others_is_told(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let (alice, _) = fixtures::user_with_credential(store, tenant, "alice", "a").await;
    fixtures::register(store, tenant, fixtures::credential(&alice, "b")).await;
    forget(backend).await;
    store.delete_user(tenant, alice.id, fixtures::user_deletion(tenant, NOW)).await.unwrap();
    let mut ids: Vec<_> = told(backend, tenant, endpoint.id)
        .await
        .into_iter()
        .map(|(kind, data)| (kind, data["credential_id"].clone(), data["reason"].clone()))
        .collect();
    ids.sort_by_key(|(_, id, _)| id.to_string());
    let expected = ["a", "b"].map(|id| {
        let id = json!(fixtures::credential_id(id).to_string());
        (EventType::CredentialDeleted, id, json!("user_deleted"))
    });
    assert_eq!(ids, expected);
}

pub(crate) async fn a_counter_that_did_not_grow_is_told_as_a_suspected_clone(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let alice = fixtures::user(store, tenant, "alice").await;
    let credential = Credential { sign_count: 9, use_count: 1, ..fixtures::credential(&alice, "id") };
    fixtures::register(store, tenant, credential.clone()).await;
    forget(backend).await;
    let login = FinishLogin { sign_count: 5, ..fixtures::finish_login(tenant, &credential) };
    store.finish_login(login.clone()).await.unwrap();
    let suspected =
        |verdict| (EventType::CloneSuspected, with(data(tenant, "alice", "id"), "verdict", verdict));
    let failed = json!({
        "tenant_id": tenant.to_string(),
        "user_id": "alice",
        "ceremony": "login",
        "error": "counter_rollback",
    });
    let expected = [suspected("refused"), (EventType::SignInFailed, failed)];
    assert_eq!(told(backend, tenant, endpoint.id).await, expected);
    forget(backend).await;
    let login = FinishLogin {
        counter_policy: DeviationPolicy::Warn,
        spend: fixtures::challenge(tenant),
        audit: fixtures::audit(tenant, AuditType::AuthenticationFinalSucceeded),
        ..login
    };
    store.finish_login(login).await.unwrap();
    assert_eq!(told(backend, tenant, endpoint.id).await, [suspected("accepted")]);
}

pub(crate) async fn a_confirmed_transaction_is_told(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let (alice, credential) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let transaction = fixtures::transaction(store, tenant, &alice, "t1").await;
    store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
    forget(backend).await;
    store.finish_login(fixtures::finish_transaction(tenant, &credential, &transaction)).await.unwrap();
    let completed = json!({
        "tenant_id": tenant.to_string(),
        "user_id": "alice",
        "transaction_id": "t1",
        "credential_id": credential.id.to_string(),
    });
    assert_eq!(told(backend, tenant, endpoint.id).await, [(EventType::TransactionCompleted, completed)]);
}

pub(crate) async fn a_claim_leases_what_is_due_and_no_other_gets_it(backend: &impl Backend) {
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 1, NOW).await;
    assert_eq!(claim(backend, claim_at(NOW - seconds(1))).await, [], "not due yet");
    let first = claim_at(NOW);
    let leased = claim(backend, first).await;
    let stored = records(backend, tenant, endpoint.id).await.remove(0);
    let expected = LeasedDelivery {
        tenant_id: tenant,
        endpoint_id: endpoint.id,
        event_id: stored.event_id,
        url: endpoint.url,
        secrets: vec![Sealed { secret_id: SECRET, bytes: vec![1; 4] }],
        body: stored.body,
        attempts: 1,
        first_attempt_at: NOW,
        endpoint_failures: 0,
    };
    assert_eq!(leased, std::slice::from_ref(&expected));
    assert_eq!(claim(backend, claim_at(NOW + seconds(59))).await, []);
    // Whoever had it was killed.
    let again = claim(backend, claim_at(NOW + seconds(60))).await;
    assert_eq!(again, [LeasedDelivery { attempts: 2, ..expected }]);
    let late = record(&leased[0], &first, DeliveryOutcome::Delivered { status: 200 });
    assert_eq!(backend.store().record_delivery(late).await.unwrap(), Recorded::LeaseLost);
}

pub(crate) async fn of_racing_claims_each_delivery_goes_to_one(backend: &impl Backend) {
    let (tenant, _) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 4, NOW).await;
    let claims = (0..20).map(|number| {
        let lease = LeaseId::new(Uuid::from_u128(number));
        backend.store().claim_deliveries(ClaimDeliveries { lease, limit: 1, ..claim_at(NOW) })
    });
    let mut ids: Vec<EventId> = Vec::new();
    for claim in claims {
        ids.extend(claim.await.unwrap().iter().map(|delivery| delivery.event_id));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

pub(crate) async fn a_delivery_that_arrived_is_over_and_one_that_failed_is_due_again(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 1, NOW).await;
    let first = claim_at(NOW);
    let leased = claim(backend, first).await;
    let failed = record(&leased[0], &first, retry_at(NOW + seconds(30)));
    assert_eq!(store.record_delivery(failed).await.unwrap(), Recorded::Kept);
    assert_eq!(claim(backend, claim_at(NOW + seconds(29))).await, []);
    let second = claim_at(NOW + seconds(30));
    let leased = claim(backend, second).await;
    assert_eq!((leased[0].attempts, leased[0].first_attempt_at, leased[0].endpoint_failures), (2, NOW, 1));
    let pending = records(backend, tenant, endpoint.id).await.remove(0);
    let arrived = record(&leased[0], &second, DeliveryOutcome::Delivered { status: 204 });
    assert_eq!(store.record_delivery(arrived).await.unwrap(), Recorded::Kept);
    assert_eq!(pending.last_failure.as_deref(), Some("status"));
    let expected = DeliveryRecord {
        status: DeliveryStatus::Delivered,
        next_attempt_at: None,
        last_status: Some(204),
        last_failure: None,
        last_attempt_at: Some(NOW + seconds(31)),
        ..pending
    };
    assert_eq!(records(backend, tenant, endpoint.id).await, [expected]);
    assert_eq!(store.webhook_endpoints(tenant).await.unwrap()[0].failures, 0);
    assert_eq!(claim(backend, claim_at(NOW + Duration::from_hours(48))).await, []);
}

pub(crate) async fn a_dead_letter_is_redelivered_by_hand(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 1, NOW).await;
    let first = claim_at(NOW);
    let leased = claim(backend, first).await;
    let dead = DeliveryOutcome::Dead { failure: FAILURE, pause_endpoint_until: None };
    store.record_delivery(record(&leased[0], &first, dead)).await.unwrap();
    let stored = records(backend, tenant, endpoint.id).await.remove(0);
    assert_eq!((stored.status, stored.next_attempt_at), (DeliveryStatus::Dead, None));
    let later = NOW + Duration::from_hours(48);
    assert_eq!(claim(backend, claim_at(later)).await, []);
    let redelivered = store.redeliver(tenant, endpoint.id, stored.event_id, later).await.unwrap();
    assert_eq!(redelivered, Changed::Done);
    let again = claim(backend, claim_at(later)).await;
    assert_eq!((again[0].attempts, again[0].first_attempt_at), (1, later), "a day begins anew");
    let unknown = EventId::new(Uuid::from_u128(1));
    let redelivered = store.redeliver(tenant, endpoint.id, unknown, later).await.unwrap();
    assert_eq!(redelivered, Changed::NotFound);
}

pub(crate) async fn an_endpoint_has_few_deliveries_at_once_and_a_suspect_one(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, slow) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 10, NOW).await;
    let quick = endpoint(2);
    add(&**backend.store(), tenant, &quick).await;
    publish(backend, tenant, 1, NOW + seconds(1)).await;
    let first = claim_at(NOW + seconds(1));
    let leased = claim(backend, first).await;
    let of = |endpoint: &WebhookEndpoint| leased.iter().filter(|one| one.endpoint_id == endpoint.id).count();
    assert_eq!((of(&slow), of(&quick)), (4, 1), "a long queue keeps nobody else's from being found");
    assert_eq!(claim(backend, claim_at(NOW + seconds(2))).await, [], "all that it may have are under way");
    for delivery in leased.iter().filter(|delivery| delivery.endpoint_id == slow.id) {
        store.record_delivery(record(delivery, &first, retry_at(NOW + seconds(3)))).await.unwrap();
    }
    let suspect = ClaimDeliveries { suspect_after: 4, ..claim_at(NOW + seconds(5)) };
    assert_eq!(claim(backend, suspect).await.len(), 1);
}

pub(crate) async fn a_paused_or_disabled_endpoint_is_left_alone(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 2, NOW).await;
    let first = ClaimDeliveries { limit: 1, ..claim_at(NOW) };
    let leased = claim(backend, first).await;
    let pause = |until| DeliveryOutcome::Retry {
        failure: FAILURE,
        next_attempt_at: NOW + seconds(1),
        pause_endpoint_until: Some(until),
    };
    store.record_delivery(record(&leased[0], &first, pause(NOW + seconds(300)))).await.unwrap();
    assert_eq!(claim(backend, claim_at(NOW + seconds(299))).await, []);
    let turn = async |state| {
        let change = EndpointChange { state: Some(state), ..EndpointChange::default() };
        store.change_webhook_endpoint(tenant, endpoint.id, change, NOW).await.unwrap()
    };
    turn(EndpointState::Disabled).await;
    assert_eq!(claim(backend, claim_at(NOW + seconds(400))).await, []);
    turn(EndpointState::Enabled).await;
    let stored = store.webhook_endpoints(tenant).await.unwrap().remove(0);
    assert_eq!((stored.failures, stored.paused_until), (0, None), "switching it on ends its pause");
    assert_eq!(claim(backend, claim_at(NOW + seconds(10))).await.len(), 2);
}

pub(crate) async fn an_endpoint_that_is_gone_is_switched_off(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 1, NOW).await;
    let first = claim_at(NOW);
    let leased = claim(backend, first).await;
    store.record_delivery(record(&leased[0], &first, DeliveryOutcome::Gone)).await.unwrap();
    assert_eq!(store.webhook_endpoints(tenant).await.unwrap()[0].state, EndpointState::Gone);
    let stored = records(backend, tenant, endpoint.id).await.remove(0);
    assert_eq!((stored.status, stored.last_status), (DeliveryStatus::Dead, Some(410)));
    publish(backend, tenant, 1, NOW).await;
    assert_eq!(records(backend, tenant, endpoint.id).await.len(), 1);
}

pub(crate) async fn an_endpoint_that_failed_for_a_day_gives_up_what_waited_so_long(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 2, NOW).await;
    let fail = async |at: Timestamp| {
        let claimed = ClaimDeliveries { limit: 1, ..claim_at(at) };
        let leased = claim(backend, claimed).await;
        let retry = retry_at(at + Duration::from_hours(1));
        store.record_delivery(record(&leased[0], &claimed, retry)).await.unwrap();
    };
    fail(NOW).await;
    let tomorrow = NOW + Duration::from_hours(25);
    publish(backend, tenant, 1, tomorrow).await;
    fail(tomorrow).await;
    let mut statuses: Vec<_> = records(backend, tenant, endpoint.id)
        .await
        .into_iter()
        .map(|record| record.status.as_str())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["dead", "dead", "pending"]);
}

pub(crate) async fn a_secret_that_was_replaced_signs_for_a_while(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 3, NOW).await;
    let at = NOW + seconds(10);
    let new = secret(tenant, &endpoint, 2, at);
    let replaced = store.replace_webhook_secret(new, at + seconds(60)).await.unwrap();
    assert_eq!(replaced, Changed::Done);
    let sealed = |byte| Sealed { secret_id: SECRET, bytes: vec![byte; 4] };
    let signing = async |now| {
        let claimed = claim(backend, ClaimDeliveries { limit: 1, ..claim_at(now) }).await;
        claimed[0].secrets.clone()
    };
    assert_eq!(signing(at).await, [sealed(2), sealed(1)]);
    assert_eq!(signing(at + seconds(60)).await, [sealed(2)]);
    let newest_at = at + seconds(120);
    let newest = secret(tenant, &endpoint, 3, newest_at);
    store.replace_webhook_secret(newest, newest_at).await.unwrap();
    assert_eq!(signing(newest_at).await, [sealed(3)]);
    assert_eq!(backend.rows_of(tenant).await["webhook_secrets"], 1, "what is expired is deleted");
    let unknown = WebhookSecret {
        endpoint_id: EndpointId::new(Uuid::from_u128(9)),
        ..secret(tenant, &endpoint, 4, at)
    };
    let replaced = store.replace_webhook_secret(unknown, at).await.unwrap();
    assert_eq!(replaced, Changed::NotFound);
}

pub(crate) async fn webhook_secrets_are_resealed(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let new = SecretId::from_bytes(*b"secret 2");
    let batch = store.webhook_secrets_to_reseal(new, 10).await.unwrap();
    assert_eq!(batch, [secret(tenant, &endpoint, 1, NOW)]);
    let sealed = Sealed { secret_id: new, bytes: vec![7] };
    let resealed =
        batch.into_iter().map(|secret| WebhookSecret { sealed: sealed.clone(), ..secret }).collect();
    assert_eq!(store.reseal_webhook_secrets(resealed).await.unwrap(), 1);
    assert_eq!(store.webhook_secrets_to_reseal(new, 10).await.unwrap(), []);
    assert!(store.secrets_in_use().await.unwrap().contains(&new));
}

pub(crate) async fn events_are_deleted_once_they_are_old_and_over(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    publish(backend, tenant, 2, NOW).await;
    let first = ClaimDeliveries { limit: 1, ..claim_at(NOW) };
    let leased = claim(backend, first).await;
    let arrived = record(&leased[0], &first, DeliveryOutcome::Delivered { status: 200 });
    store.record_delivery(arrived).await.unwrap();
    assert_eq!(store.purge_events(NOW).await.unwrap(), 0);
    assert_eq!(store.purge_events(NOW + seconds(1)).await.unwrap(), 1);
    let Page { items, total } = store.webhook_deliveries(tenant, endpoint.id, FIRST).await.unwrap().unwrap();
    assert_eq!((items[0].status, total), (DeliveryStatus::Pending, 1));
}

pub(crate) async fn the_events_of_a_change_that_failed_are_not_told(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, endpoint) = tenant_with_endpoint(backend).await;
    let (_, credential) = fixtures::user_with_credential(&**store, tenant, "alice", "id").await;
    forget(backend).await;
    // Its audit row's id is taken, so the whole login is rolled back.
    let first = fixtures::finish_login(tenant, &credential);
    let taken = AuditEntry { id: first.audit.id, ..first.audit.clone() };
    store.append_audit(vec![taken]).await.unwrap();
    store.finish_login(first).await.unwrap_err();
    assert_eq!(told(backend, tenant, endpoint.id).await, []);
}
