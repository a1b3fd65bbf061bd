//! Everything at once, from two processes, on few rows: nothing gets stuck, nothing fails but for what is gone, and
//! what a deleted tenant had is gone whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use passgate_core::audit::AuditType;
use passgate_core::config::DeviationPolicy;
use passgate_core::credential::{Credential, CredentialKind};
use passgate_core::event::EventType;
use passgate_core::ids::{EndpointId, LeaseId, TenantId};
use passgate_core::server_secret::Sealed;
use passgate_core::signing_key::PUBLISHED_FOR;
use passgate_core::store::{
    CredentialsDeletion, FinishLogin, FinishedLogin, FinishedRegistration, NewTenant, Rotation, Store,
    StoreError,
};
use passgate_core::webhook::{
    ClaimDeliveries, DeliveryOutcome, EndpointState, RecordDelivery, WebhookEndpoint, WebhookSecret,
};
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::PostgresStore;
use uuid::Uuid;

use crate::Place;
use crate::fixtures::{self, NOW, SECRET, app_id, seconds, signing_key, text};

const TASKS: u64 = 16;
const STEPS: u64 = 60;

/// What may become of work on what others delete.
fn settled<T>(outcome: Result<T, StoreError>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(StoreError::Unavailable(gone)) if gone.to_string().contains("does not exist any more") => None,
        Err(error) => panic!("{error:?}"),
    }
}

/// Numbers that look random, the same for the same seed.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

async fn step(store: &PostgresStore, tenant: TenantId, key: &NewTenant, choices: &mut Choices) {
    let user = format!("user {}", choices.below(3));
    let id = format!("credential {}", choices.below(6));
    match choices.below(12) {
        0..=2 => {
            let begin = fixtures::begin_registration(tenant, &user, CredentialKind::Passkey);
            let Some(registration) = settled(store.begin_registration(begin).await) else { return };
            let credential = fixtures::credential(&registration.user, &id);
            settled(store.finish_registration(fixtures::finish_registration(tenant, credential)).await);
        }
        3..=6 => {
            let Some(credential) =
                settled(store.credential(tenant, fixtures::credential_id(&id)).await).flatten()
            else {
                return;
            };
            log_in(store, tenant, &credential, choices).await;
        }
        7 => {
            let change = fixtures::change(tenant, &id, AuditType::CredentialDeleted);
            settled(store.delete_credential(change).await);
        }
        8 => {
            let audit = fixtures::user_deletion(tenant, NOW);
            if choices.below(2) == 0 {
                settled(
                    store
                        .delete_credentials(CredentialsDeletion {
                            tenant_id: tenant,
                            user: app_id(&user),
                            audit,
                        })
                        .await,
                );
            } else if let Some(begun) = settled(
                store
                    .begin_registration(fixtures::begin_registration(tenant, &user, CredentialKind::Mfa))
                    .await,
            ) {
                settled(store.delete_user(tenant, begun.user.id, audit).await);
            }
        }
        9 => {
            let change = fixtures::change(tenant, &id, AuditType::CredentialUpdated);
            settled(store.rename_credential(change, text("Renamed")).await);
            settled(
                store
                    .touch_api_keys(vec![(
                        tenant,
                        key.api_key.as_ref().unwrap().id,
                        NOW + seconds(choices.below(99)),
                    )])
                    .await,
            );
        }
        10 => deliver(store, choices).await,
        _ => {
            let key = signing_key(tenant, NOW + PUBLISHED_FOR);
            settled(store.rotate_signing_key(tenant, key, Rotation::Graceful, NOW).await);
            settled(store.purge_spent_challenges(NOW - seconds(choices.below(1_000))).await);
            settled(
                store.append_audit(vec![fixtures::audit(tenant, AuditType::AuthenticationFinalFailed)]).await,
            );
            settled(store.purge_audit_log(tenant, NOW - seconds(1)).await);
        }
    }
}

async fn log_in(store: &PostgresStore, tenant: TenantId, credential: &Credential, choices: &mut Choices) {
    let login = fixtures::finish_login(tenant, credential);
    let spend = fixtures::challenge_until(tenant, NOW - seconds(choices.below(900)));
    let login = FinishLogin { counter_policy: DeviationPolicy::Warn, spend, ..login };
    let first = settled(store.finish_login(login.clone()).await);
    if let Some(again) = settled(store.finish_login(login).await) {
        assert_eq!(again, FinishedLogin::ChallengeSpent, "after {first:?}");
    }
}

async fn deliver(store: &PostgresStore, choices: &mut Choices) {
    let claim = ClaimDeliveries {
        now: NOW + seconds(60),
        lease: LeaseId::new(Uuid::from_u128(u128::from(choices.below(u64::MAX >> 33)) | 1)),
        lease_until: NOW + seconds(61 + choices.below(2)),
        limit: 8,
        per_endpoint: 4,
        suspect_after: 5,
    };
    for delivery in settled(store.claim_deliveries(claim).await).unwrap_or_default() {
        let record = RecordDelivery {
            tenant_id: delivery.tenant_id,
            endpoint_id: delivery.endpoint_id,
            event_id: delivery.event_id,
            lease: claim.lease,
            at: NOW + seconds(60),
            outcome: DeliveryOutcome::Delivered { status: 204 },
            give_up_before: NOW,
        };
        settled(store.record_delivery(record).await);
    }
}

async fn add_endpoint(store: &PostgresStore, tenant: TenantId) {
    let id = EndpointId::new(Uuid::from_u128(77));
    let endpoint = WebhookEndpoint {
        id,
        url: text("https://hooks.example.com"),
        description: text(""),
        events: vec![EventType::CredentialDeleted, EventType::CloneSuspected],
        state: EndpointState::Enabled,
        failures: 0,
        paused_until: None,
        created_at: NOW,
        updated_at: NOW,
    };
    let secret = WebhookSecret {
        tenant_id: tenant,
        endpoint_id: id,
        created_at: NOW,
        expires_at: None,
        sealed: Sealed { secret_id: SECRET, bytes: vec![1] },
    };
    store.create_webhook_endpoint(tenant, endpoint, secret).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_at_once_on_few_rows_neither_gets_stuck_nor_leaves_anything_of_a_deleted_tenant() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "concurrency");
    let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let new = fixtures::new_tenant("Example");
    let tenant = new.id;
    stores[0].create_tenant(new.clone()).await.unwrap();
    add_endpoint(&stores[0], tenant).await;
    let done = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|seed| {
            let store = Arc::clone(&stores[usize::from(seed % 2 == 0)]);
            let (new, done) = (new.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut choices = Choices(seed + 1);
                for _ in 0..STEPS {
                    step(&store, tenant, &new, &mut choices).await;
                    done.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    // In the midst of it.
    while done.load(Ordering::SeqCst) < TASKS * STEPS * 3 / 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    settled(stores[1].delete_tenant(tenant).await).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    let db = place.connection().await;
    let sql = "SELECT table_name::text FROM information_schema.columns
               WHERE table_schema = current_schema() AND column_name = 'tenant_id' AND table_name <> 'spent_challenges'";
    for row in db.client().query(sql, &[]).await.unwrap() {
        let table: String = row.get(0);
        let count = format!("SELECT count(*) FROM {table}");
        let left: i64 = db.client().query_one(&count, &[]).await.unwrap().get(0);
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_finalizes_that_race_from_two_processes_one_succeeds() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "race");
    let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let tenant = fixtures::tenant(&*stores[0], "Example").await;
    let (user, credential) = fixtures::user_with_credential(&*stores[0], tenant, "alice", "id").await;

    let login = fixtures::finish_login(tenant, &credential);
    let logins: Vec<_> = (0..1_000)
        .map(|number| {
            let (store, login) = (Arc::clone(&stores[number % 2]), login.clone());
            tokio::spawn(async move { store.finish_login(login).await.unwrap() })
        })
        .collect();
    let mut logged_in = 0;
    for login in logins {
        match login.await.unwrap() {
            FinishedLogin::LoggedIn { .. } => logged_in += 1,
            spent => assert_eq!(spent, FinishedLogin::ChallengeSpent),
        }
    }
    let after = stores[0].credential(tenant, credential.id.clone()).await.unwrap().unwrap();
    assert_eq!((logged_in, after.use_count), (1, 1));

    let registration = fixtures::finish_registration(tenant, fixtures::credential(&user, "another"));
    let registrations: Vec<_> = (0..1_000)
        .map(|number| {
            let (store, registration) = (Arc::clone(&stores[number % 2]), registration.clone());
            tokio::spawn(async move { store.finish_registration(registration).await.unwrap() })
        })
        .collect();
    let mut registered = 0;
    for registration in registrations {
        match registration.await.unwrap() {
            FinishedRegistration::Registered => registered += 1,
            spent => assert_eq!(spent, FinishedRegistration::ChallengeSpent),
        }
    }
    assert_eq!(registered, 1);
}
